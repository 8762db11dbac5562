package demo

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"hanzhi/demo/content"
)

var readingTitle = content.Text{En: "Reading", Zh: "阅读", Ru: "Чтение", Fr: "Lecture", Ar: "قراءة"}

// meaning heads the third column of a table of words.
var meaning = content.Text{En: "Meaning", Zh: "含义", Ru: "Значение", Fr: "Sens", Ar: "المعنى"}

var pictureName = regexp.MustCompile(`\(picture:([a-z]+)\)`)

// markdown is the lesson's reading by language, with its tables written out and its pictures uploaded.
func (j *job) markdown(ctx context.Context) (map[string]string, error) {
	texts := j.lesson.Reading.Map()
	addresses := map[string]string{}
	for _, found := range pictureName.FindAllStringSubmatch(texts["en"], -1) {
		asset, err := j.picture(ctx, found[1], false)
		if err != nil {
			return nil, err
		}
		addresses[found[0]] = "(asset:" + asset.String() + ")"
	}
	for locale, text := range texts {
		text = strings.ReplaceAll(text, "{{terms}}", termTable(j.lesson, locale))
		text = strings.ReplaceAll(text, "{{lines}}", lineTable(j.lesson, locale))
		for name, address := range addresses {
			text = strings.ReplaceAll(text, name, address)
		}
		texts[locale] = text
	}
	return texts, nil
}

func termTable(l content.Lesson, locale string) string {
	phrases := make([]content.Phrase, len(l.Terms))
	for i, t := range l.Terms {
		phrases[i] = t.Phrase
	}
	return table(phrases, locale)
}

func lineTable(l content.Lesson, locale string) string {
	phrases := make([]content.Phrase, len(l.Lines))
	for i, t := range l.Lines {
		phrases[i] = t.Phrase
	}
	return table(phrases, locale)
}

// table shows phrases with their readings and, but for readers of Chinese, their meaning.
func table(phrases []content.Phrase, locale string) string {
	var b strings.Builder
	if locale == "zh-CN" {
		b.WriteString("| 汉字 | 拼音 |\n|---|---|\n")
	} else {
		fmt.Fprintf(&b, "| 汉字 | Pīnyīn | %s |\n|---|---|---|\n", meaning.Map()[locale])
	}
	for _, p := range phrases {
		fmt.Fprintf(&b, "| %s | %s |", p.Hanzi(), p.Reading())
		if locale != "zh-CN" {
			fmt.Fprintf(&b, " %s |", p.Text().Map()[locale])
		}
		b.WriteByte('\n')
	}
	return strings.TrimRight(b.String(), "\n")
}
