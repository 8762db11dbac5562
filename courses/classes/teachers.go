package classes

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

// ClassTeacher is somebody who leads a class.
type ClassTeacher struct {
	AccountID uuid.UUID `json:"accountId" format:"uuid"`
	Name      string    `json:"name"`
	Named     bool      `json:"named" doc:"For this class alone; the others teach its run."`
}

// classTeachers reads who leads class c of a course co, those of its run first.
const classTeachers = `coalesce((
	SELECT jsonb_agg(jsonb_build_object('accountId', a.id, 'name', a.name, 'named', l.named) ORDER BY l.named, a.name, a.id)
	FROM (SELECT t.account_id, false AS named FROM run_teachers t WHERE t.run_id = c.run_id
	      UNION ALL SELECT t.account_id, true FROM class_teachers t WHERE t.class_id = c.id
	          AND EXISTS (SELECT FROM teaching_staff s WHERE s.institution_id = co.institution_id AND s.account_id = t.account_id)
	          AND NOT EXISTS (SELECT FROM run_teachers x WHERE x.run_id = c.run_id AND x.account_id = t.account_id)) l
	JOIN accounts a ON a.id = l.account_id WHERE a.suspended_at IS NULL), '[]') AS teachers`

// Colleague is somebody who can be named for the classes of a run.
type Colleague struct {
	AccountID uuid.UUID `json:"accountId" format:"uuid"`
	Name      string    `json:"name"`
	Email     string    `json:"email"`
}

// maxColleagues is how many people one search finds.
const maxColleagues = 20

// Colleagues finds who can be named for the classes of a run, by a part of the name or the address. NotFound unless the
// viewer may teach the run.
func (s *Service) Colleagues(ctx context.Context, viewer, run uuid.UUID, query string) ([]Colleague, error) {
	var institution uuid.UUID
	err := s.db.QueryRow(ctx, `SELECT c.institution_id FROM runs r JOIN courses c ON c.id = r.course_id WHERE r.id = @run AND may_teach(@viewer, r.id)`,
		pgx.NamedArgs{"viewer": viewer, "run": run}).Scan(&institution)
	if err != nil {
		return nil, pg.Translate(err, "run", run)
	}
	rows, err := s.db.Query(ctx, `
		SELECT a.id AS account_id, a.name, a.email::text AS email FROM teaching_staff s JOIN accounts a ON a.id = s.account_id
		WHERE s.institution_id = @institution AND (a.name || ' ' || a.email::text) ILIKE @pattern
		AND NOT EXISTS (SELECT FROM run_teachers t WHERE t.run_id = @run AND t.account_id = a.id)
		ORDER BY a.name COLLATE "C", a.id LIMIT @limit`,
		pgx.NamedArgs{"institution": institution, "run": run, "pattern": containing(query), "limit": maxColleagues})
	if err != nil {
		return nil, pg.Translate(err, "colleagues", run)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[Colleague])
	return list, pg.Translate(err, "colleagues", run)
}

// containing makes a LIKE pattern in which the query's own % and _ mean themselves.
func containing(query string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(strings.TrimSpace(query)) + "%"
}

// maxNamed is how many people can be named for a class.
const maxNamed = 10

// nameTeachers makes people the ones who lead classes of a run besides its teachers; nil leaves everything as it is.
// Invalid when one of them does not belong to the staff of the run's institution.
func nameTeachers(ctx context.Context, q pg.Querier, run uuid.UUID, classes, people []uuid.UUID) error {
	if people == nil {
		return nil
	}
	if len(people) > maxNamed {
		return fault.NewInvalid("teacherIds", "too_many", "At most %d people are named for a class.", maxNamed)
	}
	args := pgx.NamedArgs{"run": run, "classes": classes, "people": people}
	var stranger *int
	err := q.QueryRow(ctx, `
		SELECT min(p.n) - 1 FROM unnest(@people::uuid[]) WITH ORDINALITY p (id, n)
		WHERE NOT EXISTS (SELECT FROM teaching_staff s JOIN courses c ON c.institution_id = s.institution_id JOIN runs r ON r.course_id = c.id
			WHERE r.id = @run AND s.account_id = p.id)`, args).Scan(&stranger)
	if err != nil {
		return pg.Translate(err, "teachers of classes", run)
	}
	if stranger != nil {
		return fault.NewInvalid(fmt.Sprintf("teacherIds[%d]", *stranger), "no_teacher", "This person does not teach at the course's institution.")
	}
	b := &pgx.Batch{}
	b.Queue(`DELETE FROM class_teachers WHERE class_id = ANY (@classes) AND NOT account_id = ANY (@people::uuid[])`, args)
	b.Queue(`INSERT INTO class_teachers (class_id, account_id) SELECT k, p FROM unnest(@classes::uuid[]) k, unnest(@people::uuid[]) p ON CONFLICT DO NOTHING`, args)
	return pg.Translate(q.SendBatch(ctx, b).Close(), "teachers of classes", run)
}
