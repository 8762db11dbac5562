package media

import (
	"fmt"
	"html"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"hanzhi/server/fault"
)

// ParseCaptions reads a WebVTT or SubRip file. Of a cue it keeps the id, the times and the plain text; NOTE, STYLE and
// REGION blocks, positions and tags are dropped. A mistake is fault.Invalid on field vtt and says which line it is in.
func ParseCaptions(text string) ([]Cue, error) {
	text = strings.TrimPrefix(strings.ToValidUTF8(text, "\uFFFD"), "\ufeff")
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\x00", "\uFFFD").Replace(text)
	p := captionParser{lines: strings.Split(text, "\n")}
	if first := p.lines[0]; strings.HasPrefix(first, "WEBVTT") {
		if rest := first[len("WEBVTT"):]; rest != "" && rest[0] != ' ' && rest[0] != '\t' {
			return nil, fault.NewInvalid("vtt", "no_header", `The file must begin with a line "WEBVTT".`)
		}
		p.skipBlock()
	} else if !looksLikeSubRip(p.lines) {
		return nil, fault.NewInvalid("vtt", "no_header", `The file must begin with a line "WEBVTT", or be a SubRip file.`)
	}
	for p.skipBlank() {
		if err := p.block(); err != nil {
			return nil, err
		}
	}
	if len(p.cues) == 0 {
		return nil, fault.NewInvalid("vtt", "no_cues", "The file has no cues.")
	}
	return p.cues, nil
}

// looksLikeSubRip reports whether the first line with anything in it is a number or a time.
func looksLikeSubRip(lines []string) bool {
	for _, line := range lines {
		if line = strings.TrimSpace(line); line != "" {
			_, err := strconv.Atoi(line)
			return err == nil || strings.Contains(line, "-->")
		}
	}
	return false
}

type captionParser struct {
	lines []string
	at    int
	cues  []Cue
}

// skipBlank moves to the next line with anything in it.
func (p *captionParser) skipBlank() bool {
	for p.at < len(p.lines) && strings.TrimSpace(p.lines[p.at]) == "" {
		p.at++
	}
	return p.at < len(p.lines)
}

// skipBlock moves to the next blank line.
func (p *captionParser) skipBlock() {
	for p.at < len(p.lines) && strings.TrimSpace(p.lines[p.at]) != "" {
		p.at++
	}
}

// block reads one cue, or skips what is none.
func (p *captionParser) block() error {
	line := p.lines[p.at]
	for _, word := range []string{"NOTE", "STYLE", "REGION"} {
		if rest, found := strings.CutPrefix(line, word); found && strings.TrimSpace(rest) == rest || found && strings.HasPrefix(rest, " ") {
			if !strings.Contains(line, "-->") {
				p.skipBlock()
				return nil
			}
		}
	}
	var c Cue
	if !strings.Contains(line, "-->") {
		c.ID = cleanID(line)
		if p.at++; p.at >= len(p.lines) || !strings.Contains(p.lines[p.at], "-->") {
			return p.wrong("a time such as 00:01.000 --> 00:02.500 is missing")
		}
	}
	var err error
	if c.StartMs, c.EndMs, err = p.times(p.lines[p.at]); err != nil {
		return err
	}
	if c.EndMs <= c.StartMs {
		return p.wrong("the cue ends before it begins")
	}
	p.at++
	begin := p.at
	p.skipBlock()
	c.Text = cleanText(plain(strings.Join(p.lines[begin:p.at], "\n")))
	if c.Text != "" {
		p.cues = append(p.cues, c)
	}
	return nil
}

func (p *captionParser) wrong(format string, args ...any) error {
	f := fault.NewInvalid("vtt", "invalid_cue", "Line %d (cue %d): %s.", min(p.at, len(p.lines)-1)+1, len(p.cues)+1, fmt.Sprintf(format, args...))
	return f
}

// times reads "start --> end settings".
func (p *captionParser) times(line string) (start, end int64, err error) {
	a, b, _ := strings.Cut(line, "-->")
	fields := strings.Fields(b)
	if len(fields) == 0 {
		return 0, 0, p.wrong("the end time is missing")
	}
	if start, err = parseTime(strings.TrimSpace(a)); err != nil {
		return 0, 0, p.wrong("%q is no time", clip(a))
	}
	if end, err = parseTime(fields[0]); err != nil {
		return 0, 0, p.wrong("%q is no time", clip(fields[0]))
	}
	return start, end, nil
}

// clip keeps a quotation short.
func clip(s string) string {
	s = strings.TrimSpace(s)
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

var timePattern = regexp.MustCompile(`^(?:(\d{1,4}):)?([0-5]?\d):([0-5]?\d)[.,](\d{1,3})$`)

// parseTime reads 1:02:03.456, 02:03.456 or, as SubRip has it, with a comma; in milliseconds.
func parseTime(s string) (int64, error) {
	m := timePattern.FindStringSubmatch(s)
	if m == nil {
		return 0, strconv.ErrSyntax
	}
	n := func(s string) int64 { v, _ := strconv.ParseInt(s, 10, 64); return v }
	fraction := m[4] + strings.Repeat("0", 3-len(m[4]))
	return ((n(m[1])*60+n(m[2]))*60+n(m[3]))*1000 + n(fraction), nil
}

// tag matches what WebVTT and SubRip put in angle brackets or braces, and comments; an unclosed one runs to the end.
var tag = regexp.MustCompile(`(?s)<[^>]*(?:>|$)|\{\\[^}]*\}`)

// plain drops tags and resolves entities once.
func plain(s string) string { return html.UnescapeString(tag.ReplaceAllString(s, "")) }

// cleanText keeps printable text and line ends; each line without space around it.
func cleanText(s string) string {
	s = strings.ToValidUTF8(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s), "\uFFFD")
	s = strings.Map(func(r rune) rune {
		if r == '\n' || (!unicode.IsControl(r) && r != '\u2028' && r != '\u2029' && r != '\ufeff') {
			return r
		}
		if r == '\t' {
			return ' '
		}
		return -1
	}, s)
	var lines []string
	for line := range strings.SplitSeq(s, "\n") {
		// A blank line would end the cue in a WebVTT file.
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// cleanID keeps an id that can stand on a line of its own.
func cleanID(s string) string {
	s = strings.ReplaceAll(cleanText(s), "\n", " ")
	if strings.Contains(s, "-->") || len(s) > 64 {
		return ""
	}
	return s
}

// WriteVTT renders cues as WebVTT. Text is escaped, so that no player finds a tag in it.
func WriteVTT(cues []Cue) string {
	escape := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	var b strings.Builder
	b.WriteString("WEBVTT\n")
	for _, c := range cues {
		fmt.Fprintf(&b, "\n%s\n%s --> %s\n%s\n", c.ID, formatTime(c.StartMs), formatTime(c.EndMs), escape.Replace(c.Text))
	}
	return b.String()
}

func formatTime(ms int64) string {
	return fmt.Sprintf("%02d:%02d:%02d.%03d", ms/3600000, ms/60000%60, ms/1000%60, ms%1000)
}
