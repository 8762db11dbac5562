package media

import (
	"context"

	"github.com/google/uuid"

	"hanzhi/server/fault"
)

// Page is a page of a deck, as deck.add of a class wants it.
type Page struct {
	Asset  uuid.UUID `json:"asset" doc:"Names the page's picture; not the deck's id."`
	Width  int       `json:"width" doc:"Pixels of the picture, at most 1600."`
	Height int       `json:"height" doc:"At most 900."`
}

// Deck is how far a deck is, and its pages once it is ready.
type Deck struct {
	ID       uuid.UUID `json:"id"`
	Filename string    `json:"filename"`
	State    State     `json:"state" enum:"uploading,checking,transcoding,ready,failed"`
	Progress float64   `json:"progress" doc:"0 to 1"`
	Failure  *Failure  `json:"failure,omitempty"`
	Pages    []Page    `json:"pages" doc:"In their order; empty until the state is ready."`
}

// Deck returns a deck to those who may author in its institution, and to the teacher who has brought it.
func (s *Service) Deck(ctx context.Context, viewer, id uuid.UUID) (Deck, error) {
	row, err := selectAsset(ctx, s.db, viewer, id)
	if err != nil {
		return Deck{}, err
	}
	if row.Kind != KindDeck {
		return Deck{}, fault.NewNotFound("deck")
	}
	a := row.asset()
	d := Deck{ID: a.ID, Filename: a.Filename, State: a.State, Progress: a.Progress, Failure: a.Failure, Pages: []Page{}}
	if a.State == StateReady {
		d.Pages, err = selectPages(ctx, s.db, id)
	}
	return d, err
}
