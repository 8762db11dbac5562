package httpapi

import (
	"context"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"hanzhi/server/auth"
	"hanzhi/server/fault"
)

// Keys of c.Locals under which authenticate leaves who is calling, or why it could not tell.
const (
	keyCaller      localsKey = "caller"
	keyCallerError localsKey = "callerError"
)

// caller is who sends a request. The zero value is a visitor.
type caller struct {
	accountID uuid.UUID
	admin     bool
	session   auth.Session
}

func (w caller) signedIn() bool { return w.accountID != uuid.Nil }

// callerOf returns who sends the request, or the fault that kept authenticate from telling.
func callerOf(c *fiber.Ctx) (caller, error) {
	if err, failed := c.Locals(keyCallerError).(error); failed {
		return caller{}, err
	}
	who, _ := c.Locals(keyCaller).(caller)
	return who, nil
}

// viewer returns who sends the request from a handler's context; huma hands c.Locals on as context values.
func viewer(ctx context.Context) caller {
	who, _ := ctx.Value(keyCaller).(caller)
	return who
}

// viewerID returns the caller's account id; uuid.Nil is a visitor.
func viewerID(ctx context.Context) uuid.UUID { return viewer(ctx).accountID }

// guard lets a route's callers in: whoever the table says, nobody else. It stands before the handler reads anything.
func (a *API) guard(r route) fiber.Handler {
	return func(c *fiber.Ctx) error {
		who, err := callerOf(c)
		switch {
		case err != nil && r.access != anyone:
			return err
		case r.access != anyone && !who.signedIn():
			return fault.New(fault.Unauthenticated, "unauthenticated", "Sign in first; what you had saved is safe.")
		case r.access == admin && !who.admin:
			return fault.New(fault.Forbidden, "forbidden", "Only the platform's administrator may do this.")
		}
		return c.Next()
	}
}
