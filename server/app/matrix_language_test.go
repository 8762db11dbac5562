package app_test

import (
	"net/http"
	"net/url"
	"time"
)

// bankID is the institution's own term bank, once bank has made it.
const bankID = "01890000-0000-7000-8000-000000000001"

// bank makes the institution's own term bank; making it again changes nothing.
func (f *fixture) bank() string {
	f.as("admin").must(http.StatusOK, "PUT", path("/api/term-banks/%s", bankID), f.bankBody(), nil)
	return bankID
}

func (f *fixture) bankBody() map[string]any {
	return map[string]any{"institutionId": f.institution, "trade": "7223", "name": text("Words of the college")}
}

// term makes a term of the bank that no other row uses and returns its path.
func (f *fixture) term() string {
	f.n++
	p := path("/api/term-banks/%s/terms/%s", f.bank(), newID())
	f.as("author").must(http.StatusOK, "PUT", p, f.termBody(), nil)
	return p
}

// termBody is a term with hanzi of its own: each of the numbers that have been handed out is another pair of characters.
func (f *fixture) termBody() map[string]any {
	f.n++
	hanzi := string([]rune{rune(0x4e00 + f.n), rune(0x5200 + f.n)})
	return map[string]any{"hanzi": hanzi, "pinyin": "yī èr", "gloss": text("a word"), "version": 0}
}

func languageRules(f *fixture) map[string]rule {
	own := func(format string, body func(*fixture) any) func(*fixture, *client) (string, any) {
		return func(f *fixture, _ *client) (string, any) { return path(format, f.bank()), body(f) }
	}
	review := func(*fixture, *client) (string, any) {
		return "/api/reviews", map[string]any{"reviews": []any{map[string]any{"id": newID(), "word": "你好", "kind": "review", "rating": 3, "at": time.Now().UTC().Format(time.RFC3339)}}}
	}
	body := func(p string, fields map[string]any) func(*fixture, *client) (string, any) {
		return func(*fixture, *client) (string, any) { return p, fields }
	}
	// A bank may be read by everybody, so who may not change it is told so.
	const keepers = "401 403 403 403 403 200 200 200"
	return map[string]rule{
		"lessonLanguage":   rowOf(at("/api/lessons/%s/language", f.lesson), "401 403 200 200 403 200 200 200"),
		"courseReadiness":  rowOf(at("/api/courses/matrix-course/readiness"), ownOnly),
		"runReadiness":     rowOf(at("/api/runs/%s/readiness", f.run), "401 404 404 200 404 404 200 200"),
		"setChineseLevel":  rowOf(body("/api/account/chinese-level", map[string]any{"list": "hsk2", "level": 2}), ownOnly),
		"setReviewGoal":    rowOf(body("/api/account/review-goal", map[string]any{"goal": 30}), ownOnly),
		"review":           rowOf(review, ownOnly),
		"dueReviews":       rowOf(at("/api/reviews/due"), ownOnly),
		"words":            rowOf(at("/api/words"), ownOnly),
		"searchDictionary": rowOf(at("/api/dictionary?query=%s", url.QueryEscape("你好")), open),
		"dictionaryEntry":  rowOf(at("/api/dictionary/%s", url.PathEscape("你好")), open),
		"lines":            rowOf(body("/api/dictionary/lines", map[string]any{"lines": []string{"你好。"}}), open),
		"termBanks":        rowOf(at("/api/term-banks"), open),
		"termBank":         rowOf(own("/api/term-banks/%s", func(*fixture) any { return nil }), open),
		"exportTerms":      rowOf(own("/api/term-banks/%s/terms.csv", func(*fixture) any { return nil }), open),
		"exportTermbase":   rowOf(own("/api/term-banks/%s/terms.tbx", func(*fixture) any { return nil }), open),
		"putTermBank": rowOf(func(f *fixture, _ *client) (string, any) {
			return path("/api/term-banks/%s", newID()), f.bankBody()
		}, keepers),
		"putTerm": rowOf(func(f *fixture, _ *client) (string, any) {
			return path("/api/term-banks/%s/terms/%s", f.bank(), newID()), f.termBody()
		}, keepers),
		"deleteTerm": rowOf(func(f *fixture, _ *client) (string, any) { return f.term(), nil }, "401 403 403 403 403 204 204 204"),
		"restoreTerm": rowOf(func(f *fixture, _ *client) (string, any) {
			p := f.term()
			f.as("author").must(http.StatusNoContent, "DELETE", p, nil, nil)
			return p + "/restore", nil
		}, keepers),
		"changeTerms": rowOf(own("/api/term-banks/%s/changes", func(*fixture) any {
			return map[string]any{"csv": "hanzi,pinyin\n检查,jiǎn chá\n", "apply": false}
		}), keepers),
	}
}
