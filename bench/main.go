// Command bench runs every benchmark of the platform beside a peer or a physical limit, on one machine and in one run,
// prints a table and writes bench.json. Figures of one machine mean little; the ratios hold.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"text/tabwriter"
	"time"

	"hanzhi/bench/report"
)

// parts are programs below bench/; each starts what it needs and stops it again.
var parts = []string{"language", "readiness", "media", "pages", "progress", "live"}

func main() {
	only := flag.String("only", "", "parts to run, by comma: "+strings.Join(parts, ", "))
	out := flag.String("out", "bench.json", "where to write the rows")
	flag.Parse()
	chosen := parts
	if *only != "" {
		chosen = strings.Split(*only, ",")
	}
	rows, err := run(chosen)
	if err == nil {
		err = write(*out, rows)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(chosen []string) ([]report.Row, error) {
	var rows []report.Row
	for _, part := range chosen {
		fmt.Fprintf(os.Stderr, "bench: %s …\n", part)
		cmd := exec.Command("go", "run", "./bench/"+part)
		cmd.Stderr = os.Stderr
		stdout, err := cmd.StdoutPipe()
		if err != nil {
			return nil, err
		}
		if err := cmd.Start(); err != nil {
			return nil, err
		}
		for lines := bufio.NewScanner(stdout); lines.Scan(); {
			var row report.Row
			if json.Unmarshal(lines.Bytes(), &row) == nil && row.Name != "" {
				rows = append(rows, row)
			}
		}
		if err := cmd.Wait(); err != nil {
			return nil, fmt.Errorf("%s: %w", part, err)
		}
	}
	return rows, nil
}

func write(path string, rows []report.Row) error {
	table := tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', 0)
	fmt.Fprintln(table, "what\tours\tbeside\tratio\taim")
	for _, r := range rows {
		fmt.Fprintf(table, "%s\t%s\t%s\t%.2f\t%s\n", r.Name, r.Value, r.Peer, r.Ratio, r.Aim)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	body, err := json.MarshalIndent(map[string]any{
		"at": time.Now().UTC().Format(time.RFC3339), "cpus": runtime.NumCPU(), "go": runtime.Version(), "rows": rows,
	}, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(body, '\n'), 0o644)
}
