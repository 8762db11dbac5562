package live

import (
	"encoding/json"
	"slices"
	"unicode/utf8"

	"github.com/google/uuid"
)

// who says which people a command is for.
type who uint8

const (
	everybody who = iota
	leaders       // staff
	theTeacher
	learners // students
	drawers  // staff, and students while the board is open
	speakers // staff, and students while voice is open or the air was given to them
)

// rule is one command: for whom it is, how often it may come, and what event it becomes.
type rule struct {
	who    who
	rate   *rate // besides the rate of all commands
	before bool  // also before the class has started
	do     func(*asked) (Event, error)
}

// asked is a command under way.
type asked struct {
	state  *State
	person *Person
	with   json.RawMessage
	key    uuid.UUID
	now    int64 // Unix ms
}

// rules are the commands that become events; those that only ask are in room_asks.go.
var rules = map[string]rule{
	"class.start":    {who: leaders, before: true, do: (*asked).start},
	"class.end":      {who: leaders, before: true, do: (*asked).end},
	"admit":          {who: leaders, before: true, do: (*asked).admit},
	"role.set":       {who: theTeacher, before: true, do: (*asked).setRole},
	"mute":           {who: leaders, before: true, do: (*asked).mute},
	"remove":         {who: leaders, before: true, do: (*asked).remove},
	"lock":           {who: leaders, before: true, do: (*asked).lock},
	"hand.raise":     {who: learners, do: (*asked).raiseHand},
	"hand.lower":     {who: everybody, do: (*asked).lowerHand},
	"signal":         {who: learners, do: (*asked).signal},
	"chat.post":      {who: everybody, rate: &chatRate, do: (*asked).post},
	"chat.delete":    {who: everybody, do: (*asked).deleteMessage},
	"chat.pin":       {who: leaders, before: true, do: (*asked).pin},
	"deck.add":       {who: leaders, before: true, do: (*asked).addDeck},
	"page.add":       {who: leaders, before: true, do: (*asked).addPage},
	"page.show":      {who: leaders, before: true, do: (*asked).showPage},
	"page.remove":    {who: leaders, before: true, do: (*asked).removePage},
	"stroke.add":     {who: drawers, before: true, rate: &strokeRate, do: (*asked).stroke},
	"object.put":     {who: drawers, before: true, do: (*asked).putObject},
	"object.remove":  {who: drawers, before: true, do: (*asked).removeObjects},
	"object.restore": {who: drawers, before: true, do: (*asked).restoreObjects},
	"page.clear":     {who: leaders, before: true, do: (*asked).clearPage},
	"poll.open":      {who: leaders, do: (*asked).openPoll},
	"poll.answer":    {who: learners, do: (*asked).answerPoll},
	"poll.close":     {who: leaders, do: (*asked).closePoll},
	"poll.show":      {who: leaders, do: (*asked).showPoll},
	"write.open":     {who: leaders, do: (*asked).openWriting},
	"write.submit":   {who: learners, do: (*asked).submitWriting},
	"write.close":    {who: leaders, do: (*asked).closeWriting},
	"write.show":     {who: leaders, do: (*asked).showWriting},
	"read.open":      {who: leaders, do: (*asked).openReading},
	"read.call":      {who: leaders, do: (*asked).callReader},
	"read.close":     {who: leaders, do: (*asked).closeReading},
	"air.take":       {who: speakers, before: true, do: (*asked).takeAir},
	"air.give":       {who: leaders, do: (*asked).giveAir},
	"air.leave":      {who: everybody, before: true, do: (*asked).leaveAir},
	"breakout.open":  {who: leaders, do: (*asked).openBreakout},
	"breakout.move":  {who: leaders, do: (*asked).moveBreakout},
	"breakout.close": {who: leaders, do: (*asked).closeBreakout},
	"broadcast":      {who: leaders, do: (*asked).broadcast},
	"timer.set":      {who: leaders, do: (*asked).setTimer},
	"caption.say":    {who: leaders, do: (*asked).caption},
	"record":         {who: leaders, do: (*asked).record},
	"consent":        {who: everybody, before: true, do: (*asked).consent},
}

// check says whether somebody may give a command now.
func (r rule) check(s *State, p *Person) error {
	switch {
	case s.Phase == PhaseEnded:
		return errEnded
	case p.Removed || p.Waiting && !p.Role.Staff():
		return errForbidden
	case s.Phase == PhaseWaiting && !r.before:
		return errForbidden
	case p.Role.Staff():
		if r.who == learners || r.who == theTeacher && p.Role != Teacher {
			return errForbidden
		}
		return nil
	}
	switch r.who {
	case everybody:
		return nil
	case learners:
		if p.Role != Student {
			return errForbidden
		}
		return nil
	case drawers:
		if p.Role == Student && s.Locks["board"] && p.Space == "" {
			return errLocked
		}
	case speakers:
		if p.Role == Student && !p.Given && (s.Locks["voice"] && p.Space == "" || s.Muted || p.Muted) {
			return errLocked
		}
	default:
		return errForbidden
	}
	if p.Role != Student {
		return errForbidden
	}
	return nil
}

// with decodes what comes along with a command.
func with[T any](a *asked) (T, error) {
	var d T
	if len(a.with) == 0 {
		return d, nil
	}
	if err := json.Unmarshal(a.with, &d); err != nil {
		return d, errBad
	}
	return d, nil
}

// event makes the event of a command. What we make is always encodable.
func (a *asked) event(name string, data any) Event {
	e := Event{Name: name, By: a.person.ID, Key: a.key}
	if data != nil {
		b, err := json.Marshal(data)
		if err != nil {
			panic(err)
		}
		e.Data = b
	}
	return e
}

// here is an event of the space that the person is in.
func (a *asked) here(name string, data any) Event {
	e := a.event(name, data)
	e.Space = a.person.Space
	return e
}

// text checks a text that somebody wrote.
func text(s string, most int) error {
	switch {
	case s == "":
		return errBad
	case utf8.RuneCountInString(s) > most:
		return errTooLarge
	}
	return nil
}

func (a *asked) start() (Event, error) {
	return a.event("class.started", nil), nil
}

func (a *asked) end() (Event, error) {
	return a.event("class.ended", nil), nil
}

func (a *asked) admit() (Event, error) {
	d, err := with[personData](a)
	if err == nil && d.Person != uuid.Nil && a.state.People[d.Person] == nil {
		err = errNotFound
	}
	return a.event("person.admitted", d), err
}

func (a *asked) setRole() (Event, error) {
	d, err := with[roleData](a)
	switch p := a.state.People[d.Person]; {
	case err != nil:
		return Event{}, err
	case p == nil:
		return Event{}, errNotFound
	case d.Person == a.person.ID || p.Role == Teacher && !p.Set:
		return Event{}, errForbidden // a class keeps a teacher
	case !slices.Contains([]Role{CoTeacher, Student, Observer}, d.Role):
		return Event{}, errBad
	case p.Guest && d.Role.Staff():
		return Event{}, errForbidden
	}
	d.Name = a.state.People[d.Person].Name
	return a.event("person.role", d), nil
}

func (a *asked) mute() (Event, error) {
	d, err := with[mutedData](a)
	if err == nil && d.Person != uuid.Nil && a.state.People[d.Person] == nil {
		err = errNotFound
	}
	return a.event("person.muted", d), err
}

func (a *asked) remove() (Event, error) {
	d, err := with[personData](a)
	switch p := a.state.People[d.Person]; {
	case err != nil:
		return Event{}, err
	case p == nil:
		return Event{}, errNotFound
	case d.Person == a.person.ID || p.Role == Teacher || p.Role == CoTeacher && a.person.Role != Teacher:
		return Event{}, errForbidden
	}
	return a.event("person.removed", d), nil
}

func (a *asked) lock() (Event, error) {
	d, err := with[lockData](a)
	if _, known := a.state.Locks[d.What]; err == nil && !known {
		err = errBad
	}
	return a.event("room.locked", d), err
}

func (a *asked) raiseHand() (Event, error) {
	if a.state.Locks["hands"] {
		return Event{}, errLocked
	}
	return a.event("hand.raised", handData{a.person.ID, a.person.Name}), nil
}

func (a *asked) lowerHand() (Event, error) {
	d, err := with[struct {
		Person uuid.UUID `json:"person"`
		All    bool      `json:"all"`
	}](a)
	if err != nil {
		return Event{}, err
	}
	if d.Person == uuid.Nil && !d.All {
		d.Person = a.person.ID
	}
	if d.Person != a.person.ID && !a.person.Role.Staff() {
		return Event{}, errForbidden
	}
	if d.All {
		d.Person = uuid.Nil
	}
	return a.event("hand.lowered", handData{Person: d.Person}), nil
}

func (a *asked) signal() (Event, error) {
	d, err := with[signalData](a)
	if err == nil && !slices.Contains([]string{"", "slower", "again", "understand"}, d.Value) {
		err = errBad
	}
	d.Person = a.person.ID
	e := a.event("signal.set", d)
	e.To = ToStaff
	return e, err
}

func (a *asked) record() (Event, error) {
	d, err := with[switchData](a)
	return a.event("record.set", d), err
}

func (a *asked) consent() (Event, error) {
	d, err := with[consentData](a)
	d.Person = a.person.ID
	e := a.event("consent.given", d)
	e.To = a.person.ID.String()
	return e, err
}

func (a *asked) setTimer() (Event, error) {
	d, err := with[Timer](a)
	if err == nil && (d.Seconds < 0 || d.Seconds > 4*3600) {
		err = errBad
	}
	d.Ends = a.now + int64(d.Seconds)*1000
	return a.event("timer.set", d), err
}

func (a *asked) caption() (Event, error) {
	d, err := with[struct {
		Text     string `json:"text"`
		Language string `json:"language"`
	}](a)
	if err == nil {
		err = text(d.Text, 500)
	}
	return a.event("caption.said", d), err
}

func (a *asked) broadcast() (Event, error) {
	d, err := with[struct {
		Text string `json:"text"`
		Name string `json:"name"`
	}](a)
	if err == nil {
		err = text(d.Text, maxChat)
	}
	d.Name = a.person.Name
	return a.event("broadcast", d), err
}
