package app

import (
	"context"

	"github.com/google/uuid"

	"hanzhi/courses/classes"
	"hanzhi/server/live/film"
	"hanzhi/server/live/recording"
)

// pieceIndex keeps what is recorded where the classes are.
type pieceIndex struct{ classes *classes.Service }

// AddPiece is Index's.
func (i pieceIndex) AddPiece(ctx context.Context, p recording.Piece) error {
	kept, err := i.classes.AddPiece(ctx, classes.NewPiece(p))
	if err == nil && !kept {
		return recording.ErrCut
	}
	return err
}

// recordedPieces is what a film of a class is made of.
func (a *App) recordedPieces(ctx context.Context, class uuid.UUID) ([]film.Piece, error) {
	list, err := a.Classes.RecordedPieces(ctx, class)
	pieces := make([]film.Piece, len(list))
	for i, p := range list {
		pieces[i] = film.Piece{Person: p.Person, Kind: p.Kind, From: p.Start, To: p.Start + p.Length, Key: p.Key}
	}
	return pieces, err
}
