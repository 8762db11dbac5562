package film

import (
	"math"
	"strconv"
	"strings"
	"unicode"
)

// Pages with squares are laid out as the board lays them out.
const (
	gridMargin = 60
	glyphSide  = 1024 // of the data that says how characters are written
	glyphTop   = 900
	glyphInset = 0.06 // of a square's side, free around its character
)

// square is one writing square.
type square struct {
	hanzi string
	point
	side float64
}

// squaresOf makes the squares as large as the page lets them be.
func squaresOf(hanzi string) []square {
	var characters []string
	for _, r := range hanzi {
		if !unicode.IsSpace(r) {
			characters = append(characters, string(r))
		}
	}
	const width, height = pageWidth - 2*gridMargin, pageHeight - 2*gridMargin
	columns, side := 1, 0.0
	for c := 1; c <= len(characters); c++ {
		rows := math.Ceil(float64(len(characters)) / float64(c))
		if fits := math.Min(width/float64(c), height/rows); fits > side {
			columns, side = c, fits
		}
	}
	rows := (len(characters) + columns - 1) / columns
	corner := point{(pageWidth - float64(columns)*side) / 2, (pageHeight - float64(rows)*side) / 2}
	squares := make([]square, len(characters))
	for i, c := range characters {
		squares[i] = square{c, corner.add(point{float64(i%columns) * side, float64(i/columns) * side}), side}
	}
	return squares
}

// rules are the lines of a 田字格 square.
func (q square) rules() path {
	at := func(fx, fy float64) point { return q.add(point{q.side * fx, q.side * fy}) }
	p := stripe(at(0, 0), at(1, 0), 3)
	p.append(stripe(at(1, 0), at(1, 1), 3))
	p.append(stripe(at(1, 1), at(0, 1), 3))
	p.append(stripe(at(0, 1), at(0, 0), 3))
	p.append(dashes(at(0.5, 0), at(0.5, 1), 1.5, 12))
	p.append(dashes(at(0, 0.5), at(1, 0.5), 1.5, 12))
	return p
}

// character is the character of a square by the outlines of its strokes.
func (q square) character(outlines []string) path {
	f := q.side * (1 - 2*glyphInset) / glyphSide
	corner := q.add(point{q.side * glyphInset, q.side*glyphInset + glyphTop*f})
	var p path
	for _, outline := range outlines {
		p.append(svgPath(outline, func(x, y float64) point { return point{corner.x + x*f, corner.y - y*f} }))
	}
	return p
}

// svgPath reads the commands that the data of strokes has: M, L, Q, C and Z, in absolute numbers.
func svgPath(text string, place func(x, y float64) point) path {
	var p path
	var op byte
	var numbers []float64
	for _, word := range strings.FieldsFunc(separate(text), func(r rune) bool { return r == ' ' || r == ',' }) {
		if n, err := strconv.ParseFloat(word, 64); err == nil {
			numbers = append(numbers, n)
		} else {
			op, numbers = word[0], numbers[:0]
		}
		var points []point
		for i := 0; i+1 < len(numbers); i += 2 {
			points = append(points, place(numbers[i], numbers[i+1]))
		}
		switch {
		case op == 'Z':
			p.close()
			op = 0
		case op == 'M' && len(numbers) == 2:
			p.move(points[0])
			numbers = numbers[:0]
		case op == 'L' && len(numbers) == 2:
			p.line(points[0])
			numbers = numbers[:0]
		case op == 'Q' && len(numbers) == 4:
			p.quad(points[0], points[1])
			numbers = numbers[:0]
		case op == 'C' && len(numbers) == 6:
			p.cube(points[0], points[1], points[2])
			numbers = numbers[:0]
		}
	}
	return p
}

// separate puts spaces around the letters of a path.
func separate(text string) string {
	var b strings.Builder
	for _, r := range text {
		if unicode.IsLetter(r) && r != 'e' {
			b.WriteByte(' ')
			b.WriteRune(r)
			b.WriteByte(' ')
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}
