package live

import (
	"encoding/json"
	"slices"
	"strconv"

	"github.com/google/uuid"
)

// Board is the pages of a space. What is removed is only marked, so that it can be restored.
type Board struct {
	Pages []*Page   `json:"pages"`
	Shown uuid.UUID `json:"shown"`
}

// Page is a blank page, one with writing squares, or a slide.
type Page struct {
	ID      uuid.UUID `json:"page"`
	Kind    string    `json:"kind"`
	Hanzi   string    `json:"hanzi,omitempty"`
	Asset   uuid.UUID `json:"asset,omitzero"`
	Width   int       `json:"width,omitempty"`
	Height  int       `json:"height,omitempty"`
	Deck    uuid.UUID `json:"deck,omitzero"`
	Objects []*Object `json:"objects,omitempty"`

	byID map[uuid.UUID]*Object
	// encoded is Objects as learners get them, kept until something changes: a thousand who join see the same page.
	encoded []byte
}

// Object is a stroke or a shape on a page.
type Object struct {
	ID      uuid.UUID       `json:"object"`
	By      uuid.UUID       `json:"by"`
	Color   string          `json:"color,omitempty"`
	Size    float64         `json:"size,omitempty"`
	Points  []int16         `json:"points,omitempty"` // of a stroke: x, y, pressure and then differences
	Shape   json.RawMessage `json:"shape,omitempty"`  // as it was put
	Removed bool            `json:"removed,omitempty"`
}

func newBoard(first uuid.UUID) *Board {
	b := &Board{Pages: []*Page{{ID: first, Kind: "blank"}}, Shown: first}
	b.index()
	return b
}

func (b *Board) index() {
	for _, p := range b.Pages {
		p.byID = make(map[uuid.UUID]*Object, len(p.Objects))
		for _, o := range p.Objects {
			p.byID[o.ID] = o
		}
	}
}

// page returns a page of the board; nil when it has none of this id. A nil board has no pages.
func (b *Board) page(id uuid.UUID) *Page {
	if b == nil {
		return nil
	}
	if i := slices.IndexFunc(b.Pages, func(p *Page) bool { return p.ID == id }); i >= 0 {
		return b.Pages[i]
	}
	return nil
}

// insert puts pages after another one, or at the end.
func (b *Board) insert(after uuid.UUID, pages ...*Page) {
	pages = slices.DeleteFunc(pages, func(p *Page) bool { return b.page(p.ID) != nil })
	if len(b.Pages)+len(pages) > maxPages {
		return
	}
	for _, p := range pages {
		p.byID = map[uuid.UUID]*Object{}
	}
	at := len(b.Pages)
	if i := slices.IndexFunc(b.Pages, func(p *Page) bool { return p.ID == after }); i >= 0 {
		at = i + 1
	}
	b.Pages = slices.Insert(b.Pages, at, pages...)
}

type deckPage struct {
	Page   uuid.UUID `json:"page"`
	Asset  uuid.UUID `json:"asset"`
	Width  int       `json:"width"`
	Height int       `json:"height"`
}

type deckData struct {
	Deck  uuid.UUID  `json:"deck"`
	Title string     `json:"title"`
	Pages []deckPage `json:"pages"`
}

func (s *State) applyDeckAdded(e Event) error {
	d, err := read[deckData](e)
	b := s.Boards[e.Space]
	if err != nil || b == nil || len(d.Pages) == 0 {
		return err
	}
	pages := make([]*Page, 0, len(d.Pages))
	for _, p := range d.Pages {
		pages = append(pages, &Page{ID: p.Page, Kind: "slide", Asset: p.Asset, Width: p.Width, Height: p.Height, Deck: d.Deck})
	}
	b.insert(uuid.Nil, pages...)
	if b.page(d.Pages[0].Page) != nil {
		b.Shown = d.Pages[0].Page
	}
	return nil
}

type pageData struct {
	Page  uuid.UUID `json:"page"`
	Kind  string    `json:"kind,omitempty"`
	Hanzi string    `json:"hanzi,omitempty"`
	After uuid.UUID `json:"after,omitzero"`
}

func (s *State) applyPageAdded(e Event) error {
	d, err := read[pageData](e)
	if b := s.Boards[e.Space]; err == nil && b != nil {
		b.insert(d.After, &Page{ID: d.Page, Kind: d.Kind, Hanzi: d.Hanzi})
		if b.page(d.Page) != nil {
			b.Shown = d.Page
		}
	}
	return err
}

func (s *State) applyPageShown(e Event) error {
	d, err := read[pageData](e)
	if b := s.Boards[e.Space]; err == nil && b.page(d.Page) != nil {
		b.Shown = d.Page
	}
	return err
}

func (s *State) applyPageRemoved(e Event) error {
	d, err := read[pageData](e)
	b := s.Boards[e.Space]
	if err != nil || b.page(d.Page) == nil || len(b.Pages) == 1 {
		return err
	}
	i := slices.IndexFunc(b.Pages, func(p *Page) bool { return p.ID == d.Page })
	b.Pages = slices.Delete(b.Pages, i, i+1)
	if b.Shown == d.Page {
		b.Shown = b.Pages[max(0, i-1)].ID
	}
	return nil
}

type strokeData struct {
	Page   uuid.UUID `json:"page"`
	Object uuid.UUID `json:"object"`
	Color  string    `json:"color,omitempty"`
	Size   float64   `json:"size,omitempty"`
	Points []int16   `json:"points"`
}

func (s *State) applyStrokeAdded(e Event) error {
	d, err := read[strokeData](e)
	p := s.Boards[e.Space].page(d.Page)
	if err != nil || p == nil {
		return err
	}
	o := p.byID[d.Object]
	if o == nil {
		if len(p.Objects) >= maxObjects {
			return nil
		}
		o = &Object{ID: d.Object, By: e.By, Color: d.Color, Size: d.Size}
		p.add(o)
	}
	if o.By == e.By && o.Shape == nil {
		o.Points = append(o.Points, d.Points...)
		p.encoded = nil
	}
	return nil
}

func (p *Page) add(o *Object) {
	p.Objects = append(p.Objects, o)
	p.byID[o.ID] = o
	p.encoded = nil
}

type shapeData struct {
	Page   uuid.UUID       `json:"page"`
	Object uuid.UUID       `json:"object"`
	Shape  json.RawMessage `json:"shape"`
}

func (s *State) applyObjectPut(e Event) error {
	d, err := read[shapeData](e)
	p := s.Boards[e.Space].page(d.Page)
	if err != nil || p == nil {
		return err
	}
	o := p.byID[d.Object]
	switch {
	case o == nil && len(p.Objects) < maxObjects:
		p.add(&Object{ID: d.Object, By: e.By, Shape: d.Shape})
	case o != nil && o.Shape != nil:
		o.Shape, o.Removed = d.Shape, false
		p.encoded = nil
	}
	return nil
}

type objectsData struct {
	Page    uuid.UUID   `json:"page"`
	Objects []uuid.UUID `json:"objects"`
}

func (s *State) applyObjectRemoved(e Event) error  { return s.markObjects(e, true) }
func (s *State) applyObjectRestored(e Event) error { return s.markObjects(e, false) }

func (s *State) markObjects(e Event, removed bool) error {
	d, err := read[objectsData](e)
	p := s.Boards[e.Space].page(d.Page)
	if err != nil || p == nil {
		return err
	}
	for _, id := range d.Objects {
		if o := p.byID[id]; o != nil {
			o.Removed = removed
		}
	}
	p.encoded = nil
	return nil
}

func (s *State) applyPageCleared(e Event) error {
	d, err := read[pageData](e)
	if p := s.Boards[e.Space].page(d.Page); err == nil && p != nil {
		for _, o := range p.Objects {
			o.Removed = true
		}
		p.encoded = nil
	}
	return err
}

// objects returns what is on the page, as JSON.
func (p *Page) objects() json.RawMessage {
	if p == nil {
		return json.RawMessage("[]")
	}
	if p.encoded != nil {
		return p.encoded
	}
	b := []byte{'['}
	for _, o := range p.Objects {
		if o.Removed {
			continue
		}
		if len(b) > 1 {
			b = append(b, ',')
		}
		b = o.append(b)
	}
	p.encoded = append(b, ']')
	return p.encoded
}

func (o *Object) append(b []byte) []byte {
	b = append(b, `{"object":"`...)
	b = append(b, o.ID.String()...)
	b = append(b, `","by":"`...)
	b = append(b, o.By.String()...)
	if o.Shape != nil {
		// The shape is an object of its own: its fields go on here.
		b = append(b, '"', ',')
		return append(b, o.Shape[1:]...)
	}
	b = append(b, `","kind":"stroke","color":`...)
	color, _ := json.Marshal(o.Color)
	b = append(b, color...)
	b = append(b, `,"size":`...)
	b = strconv.AppendFloat(b, o.Size, 'f', -1, 64)
	b = append(b, `,"points":[`...)
	for i, v := range o.Points {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, int64(v), 10)
	}
	return append(b, ']', '}')
}
