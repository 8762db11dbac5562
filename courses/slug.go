package courses

import (
	"context"
	"fmt"
	"strings"
	"unicode"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"golang.org/x/text/unicode/norm"

	"hanzhi/server/pg"
)

const maxSlug = 80

// chooseSlug returns the address asked for, or one made of the title that no other course has. A race for it ends in
// the unique key.
func chooseSlug(ctx context.Context, q pg.Querier, id uuid.UUID, in NewCourse) (string, error) {
	if in.Slug != "" {
		return in.Slug, nil
	}
	base := slugOf(in.Title.In("en", in.Languages...))
	if base == "" {
		base = "course-" + id.String()[28:]
	}
	slug := base
	for n := 2; ; n++ {
		var taken bool
		if err := q.QueryRow(ctx, `SELECT EXISTS (SELECT FROM courses WHERE slug = @slug)`, pgx.NamedArgs{"slug": slug}).Scan(&taken); err != nil {
			return "", pg.Translate(err, "course", id)
		}
		if !taken {
			return slug, nil
		}
		slug = fmt.Sprintf("%s-%d", base, n)
	}
}

// isSlug reports whether s has the letters and the length of an address.
func isSlug(s string) bool {
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' {
			return false
		}
	}
	return s != "" && len(s) <= maxSlug
}

// cyrillic is the spelling of Russian in Latin letters, after ICAO 9303.
var cyrillic = strings.NewReplacer("а", "a", "б", "b", "в", "v", "г", "g", "д", "d", "е", "e", "ё", "e", "ж", "zh", "з", "z", "и", "i", "й", "i",
	"к", "k", "л", "l", "м", "m", "н", "n", "о", "o", "п", "p", "р", "r", "с", "s", "т", "t", "у", "u", "ф", "f", "х", "kh", "ц", "ts", "ч", "ch",
	"ш", "sh", "щ", "shch", "ъ", "ie", "ы", "y", "ь", "", "э", "e", "ю", "iu", "я", "ia")

// slugOf makes a Latin or Cyrillic title fit for an address, "" of one in other letters.
func slugOf(title string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(cyrillic.Replace(strings.ToLower(title))) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			b.WriteRune(r)
		case unicode.Is(unicode.Mn, r):
		default:
			if s := b.String(); s != "" && s[len(s)-1] != '-' {
				b.WriteByte('-')
			}
		}
	}
	slug := strings.Trim(b.String(), "-")
	if len(slug) > maxSlug-6 {
		slug = strings.TrimRight(slug[:maxSlug-6], "-")
	}
	return slug
}
