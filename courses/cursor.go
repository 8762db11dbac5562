package courses

import (
	"encoding/base64"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"hanzhi/server/fault"
)

// Sizes of a page of a list.
const (
	defaultLimit = 20
	maxLimit     = 100
)

// cursor is the last row of a page: the next page holds what comes after it, whatever has been added meanwhile. Which
// fields count is the business of each list.
type cursor struct {
	Rank float32   `json:"r,omitempty"`
	At   time.Time `json:"t,omitzero"`
	Name string    `json:"n,omitempty"`
	ID   uuid.UUID `json:"i"`
}

// String is the cursor as clients carry it: opaque, safe in an address.
func (c cursor) String() string {
	b, _ := json.Marshal(c) // a struct of plain values cannot fail
	return base64.RawURLEncoding.EncodeToString(b)
}

// parseCursor reads what String wrote; "" is the first page and gives nil.
func parseCursor(page string) (*cursor, error) {
	if page == "" {
		return nil, nil //nolint:nilnil // no page asked for is not an error
	}
	var c cursor
	b, err := base64.RawURLEncoding.DecodeString(page)
	if err == nil {
		err = json.Unmarshal(b, &c)
	}
	if err != nil || c.ID == uuid.Nil || len(page) > 2000 {
		return nil, fault.NewInvalid("page", "bad_page", "This is no page of this list; start again without it.")
	}
	return &c, nil
}

// bounded keeps a requested page size within what a page may hold.
func bounded(limit int) int {
	if limit <= 0 {
		return defaultLimit
	}
	return min(limit, maxLimit)
}
