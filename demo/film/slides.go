package film

import (
	"fmt"
	"strings"
	"unicode"

	"hanzhi/demo/content"
)

// mode says what the viewer does while a line is shown.
type mode int

const (
	listen mode = iota
	slowly
	repeat
)

var modes = map[mode]struct{ zh, en string }{
	listen: {"听", "Listen"},
	slowly: {"慢速", "Slowly"},
	repeat: {"跟读", "Your turn"},
}

// titleSlide opens a lesson: its name in large Hanzi, its name in English, what it is about.
func (s *Studio) titleSlide(c content.Course, l content.Lesson) (*slide, error) {
	b := s.newSlide(c.Title, 0, len(l.Lines)+2)
	words, err := l.Title.Words()
	if err != nil {
		return nil, err
	}
	bottom := b.ruby(words, 150, 210)
	y := bottom + 62
	for _, line := range b.fonts.wrap(bold, 38, textWidth, l.Title.En) {
		b.fonts.text(b.RGBA, bold, 38, textLeft, y, ink, line)
		y += 48
	}
	y += 8
	for _, line := range b.fonts.wrap(plain, 25, textWidth, l.Summary.En) {
		b.fonts.text(b.RGBA, plain, 25, textLeft, y, quiet, line)
		y += 36
	}
	b.card()
	return b, b.err
}

// wordsSlide lists the lesson's new words; the one being said is marked.
func (s *Studio) wordsSlide(c content.Course, l content.Lesson, current int) (*slide, error) {
	b := s.newSlide(c.Title, 1, len(l.Lines)+2)
	b.fonts.text(b.RGBA, brush, 34, textLeft, 158, ink, "生词")
	b.fonts.text(b.RGBA, plain, 26, textLeft+b.fonts.width(brush, 34, "生词")+16, 157, quiet, "New words")
	rows := 500 / float64(len(l.Terms))
	for i, t := range l.Terms {
		y := 178 + float64(i)*rows
		if i == current {
			b.shapes(fmt.Sprintf(`<rect x="44" y="%.1f" width="764" height="%.1f" rx="14" ry="14" fill="#FFFFFF" stroke="#2F7D6B" stroke-width="4"/>`, y+3, rows-6))
		}
		base := y + rows/2 + 16
		b.fonts.text(b.RGBA, brush, 46, textLeft+8, base, ink, t.Hanzi())
		x := textLeft + 8 + max(210, b.fonts.width(brush, 46, t.Hanzi())+24)
		b.fonts.text(b.RGBA, plain, 27, x, base-24, jade, t.Py)
		b.fonts.text(b.RGBA, plain, 27, x, base+14, ink, t.En)
		if t.Safety {
			b.warning(740, base-36)
		}
	}
	b.card()
	return b, b.err
}

// warning is the small yellow triangle beside a word that safety hangs on.
func (b *slide) warning(x, y float64) {
	b.shapes(fmt.Sprintf(`<g transform="translate(%.1f %.1f)"><path d="M22 2 L42 38 L2 38 Z" fill="#F2B93B" stroke="#22201D" stroke-width="4" stroke-linejoin="round"/><path d="M22 15 L22 25 M22 31 L22 32" stroke="#22201D" stroke-width="4" stroke-linecap="round"/></g>`, x, y))
}

// earSlide hides the words of a line that is heard once more: the viewer says what it means before it is shown.
func (s *Studio) earSlide(c content.Course, l content.Lesson, i int) (*slide, error) {
	b := s.newSlide(c.Title, len(l.Lines)+1, len(l.Lines)+2)
	b.shapes(fmt.Sprintf(`<g transform="translate(%d 210)" fill="none" stroke="#22201D" stroke-width="12" stroke-linecap="round" stroke-linejoin="round"><path d="M10 86 L50 86 L104 40 L104 200 L50 154 L10 154 Z" fill="#FFFFFF"/><path d="M140 84 Q164 120 140 156"/><path d="M176 56 Q216 120 176 184" stroke="#2F7D6B"/></g>`, textLeft))
	b.fonts.text(b.RGBA, brush, 54, textLeft+260, 318, ink, "听懂了吗？")
	b.fonts.text(b.RGBA, plain, 30, textLeft+262, 368, quiet, "What does it mean?")
	b.speaker(l.Lines[i].Who)
	b.mode(listen)
	b.card()
	return b, b.err
}

// lineSlide shows one line: pinyin above Hanzi, the meaning below, who speaks and what to do.
func (s *Studio) lineSlide(c content.Course, l content.Lesson, i int, m mode) (*slide, error) {
	b := s.newSlide(c.Title, i+2, len(l.Lines)+2)
	line := l.Lines[i]
	words, err := line.Words()
	if err != nil {
		return nil, err
	}
	bottom := b.ruby(words, 138, 300)
	y := bottom + 58
	for _, text := range b.fonts.wrap(plain, 34, textWidth, line.En) {
		b.fonts.text(b.RGBA, plain, 34, textLeft, y, quiet, text)
		y += 46
	}
	b.speaker(line.Who)
	b.mode(m)
	b.card()
	return b, b.err
}

func (b *slide) speaker(who string) {
	zh, en, fill := "师傅", "Master", "#22201D"
	if who == "learner" {
		zh, en, fill = "学员", "Learner", "#3E6A8F"
	}
	b.shapes(fmt.Sprintf(`<rect x="%d" y="%d" width="190" height="56" rx="28" ry="28" fill="%s"/>`, textLeft, speakerY, fill))
	b.fonts.text(b.RGBA, brush, 27, textLeft+26, speakerY+38, white, zh)
	b.fonts.text(b.RGBA, plain, 22, textLeft+92, speakerY+36, white, en)
}

// mode stands below the drawing; the viewer's turn is the one red thing on a slide.
func (b *slide) mode(m mode) {
	fill, text := "#FFFFFF", ink
	if m == repeat {
		fill, text = "#C8321F", white
	}
	name := modes[m]
	b.shapes(fmt.Sprintf(`<rect x="%d" y="%d" width="%d" height="56" rx="28" ry="28" fill="%s" stroke="%s" stroke-width="3"/>`, cardX, speakerY, cardSize, fill, map[bool]string{true: "#C8321F", false: "#D9CFBE"}[m == repeat]))
	w := b.fonts.width(brush, 27, name.zh) + 14 + b.fonts.width(plain, 24, name.en)
	x := cardX + cardSize/2 - w/2
	b.fonts.text(b.RGBA, brush, 27, x, speakerY+38, text, name.zh)
	b.fonts.text(b.RGBA, plain, 24, x+b.fonts.width(brush, 27, name.zh)+14, speakerY+37, text, name.en)
}

// tipSlide closes a lesson with all its lines and one thing to remember.
func (s *Studio) tipSlide(c content.Course, l content.Lesson) (*slide, error) {
	b := s.newSlide(c.Title, len(l.Lines)+2, len(l.Lines)+2)
	b.fonts.text(b.RGBA, brush, 34, textLeft, 158, red, "记住")
	b.fonts.text(b.RGBA, plain, 26, textLeft+b.fonts.width(brush, 34, "记住")+16, 157, quiet, "Remember")
	y := 224.0
	for _, line := range b.fonts.wrap(brush, 36, textWidth, l.Tip.Zh) {
		b.fonts.text(b.RGBA, brush, 36, textLeft, y, ink, line)
		y += 54
	}
	y += 8
	for _, line := range b.fonts.wrap(plain, 27, textWidth, l.Tip.En) {
		b.fonts.text(b.RGBA, plain, 27, textLeft, y, quiet, line)
		y += 38
	}
	y = max(y+26, 424)
	for _, line := range l.Lines {
		if y > 668 {
			break
		}
		b.fonts.text(b.RGBA, plain, 23, textLeft+30, y, ink, line.Hanzi())
		b.shapes(fmt.Sprintf(`<path d="M%d %.1f l6 7 l11 -14" fill="none" stroke="#2F7D6B" stroke-width="4"/>`, textLeft+2, y-8))
		y += 40
	}
	b.card()
	return b, b.err
}

// ruby sets words with pinyin above each, as large as fits in the text column, in the middle between top and top+height.
// Short phrases stand in practice squares. The answer is the lower edge.
func (b *slide) ruby(words []content.Word, top, height float64) float64 {
	squares := inSquares(words)
	size := float64(maxHanzi)
	for ; size > smallestHanzi; size -= 4 {
		n := len(b.rows(words, size, textWidth, squares))
		if float64(n)*rowHeight(size, squares) <= height && (n == 1 || size <= 76) {
			break
		}
	}
	rows := b.balanced(words, size, squares)
	y := top + max(0, (height-float64(len(rows))*rowHeight(size, squares))/2)
	for _, row := range rows {
		x := float64(textLeft)
		for i, w := range row {
			if i > 0 {
				x += gap(size)
			}
			x += b.rubyWord(w, x, y, size, squares)
		}
		y += rowHeight(size, squares)
	}
	return y
}

// inSquares tells whether a phrase is short enough for practice squares: up to six characters, nothing but Hanzi.
func inSquares(words []content.Word) bool {
	n := 0
	for _, w := range words {
		for _, r := range w.Hanzi {
			if unicode.Is(unicode.Han, r) {
				n++
			} else if !unicode.IsPunct(r) {
				return false
			}
		}
	}
	return n <= 6
}

func rowHeight(size float64, squares bool) float64 {
	if squares {
		return size*cellRatio + size*0.30 + 34
	}
	return size*1.52 + 22
}

func gap(size float64) float64 { return size * 0.15 }

func pinyinSize(size float64) float64 { return max(24, min(34, size*0.40)) }

// place is where the parts of one word stand, from its left edge.
type place struct {
	hanzi, pinyin float64 // left edges
	han, all      float64 // widths of the characters without their mark, and of everything
}

// wordPlace centres pinyin and characters over each other; the mark after them follows the characters.
func (b *slide) wordPlace(w content.Word, size float64, squares bool) place {
	han, mark := splitMark(w.Hanzi)
	hanWidth, markWidth := b.fonts.width(brush, size, han), b.fonts.width(brush, size, mark)
	if squares {
		hanWidth, markWidth = float64(len([]rune(han)))*size*cellRatio, markWidth*0.55
	}
	reading := b.fonts.width(plain, pinyinSize(size), shownPinyin(w))
	hanzi, pinyin := max(0, (reading-hanWidth)/2), max(0, (hanWidth-reading)/2)
	return place{hanzi, pinyin, hanWidth, max(hanzi+hanWidth+markWidth, pinyin+reading)}
}

// splitMark parts a word from the punctuation after it.
func splitMark(hanzi string) (word, mark string) {
	word = strings.TrimRightFunc(hanzi, unicode.IsPunct)
	return word, hanzi[len(word):]
}

// shownPinyin is the reading without the comma or stop that already stands in the Hanzi, numbers in plain words.
func shownPinyin(w content.Word) string {
	p := strings.TrimRight(w.Pinyin, ",.!?")
	if strings.ContainsFunc(w.Hanzi, unicode.IsDigit) {
		p = strings.ReplaceAll(p, "-", " ")
	}
	return p
}

// rows breaks words in lines of at most width.
func (b *slide) rows(words []content.Word, size, width float64, squares bool) [][]content.Word {
	var rows [][]content.Word
	x := 0.0
	for _, w := range words {
		all := b.wordPlace(w, size, squares).all
		if len(rows) == 0 || x+gap(size)+all > width {
			rows = append(rows, nil)
			x = 0
		} else {
			x += gap(size)
		}
		x += all
		rows[len(rows)-1] = append(rows[len(rows)-1], w)
	}
	return rows
}

// balanced breaks words in as few lines as fit, and those about equally long.
func (b *slide) balanced(words []content.Word, size float64, squares bool) [][]content.Word {
	best := b.rows(words, size, textWidth, squares)
	for width := textWidth - 16.0; width > textWidth/3; width -= 16 {
		rows := b.rows(words, size, width, squares)
		if len(rows) > len(best) {
			break
		}
		best = rows
	}
	return best
}

// rubyWord writes one word and answers its width.
func (b *slide) rubyWord(w content.Word, x, y, size float64, squares bool) float64 {
	p, ps := b.wordPlace(w, size, squares), pinyinSize(size)
	b.fonts.text(b.RGBA, plain, ps, x+p.pinyin, y+ps, jade, shownPinyin(w))
	if !squares {
		b.fonts.text(b.RGBA, brush, size, x+p.hanzi, y+ps+size*1.04, ink, w.Hanzi)
		return p.all
	}
	han, mark := splitMark(w.Hanzi)
	side, base := size*cellRatio, y+ps+14+size*(cellRatio/2+0.37)
	b.cells(x+p.hanzi, y+ps+14, side, len([]rune(han)))
	for i, r := range []rune(han) {
		b.fonts.centred(b.RGBA, brush, size, x+p.hanzi+side*(float64(i)+0.5), base, ink, string(r))
	}
	b.fonts.text(b.RGBA, brush, size, x+p.hanzi+p.han+2, base, ink, mark)
	return p.all
}
