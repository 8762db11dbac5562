package live

import (
	"bytes"
	"encoding/json"
	"slices"
	"unicode/utf8"

	"github.com/google/uuid"
)

func (a *asked) board() *Board { return a.state.Boards[a.person.Space] }

func (a *asked) addDeck() (Event, error) {
	d, err := with[deckData](a)
	switch {
	case err != nil:
		return Event{}, err
	case d.Deck == uuid.Nil || len(d.Pages) == 0:
		return Event{}, errBad
	case a.board() == nil:
		return Event{}, errNotFound
	case len(a.board().Pages)+len(d.Pages) > maxPages:
		return Event{}, errFull
	}
	for _, p := range d.Pages {
		if p.Page == uuid.Nil || p.Asset == uuid.Nil || p.Width <= 0 || p.Height <= 0 || p.Width > 1<<14 || p.Height > 1<<14 {
			return Event{}, errBad
		}
	}
	return a.here("deck.added", d), nil
}

func (a *asked) addPage() (Event, error) {
	d, err := with[pageData](a)
	switch {
	case err != nil:
		return Event{}, err
	case d.Page == uuid.Nil || d.Kind != "blank" && d.Kind != "grid" || utf8.RuneCountInString(d.Hanzi) > 60:
		return Event{}, errBad
	case a.board() == nil:
		return Event{}, errNotFound
	case len(a.board().Pages) >= maxPages:
		return Event{}, errFull
	}
	return a.here("page.added", d), nil
}

// onPage is a command about a page that must be there.
func (a *asked) onPage(name string) (Event, error) {
	d, err := with[pageData](a)
	if err == nil && a.board().page(d.Page) == nil {
		err = errNotFound
	}
	return a.here(name, pageData{Page: d.Page}), err
}

func (a *asked) showPage() (Event, error)  { return a.onPage("page.shown") }
func (a *asked) clearPage() (Event, error) { return a.onPage("page.cleared") }

func (a *asked) removePage() (Event, error) {
	if b := a.board(); b != nil && len(b.Pages) == 1 {
		return Event{}, errFull // a board keeps a page
	}
	return a.onPage("page.removed")
}

func (a *asked) stroke() (Event, error) {
	d, err := with[strokeData](a)
	if err != nil {
		return Event{}, err
	}
	p := a.board().page(d.Page)
	switch {
	case d.Object == uuid.Nil || len(d.Points) == 0 || len(d.Points)%3 != 0 || len(d.Color) > 20 || d.Size < 0 || d.Size > 400:
		return Event{}, errBad
	case len(d.Points) > 3*maxStrokePoints:
		return Event{}, errTooLarge
	case p == nil:
		return Event{}, errNotFound
	}
	if o := p.byID[d.Object]; o != nil && (o.By != a.person.ID || o.Shape != nil) {
		return Event{}, errForbidden
	} else if o == nil && len(p.Objects) >= maxObjects {
		return Event{}, errFull
	}
	return a.here("stroke.added", d), nil
}

// shape is what object.put may hold.
type shape struct {
	Kind  string  `json:"kind"`
	X     float64 `json:"x"`
	Y     float64 `json:"y"`
	W     float64 `json:"w"`
	H     float64 `json:"h"`
	Color string  `json:"color"`
	Size  float64 `json:"size"`
	Text  string  `json:"text,omitempty"`
}

func (a *asked) putObject() (Event, error) {
	d, err := with[shapeData](a)
	if err != nil {
		return Event{}, err
	}
	var s shape
	decoder := json.NewDecoder(bytes.NewReader(d.Shape))
	decoder.DisallowUnknownFields()
	if decoder.Decode(&s) != nil || d.Object == uuid.Nil || !slices.Contains([]string{"line", "arrow", "rect", "ellipse", "text"}, s.Kind) || len(s.Color) > 20 {
		return Event{}, errBad
	}
	if utf8.RuneCountInString(s.Text) > maxChat {
		return Event{}, errTooLarge
	}
	p := a.board().page(d.Page)
	if p == nil {
		return Event{}, errNotFound
	}
	if o := p.byID[d.Object]; o != nil && (o.Shape == nil || o.By != a.person.ID && !a.person.Role.Staff()) {
		return Event{}, errForbidden
	} else if o == nil && len(p.Objects) >= maxObjects {
		return Event{}, errFull
	}
	d.Shape, err = json.Marshal(s)
	return a.here("object.put", d), err
}

func (a *asked) removeObjects() (Event, error)  { return a.onObjects("object.removed") }
func (a *asked) restoreObjects() (Event, error) { return a.onObjects("object.restored") }

func (a *asked) onObjects(name string) (Event, error) {
	d, err := with[objectsData](a)
	if err != nil {
		return Event{}, err
	}
	p := a.board().page(d.Page)
	switch {
	case p == nil:
		return Event{}, errNotFound
	case len(d.Objects) == 0:
		return Event{}, errBad
	case len(d.Objects) > 1000:
		return Event{}, errTooLarge
	}
	for _, id := range d.Objects {
		o := p.byID[id]
		if o == nil {
			return Event{}, errNotFound
		}
		if o.By != a.person.ID && !a.person.Role.Staff() {
			return Event{}, errForbidden
		}
	}
	return a.here(name, d), nil
}

func (a *asked) openBreakout() (Event, error) {
	d, err := with[struct {
		Spaces  []Space `json:"spaces"`
		Seconds int     `json:"seconds"`
	}](a)
	if err != nil || len(d.Spaces) == 0 || len(d.Spaces) > 100 || d.Seconds < 0 || d.Seconds > 4*3600 {
		return Event{}, errBad
	}
	var out breakoutData
	if d.Seconds > 0 {
		out.Ends = a.now + int64(d.Seconds)*1000
	}
	placed := map[uuid.UUID]bool{}
	for _, s := range d.Spaces {
		if s.ID == "" || len(s.ID) > 40 || slices.ContainsFunc(out.Spaces, func(x breakoutSpace) bool { return x.ID == s.ID }) {
			return Event{}, errBad
		}
		if err := text(s.Name, 60); err != nil {
			return Event{}, err
		}
		s.People = slices.DeleteFunc(orEmpty(s.People), func(id uuid.UUID) bool {
			p := a.state.People[id]
			again := p == nil || p.Role.Staff() || placed[id]
			placed[id] = true
			return again
		})
		out.Spaces = append(out.Spaces, breakoutSpace{Space: s, Page: uuid.New()})
	}
	return a.event("breakout.opened", out), nil
}

func (a *asked) moveBreakout() (Event, error) {
	d, err := with[movedData](a)
	switch {
	case err != nil:
		return Event{}, err
	case a.state.People[d.Person] == nil || d.Space != "" && !slices.ContainsFunc(a.state.Spaces, func(x Space) bool { return x.ID == d.Space }):
		return Event{}, errNotFound
	}
	return a.event("breakout.moved", d), nil
}

func (a *asked) closeBreakout() (Event, error) {
	if len(a.state.Spaces) == 0 {
		return Event{}, errNotFound
	}
	return a.event("breakout.closed", nil), nil
}
