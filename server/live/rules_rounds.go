package live

import (
	"slices"
	"unicode/utf8"

	"github.com/google/uuid"
)

func (a *asked) post() (Event, error) {
	m, err := with[Message](a)
	if err != nil {
		return Event{}, err
	}
	if a.person.Role == Observer {
		return Event{}, errForbidden
	}
	if a.key == uuid.Nil || len(m.Term) > 4000 {
		return Event{}, errBad
	}
	if m.Term == nil || m.Text != "" {
		if err := text(m.Text, maxChat); err != nil {
			return Event{}, err
		}
	}
	// Who is locked out can still ask the teacher.
	if a.state.Locks["chat"] && !a.person.Role.Staff() && !m.Private {
		return Event{}, errLocked
	}
	if m.Term != nil && !a.person.Role.Staff() {
		return Event{}, errForbidden
	}
	if m.ReplyTo != uuid.Nil {
		to := a.state.chat(a.person.Space).message(m.ReplyTo)
		if to == nil || to.Private && to.By != a.person.ID && !a.person.Role.Staff() {
			return Event{}, errNotFound
		}
		m.Private = m.Private || to.Private
	}
	e := a.here("chat.posted", Message{ID: a.key, By: a.person.ID, Name: a.person.Name, Text: m.Text, ReplyTo: m.ReplyTo, Private: m.Private, Term: m.Term})
	if m.Private {
		e.To = a.person.ID.String()
		if to := a.state.chat(a.person.Space).message(m.ReplyTo); to != nil {
			e.To = to.By.String()
		}
	}
	return e, nil
}

func (a *asked) deleteMessage() (Event, error) {
	d, err := with[messageData](a)
	m := a.state.chat(a.person.Space).message(d.Message)
	switch {
	case err != nil:
		return Event{}, err
	case m == nil:
		return Event{}, errNotFound
	case m.By != a.person.ID && !a.person.Role.Staff():
		return Event{}, errForbidden
	}
	return a.here("chat.deleted", d), nil
}

func (a *asked) pin() (Event, error) {
	d, err := with[messageData](a)
	if err != nil {
		return Event{}, err
	}
	if d.Message != uuid.Nil {
		if m := a.state.chat(a.person.Space).message(d.Message); m == nil || m.Private {
			return Event{}, errNotFound
		}
	}
	return a.here("chat.pinned", d), nil
}

// pollKinds is what a poll can be, with what makes one and an answer to it valid: the one place to add a kind.
var pollKinds = map[string]struct {
	poll   func(Poll) bool // with what is right, if anything is
	answer func(Poll, Answer) bool
}{
	"single": {
		poll: hasOptions,
		answer: func(p Poll, a Answer) bool {
			return len(a.Choices) == 1 && a.Choices[0] >= 0 && a.Choices[0] < len(p.Options)
		},
	},
	"multiple": {
		poll: hasOptions,
		answer: func(p Poll, a Answer) bool {
			for i, c := range a.Choices {
				if c < 0 || c >= len(p.Options) || slices.Contains(a.Choices[:i], c) {
					return false
				}
			}
			return true
		},
	},
	"text": {
		poll:   func(p Poll) bool { return len(p.Correct) == 0 },
		answer: func(_ Poll, a Answer) bool { return text(a.Text, 200) == nil },
	},
	"spot": {
		poll: func(p Poll) bool {
			outside := func(c int) bool { return c < 0 || c > 1000 }
			return p.Picture != uuid.Nil && (len(p.Correct) == 0 || len(p.Correct) == 3 && !slices.ContainsFunc(p.Correct, outside))
		},
		answer: func(_ Poll, a Answer) bool {
			inside := func(v *float64) bool { return v != nil && *v >= 0 && *v <= 1 }
			return inside(a.X) && inside(a.Y)
		},
	},
}

func hasOptions(p Poll) bool {
	wrong := func(c int) bool { return c < 0 || c >= len(p.Options) }
	return len(p.Options) >= 2 && len(p.Options) <= 20 && !slices.ContainsFunc(p.Correct, wrong)
}

func (a *asked) openPoll() (Event, error) {
	p, err := with[Poll](a)
	if err != nil {
		return Event{}, err
	}
	kind, known := pollKinds[p.Kind]
	if !known || p.ID == uuid.Nil || !kind.poll(p) {
		return Event{}, errBad
	}
	if err := text(p.Question, 500); err != nil {
		return Event{}, err
	}
	for _, o := range p.Options {
		if err := text(o, 200); err != nil {
			return Event{}, err
		}
	}
	p.Options, p.Answers, p.Closed, p.Shown = orEmpty(p.Options), nil, false, false
	return a.event("poll.opened", p), nil
}

// aboutPoll decodes a command about the poll that stands now.
func (a *asked) aboutPoll() (pollData, error) {
	d, err := with[pollData](a)
	if err == nil && (a.state.Poll == nil || a.state.Poll.ID != d.Poll) {
		err = errNotFound
	}
	return d, err
}

func (a *asked) answerPoll() (Event, error) {
	d, err := a.aboutPoll()
	switch {
	case err != nil:
		return Event{}, err
	case a.state.Poll.Closed:
		return Event{}, errLocked
	case !pollKinds[a.state.Poll.Kind].answer(*a.state.Poll, d.Answer):
		return Event{}, errBad
	}
	d.Person = a.person.ID
	e := a.event("poll.answered", d)
	e.To = a.person.ID.String()
	return e, nil
}

func (a *asked) closePoll() (Event, error) {
	d, err := a.aboutPoll()
	return a.event("poll.closed", pollData{Poll: d.Poll}), err
}

func (a *asked) showPoll() (Event, error) {
	d, err := a.aboutPoll()
	if err != nil {
		return Event{}, err
	}
	t := a.state.Poll.tally()
	return a.event("poll.shown", pollData{Poll: d.Poll, Tally: &t, Correct: a.state.Poll.Correct}), nil
}

func (a *asked) openWriting() (Event, error) {
	d, err := with[struct {
		Round   uuid.UUID `json:"round"`
		Hanzi   string    `json:"hanzi"`
		Seconds int       `json:"seconds"`
	}](a)
	if err != nil || d.Round == uuid.Nil || utf8.RuneCountInString(d.Hanzi) != 1 || d.Seconds < 0 || d.Seconds > 3600 {
		return Event{}, errBad
	}
	w := WriteRound{ID: d.Round, Hanzi: d.Hanzi}
	if d.Seconds > 0 {
		w.Ends = a.now + int64(d.Seconds)*1000
	}
	return a.event("write.opened", w), nil
}

func (a *asked) submitWriting() (Event, error) {
	d, err := with[struct {
		roundData
		Sheet
	}](a)
	w := a.state.Write
	switch {
	case err != nil:
		return Event{}, err
	case w == nil || w.ID != d.Round:
		return Event{}, errNotFound
	case w.Closed:
		return Event{}, errLocked
	case len(d.Strokes) == 0 || len(d.Strokes) > 64 || d.Mark != nil && (*d.Mark < 0 || *d.Mark > 1):
		return Event{}, errBad
	}
	for _, s := range d.Strokes {
		if len(s)%2 != 0 || len(s) > 600 {
			return Event{}, errBad
		}
		for _, v := range s {
			if v < -200 || v > 1200 {
				return Event{}, errBad
			}
		}
	}
	d.Person, d.Name, d.Shown = a.person.ID, a.person.Name, false
	e := a.event("write.submitted", d)
	e.To = a.person.ID.String()
	return e, nil
}

func (a *asked) closeWriting() (Event, error) {
	d, err := with[roundData](a)
	if err == nil && (a.state.Write == nil || a.state.Write.ID != d.Round) {
		err = errNotFound
	}
	return a.event("write.closed", d), err
}

func (a *asked) showWriting() (Event, error) {
	d, err := with[struct {
		Round  uuid.UUID   `json:"round"`
		People []uuid.UUID `json:"people"`
	}](a)
	w := a.state.Write
	if err != nil || len(d.People) > 60 {
		return Event{}, errBad
	}
	if w == nil || w.ID != d.Round {
		return Event{}, errNotFound
	}
	sheets := []*Sheet{}
	for _, id := range d.People {
		if x := w.Sheets[id]; x != nil {
			sheets = append(sheets, x)
		}
	}
	return a.event("write.shown", map[string]any{"round": d.Round, "sheets": sheets}), nil
}

func (a *asked) openReading() (Event, error) {
	d, err := with[ReadRound](a)
	if err != nil || d.ID == uuid.Nil || len(d.Lines) == 0 || len(d.Lines) > 200 {
		return Event{}, errBad
	}
	for _, l := range d.Lines {
		if err := text(l, 300); err != nil {
			return Event{}, err
		}
	}
	return a.event("read.opened", ReadRound{ID: d.ID, Lines: d.Lines, Done: []uuid.UUID{}}), nil
}

func (a *asked) callReader() (Event, error) {
	d, err := with[ReadRound](a)
	switch r := a.state.Read; {
	case err != nil:
		return Event{}, err
	case r == nil || r.ID != d.ID:
		return Event{}, errNotFound
	case d.Line < 0 || d.Line >= len(r.Lines):
		return Event{}, errBad
	case a.state.People[d.Person] == nil || !a.state.People[d.Person].Present():
		return Event{}, errNotFound
	}
	return a.event("read.called", map[string]any{"round": d.ID, "person": d.Person, "name": a.state.People[d.Person].Name, "line": d.Line}), nil
}

func (a *asked) closeReading() (Event, error) {
	d, err := with[roundData](a)
	if err == nil && (a.state.Read == nil || a.state.Read.ID != d.Round) {
		err = errNotFound
	}
	return a.event("read.closed", d), err
}

func (a *asked) takeAir() (Event, error) {
	d, err := with[OnAir](a)
	if err != nil || !d.Voice && !d.Picture && !d.Screen {
		return Event{}, errBad
	}
	d.Person, d.Name, d.Space = a.person.ID, a.person.Name, a.person.Space
	if d.Screen && !a.person.Role.Staff() && !a.person.Given {
		return Event{}, errForbidden
	}
	i := slices.IndexFunc(a.state.Air, func(x OnAir) bool { return x.Person == a.person.ID })
	if i >= 0 {
		d.Slot = a.state.Air[i].Slot
	} else if slot, free := a.state.freeSlot(d.Space); free {
		d.Slot = slot
	} else {
		return Event{}, errFull
	}
	pictures := 0
	for _, x := range a.state.Air {
		if x.Picture && x.Person != a.person.ID && x.Space == d.Space {
			pictures++
		}
	}
	if d.Picture && pictures >= maxPictures {
		return Event{}, errFull
	}
	return a.here("air.changed", d), nil
}

func (a *asked) giveAir() (Event, error) {
	d, err := with[personData](a)
	if p := a.state.People[d.Person]; err == nil && (p == nil || p.Role == Observer) {
		err = errNotFound
	}
	return a.event("air.given", d), err
}

func (a *asked) leaveAir() (Event, error) {
	d, err := with[personData](a)
	if err != nil {
		return Event{}, err
	}
	if d.Person == uuid.Nil {
		d.Person = a.person.ID
	}
	if d.Person != a.person.ID && !a.person.Role.Staff() {
		return Event{}, errForbidden
	}
	p := a.state.People[d.Person]
	if p == nil {
		return Event{}, errNotFound
	}
	e := a.event("air.changed", OnAir{Person: p.ID, Name: p.Name, Space: p.Space})
	e.Space = p.Space
	return e, nil
}
