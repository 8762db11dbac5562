package classes

import (
	"context"
	"encoding/json"
	"math"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/server/pg"
)

// ClassGrade is what somebody has reached in a class whose results count.
type ClassGrade struct {
	Points float64 `json:"points" doc:"One for each quiz that was answered rightly, and for each writing round its mark of 0 to 1."`
	Most   int     `json:"most" doc:"Quizzes and writing rounds of the class."`
}

// graded are the events that grades are worked out from, besides those of attendance.
var graded = []string{"poll.opened", "poll.answered", "write.opened", "write.submitted"}

// scores are what people have reached in the rounds of a class.
type scores struct {
	quizzes map[uuid.UUID]doing                  // by poll
	answers map[uuid.UUID]map[uuid.UUID]doing    // by poll and person
	sheets  map[uuid.UUID]map[uuid.UUID]*float64 // marks by writing round and person
}

// scored folds a log. The last answer and the last sheet of a person count, as in the room; it takes none once a round is
// over. A round whose sheet was not marked does not count for who wrote it.
func scored(events []Event) scores {
	s := scores{map[uuid.UUID]doing{}, map[uuid.UUID]map[uuid.UUID]doing{}, map[uuid.UUID]map[uuid.UUID]*float64{}}
	for _, e := range events {
		var d doing
		if len(e.Data) == 0 || json.Unmarshal(e.Data, &d) != nil {
			continue
		}
		switch e.Name {
		case "poll.opened":
			if _, again := s.quizzes[d.Poll]; !again && d.Graded && len(d.Correct) > 0 {
				s.quizzes[d.Poll], s.answers[d.Poll] = d, map[uuid.UUID]doing{}
			}
		case "poll.answered":
			if answers := s.answers[d.Poll]; answers != nil {
				answers[d.Person] = d
			}
		case "write.opened":
			if s.sheets[d.Round] == nil {
				s.sheets[d.Round] = map[uuid.UUID]*float64{}
			}
		case "write.submitted":
			if sheets := s.sheets[d.Round]; sheets != nil {
				sheets[d.Person] = d.Mark
			}
		}
	}
	return s
}

// of returns the points of a person, in hundredths at the finest, how many they could have, and whether they took part in
// any round.
func (s scores) of(person uuid.UUID) (points float64, most int, tookPart bool) {
	most = len(s.quizzes) + len(s.sheets)
	for id, quiz := range s.quizzes {
		if answer, answered := s.answers[id][person]; answered {
			tookPart = true
			if quiz.right(answer) {
				points++
			}
		}
	}
	for _, sheets := range s.sheets {
		switch mark, written := sheets[person]; {
		case written && mark == nil:
			most--
		case written:
			tookPart = true
			points += min(1, max(0, *mark))
		}
	}
	return math.Round(100*points) / 100, most, tookPart
}

// storeGrades works the grades of a class out anew: from the archived rounds, for students of its run who were there by the
// attendance as corrected, or who took part in a round. It takes them away when the class does not count.
func storeGrades(ctx context.Context, tx pgx.Tx, class uuid.UUID) error {
	var counts bool
	// The lock makes two who work them out at once take turns: the later one sees all that the earlier one saw.
	err := tx.QueryRow(ctx, `SELECT graded AND state = 'ended' FROM classes WHERE id = @class FOR NO KEY UPDATE`, pgx.NamedArgs{"class": class}).Scan(&counts)
	if err != nil {
		return pg.Translate(err, "class", class)
	}
	people, points, most := []uuid.UUID{}, []float64{}, []int{}
	if counts {
		events, err := eventsOf(ctx, tx, class, graded...)
		if err != nil {
			return err
		}
		there, err := attendees(ctx, tx, class)
		if err != nil {
			return err
		}
		s := scored(events)
		for _, p := range there {
			reached, could, tookPart := s.of(p.Person)
			if could > 0 && !p.Guest && (p.Minutes > 0 || tookPart) {
				people, points, most = append(people, p.Person), append(points, reached), append(most, could)
			}
		}
	}
	args := pgx.NamedArgs{"class": class, "people": people, "points": points, "most": most}
	b := &pgx.Batch{}
	b.Queue(`DELETE FROM class_grades WHERE class_id = @class AND NOT account_id = ANY (@people::uuid[])`, args)
	b.Queue(`
		INSERT INTO class_grades (class_id, account_id, points, most)
		SELECT k.id, p.person, p.points, p.most FROM classes k, unnest(@people::uuid[], @points::float8[], @most::int[]) AS p (person, points, most)
		WHERE k.id = @class AND EXISTS (SELECT FROM enrolments e WHERE e.run_id = k.run_id AND e.account_id = p.person)
		ON CONFLICT (class_id, account_id) DO UPDATE SET points = excluded.points, most = excluded.most, graded_at = now()
		WHERE (class_grades.points, class_grades.most) <> (excluded.points, excluded.most)`, args)
	return pg.Translate(tx.SendBatch(ctx, b).Close(), "grades of class", class)
}
