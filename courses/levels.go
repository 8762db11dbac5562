package courses

import (
	"context"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

// levels are the lists of levels of Chinese that are named without being installed, and how many levels each has. They differ
// in what they ask for, so a level always names its list: HSK 2.0 (2010), GF0025-2021, and the HSK in force since July 2026.
var levels = map[string]int{"hsk2": 6, "gf2021": 9, "hsk2025": 9}

// checkLevel refuses what is no level of these lists nor of one that is installed; "" is no level and allowed.
func checkLevel(ctx context.Context, q pg.Querier, level string) error {
	if level == "" {
		return nil
	}
	list, number, _ := strings.Cut(level, ":")
	if n, err := strconv.Atoi(number); err == nil && n >= 1 && n <= levels[list] && strconv.Itoa(n) == number {
		return nil
	}
	installed := false
	if n, err := strconv.Atoi(number); err == nil && n >= 1 && n <= 12 && strconv.Itoa(n) == number && levels[list] == 0 && utf8.ValidString(list) && !strings.ContainsRune(list, 0) {
		err := q.QueryRow(ctx, `SELECT EXISTS (SELECT FROM level_lists WHERE id = @list AND jsonb_array_length(levels) >= @level)`,
			pgx.NamedArgs{"list": list, "level": n}).Scan(&installed)
		if err != nil {
			return pg.Translate(err, "list of levels", list)
		}
	}
	if installed {
		return nil
	}
	return fault.NewInvalid("level", "unknown_level", "%.20q is no level; one is hsk2:1 to 6, gf2021:1 to 9, hsk2025:1 to 9, or of another list that is installed.", level)
}
