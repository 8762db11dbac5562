package httpapi

import (
	"context"
	"fmt"
	"strconv"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"hanzhi/courses/classes"
)

type replayOutput struct{ Body classes.Replay }

func (a *API) classReplay(ctx context.Context, in *idInput) (*replayOutput, error) {
	r, err := a.Classes.Replay(ctx, viewerID(ctx), in.ID)
	for i, t := range r.Tracks {
		for j, p := range t.Pieces {
			r.Tracks[i].Pieces[j].URL = fmt.Sprintf("/api/classes/%s/pieces/%s/%d", in.ID, t.ID, p.Number)
		}
	}
	return &replayOutput{r}, err
}

// classPiece answers some seconds of a recording.
func (a *API) classPiece(c *fiber.Ctx) error {
	class, err1 := uuid.Parse(c.Params("id"))
	track, err2 := uuid.Parse(c.Params("track"))
	n, err3 := strconv.Atoi(c.Params("n"))
	if err1 != nil || err2 != nil || err3 != nil || n < 0 || n > 1<<30 {
		return fiber.ErrNotFound
	}
	o, err := a.Classes.Piece(c.UserContext(), viewerID(c.Context()), class, track, n)
	if err != nil {
		return err
	}
	content, err := a.Media.RecordedPiece(c.UserContext(), track, n, o.Key, o.Bytes)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; sandbox")
	c.Set("Cross-Origin-Resource-Policy", "same-origin")
	sendContent(c.Context(), content)
	return nil
}

type trimInput struct {
	ID   uuid.UUID `path:"id" format:"uuid"`
	Body classes.Trim
}

func (a *API) putTrim(ctx context.Context, in *trimInput) (*none, error) {
	return &none{}, a.Classes.PutTrim(ctx, viewerID(ctx), in.ID, in.Body)
}

type recordedTrackInput struct {
	ID    uuid.UUID `path:"id" format:"uuid"`
	Track uuid.UUID `path:"track" format:"uuid"`
}

func (a *API) cutTrack(ctx context.Context, in *recordedTrackInput) (*none, error) {
	return &none{}, a.Classes.CutTrack(ctx, viewerID(ctx), in.ID, in.Track)
}
