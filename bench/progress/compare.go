package main

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"hanzhi/bench/fixture"
)

// state is the reference: a bit for every second, and the position with the latest time.
type state struct {
	seconds  [fixture.Seconds]bool
	position int32
	at       int32
	begun    bool
}

type key struct{ account, activity uuid.UUID }

// compare folds all reports by the plainest means and compares every row with the result.
func (l *long) compare(ctx context.Context, db *pgxpool.Pool) error {
	reference := l.fold()
	rows, err := db.Query(ctx, `
		SELECT p.account_id, p.activity_id, p.position_ms, p.position_at, (SELECT array_agg(lower(r)) FROM unnest(p.watched) r), (SELECT array_agg(upper(r)) FROM unnest(p.watched) r)
		FROM progress p`)
	if err != nil {
		return err
	}
	var account, activity uuid.UUID
	var position int32
	var at time.Time
	var from, to []int32
	wrong, found := 0, 0
	_, err = pgx.ForEachRow(rows, []any{&account, &activity, &position, &at, &from, &to}, func() error {
		found++
		want := reference[key{account, activity}]
		if want == nil || !want.equals(position, at.Sub(l.start), from, to) {
			wrong++
		}
		return nil
	})
	if err != nil {
		return err
	}
	fmt.Printf("%d rows, %d expected, %d differ from the reference\n", found, len(reference), wrong)
	if wrong > 0 || found != len(reference) {
		return fmt.Errorf("the fold is not the reference")
	}
	return nil
}

func (l *long) fold() map[key]*state {
	reference := map[key]*state{}
	for i := range l.events {
		e := &l.events[i]
		k := key{l.Accounts[e.account], l.Activities[e.activity]}
		s := reference[k]
		if s == nil {
			s = &state{}
			reference[k] = s
		}
		for _, r := range [][2]uint16{{e.from, e.to}, {e.from2, e.to2}} {
			for second := r[0]; second < min(r[1], fixture.Seconds); second++ {
				s.seconds[second] = true
			}
		}
		if !s.begun || e.at > s.at || e.at == s.at && e.position > s.position {
			s.begun, s.at, s.position = true, e.at, e.position
		}
	}
	return reference
}

func (s *state) equals(position int32, at time.Duration, from, to []int32) bool {
	var got [fixture.Seconds]bool
	for i := range from {
		for second := from[i]; second < to[i]; second++ {
			got[second] = true
		}
	}
	return got == s.seconds && position == s.position && at == time.Duration(s.at)*time.Millisecond
}
