// Package frontend carries the built web app inside the server's binary.
package frontend

import (
	"embed"
	"io/fs"
	"strings"
)

// all: keeps the files whose names begin with "_" or ".", which Go would drop.
//
//go:embed all:build
var build embed.FS

// Files is the built app, rooted at index.html. It holds nothing but a
// placeholder until `npm run build` has run; Built tells the two apart.
// Beside each text file lie its pre-compressed forms, name.br and name.gz.
func Files() fs.FS {
	files, err := fs.Sub(build, "build")
	if err != nil {
		panic(err) // only a malformed path literal can fail here
	}
	return files
}

// Built reports whether the app was built before the server was.
func Built() bool {
	_, err := fs.Stat(build, "build/index.html")
	return err == nil
}

// ContentSecurityPolicy is the header value that belongs to this very build:
// it names the hashes of the few inline lines of index.html. Empty when unbuilt.
func ContentSecurityPolicy() string {
	policy, err := fs.ReadFile(build, "build/csp.txt")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(policy))
}
