package localize

import (
	"strings"
	"sync"
	"sync/atomic"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"

	"hanzhi/server/fault"
)

// MaxLocales is the number of languages that one text may have.
const MaxLocales = 40

// Rule says what a text may be.
type Rule struct {
	MaxRunes int  // longest text in one language, in code points after normalisation
	Lines    bool // line feeds and tabs are allowed: Markdown and other long texts
	Required bool // at least one language must be there
}

// Clean returns the text as it is to be stored: normalised to NFC, line ends as LF, without surrounding white space and
// without the languages that are empty. Errors are fault.Invalid and name the field and the locale: "title.ru".
func (r Rule) Clean(field string, t Text) (Text, error) {
	if len(t) > MaxLocales {
		return nil, fault.NewInvalid(field, "too_many", "There may be at most %d languages.", MaxLocales)
	}
	clean := make(Text, len(t))
	for _, locale := range t.Locales() {
		if !IsLocale(locale) {
			return nil, fault.NewInvalid(field, "unknown_locale", "%.40q is not a language tag such as en or zh-CN.", locale)
		}
		s, err := r.clean(field+"."+locale, t[locale])
		if err != nil {
			return nil, err
		}
		if s != "" {
			clean[locale] = s
		}
	}
	if r.Required && len(clean) == 0 {
		return nil, fault.NewInvalid(field, "required", "This text is needed in at least one language.")
	}
	return clean, nil
}

// CleanString is Clean for one plain text that has no translations. Required is heeded too.
func (r Rule) CleanString(field, s string) (string, error) {
	s, err := r.clean(field, s)
	if err == nil && r.Required && s == "" {
		return "", fault.NewInvalid(field, "required", "This text is needed.")
	}
	return s, err
}

func (r Rule) clean(field, s string) (string, error) {
	if !utf8.ValidString(s) {
		return "", fault.NewInvalid(field, "not_utf8", "The text is not valid UTF-8.")
	}
	// What is far too long is refused before it is worked on; NFC never shrinks a text to less than a third.
	if len(s) > 12*r.MaxRunes+1024 {
		return "", r.tooLong(field)
	}
	s = norm.NFC.String(s)
	if r.Lines {
		s = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s)
	}
	if strings.ContainsFunc(s, r.forbidden) {
		return "", fault.NewInvalid(field, "forbidden_character", "The text holds a control or direction-changing character.")
	}
	s = strings.TrimSpace(s)
	if utf8.RuneCountInString(s) > r.MaxRunes {
		return "", r.tooLong(field)
	}
	return s, nil
}

func (r Rule) tooLong(field string) error {
	return fault.NewInvalid(field, "too_long", "The text is longer than %d characters.", r.MaxRunes)
}

// forbidden reports characters that no text may hold: controls, bidi overrides and isolates, which make a text look like
// another one, and code points that are no characters. The joiners U+200C and U+200D stay (Persian, emoji), and so do
// the marks U+200E and U+200F, which mixed Arabic and Latin needs and which cannot reorder other text.
func (r Rule) forbidden(c rune) bool {
	switch {
	case c == '\n' || c == '\t':
		return !r.Lines
	case unicode.IsControl(c):
		return true
	case c >= 0x202A && c <= 0x202E, c >= 0x2066 && c <= 0x2069, c == 0x2028, c == 0x2029:
		return true
	case c == 0xFEFF, c >= 0xFFF9 && c <= 0xFFFB, c >= 0xE0000 && c <= 0xE007F:
		return true
	}
	return c&0xFFFE == 0xFFFE || (c >= 0xFDD0 && c <= 0xFDEF)
}

// Locales that were asked for before: a table of 100,000 terms asks for the same four every line.
var (
	knownLocales sync.Map
	manyLocales  atomic.Int32
)

const maxKnown = 500

// IsLocale reports whether s is a known, short language tag in canonical spelling: a language, perhaps with a script
// and a region ("en", "zh-CN", "uz-Cyrl"), no variants, extensions or private parts.
func IsLocale(s string) bool {
	if _, known := knownLocales.Load(s); known {
		return true
	}
	if len(s) < 2 || len(s) > 11 || !parsesAsLocale(s) {
		return false
	}
	if manyLocales.Add(1) <= maxKnown {
		knownLocales.Store(strings.Clone(s), true)
	}
	return true
}

func parsesAsLocale(s string) bool {
	tag, err := language.Raw.Parse(s)
	if err != nil || tag.String() != s || tag == language.Und || len(tag.Variants())+len(tag.Extensions()) > 0 {
		return false
	}
	canonical, err := language.Parse(s)
	return err == nil && canonical == tag
}
