package language

import (
	"context"
	"encoding/binary"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/courses/language/memory"
	"hanzhi/server/pg"
)

// postgresEpoch is where Postgres counts its microseconds from.
var postgresEpoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// remember reads what the learners remember of the lessons' words, in one pass over their memory. A run of a thousand
// has some 200,000 rows of it: gathering them into arrays takes Postgres longer than sending them, and scanning them
// the usual way takes pgx longer than all the rest, so the values are read as they come.
func (r *roll) remember(ctx context.Context, q pg.Querier, run uuid.UUID, index map[uuid.UUID]int) error {
	words := slices.Collect(maps.Keys(r.words))
	rows, err := q.Query(ctx, `
		SELECT m.account_id, m.word, m.stability, m.last_review_at, m.parameters, m.last_rating FROM enrolments e JOIN word_memory m ON m.account_id = e.account_id
		-- The concatenation keeps the words out of the index: to look each up for each learner takes longer than to read all of theirs.
		WHERE e.run_id = @run AND e.left_at IS NULL AND m.word || '' = ANY (@words) AND m.last_review_at IS NOT NULL`,
		pgx.QueryResultFormats{pgx.BinaryFormatCode}, pgx.NamedArgs{"run": run, "words": words})
	if err != nil {
		return pg.Translate(err, "memory of run", run)
	}
	defer rows.Close()
	for rows.Next() {
		v := rows.RawValues()
		at, enrolled := index[uuid.UUID(v[0])]
		n, asked := r.words[string(v[1])]
		if !enrolled || !asked { // who has joined this very moment
			continue
		}
		stability := math.Float64frombits(binary.BigEndian.Uint64(v[2]))
		last := postgresEpoch.Add(time.Duration(int64(binary.BigEndian.Uint64(v[3]))) * time.Microsecond)
		value := 0.0 // while the last answer was wrong
		if binary.BigEndian.Uint16(v[5]) != uint16(memory.Again) {
			value = memory.Retrievability(string(v[4]), stability, last, r.now)
		}
		r.pupils[at].remembered = append(r.pupils[at].remembered, recalled{n, value})
	}
	return pg.Translate(rows.Err(), "memory of run", run)
}

// listsOfRun returns the lists that the learners of a run have chosen, by id; those that are gone are not among them.
func (s *Service) listsOfRun(ctx context.Context, run uuid.UUID) (map[string]*wordList, error) {
	rows, err := s.db.Query(ctx, `SELECT DISTINCT x.word_list FROM enrolments e JOIN learner_settings x ON x.account_id = e.account_id
		WHERE e.run_id = @run AND e.left_at IS NULL AND x.level > 0`, pgx.NamedArgs{"run": run})
	if err != nil {
		return nil, pg.Translate(err, "lists of run", run)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, pg.Translate(err, "lists of run", run)
	}
	lists := map[string]*wordList{hsk2: s.hsk2}
	for _, id := range ids {
		l, missing, err := s.list(ctx, id)
		if err != nil {
			return nil, err
		}
		if missing == "" {
			lists[id] = l
		}
	}
	return lists, nil
}

// declared is the level of a learner; one of a list that is gone is none.
func (r *roll) declared(list string, level int) declared {
	if l := r.lists[list]; l != nil {
		return declared{l, level}
	}
	return declared{r.lists[hsk2], 0}
}

// levelsBy are the levels of the lesson's units in a list, looked up once.
func (c *class) levelsBy(list *wordList) []int {
	levels, known := c.levels[list]
	if !known {
		levels = list.levelsOf(c.lesson.text.Units())
		c.levels[list] = levels
	}
	return levels
}
