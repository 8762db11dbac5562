// Package migrations holds the schema of Hanzhi's database: one SQL file per change, numbered, append only.
// server/pg applies them; the goose comments in each file say where it starts.
package migrations

import "embed"

// FS holds every migration, named NNNNN_what_it_does.sql.
//
//go:embed *.sql
var FS embed.FS
