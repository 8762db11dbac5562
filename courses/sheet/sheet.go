// Package sheet writes tables for spreadsheet programs, in which no cell of ours is taken for a formula.
package sheet

import (
	"encoding/csv"
	"io"
	"strings"
)

// byteOrderMark makes spreadsheet programs read UTF-8.
const byteOrderMark = "\ufeff"

// formula are the characters that make a spreadsheet program take a cell for a formula (OWASP: CSV injection).
const formula = "=+-@\t\r\n＝＋－＠"

// NewWriter returns a writer of CSV, with lines that end as those programs expect. Flush it, and ask for its Error.
func NewWriter(to io.Writer) (*csv.Writer, error) {
	if _, err := io.WriteString(to, byteOrderMark); err != nil {
		return nil, err
	}
	w := csv.NewWriter(to)
	w.UseCRLF = true
	return w, nil
}

// Text is a cell of somebody's words: an apostrophe stands before what would be a formula, and before what looks as if
// one stood there already.
func Text(cell string) string {
	if bare := strings.TrimLeft(cell, "'"); bare != "" && strings.ContainsRune(formula, []rune(bare)[0]) {
		return "'" + cell
	}
	return cell
}

// Plain undoes Text.
func Plain(cell string) string {
	if rest, found := strings.CutPrefix(cell, "'"); found && Text(rest) != rest {
		return rest
	}
	return cell
}
