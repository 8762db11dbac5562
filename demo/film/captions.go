package film

import (
	"fmt"
	"strings"
	"time"
)

// Pinyin is the language tag of the caption track in pinyin.
const Pinyin = "zh-Latn-pinyin"

// captionLanguages are the tracks of every film.
var captionLanguages = []string{"zh-CN", Pinyin, "en", "ru", "fr", "ar"}

// Cue is one line of a caption track.
type Cue struct {
	Start, End time.Duration
	Text       string
}

// webVTT writes a caption track as a WebVTT file.
func webVTT(cues []Cue) string {
	var b strings.Builder
	b.WriteString("WEBVTT\n")
	escape := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	for i, c := range cues {
		fmt.Fprintf(&b, "\n%d\n%s --> %s\n%s\n", i+1, stamp(c.Start), stamp(c.End), escape.Replace(c.Text))
	}
	return b.String()
}

func stamp(d time.Duration) string {
	ms := d.Milliseconds()
	return fmt.Sprintf("%02d:%02d:%02d.%03d", ms/3600000, ms/60000%60, ms/1000%60, ms%1000)
}
