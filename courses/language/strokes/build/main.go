// Command build makes the table of strokes from the npm package hanzi-writer-data:
//
//	go run ./courses/language/strokes/build -packages frontend/node_modules courses/language/strokes/table
//
// The package holds a JSON file for each of its 9,574 characters, 32 MB in all; the table is a tenth of that. Nothing of
// it is kept in the repository. The licence of the data goes into the NOTICE beside the table.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"hanzhi/courses/language/strokes/layout"
)

// enough guards against a package in another form than expected.
const enough = 9_000

func main() {
	packages := flag.String("packages", "frontend/node_modules", "where the npm packages are")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: build [-packages DIR] OUT")
		os.Exit(2)
	}
	if err := run(filepath.Join(*packages, "hanzi-writer-data"), flag.Arg(0)); err != nil {
		fmt.Fprintln(os.Stderr, "strokes:", err)
		os.Exit(1)
	}
}

func run(data, out string) error {
	characters, err := readAll(data)
	if err != nil {
		return err
	}
	if len(characters) < enough {
		return fmt.Errorf("only %d characters: another format than expected", len(characters))
	}
	notice, err := notice(data)
	if err != nil {
		return err
	}
	body, err := layout.Encode(characters)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	if err := replaceFile(filepath.Join(out, "NOTICE"), []byte(notice)); err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "%d characters, %.1f MB\n", len(characters), float64(len(body))/1e6)
	return replaceFile(filepath.Join(out, layout.File), body)
}

// readAll reads the files that are named after one character, in the order of code points.
func readAll(data string) ([]layout.Character, error) {
	names, err := filepath.Glob(filepath.Join(data, "*.json"))
	if err != nil {
		return nil, err
	}
	var list []layout.Character
	for _, name := range names {
		r, size := utf8.DecodeRuneInString(filepath.Base(name))
		if filepath.Base(name)[size:] != ".json" {
			continue
		}
		body, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		c, err := read(r, body)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		list = append(list, c)
	}
	slices.SortFunc(list, func(a, b layout.Character) int { return int(a.Rune - b.Rune) })
	return list, nil
}

func read(r rune, body []byte) (layout.Character, error) {
	var file struct {
		Strokes []string       `json:"strokes"`
		Medians [][][2]float64 `json:"medians"`
	}
	if err := json.Unmarshal(body, &file); err != nil {
		return layout.Character{}, err
	}
	if len(file.Strokes) == 0 || len(file.Strokes) != len(file.Medians) {
		return layout.Character{}, fmt.Errorf("%d strokes and %d medians", len(file.Strokes), len(file.Medians))
	}
	c := layout.Character{Rune: r}
	for i, path := range file.Strokes {
		outline, err := readPath(path)
		if err != nil {
			return layout.Character{}, fmt.Errorf("stroke %d: %w", i, err)
		}
		var median []layout.Point
		for _, p := range file.Medians[i] {
			median = append(median, layout.Near(p[0], p[1]))
		}
		if len(median) < 2 {
			return layout.Character{}, fmt.Errorf("stroke %d has a median of %d points", i, len(median))
		}
		c.Strokes = append(c.Strokes, layout.Stroke{Outline: outline, Median: median})
	}
	return c, nil
}

// readPath reads the commands of an outline; all of them are absolute in the source.
func readPath(path string) ([]layout.Command, error) {
	var list []layout.Command
	fields := strings.Fields(path)
	for len(fields) > 0 {
		n, known := layout.Points[fields[0]]
		if !known || len(fields) < 1+2*n {
			return nil, fmt.Errorf("unexpected %.20q", strings.Join(fields, " "))
		}
		c := layout.Command{Letter: fields[0][0]}
		for i := range n {
			var x, y float64
			if _, err := fmt.Sscan(fields[1+2*i], &x); err != nil {
				return nil, err
			}
			if _, err := fmt.Sscan(fields[2+2*i], &y); err != nil {
				return nil, err
			}
			c.Points = append(c.Points, layout.Near(x, y))
		}
		list, fields = append(list, c), fields[1+2*n:]
	}
	return list, nil
}

func notice(data string) (string, error) {
	licence, err := os.ReadFile(filepath.Join(data, "ARPHICPL.TXT"))
	if err != nil {
		return "", err
	}
	return `strokes.bin is a data file apart from the program's code. It is derived from hanzi-writer-data 2.0.1 (npm), the data of
Make Me a Hanzi, which is derived from the fonts of Arphic Technology, and is shared under the Arphic Public License below.
Changes: coordinates are rounded to even numbers and written in a form of their own; radicals are left out.

` + string(licence), nil
}

// replaceFile never leaves a part of a file behind.
func replaceFile(name string, body []byte) error {
	if err := os.WriteFile(name+".new", body, 0o644); err != nil {
		return err
	}
	return os.Rename(name+".new", name)
}
