// Command language measures the text engine: how well it cuts and reads Chinese, beside the plain ways (the longest word
// first; the usual reading of each character) over the same dictionary, how fast, and what it costs to have it loaded.
//
// Quality is measured on texts that people cut and read: segmentation/*.conllu (Universal Dependencies) and
// pinyin/*.sent with *.lb (one character of each sentence between ▁ marks, and its reading) in the folder
// HANZHI_TEST_DATA, ../shared/data when unset. They are not part of the project; without them only cost is measured.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
	"unicode/utf8"

	"hanzhi/bench/report"
	"hanzhi/courses/language/lexicon"
	"hanzhi/courses/language/segment"
	"hanzhi/demo/content"
)

func main() { report.Main("language", run) }

func run() error {
	before := heap()
	began := time.Now()
	l, err := lexicon.Load()
	if err != nil {
		return err
	}
	loaded := time.Since(began)
	s := segment.New(l)
	rows := []report.Row{report.New("language: load", milliseconds(loaded), "50 ms allowed", loaded.Seconds()/0.050, "<= 1")}
	text, err := captions()
	if err != nil {
		return err
	}
	rate := speed(s, text)
	rows = append(rows,
		report.New("language: cut and read", fmt.Sprintf("%.2f M chars/s", rate/1e6), "1 M chars/s wanted", rate/1e6, ">= 1"),
		memory(s, text, before), slowestSearch(l))
	quality, err := measureQuality(l, s)
	if err != nil {
		return err
	}
	return report.Print(append(rows, quality...)...)
}

func measureQuality(l *lexicon.Lexicon, s *segment.Segmenter) ([]report.Row, error) {
	data := os.Getenv("HANZHI_TEST_DATA")
	if data == "" {
		data = "../shared/data"
	}
	cut, err := filepath.Glob(filepath.Join(data, "segmentation", "*.conllu"))
	if err != nil {
		return nil, err
	}
	read, err := filepath.Glob(filepath.Join(data, "pinyin", "*.sent"))
	if err != nil {
		return nil, err
	}
	if len(cut)+len(read) == 0 {
		fmt.Fprintf(os.Stderr, "bench/language: no test data in %s, so quality is not measured (HANZHI_TEST_DATA)\n", data)
	}
	var rows []report.Row
	for _, name := range cut {
		r, err := segmentation(l, s, name)
		if err != nil {
			return nil, err
		}
		rows = append(rows, r)
	}
	for _, name := range read {
		r, err := reading(l, s, name)
		if err != nil {
			return nil, err
		}
		rows = append(rows, r)
	}
	return rows, nil
}

// captions are the Chinese of the demo courses: what the engine works on every day.
func captions() (string, error) {
	courses, err := content.Courses()
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, c := range courses {
		for _, lesson := range c.Lessons() {
			for _, line := range lesson.Lines {
				b.WriteString(line.Hanzi() + "\n")
			}
		}
	}
	return b.String(), nil
}

// speed is in characters a second, the best of three rounds.
func speed(s *segment.Segmenter, text string) float64 {
	best := 0.0
	var dst []segment.Token
	for range 3 {
		began, n := time.Now(), 0
		for time.Since(began) < time.Second/2 {
			dst = s.AppendTokens(dst[:0], text)
			n += utf8.RuneCountInString(text)
		}
		best = max(best, float64(n)/time.Since(began).Seconds())
	}
	return best
}

func memory(s *segment.Segmenter, text string, before uint64) report.Row {
	tokens := s.Segment(text)
	used := float64(heap()-before) / (1 << 20)
	runtime.KeepAlive(tokens)
	runtime.KeepAlive(s)
	return report.New("language: memory", fmt.Sprintf("%.1f MB", used), "16 MB allowed", used/16, "<= 1")
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// slowestSearch is of queries that match much.
func slowestSearch(l *lexicon.Lexicon) report.Row {
	l.Search("a", 1) // reads the index
	slowest, which := time.Duration(0), ""
	for _, q := range []string{"a", "e", "yi", "shi4", "zhuan4su4", "xi'an", "zh", "一", "的", "人", "the", "to", "of the", "to be in", "con", "welding", "emergency stop"} {
		best := time.Hour
		for range 5 {
			began := time.Now()
			l.Search(q, 20)
			best = min(best, time.Since(began))
		}
		if best > slowest {
			slowest, which = best, q
		}
	}
	return report.New(fmt.Sprintf("language: slowest search (%s)", which), milliseconds(slowest), "20 ms allowed", slowest.Seconds()/0.020, "<= 1")
}

func milliseconds(d time.Duration) string { return fmt.Sprintf("%.1f ms", d.Seconds()*1e3) }
