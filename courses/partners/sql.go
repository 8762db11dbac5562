package partners

import (
	"context"
	"errors"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

const institutionColumns = `i.id, i.slug, i.name, i.about, i.kind, i.country::text AS country, i.website, i.word_list,
	(SELECT count(*) FROM courses c WHERE c.institution_id = i.id AND c.state = 'published')::int AS course_count`

func listInstitutions(ctx context.Context, q pg.Querier, f Filter, limit int) ([]Institution, error) {
	rows, err := q.Query(ctx, `SELECT `+institutionColumns+` FROM institutions i
		WHERE i.slug > @cursor AND (@country = '' OR i.country = @country) AND (@kind = '' OR i.kind = @kind)
			AND (@query = '' OR i.slug ILIKE @pattern OR EXISTS (SELECT FROM jsonb_each_text(i.name) n WHERE n.value ILIKE @pattern))
		ORDER BY i.slug LIMIT @limit`,
		pgx.NamedArgs{"cursor": f.Cursor, "country": f.Country, "kind": f.Kind, "query": strings.TrimSpace(f.Query), "pattern": containing(f.Query), "limit": limit})
	if err != nil {
		return nil, pg.Translate(err, "institutions", "")
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[Institution])
	return list, pg.Translate(err, "institutions", "")
}

func oneInstitution(ctx context.Context, q pg.Querier, where string, key any) (Institution, error) {
	rows, err := q.Query(ctx, `SELECT `+institutionColumns+` FROM institutions i WHERE `+where, pgx.NamedArgs{"key": key})
	if err != nil {
		return Institution{}, pg.Translate(err, "institution", key)
	}
	i, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Institution])
	return i, pg.Translate(err, "institution", key)
}

// lockInstitution keeps the institution and its members as they are for other writers until the transaction ends.
func lockInstitution(ctx context.Context, tx pgx.Tx, id uuid.UUID) (exists bool, err error) {
	err = tx.QueryRow(ctx, `SELECT true FROM institutions WHERE id = @id FOR NO KEY UPDATE`, pgx.NamedArgs{"id": id}).Scan(&exists)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	return exists, pg.Translate(err, "institution", id)
}

func insertInstitution(ctx context.Context, q pg.Querier, viewer uuid.UUID, i Institution) error {
	tag, err := q.Exec(ctx, `INSERT INTO institutions (id, slug, name, about, kind, country, website, word_list)
		SELECT @id, @slug, @name, @about, @kind, @country, @website, coalesce(nullif(@list, ''), 'hsk2') WHERE is_admin(@viewer)`, institutionArgs(viewer, i))
	return written(tag.RowsAffected(), err, i)
}

func replaceInstitution(ctx context.Context, q pg.Querier, viewer uuid.UUID, i Institution) error {
	tag, err := q.Exec(ctx, `UPDATE institutions SET slug = @slug, name = @name, about = @about, kind = @kind, country = @country,
			website = @website, word_list = coalesce(nullif(@list, ''), word_list), updated_at = now()
		WHERE id = @id AND has_role(@viewer, id, 'coordinator')`, institutionArgs(viewer, i))
	return written(tag.RowsAffected(), err, i)
}

// checkWordList refuses lists that nobody has installed. The one of an institution may have gone since it was chosen; it is
// sent back as it is by who changes something else.
func checkWordList(ctx context.Context, q pg.Querier, list string) error {
	var known bool
	err := q.QueryRow(ctx, `SELECT @list IN ('', 'hsk2') OR EXISTS (SELECT FROM level_lists WHERE id = @list)`, pgx.NamedArgs{"list": list}).Scan(&known)
	if err == nil && !known {
		return fault.NewInvalid("wordList", "unknown_list", "%.20q is no list of levels that is installed.", list)
	}
	return pg.Translate(err, "list of levels", list)
}

func institutionArgs(viewer uuid.UUID, i Institution) pgx.NamedArgs {
	return pgx.NamedArgs{"viewer": viewer, "id": i.ID, "slug": i.Slug, "name": i.Name, "about": i.About, "kind": i.Kind, "country": i.Country, "website": i.Website, "list": i.WordList}
}

func written(rows int64, err error, i Institution) error {
	err = pg.Translate(err, "institution", i.ID)
	if taken := (*fault.Error)(nil); errors.As(err, &taken) && taken.Code == "institutions_slug_key" {
		f := fault.Wrap(err, fault.Conflict, "slug_taken", "Another institution has this name in addresses.")
		f.Field = "slug"
		return f
	}
	if err == nil && rows == 0 {
		return notCoordinator()
	}
	return err
}

func notCoordinator() error {
	return fault.New(fault.Forbidden, "forbidden", "Only a coordinator of the institution or an administrator may do this.")
}

// requireCoordinator tells an institution that is not there from one that is somebody else's: all may know of it.
func requireCoordinator(ctx context.Context, q pg.Querier, viewer, institution uuid.UUID) error {
	var may bool
	err := q.QueryRow(ctx, `SELECT has_role(@viewer, id, 'coordinator') FROM institutions WHERE id = @id`,
		pgx.NamedArgs{"viewer": viewer, "id": institution}).Scan(&may)
	if err != nil {
		return pg.Translate(err, "institution", institution)
	}
	if !may {
		return notCoordinator()
	}
	return nil
}

func listMemberships(ctx context.Context, q pg.Querier, account uuid.UUID) ([]Membership, error) {
	rows, err := q.Query(ctx, `SELECT i.id AS institution_id, i.slug AS institution_slug, i.name AS institution_name, array_agg(m.role ORDER BY m.role) AS roles
		FROM members m JOIN institutions i ON i.id = m.institution_id WHERE m.account_id = @account GROUP BY i.id ORDER BY i.slug`,
		pgx.NamedArgs{"account": account})
	if err != nil {
		return nil, pg.Translate(err, "memberships of", account)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[Membership])
	return list, pg.Translate(err, "memberships of", account)
}

func listTaught(ctx context.Context, q pg.Querier, account uuid.UUID) ([]Taught, error) {
	rows, err := q.Query(ctx, `SELECT r.id AS run_id, c.slug AS course_slug, r.title AS run_title,
		       -- A draft's title is the authors' alone, once there is a published one.
		       coalesce((SELECT v.course->'title' FROM revisions v WHERE v.course_id = c.id ORDER BY v.number DESC LIMIT 1), c.title) AS course_title
		FROM run_teachers t JOIN runs r ON r.id = t.run_id JOIN courses c ON c.id = r.course_id
		WHERE t.account_id = @account AND r.cancelled_at IS NULL AND r.ends_at > now() - interval '90 days'
		ORDER BY r.starts_at DESC, r.id LIMIT 100`, pgx.NamedArgs{"account": account})
	if err != nil {
		return nil, pg.Translate(err, "runs taught by", account)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[Taught])
	return list, pg.Translate(err, "runs taught by", account)
}

func listMembers(ctx context.Context, q pg.Querier, viewer, institution uuid.UUID, query, afterName string, afterID uuid.UUID, limit int) ([]Member, error) {
	rows, err := q.Query(ctx, `SELECT a.id AS account_id, a.name, a.email::text AS email, array_agg(m.role ORDER BY m.role) AS roles, min(m.created_at) AS joined_at
		FROM members m JOIN accounts a ON a.id = m.account_id
		WHERE m.institution_id = @institution AND has_role(@viewer, m.institution_id, 'coordinator')
			AND (a.name, a.id) > (@name, @id) AND a.name || ' ' || a.email::text ILIKE @pattern
		GROUP BY a.id ORDER BY a.name, a.id LIMIT @limit`,
		pgx.NamedArgs{"viewer": viewer, "institution": institution, "name": afterName, "id": afterID, "pattern": containing(query), "limit": limit})
	if err != nil {
		return nil, pg.Translate(err, "members of", institution)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[Member])
	return list, pg.Translate(err, "members of", institution)
}

// memberOf returns the person's part now, with no roles when there is none any more.
func memberOf(ctx context.Context, q pg.Querier, institution, account uuid.UUID) (Member, error) {
	rows, err := q.Query(ctx, `SELECT a.id AS account_id, a.name, a.email::text AS email,
			coalesce(array_agg(m.role ORDER BY m.role) FILTER (WHERE m.role IS NOT NULL), '{}') AS roles, coalesce(min(m.created_at), now()) AS joined_at
		FROM accounts a LEFT JOIN members m ON m.account_id = a.id AND m.institution_id = @institution
		WHERE a.id = @account GROUP BY a.id`, pgx.NamedArgs{"institution": institution, "account": account})
	if err != nil {
		return Member{}, pg.Translate(err, "member", account)
	}
	m, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Member])
	return m, pg.Translate(err, "member", account)
}

// accountByEmail answers coordinators only; otherwise it would tell anybody which addresses have an account.
func accountByEmail(ctx context.Context, q pg.Querier, viewer, institution uuid.UUID, email string) (id uuid.UUID, err error) {
	err = q.QueryRow(ctx, `SELECT id FROM accounts WHERE email = @email AND has_role(@viewer, @institution, 'coordinator')`,
		pgx.NamedArgs{"email": strings.TrimSpace(email), "viewer": viewer, "institution": institution}).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) || fault.Is(pg.Translate(err, "account", "by address"), fault.Invalid) {
		return uuid.Nil, fault.NewInvalid("email", "no_account", "Nobody has signed up with this address yet. Ask the person to sign up first.")
	}
	return id, pg.Translate(err, "account", "by address")
}

// replaceRoles keeps the rows of roles that stay, and with them the day the person joined.
func replaceRoles(ctx context.Context, q pg.Querier, viewer, institution, account uuid.UUID, roles []string) error {
	args := pgx.NamedArgs{"viewer": viewer, "institution": institution, "account": account, "roles": roles}
	_, err := q.Exec(ctx, `DELETE FROM members WHERE institution_id = @institution AND account_id = @account AND role <> ALL (@roles::text[])
		AND has_role(@viewer, @institution, 'coordinator')`, args)
	if err == nil {
		// The right was checked under the lock; it is not asked again, since a coordinator may just have given it up.
		_, err = q.Exec(ctx, `INSERT INTO members (institution_id, account_id, role) SELECT @institution, @account, unnest(@roles::text[])
			ON CONFLICT DO NOTHING`, pgx.NamedArgs{"institution": institution, "account": account, "roles": roles})
	}
	return pg.Translate(err, "roles of", account)
}

func countCoordinators(ctx context.Context, q pg.Querier, institution uuid.UUID) (n int, err error) {
	err = q.QueryRow(ctx, `SELECT count(*) FROM members m JOIN accounts a ON a.id = m.account_id
		WHERE m.institution_id = @institution AND m.role = 'coordinator' AND a.suspended_at IS NULL`, pgx.NamedArgs{"institution": institution}).Scan(&n)
	return n, pg.Translate(err, "coordinators of", institution)
}

// containing makes a LIKE pattern in which the query's own % and _ mean themselves.
func containing(query string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(strings.TrimSpace(query)) + "%"
}
