// Package report is how the parts of the benchmark hand over what they have measured.
package report

import (
	"encoding/json"
	"fmt"
	"os"
)

// Row is one measurement. Parts print each as a line of JSON.
type Row struct {
	Name  string  `json:"name"`  // what was measured
	Value string  `json:"value"` // ours, with its unit
	Peer  string  `json:"peer"`  // the other's, with its name
	Ratio float64 `json:"ratio"` // ours over theirs
	Aim   string  `json:"aim"`   // such as ">= 0.65"
}

// New makes a row; the fields in their order.
func New(name, value, peer string, ratio float64, aim string) Row {
	return Row{Name: name, Value: value, Peer: peer, Ratio: ratio, Aim: aim}
}

// Print writes rows to the standard output.
func Print(rows ...Row) error {
	for _, r := range rows {
		if err := json.NewEncoder(os.Stdout).Encode(r); err != nil {
			return err
		}
	}
	return nil
}

// Main runs a part and ends the process with its result.
func Main(part string, run func() error) {
	if err := run(); err != nil {
		fmt.Fprintf(os.Stderr, "bench/%s: %v\n", part, err)
		os.Exit(1)
	}
}
