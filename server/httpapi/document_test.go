package httpapi

import (
	"bytes"
	"flag"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "rewrite openapi.yaml")

// TestDocument fails when the code's OpenAPI document is no longer the golden one; `make api` rewrites it.
func TestDocument(t *testing.T) {
	const golden = "openapi.yaml"
	got, err := Document("dev")
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("openapi.yaml is stale: run `make api` and look at what changed")
	}
}

// TestRoutes holds every line of the route table to its rules.
func TestRoutes(t *testing.T) {
	t.Parallel()
	names, addresses := map[string]bool{}, map[string]bool{}
	for _, r := range (&API{}).routes() {
		if r.summary == "" {
			t.Errorf("%s %s says nothing about itself", r.method, r.path)
		}
		if names[r.name] {
			t.Errorf("two routes have the operationId %s", r.name)
		}
		if address := r.method + " " + r.path; addresses[address] {
			t.Errorf("%s stands twice in the table", address)
		}
		names[r.name], addresses[r.method+" "+r.path] = true, true
	}
}
