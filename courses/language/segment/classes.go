package segment

import "unicode"

// class is what a character can be a part of.
type class uint8

const (
	other class = iota
	space
	han
	letter
	digit
)

// isAtom reports whether a character is part of a Latin word, a code or a number.
func (c class) isAtom() bool { return c == letter || c == digit }

// classOf knows full-width letters and digits as what they look like. Combining marks go with the letters before them.
func classOf(r rune) class {
	r = narrow(r)
	switch {
	case r < 0x80:
		switch {
		case r >= '0' && r <= '9':
			return digit
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z':
			return letter
		case r == ' ', r >= '\t' && r <= '\r':
			return space
		}
		return other
	case r >= 0x4e00 && r <= 0x9fff, r >= 0x3400 && r <= 0x4dbf, r >= 0x20000 && r <= 0x3ffff, r == '〇':
		return han
	case unicode.Is(unicode.Han, r) && unicode.IsLetter(r):
		return han
	case unicode.IsSpace(r):
		return space
	case unicode.IsLetter(r), unicode.IsMark(r):
		return letter
	case unicode.IsDigit(r):
		return digit
	}
	return other
}

// narrow is the ASCII form of a full-width one.
func narrow(r rune) rune {
	if r >= 0xff01 && r <= 0xff5e {
		return r - 0xfee0
	}
	return r
}
