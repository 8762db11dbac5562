package courses

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

// LessonOrder is a lesson in a new order of the outline.
type LessonOrder struct {
	ID         uuid.UUID   `json:"id" format:"uuid"`
	Activities []uuid.UUID `json:"activities" maxItems:"40"`
}

// UnitOrder is a unit in a new order of the outline.
type UnitOrder struct {
	ID      uuid.UUID     `json:"id" format:"uuid"`
	Lessons []LessonOrder `json:"lessons" maxItems:"60"`
}

// OrderCourse puts the outline in a new order; lessons may go to another unit and activities to another lesson.
// Conflict stale_outline unless order names exactly what is there.
func (s *Service) OrderCourse(ctx context.Context, viewer, course uuid.UUID, order []UnitOrder) (DraftCourse, error) {
	return s.edit(ctx, viewer, place{"course", course}, func(tx pgx.Tx, _ lockedCourse) (bool, error) {
		d, err := loadDraft(ctx, tx, viewer, course)
		if err != nil {
			return false, err
		}
		wanted, there := flatten(order), flatten(d.order())
		if !wanted.sameMembers(there) {
			return false, fault.New(fault.Conflict, "stale_outline", "The outline has changed meanwhile; load it again.")
		}
		if fmt.Sprint(wanted) == fmt.Sprint(there) {
			return false, nil
		}
		return true, writeOrder(ctx, tx, course, wanted)
	})
}

// flatOrder is an outline as parallel lists: ids in order, each with its parent.
type flatOrder struct {
	units, lessons, lessonUnits, activities, activityLessons []uuid.UUID
}

func flatten(order []UnitOrder) flatOrder {
	var f flatOrder
	for _, u := range order {
		f.units = append(f.units, u.ID)
		for _, l := range u.Lessons {
			f.lessons, f.lessonUnits = append(f.lessons, l.ID), append(f.lessonUnits, u.ID)
			for _, a := range l.Activities {
				f.activities, f.activityLessons = append(f.activities, a), append(f.activityLessons, l.ID)
			}
		}
	}
	return f
}

// sameMembers reports whether both hold the same units, lessons and activities, each once, in whatever order.
func (f flatOrder) sameMembers(g flatOrder) bool {
	return sameSet(f.units, g.units) && sameSet(f.lessons, g.lessons) && sameSet(f.activities, g.activities)
}

func sameSet(a, b []uuid.UUID) bool {
	if len(a) != len(b) {
		return false
	}
	set := make(map[uuid.UUID]bool, len(a))
	for _, id := range a {
		set[id] = true
	}
	for _, id := range b {
		if !set[id] {
			return false
		}
		delete(set, id)
	}
	return true
}

// order is the draft's present order.
func (d DraftCourse) order() []UnitOrder {
	order := make([]UnitOrder, len(d.Units))
	for i, u := range d.Units {
		order[i].ID = u.ID
		for _, l := range u.Lessons {
			lesson := LessonOrder{ID: l.ID}
			for _, a := range l.Activities {
				lesson.Activities = append(lesson.Activities, a.ID)
			}
			order[i].Lessons = append(order[i].Lessons, lesson)
		}
	}
	return order
}

func writeOrder(ctx context.Context, q pg.Querier, course uuid.UUID, f flatOrder) error {
	b := &pgx.Batch{}
	b.Queue(`UPDATE units u SET position = o.n FROM unnest(@ids::uuid[]) WITH ORDINALITY o(id, n) WHERE u.id = o.id`,
		pgx.NamedArgs{"ids": f.units})
	b.Queue(`UPDATE lessons l SET position = o.n, unit_id = o.parent FROM unnest(@ids::uuid[], @parents::uuid[]) WITH ORDINALITY o(id, parent, n) WHERE l.id = o.id`,
		pgx.NamedArgs{"ids": f.lessons, "parents": f.lessonUnits})
	b.Queue(`UPDATE activities a SET position = o.n, lesson_id = o.parent FROM unnest(@ids::uuid[], @parents::uuid[]) WITH ORDINALITY o(id, parent, n) WHERE a.id = o.id`,
		pgx.NamedArgs{"ids": f.activities, "parents": f.activityLessons})
	return pg.Translate(q.SendBatch(ctx, b).Close(), "outline of course", course)
}

// PairUnits replaces the pairings of a course. Each must join a language unit and a vocational one of the draft.
func (s *Service) PairUnits(ctx context.Context, viewer, course uuid.UUID, pairings []Pairing) (DraftCourse, error) {
	return s.edit(ctx, viewer, place{"course", course}, func(tx pgx.Tx, _ lockedCourse) (bool, error) {
		d, err := loadDraft(ctx, tx, viewer, course)
		if err != nil {
			return false, err
		}
		kinds := map[uuid.UUID]string{}
		for _, u := range d.Units {
			kinds[u.ID] = u.Kind
		}
		var language, vocational []uuid.UUID
		for i, p := range pairings {
			if kinds[p.LanguageUnitID] != "language" || kinds[p.VocationalUnitID] != "vocational" {
				return false, fault.NewInvalid(fmt.Sprintf("pairings[%d]", i), "bad_pairing", "A pairing joins a language unit and a vocational unit of this course.")
			}
			language, vocational = append(language, p.LanguageUnitID), append(vocational, p.VocationalUnitID)
		}
		return true, writePairings(ctx, tx, course, language, vocational)
	})
}

func writePairings(ctx context.Context, q pg.Querier, course uuid.UUID, language, vocational []uuid.UUID) error {
	args := pgx.NamedArgs{"course": course, "language": language, "vocational": vocational}
	b := &pgx.Batch{}
	b.Queue(`DELETE FROM pairings p USING units u WHERE u.id = p.language_unit_id AND u.course_id = @course`, args)
	b.Queue(`
		INSERT INTO pairings (language_unit_id, vocational_unit_id)
		SELECT * FROM unnest(@language::uuid[], @vocational::uuid[]) ON CONFLICT DO NOTHING`, args)
	return pg.Translate(q.SendBatch(ctx, b).Close(), "pairings of course", course)
}
