// Command build makes the table of the typeface from the npm package @fontsource/noto-sans-sc:
//
//	go run ./courses/language/typeface/build -packages frontend/node_modules courses/language/typeface/table
//
// The package holds Noto Sans SC in some hundred slices for browsers; the table is the Chinese characters and marks of
// all of them in one. Nothing of it is kept in the repository. The licence of the font goes into the NOTICE beside the table.
package main

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"unicode"

	"hanzhi/courses/language/typeface/layout"
)

// enough guards against a package in another form than expected.
const enough = 12_000

func main() {
	packages := flag.String("packages", "frontend/node_modules", "where the npm packages are")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: build [-packages DIR] OUT")
		os.Exit(2)
	}
	if err := run(filepath.Join(*packages, "@fontsource/noto-sans-sc"), flag.Arg(0)); err != nil {
		fmt.Fprintln(os.Stderr, "typeface:", err)
		os.Exit(1)
	}
}

func run(from, out string) error {
	face, err := readAll(from)
	if err != nil {
		return err
	}
	licence, err := os.ReadFile(filepath.Join(from, "LICENSE"))
	if err != nil {
		return err
	}
	body, err := layout.Encode(face)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	notice := "typeface.bin is a data file apart from the program's code: glyphs of Noto Sans SC Regular, from @fontsource/noto-sans-sc\n" +
		"5.3.0 (npm), in a form of its own. It and every font that is made of it are under this licence:\n\n" + string(licence)
	if err := replaceFile(filepath.Join(out, "NOTICE"), []byte(notice)); err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "%d glyphs, %.1f MB\n", len(face.Glyphs), float64(len(body))/1e6)
	return replaceFile(filepath.Join(out, layout.File), body)
}

func readAll(from string) (layout.Face, error) {
	names, err := filepath.Glob(filepath.Join(from, "files/noto-sans-sc-[0-9]*-400-normal.woff"))
	if err != nil {
		return layout.Face{}, err
	}
	var face layout.Face
	seen := map[rune]bool{}
	for _, name := range names {
		slice, err := readSlice(name)
		if err != nil {
			return face, fmt.Errorf("%s: %w", name, err)
		}
		if face.Shared == nil {
			face.Shared = slice.shared()
			notdef, err := slice.glyph(0, 0)
			if err != nil {
				return face, fmt.Errorf("%s: %w", name, err)
			}
			face.Glyphs = append(face.Glyphs, notdef)
		}
		for r, id := range slice.characters {
			if !wanted(r) || seen[r] {
				continue
			}
			g, err := slice.glyph(r, id)
			if err != nil {
				return face, fmt.Errorf("%s: %c: %w", name, r, err)
			}
			seen[r] = true
			face.Glyphs = append(face.Glyphs, g)
		}
	}
	if len(face.Glyphs) < enough {
		return face, fmt.Errorf("only %d glyphs: another format than expected", len(face.Glyphs))
	}
	slices.SortFunc(face.Glyphs, func(a, b layout.Glyph) int { return cmp.Compare(a.Rune, b.Rune) })
	return face, nil
}

// wanted are Chinese characters, their marks, and the forms that are as wide as they are.
func wanted(r rune) bool {
	return unicode.Is(unicode.Han, r) || r >= 0x3000 && r <= 0x303f || r >= 0xff01 && r <= 0xff60 || slices.Contains([]rune("“”‘’…—·"), r)
}

// replaceFile never leaves a part of a file behind.
func replaceFile(name string, body []byte) error {
	if err := os.WriteFile(name+".new", body, 0o644); err != nil {
		return err
	}
	return os.Rename(name+".new", name)
}
