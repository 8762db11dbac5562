package httpapi

import (
	"bytes"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"hanzhi/server/fault"
)

// checkQuery refuses queries that no text can be made of, by name of the parameter: Postgres stores neither zero bytes
// nor broken UTF-8, and would say so only where the parameter has lost its name.
func checkQuery(c *fiber.Ctx) error {
	for name, value := range c.Context().QueryArgs().All() {
		for _, b := range [][]byte{name, value} {
			if !utf8.Valid(b) || bytes.IndexByte(b, 0) >= 0 {
				return fault.NewInvalid(string(bytes.ToValidUTF8(bytes.ReplaceAll(name, []byte{0}, nil), nil)), "invalid", "This is not text in UTF-8.")
			}
		}
	}
	return c.Next()
}
