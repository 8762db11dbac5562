package courses

import (
	"context"
	"errors"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/courses/localize"
	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

// NewCourse is a course to be made.
type NewCourse struct {
	InstitutionID uuid.UUID     `json:"institutionId" format:"uuid"`
	Slug          string        `json:"slug,omitempty" maxLength:"80" pattern:"^([a-z0-9]+(-[a-z0-9]+)*)?$" doc:"Its address; empty = made from the title."`
	Format        string        `json:"format" enum:"mooc,micro"`
	Title         localize.Text `json:"title" doc:"At most 200 characters per language; at least one language."`
	Languages     []string      `json:"languages" minItems:"1" maxItems:"10" doc:"Languages of instruction as BCP 47 tags; the first is the fall-back of every text."`
	Trade         string        `json:"trade,omitempty" maxLength:"10" doc:"ISCO-08 unit group code of GET /api/trades."`
	Level         string        `json:"level,omitempty" maxLength:"20" doc:"list:level, such as hsk2:2, gf2021:3, hsk2025:4."`
}

// CoursePatch changes what it holds.
type CoursePatch struct {
	Version     int            `json:"version" minimum:"1" maximum:"2147483647" doc:"The version last seen."`
	Slug        *string        `json:"slug,omitempty" maxLength:"80" minLength:"1" pattern:"^[a-z0-9]+(-[a-z0-9]+)*$" doc:"Refused once the course has been published, so that links keep working."`
	Trade       *string        `json:"trade,omitempty" maxLength:"10"`
	Level       *string        `json:"level,omitempty" maxLength:"20"`
	Languages   []string       `json:"languages,omitempty" minItems:"1" maxItems:"10"`
	Title       *localize.Text `json:"title,omitempty" doc:"The whole title, all languages."`
	Summary     *localize.Text `json:"summary,omitempty" doc:"The whole summary; at most 1000 characters per language."`
	Description *localize.Text `json:"description,omitempty" doc:"The whole description, Markdown; at most 20000 characters per language."`
	EffortHours *float64       `json:"effortHours,omitempty" minimum:"0" maximum:"5000"`
	WordBudget  *int           `json:"wordBudget,omitempty" minimum:"0" maximum:"2000" doc:"New words that a unit may bring; 0 = what the level suggests."`
	// PosterAssetID is nil when it stays, not Valid when it is taken away.
	PosterAssetID *uuid.NullUUID `json:"-"`
}

var (
	courseTitleRule = localize.Rule{MaxRunes: 200, Required: true}
	descriptionRule = localize.Rule{MaxRunes: 20_000, Lines: true}
)

// CreateCourse makes a draft; a repeated creation changes nothing and answers the draft as it is now. Forbidden unless
// the viewer is an author or coordinator of the institution.
func (s *Service) CreateCourse(ctx context.Context, viewer, id uuid.UUID, in NewCourse) (DraftCourse, error) {
	title, err := courseTitleRule.Clean("title", in.Title)
	if err != nil {
		return DraftCourse{}, err
	}
	in.Title = title
	if err := errors.Join(checkNewID(id), checkLanguages(in.Languages), checkTrade(in.Trade), checkLevel(ctx, s.db, in.Level)); err != nil {
		return DraftCourse{}, err
	}
	var d DraftCourse
	err = pg.InTx(ctx, s.db, func(tx pgx.Tx) error {
		known, err := knownCourse(ctx, tx, viewer, id)
		if err == nil && !known {
			err = insertCourse(ctx, tx, viewer, id, in)
		}
		if err != nil {
			return err
		}
		d, err = loadDraft(ctx, tx, viewer, id)
		return err
	})
	return d, err
}

func knownCourse(ctx context.Context, q pg.Querier, viewer, id uuid.UUID) (bool, error) {
	var mine bool
	err := q.QueryRow(ctx, `SELECT may_author(@viewer, id) FROM courses WHERE id = @id`, pgx.NamedArgs{"viewer": viewer, "id": id}).Scan(&mine)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return false, nil
	case err == nil && !mine:
		return false, fault.New(fault.Conflict, "id_taken", "This id is in use; make a new one.")
	}
	return err == nil, pg.Translate(err, "course", id)
}

func insertCourse(ctx context.Context, q pg.Querier, viewer, id uuid.UUID, in NewCourse) error {
	slug, err := chooseSlug(ctx, q, id, in)
	if err != nil {
		return err
	}
	tag, err := q.Exec(ctx, `
		INSERT INTO courses (id, institution_id, slug, format, trade, level, languages, title, created_by)
		SELECT @id, i.id, @slug, @format, @trade, @level, @languages, @title, @viewer
		FROM institutions i WHERE i.id = @institution AND has_role(@viewer, i.id, 'author', 'coordinator')`,
		pgx.NamedArgs{"id": id, "institution": in.InstitutionID, "slug": slug, "format": in.Format, "trade": in.Trade, "level": in.Level,
			"languages": in.Languages, "title": in.Title, "viewer": viewer})
	if err != nil {
		return slugTaken(pg.Translate(err, "course", id))
	}
	if tag.RowsAffected() == 0 {
		return fault.New(fault.Forbidden, "not_author", "Only authors and coordinators of this institution make its courses.")
	}
	return nil
}

// slugTaken gives the conflict over an address its own code.
func slugTaken(err error) error {
	var f *fault.Error
	if errors.As(err, &f) && f.Code == "courses_slug_key" {
		taken := fault.New(fault.Conflict, "slug_taken", "Another course has this address; choose a different one.")
		taken.Field = "slug"
		return taken
	}
	return err
}

// PatchCourse changes a draft's own fields. Conflict stale_version when the version is not the current one.
func (s *Service) PatchCourse(ctx context.Context, viewer, id uuid.UUID, in CoursePatch) (CourseFields, error) {
	args, err := coursePatchArgs(id, in)
	if err != nil {
		return CourseFields{}, err
	}
	d, err := s.edit(ctx, viewer, place{"course", id}, func(tx pgx.Tx, c lockedCourse) (bool, error) {
		if in.PosterAssetID != nil && in.PosterAssetID.Valid {
			if err := checkAsset(ctx, tx, c, "posterAssetId", "image", in.PosterAssetID.UUID); err != nil {
				return false, err
			}
		}
		if in.Level != nil {
			if err := checkLevel(ctx, tx, *in.Level); err != nil {
				return false, err
			}
		}
		if in.Slug != nil {
			if err := slugFree(ctx, tx, id, *in.Slug); err != nil {
				return false, err
			}
		}
		tag, err := tx.Exec(ctx, `
			UPDATE courses SET slug = coalesce(@slug, slug), trade = coalesce(@trade, trade), level = coalesce(@level, level),
			       languages = coalesce(@languages, languages), title = coalesce(@title, title), summary = coalesce(@summary, summary),
			       description = coalesce(@description, description), effort_hours = coalesce(@hours, effort_hours),
			       word_budget = nullif(coalesce(@budget, word_budget, 0), 0),
			       poster_asset_id = CASE WHEN @newPoster THEN @poster ELSE poster_asset_id END, version = version + 1
			WHERE id = @id AND version = @version`, args)
		if err != nil {
			return false, slugTaken(pg.Translate(err, "course", id))
		}
		return patched(ctx, tx, "course", tag.RowsAffected(), `
			SELECT true, version = @version + 1 AND slug = coalesce(@slug, slug) AND trade = coalesce(@trade, trade) AND level = coalesce(@level, level)
			       AND languages = coalesce(@languages, languages) AND title = coalesce(@title, title) AND summary = coalesce(@summary, summary)
			       AND description = coalesce(@description, description) AND effort_hours = coalesce(@hours, effort_hours)
			       AND coalesce(word_budget, 0) = coalesce(@budget, word_budget, 0)
			       AND (NOT @newPoster OR poster_asset_id IS NOT DISTINCT FROM @poster::uuid)
			FROM courses WHERE id = @id`, args)
	})
	return d.CourseFields, err
}

func coursePatchArgs(id uuid.UUID, in CoursePatch) (pgx.NamedArgs, error) {
	title, err1 := cleanPatch(courseTitleRule, "title", in.Title)
	summary, err2 := cleanPatch(summaryRule, "summary", in.Summary)
	description, err3 := cleanPatch(descriptionRule, "description", in.Description)
	var err4, err5 error
	if in.Languages != nil {
		err4 = checkLanguages(in.Languages)
	}
	if in.Trade != nil {
		err5 = checkTrade(*in.Trade)
	}
	return pgx.NamedArgs{"id": id, "version": in.Version, "slug": in.Slug, "trade": in.Trade, "level": in.Level, "languages": in.Languages,
		"title": title, "summary": summary, "description": description, "hours": in.EffortHours, "budget": in.WordBudget,
		"newPoster": in.PosterAssetID != nil, "poster": in.PosterAssetID}, errors.Join(err1, err2, err3, err4, err5)
}

// slugFree refuses to move a course that has been published: its address is in links, certificates and bookmarks.
func slugFree(ctx context.Context, q pg.Querier, id uuid.UUID, slug string) error {
	var fixed bool
	err := q.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM courses c JOIN revisions r ON r.course_id = c.id WHERE c.id = @id AND c.slug <> @slug)`,
		pgx.NamedArgs{"id": id, "slug": slug}).Scan(&fixed)
	if err == nil && fixed {
		f := fault.New(fault.Conflict, "slug_fixed", "The course has been published under its address, which stays so that links keep working.")
		f.Field = "slug"
		return f
	}
	return pg.Translate(err, "course", id)
}

// DeleteCourse deletes a draft that was never published. Conflict course_published for any other.
func (s *Service) DeleteCourse(ctx context.Context, viewer, id uuid.UUID) error {
	return pg.InTx(ctx, s.db, func(tx pgx.Tx) error {
		if _, err := lockCourse(ctx, tx, viewer, place{"course", id}); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `DELETE FROM courses c WHERE c.id = @id AND NOT EXISTS (SELECT FROM revisions r WHERE r.course_id = c.id)`,
			pgx.NamedArgs{"id": id})
		if err == nil && tag.RowsAffected() == 0 {
			return fault.New(fault.Conflict, "course_published", "The course has been published and has a history; archive it instead.")
		}
		return pg.Translate(err, "course", id)
	})
}

func checkLanguages(languages []string) error {
	if len(languages) == 0 || len(languages) > 10 {
		return fault.NewInvalid("languages", "bad_languages", "A course has 1 to 10 languages of instruction.")
	}
	for i, l := range languages {
		if !localize.IsLocale(l) {
			return fault.NewInvalid("languages", "unknown_locale", "%.40q is not a language tag such as en or zh-CN.", l)
		}
		if slices.Contains(languages[:i], l) {
			return fault.NewInvalid("languages", "repeated", "%s stands there twice.", l)
		}
	}
	return nil
}
