package segment

import (
	"strings"
	"unicode"

	"hanzhi/courses/language/lexicon"
)

// units are the units of measurement that stand for themselves: with a number before them all, without one only those
// that can be nothing else.
var units = func() map[string]bool {
	set := map[string]bool{}
	for _, u := range strings.Fields(`mm cm dm km nm μm µm um mm² cm² m² km² mm³ cm³ m³ kg mg μg µg kN MN kW MW GW kWh Wh mAh Ah kJ MJ kPa MPa GPa hPa Hz kHz MHz GHz rpm
		r/min r/s rev/min mm/min mm/r mm/s m/min m/s km/h L/min ml/min kg/m³ g/cm³ N·m N•m N.m Nm kN·m kN.m N/mm² kgf bar psi °C °F ℃ ℉ ml mL μF µF nF pF mH kΩ MΩ Ω mA μA µA kA mV kV kVA VA dB lx lm ppm
		min ms μs µs GB MB KB kB TB Mbit/s kbit/s`) {
		set[u] = true
	}
	for _, u := range strings.Fields("m g t s h d L l V A W N J K F C Pa mol in ft lb oz Ra Rz °") {
		set[u] = false
	}
	return set
}()

// longestUnit is in code points.
const longestUnit = 7

// unitAt is the length of the longest unit at a place; after a number all count.
func (w *work) unitAt(at int, afterNumber bool) int {
	for n := min(longestUnit, len(w.runes)-at); n > 0; n-- {
		always, ok := units[w.slice(at, at+n)]
		if ok && (always || afterNumber) && !(at+n < len(w.classes) && w.classes[at+n-1].isAtom() && w.classes[at+n].isAtom()) && !w.goesOn(at+n) {
			return n
		}
	}
	return 0
}

// goesOn reports whether a word continues after a joiner: m of m/s2, or of m-code.
func (w *work) goesOn(at int) bool {
	return at+1 < len(w.runes) && w.classes[at+1].isAtom() && strings.ContainsRune("/·•^_", narrow(w.runes[at]))
}

func (w *work) afterNumber() bool {
	i := len(w.tokens) - 1
	if i > w.first && w.tokens[i].Kind == Space && len(w.tokens[i].Text) <= 3 {
		i--
	}
	return i >= w.first && w.tokens[i].Kind == Number
}

// atom takes a number, a unit, a code or a Latin word.
func (w *work) atom() {
	if n := w.unitAt(w.at, w.afterNumber()); n > 0 {
		w.emit(w.at+n, Unit, noEntry)
		return
	}
	if end := w.number(w.at); end > w.at && (end == len(w.runes) || w.classes[end] != letter || w.unitAt(end, true) > 0) {
		w.emit(end, Number, noEntry)
		return
	}
	if end := w.address(w.at); end > 0 {
		w.emit(end, Latin, noEntry)
		return
	}
	end := w.joined(w.at)
	if w.program(end) {
		return
	}
	w.emit(end, latinOrCode(w.runes[w.at:end]), noEntry)
}

// number is where a number ends: an ordinal mark or a sign, digits with points, commas, colons or a fraction stroke
// between them, then ten thousands and hundred millions in Chinese, or a percent sign. It is at when there is none.
func (w *work) number(at int) int {
	i := at
	if w.runes[i] == '第' || isSign(w.runes[i]) {
		i++
	}
	if i == len(w.runes) || w.classes[i] != digit {
		return at
	}
	for i < len(w.runes) {
		if w.classes[i] == digit {
			i++
		} else if i+1 < len(w.runes) && w.classes[i+1] == digit && strings.ContainsRune(".,:/．", w.runes[i]) {
			i += 2
		} else {
			break
		}
	}
	for i < len(w.runes) && strings.ContainsRune("万亿", w.runes[i]) {
		i++
	}
	if end := w.thousands(i); end > i {
		i = end
	}
	if i < len(w.runes) && strings.ContainsRune("%‰", narrow(w.runes[i])) {
		i++
	}
	return i
}

// thousands is where 千, 百 and 十 after digits end, as in 5千万; they may also begin a word: 5千米.
func (w *work) thousands(at int) int {
	end := at
	for end < len(w.runes) && strings.ContainsRune("十百千万亿", w.runes[end]) {
		end++
	}
	if end == at || end == len(w.runes) || w.classes[end] != han {
		return end
	}
	node := w.lexicon.Trie.Next(lexicon.Root, w.codes[end-1])
	if node = w.lexicon.Trie.Next(node, w.codes[end]); node != lexicon.None {
		if id, ok := w.lexicon.Trie.End(node); ok {
			if _, isWord := w.lexicon.Cost(id); isWord {
				return at
			}
		}
	}
	return end
}

func isSign(r rune) bool { return strings.ContainsRune("+-−±", narrow(r)) }

// joined is where a Latin word or a code ends: letters and digits, and what may join them.
func (w *work) joined(at int) int {
	i := at
	for i < len(w.runes) {
		switch {
		case w.classes[i].isAtom():
			i++
		case i+1 < len(w.runes) && w.classes[i+1].isAtom() && strings.ContainsRune("._-'’&+/@×", narrow(w.runes[i])):
			i += 2
		default:
			return i
		}
	}
	return i
}

// address is where an address of the web ends, 0 when there is none.
func (w *work) address(at int) int {
	rest := w.text[w.offsets[at]:]
	if !strings.HasPrefix(rest, "http://") && !strings.HasPrefix(rest, "https://") && !strings.HasPrefix(rest, "www.") {
		return 0
	}
	i := at
	for i < len(w.runes) && w.runes[i] > ' ' && w.runes[i] < 0x7f && !strings.ContainsRune("<>\"", w.runes[i]) {
		i++
	}
	for i > at && strings.ContainsRune(".,;:!?)", w.runes[i-1]) {
		i--
	}
	return i
}

// program takes the words of a line of G-code that is written without spaces, G01X10.5Z-2: a letter and a number each,
// two or more. It takes nothing of other texts.
func (w *work) program(end int) bool {
	var ends []int
	for i := w.at; i < end; {
		if w.classes[i] != letter || !unicode.IsUpper(narrow(w.runes[i])) {
			return false
		}
		next := i + 1
		if next < end && isSign(w.runes[next]) {
			next++
		}
		digits := next
		for next < end && (w.classes[next] == digit || narrow(w.runes[next]) == '.') {
			next++
		}
		if next == digits {
			return false
		}
		ends = append(ends, next)
		i = next
	}
	if len(ends) < 2 {
		return false
	}
	for _, e := range ends {
		w.emit(e, Code, noEntry)
	}
	return true
}

// latinOrCode: what has digits is a code, and so is a name of a file or of a variable.
func latinOrCode(runes []rune) Kind {
	for i, r := range runes {
		r = narrow(r)
		if unicode.IsDigit(r) || r == '_' || r == '.' && i > 1 && i < len(runes)-1 {
			return Code
		}
	}
	return Latin
}

// symbol takes a number with a sign, a unit that begins with a symbol, or marks: the same one repeated is one token.
func (w *work) symbol() {
	r := narrow(w.runes[w.at])
	if isSign(r) && (w.at == 0 || !w.classes[w.at-1].isAtom() && !strings.ContainsRune(")）]%", w.runes[w.at-1])) {
		if end := w.number(w.at); end > w.at {
			w.emit(end, Number, noEntry)
			return
		}
	}
	if n := w.unitAt(w.at, w.afterNumber()); n > 0 {
		w.emit(w.at+n, Unit, noEntry)
		return
	}
	end := w.at + 1
	for end < len(w.runes) && w.runes[end] == w.runes[w.at] && w.classes[end] == other && w.runes[end] != '\uFFFD' {
		end++
	}
	w.emit(end, Punctuation, noEntry)
}
