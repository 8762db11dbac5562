package app_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// importRule is one line of the table in docs/architecture.md: what a package may import of ours, and which
// technologies may not be reached through it directly.
type importRule struct {
	may   []string
	never []string
}

const (
	fiberPath = "github.com/gofiber/fiber/v2"
	humaPath  = "github.com/danielgtaylor/huma/v2"
	redisPath = "github.com/redis/go-redis/v9"
	minioPath = "github.com/minio/minio-go/v7"
	riverPath = "github.com/riverqueue/river"
	pgxPath   = "github.com/jackc/pgx/v5"
)

var importTable = map[string]importRule{
	"server/fault":                     {},
	"server/config":                    {},
	"migrations":                       {},
	"frontend":                         {},
	"demo":                             {may: []string{"server/fault", "demo/content", "demo/film"}, never: []string{fiberPath, humaPath, redisPath, minioPath, riverPath, pgxPath}},
	"demo/content":                     {may: []string{"server/fault"}, never: []string{fiberPath, humaPath, redisPath, minioPath, riverPath, pgxPath}},
	"demo/film":                        {may: []string{"server/fault", "demo/content", "demo/*"}, never: []string{fiberPath, humaPath, redisPath, minioPath, riverPath, pgxPath}},
	"server/pg":                        {may: []string{"server/fault", "migrations"}, never: []string{fiberPath, humaPath, redisPath}},
	"server/pg/pgtest":                 {may: []string{"server/pg", "server/fault", "server/embedded"}, never: []string{fiberPath, humaPath, redisPath}},
	"server/embedded":                  {may: []string{"server/fault"}, never: []string{fiberPath, humaPath}},
	"server/auth":                      {may: []string{"server/fault", "server/pg"}, never: []string{fiberPath, humaPath}},
	"courses/classes":                  {may: []string{"server/fault", "server/pg", "courses/localize", "courses/sheet"}, never: coursesNever},
	"courses/localize":                 {may: []string{"server/fault"}, never: coursesNever},
	"courses/sheet":                    {never: append(coursesNever, pgxPath)},
	"courses":                          {may: []string{"server/fault", "server/pg", "courses/*"}, never: coursesNever},
	"courses/language":                 {may: []string{"server/fault", "server/pg", "courses/localize", "courses/language/*"}, never: coursesNever},
	"courses/language/banks":           {may: []string{"server/fault", "courses/localize", "courses/sheet", "courses/language/pinyin"}, never: append(coursesNever, pgxPath)},
	"courses/language/coverage":        {never: append(coursesNever, pgxPath)},
	"courses/language/lexicon":         {may: []string{"courses/language/lexicon/layout", "courses/language/pinyin"}, never: append(coursesNever, pgxPath)},
	"courses/language/lexicon/layout":  {never: append(coursesNever, pgxPath)},
	"courses/language/levels":          {never: append(coursesNever, pgxPath)},
	"courses/language/places":          {never: append(coursesNever, pgxPath)},
	"courses/language/lint":            {may: []string{"courses/language/coverage"}, never: append(coursesNever, pgxPath)},
	"courses/language/memory":          {never: append(coursesNever, pgxPath)},
	"courses/language/pinyin":          {never: append(coursesNever, pgxPath)},
	"courses/language/segment":         {may: []string{"courses/language/lexicon", "courses/language/lexicon/layout", "courses/language/pinyin"}, never: append(coursesNever, pgxPath)},
	"courses/language/strokes":         {may: []string{"courses/language/strokes/layout"}, never: append(coursesNever, pgxPath)},
	"courses/language/strokes/layout":  {never: append(coursesNever, pgxPath)},
	"courses/language/typeface":        {may: []string{"courses/language/typeface/layout"}, never: append(coursesNever, pgxPath)},
	"courses/language/typeface/layout": {never: append(coursesNever, pgxPath)},
	"courses/partners":                 {may: []string{"server/fault", "server/pg", "courses/localize"}, never: coursesNever},
	"media":                            {may: []string{"server/fault", "server/pg"}, never: []string{fiberPath, humaPath, redisPath}},
	"server/live":                      {may: []string{"server/fault", "server/auth", "media"}, never: []string{fiberPath, humaPath, minioPath, riverPath, pgxPath}},
	"server/live/recording":            {may: []string{"server/fault", "server/live", "media"}, never: []string{fiberPath, humaPath, minioPath, riverPath, pgxPath, redisPath}},
	"server/jobs":                      {may: []string{"server/fault", "server/pg", "courses", "courses/*", "media"}, never: []string{fiberPath, humaPath}},
	"server/web":                       {may: []string{"server/fault"}, never: []string{humaPath, redisPath, pgxPath}},
	"server/live/film":                 {may: []string{"server/fault", "server/live", "media"}, never: []string{fiberPath, humaPath, redisPath, minioPath, riverPath, pgxPath}},
	"server/httpapi":                   {may: []string{"server/fault", "server/auth", "courses", "courses/*", "media", "server/live", "server/web"}, never: []string{pgxPath, minioPath, redisPath, riverPath}},
	"server/app":                       {may: []string{"*"}},
	"server":                           {may: []string{"server/app", "server/config"}, never: []string{fiberPath, humaPath, redisPath, minioPath, riverPath, pgxPath}},
}

var coursesNever = []string{fiberPath, humaPath, redisPath, minioPath, riverPath}

// toolPrefixes are programs that measure or build; they may use what they like and nothing may use them.
var toolPrefixes = []string{"bench", "demo/cmd/", "scripts/", "deploy", "courses/language/lexicon/build", "courses/language/strokes/build", "courses/language/typeface/build"}

// TestImports holds the code to the table, over what each package imports directly.
func TestImports(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "hanzhi/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		words := strings.Fields(line)
		pkg := strings.TrimPrefix(words[0], "hanzhi/")
		if isTool(pkg) {
			continue
		}
		rule, known := importTable[pkg]
		if !known {
			t.Errorf("%s is not in the import table: a new package is a change of the table first", pkg)
			continue
		}
		for _, imported := range words[1:] {
			checkImport(t, pkg, rule, imported)
		}
	}
}

func checkImport(t *testing.T, pkg string, rule importRule, imported string) {
	t.Helper()
	if ours, found := strings.CutPrefix(imported, "hanzhi/"); found {
		if isTool(ours) || !slices.ContainsFunc(rule.may, func(p string) bool { return matches(p, ours) }) {
			t.Errorf("%s may not import %s", pkg, ours)
		}
		return
	}
	for _, never := range rule.never {
		if imported == never || strings.HasPrefix(imported, never+"/") {
			t.Errorf("%s may never import %s", pkg, imported)
		}
	}
}

func matches(pattern, pkg string) bool {
	if prefix, wild := strings.CutSuffix(pattern, "*"); wild {
		return strings.HasPrefix(pkg, prefix)
	}
	return pattern == pkg
}

func isTool(pkg string) bool {
	return slices.ContainsFunc(toolPrefixes, func(p string) bool { return strings.HasPrefix(pkg+"/", p) || strings.HasPrefix(pkg, p) })
}
