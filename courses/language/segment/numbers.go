package segment

import (
	"strings"
	"unicode/utf8"
)

var numeralReadings = map[rune]string{
	'第': "dì", '零': "líng", '〇': "líng", '一': "yī", '二': "èr", '两': "liǎng", '三': "sān", '四': "sì", '五': "wǔ", '六': "liù", '七': "qī", '八': "bā", '九': "jiǔ",
	'十': "shí", '百': "bǎi", '千': "qiān", '万': "wàn", '亿': "yì", '.': "diǎn", '-': "fù", '−': "fù", '+': "zhèng", '±': "zhèng fù",
}

var digitReadings = [...]string{"líng", "yī", "èr", "sān", "sì", "wǔ", "liù", "qī", "bā", "jiǔ"}

// longestRead is the number of digits that are read as a number; longer ones, such as those of telephones, and those
// that begin with 0 are read digit by digit.
const longestRead = 8

// readNumber reads a number as a Chinese speaker says it: 0.02 líng diǎn líng èr, 50% bǎi fēn zhī wǔ shí, 1/3 sān fēn
// zhī yī, years digit by digit, and 1 as yāo in the numbers one calls for help. Times and other forms are not read.
func (w *work) readNumber(i int) string {
	text := strings.Map(narrow, w.tokens[i].Text)
	var out []string
	for {
		r, n := utf8.DecodeRuneInString(text)
		if strings.ContainsRune("第+-−±", r) && n > 0 {
			out = append(out, numeralReadings[r])
			text = text[n:]
			continue
		}
		break
	}
	switch {
	case strings.Contains(text, ":"):
		return ""
	case strings.HasSuffix(text, "%"):
		out, text = append(out, "bǎi fēn zhī"), strings.TrimSuffix(text, "%")
	case strings.HasSuffix(text, "‰"):
		out, text = append(out, "qiān fēn zhī"), strings.TrimSuffix(text, "‰")
	}
	if over, under, ok := strings.Cut(text, "/"); ok {
		a, b := readDecimal(over), readDecimal(under)
		if a == "" || b == "" {
			return ""
		}
		return strings.Join(append(out, b, "fēn zhī", a), " ")
	}
	said := ""
	switch {
	case isHelpLine(text) && w.calls(i):
		said = strings.ReplaceAll(readDigits(text), "yī", "yāo")
	case len(text) == 4 && w.nextRune(i) == '年':
		said = readDigits(text)
	default:
		said = readDecimal(text)
	}
	if said == "" {
		return ""
	}
	return strings.Join(append(out, said), " ")
}

// isHelpLine: the numbers of police, fire brigade, ambulance and traffic police.
func isHelpLine(text string) bool {
	return text == "110" || text == "119" || text == "120" || text == "122"
}

// calls reports whether the word before a token is one of calling.
func (w *work) calls(i int) bool {
	for i--; i >= w.first && w.tokens[i].Kind == Space; i-- {
	}
	if i < w.first {
		return false
	}
	last, _ := utf8.DecodeLastRuneInString(w.tokens[i].Text)
	return strings.ContainsRune("打拨叫话警", last)
}

// readDecimal reads digits with commas and a point, and Chinese numerals behind them or alone.
func readDecimal(text string) string {
	digits := strings.TrimRight(text, numerals)
	tail := text[len(digits):]
	whole, fraction, hasPoint := strings.Cut(strings.ReplaceAll(digits, ",", ""), ".")
	if strings.Contains(fraction, ".") { // an address or a version
		return ""
	}
	var out []string
	if whole != "" {
		out = append(out, readWhole(whole))
	}
	if hasPoint {
		out = append(out, "diǎn", readDigits(fraction))
	}
	for _, r := range tail {
		out = append(out, numeralReadings[r])
	}
	for _, s := range out {
		if s == "" {
			return ""
		}
	}
	return strings.Join(out, " ")
}

func readDigits(digits string) string {
	out := make([]string, 0, len(digits))
	for _, r := range digits {
		if r < '0' || r > '9' {
			return ""
		}
		out = append(out, digitReadings[r-'0'])
	}
	return strings.Join(out, " ")
}

// readWhole reads a whole number.
func readWhole(digits string) string {
	if len(digits) > longestRead || len(digits) > 1 && digits[0] == '0' {
		return readDigits(digits)
	}
	n := 0
	for _, r := range digits {
		if r < '0' || r > '9' {
			return ""
		}
		n = n*10 + int(r-'0')
	}
	if n == 0 {
		return digitReadings[0]
	}
	var out []string
	if n >= 10_000 {
		out = append(readGroup(out, n/10_000, true), "wàn")
	}
	if rest := n % 10_000; rest > 0 {
		if n >= 10_000 && rest < 1000 {
			out = append(out, digitReadings[0])
		}
		out = readGroup(out, rest, n < 10_000)
	}
	return strings.Join(out, " ")
}

// readGroup reads 1 to 9999. At the beginning of a number 10 to 19 are said without their one.
func readGroup(out []string, n int, first bool) []string {
	started, gap := false, false
	for _, place := range []struct {
		value int
		name  string
	}{{1000, "qiān"}, {100, "bǎi"}, {10, "shí"}, {1, ""}} {
		d := n / place.value % 10
		if d == 0 {
			gap = started
			continue
		}
		if gap {
			out = append(out, digitReadings[0])
			gap = false
		}
		if !(place.value == 10 && d == 1 && first && !started) {
			out = append(out, digitReadings[d])
		}
		if place.name != "" {
			out = append(out, place.name)
		}
		started = true
	}
	return out
}

// nextRune is the character after a token, white space left out; 0 at the end.
func (w *work) nextRune(i int) rune {
	for at := w.tokens[i].Start + utf8.RuneCountInString(w.tokens[i].Text); at < len(w.runes); at++ {
		if w.classes[at] != space {
			return w.runes[at]
		}
	}
	return 0
}

// lastRune is the character before a token, white space left out; 0 at the beginning.
func (w *work) lastRune(i int) rune {
	for at := w.tokens[i].Start - 1; at >= 0; at-- {
		if w.classes[at] != space {
			return w.runes[at]
		}
	}
	return 0
}
