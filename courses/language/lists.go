package language

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/courses/language/levels"
	"hanzhi/courses/language/lexicon"
	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

// hsk2 is the list of levels that is part of the dictionary.
const (
	hsk2    = "hsk2"
	maxHSK2 = 6
)

// List is a list of levels as a level names it.
type List struct {
	ID     string   `json:"id" example:"hsk2"`
	Name   string   `json:"name" example:"HSK 2.0"`
	Levels []string `json:"levels" doc:"What the list calls its levels, the first is level 1." example:"[\"1\",\"2\"]"`
}

// InstalledList is a list with what it holds.
type InstalledList struct {
	ID           string             `json:"id" example:"gf2021"`
	Name         string             `json:"name" example:"GF0025-2021"`
	Edition      string             `json:"edition,omitempty" doc:"Which version of the list it is, in its publisher's words."`
	Version      int                `json:"version" doc:"Raised by every import that changes it."`
	BuiltIn      bool               `json:"builtIn"`
	Levels       []levels.ListLevel `json:"levels"`
	Words        int                `json:"words" doc:"Entries of all levels."`
	Learners     int                `json:"learners" doc:"Who have declared a level of it; 0 unless the viewer is an administrator."`
	Institutions int                `json:"institutions" doc:"That have chosen it."`
}

// ListFile is a file of a list: UTF-8, one word a line.
type ListFile struct {
	Name  string `json:"name" minLength:"1" maxLength:"200" doc:"Its end says the level: hsk-2025-level-3.txt."`
	Level int    `json:"level,omitempty" minimum:"0" maximum:"12" doc:"When the name does not say it."`
	Data  []byte `json:"data" maxLength:"1500000" doc:"The file as it is."`
}

// ListImport asks for a list to be made, or replaced by another version.
type ListImport struct {
	Name    string     `json:"name" minLength:"1" maxLength:"60"`
	Edition string     `json:"edition,omitempty" maxLength:"60"`
	Version int        `json:"version" minimum:"0" doc:"The one last seen; 0 = new."`
	Files   []ListFile `json:"files" minItems:"1" maxItems:"24"`
	Apply   bool       `json:"apply" doc:"false only shows what would be imported."`
}

// ListReport is what an import comes to.
type ListReport struct {
	Levels       []levels.ListLevel   `json:"levels"`
	Lines        int                  `json:"lines" doc:"That hold something."`
	Problems     []levels.LineProblem `json:"problems" maxItems:"300"`
	ProblemCount int                  `json:"problemCount" doc:"Also those that are not shown."`
	Unreadable   bool                 `json:"unreadable" doc:"A file could not be read: nothing can be imported."`
	Unknown      []string             `json:"unknown" maxItems:"200" doc:"Words that the dictionary does not have: their level is never shown in a text."`
	UnknownCount int                  `json:"unknownCount"`
	Added        int                  `json:"added" doc:"Words, against what is installed."`
	Removed      int                  `json:"removed"`
	Moved        int                  `json:"moved" doc:"To another level."`
	Applied      bool                 `json:"applied"`
	List         *InstalledList       `json:"list,omitempty" doc:"Once applied."`
}

// wordList is a list in memory, at one version. It never changes.
type wordList struct {
	List
	level func(word string) int // 0 = not listed
}

// show puts the level of a word into it.
func (l *wordList) show(w *Word) {
	if w.Level = l.level(w.Hanzi); w.Level > 0 && w.Level <= len(l.Levels) {
		w.List, w.LevelName = l.Name, l.Levels[w.Level-1]
	}
}

const mostUnknown = 200

// Lists returns the lists of levels that are installed, the one of the dictionary first.
func (s *Service) Lists(ctx context.Context, viewer uuid.UUID) ([]InstalledList, error) {
	rows, err := s.db.Query(ctx, `
		SELECT l.id, l.name, l.edition, l.version, l.levels, l.id = @builtIn,
		       CASE WHEN is_admin(@viewer) THEN (SELECT count(*) FROM learner_settings x WHERE x.word_list = l.id AND x.level > 0) ELSE 0 END::int,
		       (SELECT count(*) FROM institutions i WHERE i.word_list = l.id)::int
		FROM (SELECT id, name, edition, version, levels FROM level_lists WHERE deleted_at IS NULL
		      UNION ALL SELECT @builtIn, @name, '', 1, @levels::jsonb) l
		ORDER BY l.id <> @builtIn, l.name, l.id`, pgx.NamedArgs{"viewer": viewer, "builtIn": hsk2, "name": s.hsk2.Name, "levels": s.hsk2Levels})
	if err != nil {
		return nil, pg.Translate(err, "lists of levels", "")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (l InstalledList, err error) {
		err = row.Scan(&l.ID, &l.Name, &l.Edition, &l.Version, &l.Levels, &l.BuiltIn, &l.Learners, &l.Institutions)
		for _, level := range l.Levels {
			l.Words += level.Words
		}
		return l, err
	})
	return list, pg.Translate(err, "lists of levels", "")
}

// countHSK2 counts the levels of the list that is part of the dictionary.
func (s *Service) countHSK2() {
	s.hsk2 = &wordList{List: List{ID: hsk2, Name: "HSK 2.0"}, level: s.levelOf}
	var counts [maxHSK2 + 1]int
	for id := range s.lexicon.Size() {
		counts[min(s.lexicon.Level(lexicon.ID(id)), maxHSK2)]++
	}
	for level := 1; level <= maxHSK2; level++ {
		called := strconv.Itoa(level)
		s.hsk2Levels = append(s.hsk2Levels, levels.ListLevel{Name: called, Words: counts[level]})
		s.hsk2.Levels = append(s.hsk2.Levels, called)
	}
}

// list returns an installed list; the one of the dictionary and the name of the missing one when it is not there.
func (s *Service) list(ctx context.Context, id string) (l *wordList, missing string, err error) {
	if id == "" || id == hsk2 {
		return s.hsk2, "", nil
	}
	var name string
	var version int
	var gone bool
	var held []levels.ListLevel
	err = s.db.QueryRow(ctx, `SELECT name, version, levels, deleted_at IS NOT NULL FROM level_lists WHERE id = @id`, pgx.NamedArgs{"id": id}).Scan(&name, &version, &held, &gone)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return s.hsk2, id, nil
	case err != nil:
		return nil, "", pg.Translate(err, "list of levels", id)
	case gone:
		return s.hsk2, name, nil
	}
	key := fmt.Sprintf("%s@%d", id, version)
	words, cached := s.lists.Get(key)
	if !cached {
		if words, err = wordsOfList(ctx, s.db, id); err != nil {
			return nil, "", err
		}
		s.lists.Add(key, words)
	}
	l = &wordList{List: List{ID: id, Name: name}, level: func(word string) int { return words[word] }}
	for _, level := range held {
		l.Levels = append(l.Levels, level.Name)
	}
	return l, "", nil
}

// listOfInstitution returns the list by which an institution shows levels; the one of the dictionary for none.
func (s *Service) listOfInstitution(ctx context.Context, institution uuid.UUID) (*wordList, error) {
	var id string
	err := s.db.QueryRow(ctx, `SELECT coalesce((SELECT i.word_list FROM institutions i WHERE i.id = @id), '')`, pgx.NamedArgs{"id": institution}).Scan(&id)
	if err != nil {
		return nil, pg.Translate(err, "list of", institution)
	}
	l, _, err := s.list(ctx, id)
	return l, err
}

// levelsOf are the levels of words, parallel to them.
func (l *wordList) levelsOf(words []string) []int {
	list := make([]int, len(words))
	for i, word := range words {
		list[i] = l.level(word)
	}
	return list
}

func wordsOfList(ctx context.Context, q pg.Querier, id string) (map[string]int, error) {
	rows, err := q.Query(ctx, `SELECT word, level FROM level_words WHERE list_id = @id`, pgx.NamedArgs{"id": id})
	if err != nil {
		return nil, pg.Translate(err, "words of list", id)
	}
	words := map[string]int{}
	var word string
	var level int
	_, err = pgx.ForEachRow(rows, []any{&word, &level}, func() error {
		words[word] = level
		return nil
	})
	return words, pg.Translate(err, "words of list", id)
}

var listID = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// ImportList shows what files would make of a list, and makes or replaces it when told to apply: nothing changes when a file
// cannot be read, and the same files again change nothing. Forbidden unless the viewer is an administrator; Conflict
// stale_version when the list has changed since it was seen.
func (s *Service) ImportList(ctx context.Context, viewer uuid.UUID, id string, in ListImport) (ListReport, error) {
	in.Name, in.Edition = strings.TrimSpace(in.Name), strings.TrimSpace(in.Edition)
	switch {
	case !listID.MatchString(id) || len(id) > 20 || id == hsk2:
		return ListReport{}, fault.NewInvalid("id", "invalid", "A list needs a short name of small Latin letters and digits, and hsk2 is part of the dictionary.")
	case in.Name == "" || utf8.RuneCountInString(in.Name) > 60 || utf8.RuneCountInString(in.Edition) > 60:
		return ListReport{}, fault.NewInvalid("name", "invalid", "A list needs a name of at most 60 characters.")
	}
	files := make([]levels.File, len(in.Files))
	for i, f := range in.Files {
		files[i] = levels.File{Name: f.Name, Level: f.Level, Data: f.Data}
	}
	read := levels.Parse(files)
	report := ListReport{Levels: read.Levels, Lines: read.Lines, Problems: read.Problems, ProblemCount: read.Count, Unreadable: read.Unread || len(read.Words) == 0}
	s.findUnknown(read, &report)
	if in.Apply && report.Unreadable {
		return ListReport{}, fault.NewInvalid("files", "unreadable", "A file cannot be read; nothing was imported.")
	}
	err := pg.InTx(ctx, s.db, func(tx pgx.Tx) error { return importList(ctx, tx, viewer, id, in, read, &report) })
	if err != nil || !report.Applied {
		return report, err
	}
	installed, err := s.Lists(ctx, viewer)
	if i := slices.IndexFunc(installed, func(l InstalledList) bool { return l.ID == id }); i >= 0 {
		report.List = &installed[i]
	}
	return report, err
}

// findUnknown lists the entries of which the dictionary has no form.
func (s *Service) findUnknown(read levels.List, report *ListReport) {
	report.Unknown = []string{}
	for _, word := range slices.SortedFunc(maps.Keys(read.Words), func(a, b string) int {
		return read.Words[a]*1000 - read.Words[b]*1000 + strings.Compare(a, b)
	}) {
		if _, found := s.lexicon.Find(word); found {
			continue
		}
		if report.UnknownCount++; len(report.Unknown) < mostUnknown {
			report.Unknown = append(report.Unknown, word)
		}
	}
}

func importList(ctx context.Context, tx pgx.Tx, viewer uuid.UUID, id string, in ListImport, read levels.List, report *ListReport) error {
	if err := checkOperator(ctx, tx, viewer); err != nil {
		return err
	}
	var version int
	var same, gone bool
	held, err := json.Marshal(read.Levels)
	if err != nil {
		return pg.Translate(err, "list of levels", id)
	}
	err = tx.QueryRow(ctx, `SELECT version, deleted_at IS NOT NULL, name = @name AND edition = @edition AND levels = @levels::jsonb FROM level_lists WHERE id = @id FOR UPDATE`,
		pgx.NamedArgs{"id": id, "name": in.Name, "edition": in.Edition, "levels": string(held)}).Scan(&version, &gone, &same)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return pg.Translate(err, "list of levels", id)
	}
	before, err := wordsOfList(ctx, tx, id)
	if err != nil {
		return err
	}
	report.compare(before, read.Words)
	report.Applied = in.Apply
	switch {
	case !in.Apply, same && !gone && report.Added+report.Removed+report.Moved == 0:
		return nil
	case version > 0 && !gone && in.Version != version:
		return fault.New(fault.Conflict, "stale_version", "The list has changed since; look at the import again.")
	}
	return writeList(ctx, tx, id, in, held, read.Words)
}

func (r *ListReport) compare(before, after map[string]int) {
	for word, level := range after {
		switch old, had := before[word]; {
		case !had:
			r.Added++
		case old != level:
			r.Moved++
		}
	}
	r.Removed = len(before) + r.Added - len(after)
}

// writeList replaces what the list holds.
func writeList(ctx context.Context, tx pgx.Tx, id string, in ListImport, held []byte, words map[string]int) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO level_lists (id, name, edition, levels) VALUES (@id, @name, @edition, @levels)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, edition = excluded.edition, levels = excluded.levels,
		       version = level_lists.version + 1, deleted_at = NULL, updated_at = now()`,
		pgx.NamedArgs{"id": id, "name": in.Name, "edition": in.Edition, "levels": string(held)})
	if err == nil {
		_, err = tx.Exec(ctx, `DELETE FROM level_words WHERE list_id = @id`, pgx.NamedArgs{"id": id})
	}
	if err != nil {
		return pg.Translate(err, "list of levels", id)
	}
	list := slices.Sorted(maps.Keys(words))
	numbers := make([]int, len(list))
	for i, word := range list {
		numbers[i] = words[word]
	}
	_, err = tx.Exec(ctx, `INSERT INTO level_words (list_id, word, level) SELECT @id, w, l FROM unnest(@words::text[], @levels::int[]) AS x (w, l)`,
		pgx.NamedArgs{"id": id, "words": list, "levels": numbers})
	return pg.Translate(err, "list of levels", id)
}

func checkOperator(ctx context.Context, q pg.Querier, viewer uuid.UUID) error {
	var may bool
	if err := q.QueryRow(ctx, `SELECT is_admin(@viewer)`, pgx.NamedArgs{"viewer": viewer}).Scan(&may); err != nil {
		return pg.Translate(err, "account", viewer)
	}
	if !may {
		return fault.New(fault.Forbidden, "forbidden", "Only an administrator may do this.")
	}
	return nil
}

// DeleteList takes a list away. Whoever had chosen it falls back to HSK 2.0 without a level and is told; imported again, the
// list is theirs again. Deleting it twice is no error; the one of the dictionary stays.
func (s *Service) DeleteList(ctx context.Context, viewer uuid.UUID, id string) error {
	if id == hsk2 {
		return fault.New(fault.Conflict, "built_in", "This list is part of the dictionary.")
	}
	return pg.InTx(ctx, s.db, func(tx pgx.Tx) error {
		if err := checkOperator(ctx, tx, viewer); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `UPDATE level_lists SET deleted_at = coalesce(deleted_at, now()), version = version + 1 WHERE id = @id`, pgx.NamedArgs{"id": id})
		if err == nil && tag.RowsAffected() == 0 {
			return fault.NewNotFound("list")
		}
		if err == nil {
			_, err = tx.Exec(ctx, `DELETE FROM level_words WHERE list_id = @id`, pgx.NamedArgs{"id": id})
		}
		return pg.Translate(err, "list of levels", id)
	})
}

// ChineseLevel is a level of a list; 0 = none.
type ChineseLevel struct {
	List  string `json:"list" maxLength:"20" example:"hsk2"`
	Level int    `json:"level" minimum:"0" maximum:"12"`
}

// DeclaredLevel is what the viewer has said.
type DeclaredLevel struct {
	List  List   `json:"list"`
	Level int    `json:"level" doc:"0 = none."`
	Lost  string `json:"lost,omitempty" doc:"Name of the list that was chosen and is not there any more."`
}

// DeclareLevel says that the viewer knows all words of a list up to a level; 0 takes it back.
func (s *Service) DeclareLevel(ctx context.Context, viewer uuid.UUID, in ChineseLevel) (DeclaredLevel, error) {
	l, missing, err := s.list(ctx, in.List)
	switch {
	case err != nil:
		return DeclaredLevel{}, err
	case missing != "" || in.List == "":
		return DeclaredLevel{}, fault.NewInvalid("list", "unknown_list", "%.20q is no list of levels that is installed.", in.List)
	case in.Level < 0 || in.Level > len(l.Levels):
		return DeclaredLevel{}, fault.NewInvalid("level", "unknown_level", "%s has %d levels; 0 is none.", l.Name, len(l.Levels))
	}
	_, err = s.db.Exec(ctx, `
		INSERT INTO learner_settings (account_id, word_list, level) VALUES (@viewer, @list, @level)
		ON CONFLICT (account_id) DO UPDATE SET word_list = excluded.word_list, level = excluded.level, updated_at = now()`,
		pgx.NamedArgs{"viewer": viewer, "list": in.List, "level": in.Level})
	return DeclaredLevel{List: l.List, Level: in.Level}, pg.Translate(err, "settings of", viewer)
}

// DeclaredLevel returns what the viewer has said, HSK 2.0 and none when nothing.
func (s *Service) DeclaredLevel(ctx context.Context, viewer uuid.UUID) (DeclaredLevel, error) {
	l := learner{}
	err := s.readSettings(ctx, viewer, "", &l)
	if err != nil {
		return DeclaredLevel{}, err
	}
	return DeclaredLevel{List: l.list.List, Level: l.level, Lost: l.lost}, nil
}
