package jobs

import (
	"context"
	"log/slog"
)

// atLeast drops records below a level: River tells of every job it has done.
type atLeast struct {
	slog.Handler
	level slog.Level
}

// Enabled reports whether a level is worth a record.
func (h atLeast) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= h.level && h.Handler.Enabled(ctx, level)
}

// WithAttrs keeps the level.
func (h atLeast) WithAttrs(attrs []slog.Attr) slog.Handler {
	return atLeast{h.Handler.WithAttrs(attrs), h.level}
}

// WithGroup keeps the level.
func (h atLeast) WithGroup(name string) slog.Handler {
	return atLeast{h.Handler.WithGroup(name), h.level}
}
