package app

import (
	"context"

	"github.com/google/uuid"

	"hanzhi/server/live"
	"hanzhi/server/live/film"
)

// recordings gives the makers of films what is known of classes.
type recordings struct{ app *App }

// Events returns the log of a class.
func (r recordings) Events(ctx context.Context, class uuid.UUID) ([]live.Event, error) {
	return school{r.app.Classes, r.app.Language}.Load(ctx, class)
}

// Pieces returns what was recorded of a class: voices, pictures and screens. Where nobody records them, a film shows the board.
func (r recordings) Pieces(ctx context.Context, class uuid.UUID) ([]film.Piece, error) {
	if r.app.pieces == nil {
		return nil, nil
	}
	return r.app.pieces(ctx, class)
}

// films makes the films of classes.
func (a *App) films() *film.Maker {
	return &film.Maker{Recordings: recordings{a}, Strokes: func(text string) (map[string][]string, error) {
		known, err := a.Language.Strokes(text)
		outlines := make(map[string][]string, len(known))
		for hanzi, drawing := range known {
			outlines[hanzi] = drawing.Strokes
		}
		return outlines, err
	}}
}
