package httpapi

import (
	"context"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"hanzhi/media"
)

type deckOutput struct{ Body media.Deck }

func (a *API) deck(ctx context.Context, in *idInput) (*deckOutput, error) {
	deck, err := a.Media.Deck(ctx, viewerID(ctx), in.ID)
	return &deckOutput{deck}, err
}

// classPicture answers the picture of a page to those who are in the class.
func (a *API) classPicture(c *fiber.Ctx) error {
	class, err1 := uuid.Parse(c.Params("id"))
	page, err2 := uuid.Parse(c.Params("asset"))
	if err1 != nil || err2 != nil {
		return fiber.ErrNotFound
	}
	content, err := a.Media.ClassPicture(c.UserContext(), viewerID(c.Context()), class, page, c.Cookies(guestCookie))
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; sandbox")
	c.Set("Cross-Origin-Resource-Policy", "same-origin")
	sendContent(c.Context(), content)
	return nil
}

// guestCookie lets a guest's browser fetch the pictures of a class: an address in a page cannot carry a header, and one that
// carried a token could not be kept.
const guestCookie = "class_pictures"

// letSeePictures gives a guest who was admitted to a class the cookie for its pictures.
func (a *API) letSeePictures(ctx context.Context, class, guest uuid.UUID) {
	token, life := a.Media.GuestToken(class, guest)
	requestOf(ctx).Cookie(&fiber.Cookie{
		Name: guestCookie, Value: token, Path: "/api/classes/" + class.String() + "/pictures", HTTPOnly: true, Secure: a.TLS,
		SameSite: fiber.CookieSameSiteLaxMode, MaxAge: int(life.Seconds()),
	})
}

type filmInput struct {
	ID   uuid.UUID `path:"id" format:"uuid"`
	Body media.NewFilm
}

func (a *API) filmClass(ctx context.Context, in *filmInput) (*assetOutput, error) {
	asset, err := a.Media.OrderFilm(ctx, viewerID(ctx), in.ID, in.Body)
	return &assetOutput{asset}, err
}
