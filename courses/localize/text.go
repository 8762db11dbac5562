// Package localize holds texts that exist in several languages: a course's title, an institution's name.
package localize

import (
	"database/sql/driver"
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// Text is one text in several languages: locale tag ("en", "zh-CN") → text. It is stored as a jsonb object and sent
// as a JSON object; a nil Text is the empty object in both.
type Text map[string]string

// In returns the text for a reader: in the locale itself, else in another variety of its language ("fr" for "fr-CA",
// "zh-CN" for "zh"), else in the first of the fallbacks that there is, else in English, else in any language (always
// the same one). It is "" only when the text has no language at all.
func (t Text) In(locale string, fallbacks ...string) string {
	for _, l := range append(append([]string{locale}, fallbacks...), "en") {
		if s, ok := t.near(l); ok {
			return s
		}
	}
	for _, l := range t.Locales() {
		if t[l] != "" {
			return t[l]
		}
	}
	return ""
}

// Has reports whether the text is written in exactly this locale.
func (t Text) Has(locale string) bool { return t[locale] != "" }

// Locales lists the locales of the text in alphabetical order.
func (t Text) Locales() []string { return slices.Sorted(maps.Keys(t)) }

// Equal reports whether both texts say the same; nil and {} do.
func (t Text) Equal(u Text) bool { return maps.Equal(t, u) }

// Merge returns the text with the languages of the change put in; a language that the change leaves empty is taken
// out. Neither operand is altered.
func (t Text) Merge(change Text) Text {
	merged := make(Text, len(t)+len(change))
	maps.Copy(merged, t)
	maps.Copy(merged, change)
	maps.DeleteFunc(merged, func(_, s string) bool { return s == "" })
	return merged
}

// MarshalJSON writes an object, never null.
func (t Text) MarshalJSON() ([]byte, error) {
	if t == nil {
		return []byte("{}"), nil
	}
	return json.Marshal(map[string]string(t))
}

// Value stores the text as JSON; the columns are NOT NULL, so nil is {}.
func (t Text) Value() (driver.Value, error) {
	b, err := t.MarshalJSON()
	return string(b), err
}

// near finds the text in a locale or, when there is none, in the first other variety of the same language.
func (t Text) near(locale string) (string, bool) {
	if s := t[locale]; s != "" {
		return s, true
	}
	language, _, _ := strings.Cut(locale, "-")
	if s := t[language]; s != "" {
		return s, true
	}
	for _, l := range t.Locales() {
		if strings.HasPrefix(l, language+"-") && t[l] != "" {
			return t[l], true
		}
	}
	return "", false
}
