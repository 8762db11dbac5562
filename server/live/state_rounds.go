package live

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Chat is the latest messages of a space; older ones are in the log.
type Chat struct {
	Messages []*Message `json:"messages,omitempty"`
	Pinned   uuid.UUID  `json:"pinned,omitzero"`
}

// keptMessages is how many messages who joins late gets.
const keptMessages = 200

// Message is one message of the chat.
type Message struct {
	ID      uuid.UUID       `json:"message"`
	By      uuid.UUID       `json:"by"`
	Name    string          `json:"name"`
	At      int64           `json:"at"`
	Text    string          `json:"text"`
	ReplyTo uuid.UUID       `json:"replyTo,omitzero"`
	Private bool            `json:"private,omitempty"` // for the author and staff
	Term    json.RawMessage `json:"term,omitempty"`
	Deleted bool            `json:"deleted,omitempty"`
}

func (s *State) chat(space string) *Chat {
	if s.Chats[space] == nil {
		s.Chats[space] = &Chat{}
	}
	return s.Chats[space]
}

func (c *Chat) message(id uuid.UUID) *Message {
	if c == nil {
		return nil
	}
	if i := slices.IndexFunc(c.Messages, func(m *Message) bool { return m.ID == id }); i >= 0 {
		return c.Messages[i]
	}
	return nil
}

func (s *State) applyChatPosted(e Event) error {
	m, err := read[Message](e)
	c := s.chat(e.Space)
	if err != nil || c.message(m.ID) != nil {
		return err
	}
	m.By, m.At = e.By, e.At
	if len(c.Messages) >= keptMessages {
		c.Messages = slices.Delete(c.Messages, 0, len(c.Messages)-keptMessages+1)
	}
	c.Messages = append(c.Messages, &m)
	return nil
}

type messageData struct {
	Message uuid.UUID `json:"message,omitzero"`
}

func (s *State) applyChatDeleted(e Event) error {
	d, err := read[messageData](e)
	if m := s.chat(e.Space).message(d.Message); err == nil && m != nil {
		m.Deleted, m.Text, m.Term = true, "", nil
	}
	return err
}

func (s *State) applyChatPinned(e Event) error {
	d, err := read[messageData](e)
	if err == nil {
		s.chat(e.Space).Pinned = d.Message
	}
	return err
}

// Poll is the question that stands now.
type Poll struct {
	ID       uuid.UUID            `json:"poll"`
	Kind     string               `json:"kind"`
	Question string               `json:"question"`
	Options  []string             `json:"options"`
	Picture  uuid.UUID            `json:"picture,omitzero"`
	Graded   bool                 `json:"graded"`
	Correct  []int                `json:"correct,omitempty"`
	Closed   bool                 `json:"closed"`
	Shown    bool                 `json:"shown"`
	Answers  map[uuid.UUID]Answer `json:"answers"`
}

// Answer is one person's answer to a poll.
type Answer struct {
	Choices []int    `json:"choices,omitempty"`
	Text    string   `json:"text,omitempty"`
	X       *float64 `json:"x,omitempty"`
	Y       *float64 `json:"y,omitempty"`
}

// Tally sums the answers.
type Tally struct {
	Counts []int        `json:"counts,omitempty"`
	Texts  [][2]any     `json:"texts,omitempty"` // text and how often
	Spots  [][2]float64 `json:"spots,omitempty"`
}

func (s *State) applyPollOpened(e Event) error {
	p, err := read[Poll](e)
	if err == nil && (s.Poll == nil || s.Poll.ID != p.ID) {
		p.Answers, p.Closed, p.Shown = map[uuid.UUID]Answer{}, false, false
		s.Poll = &p
	}
	return err
}

type pollData struct {
	Poll    uuid.UUID `json:"poll"`
	Person  uuid.UUID `json:"person,omitzero"`
	Answer  Answer    `json:"answer,omitzero"`
	Tally   *Tally    `json:"tally,omitempty"`
	Correct []int     `json:"correct,omitempty"`
}

// poll returns the data of an event when it is about the poll that stands now.
func (s *State) poll(e Event) (pollData, bool) {
	d, err := read[pollData](e)
	return d, err == nil && s.Poll != nil && s.Poll.ID == d.Poll
}

func (s *State) applyPollAnswered(e Event) error {
	if d, ok := s.poll(e); ok && !s.Poll.Closed {
		s.Poll.Answers[d.Person] = d.Answer
	}
	return nil
}

func (s *State) applyPollClosed(e Event) error {
	if _, ok := s.poll(e); ok {
		s.Poll.Closed = true
	}
	return nil
}

func (s *State) applyPollShown(e Event) error {
	if _, ok := s.poll(e); ok {
		s.Poll.Shown = true
	}
	return nil
}

// tally sums up; texts that differ only in case and space are one.
func (p *Poll) tally() Tally {
	var t Tally
	if p.Kind == "single" || p.Kind == "multiple" {
		t.Counts = make([]int, len(p.Options))
	}
	texts := map[string]int{}
	for _, a := range p.Answers {
		for _, c := range a.Choices {
			if c >= 0 && c < len(t.Counts) {
				t.Counts[c]++
			}
		}
		if p.Kind == "text" {
			texts[strings.ToLower(strings.Join(strings.Fields(a.Text), " "))]++
		}
		if a.X != nil && a.Y != nil {
			t.Spots = append(t.Spots, [2]float64{*a.X, *a.Y})
		}
	}
	for text, n := range texts {
		t.Texts = append(t.Texts, [2]any{text, n})
	}
	slices.SortFunc(t.Texts, func(a, b [2]any) int {
		if n := b[1].(int) - a[1].(int); n != 0 {
			return n
		}
		return strings.Compare(a[0].(string), b[0].(string))
	})
	slices.SortFunc(t.Spots, func(a, b [2]float64) int { return slices.Compare(a[:], b[:]) })
	return t
}

// WriteRound is a round in which everybody writes a character.
type WriteRound struct {
	ID     uuid.UUID            `json:"round"`
	Hanzi  string               `json:"hanzi"`
	Ends   int64                `json:"ends,omitempty"`
	Closed bool                 `json:"closed"`
	Sheets map[uuid.UUID]*Sheet `json:"sheets"`
}

// Sheet is what one student has written.
type Sheet struct {
	Person  uuid.UUID   `json:"person"`
	Name    string      `json:"name"`
	Strokes [][]float64 `json:"strokes"`
	Mark    *float64    `json:"mark,omitempty"`
	Shown   bool        `json:"shown,omitempty"`
}

func (s *State) applyWriteOpened(e Event) error {
	d, err := read[WriteRound](e)
	if err == nil && (s.Write == nil || s.Write.ID != d.ID) {
		d.Sheets, d.Closed = map[uuid.UUID]*Sheet{}, false
		s.Write = &d
	}
	return err
}

type roundData struct {
	Round uuid.UUID `json:"round"`
}

func (s *State) applyWriteSubmitted(e Event) error {
	d, err := read[struct {
		roundData
		Sheet
	}](e)
	if err == nil && s.Write != nil && s.Write.ID == d.Round && !s.Write.Closed {
		sheet := d.Sheet
		sheet.Shown = false
		s.Write.Sheets[d.Person] = &sheet
	}
	return err
}

func (s *State) applyWriteClosed(e Event) error {
	d, err := read[roundData](e)
	if err == nil && s.Write != nil && s.Write.ID == d.Round {
		s.Write.Closed = true
	}
	return err
}

func (s *State) applyWriteShown(e Event) error {
	d, err := read[struct {
		roundData
		Sheets []Sheet `json:"sheets"`
	}](e)
	if err != nil || s.Write == nil || s.Write.ID != d.Round {
		return err
	}
	for _, x := range s.Write.Sheets {
		x.Shown = slices.ContainsFunc(d.Sheets, func(y Sheet) bool { return y.Person == x.Person })
	}
	return nil
}

// ReadRound is a round of reading aloud.
type ReadRound struct {
	ID     uuid.UUID   `json:"round"`
	Lines  []string    `json:"lines"`
	Person uuid.UUID   `json:"person,omitzero"`
	Name   string      `json:"name,omitempty"`
	Line   int         `json:"line"`
	Done   []uuid.UUID `json:"done"`
}

func (s *State) applyReadOpened(e Event) error {
	d, err := read[ReadRound](e)
	if err == nil {
		d.Person, d.Name, d.Line, d.Done = uuid.Nil, "", 0, []uuid.UUID{}
		s.Read = &d
	}
	return err
}

func (s *State) applyReadCalled(e Event) error {
	d, err := read[ReadRound](e)
	if err != nil || s.Read == nil || s.Read.ID != d.ID {
		return err
	}
	s.endReading()
	s.Read.Person, s.Read.Name, s.Read.Line = d.Person, d.Name, d.Line
	if p := s.People[d.Person]; p != nil {
		p.Given, p.Muted = true, false
	}
	s.lower(d.Person)
	return nil
}

// endReading takes the air from who was called last.
func (s *State) endReading() {
	last := s.Read.Person
	if last == uuid.Nil {
		return
	}
	if !slices.Contains(s.Read.Done, last) {
		s.Read.Done = append(s.Read.Done, last)
	}
	if p := s.People[last]; p != nil && !p.Role.Staff() {
		p.Given = false
		if s.Locks["voice"] {
			s.Air = slices.DeleteFunc(s.Air, func(a OnAir) bool { return a.Person == last })
		}
	}
}

func (s *State) applyReadClosed(e Event) error {
	d, err := read[roundData](e)
	if err == nil && s.Read != nil && s.Read.ID == d.Round {
		s.endReading()
		s.Read = nil
	}
	return err
}

// writeGrace is how long after the end of a writing round sheets may still be on their way.
const writeGrace = 2 * time.Second

// due returns what has come to its end by the clock: each ends once, whoever says so and however often.
func (s *State) due(class uuid.UUID, now time.Time) []Event {
	if s.Phase == PhaseEnded {
		return nil
	}
	var events []Event
	if s.Ends > 0 && len(s.Spaces) > 0 && now.UnixMilli() >= s.Ends {
		events = append(events, Event{Name: "breakout.closed", Key: uuid.NewSHA1(class, fmt.Appendf(nil, "breakout %d", s.Ends))})
	}
	if w := s.Write; w != nil && !w.Closed && w.Ends > 0 && now.Add(-writeGrace).UnixMilli() >= w.Ends {
		data, _ := json.Marshal(roundData{w.ID})
		events = append(events, Event{Name: "write.closed", Key: uuid.NewSHA1(w.ID, []byte("closed")), Data: data})
	}
	return events
}
