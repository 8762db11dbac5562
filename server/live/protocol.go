package live

import (
	"encoding/json"
	"time"

	"github.com/gobwas/ws"
	"github.com/google/uuid"
)

// Subprotocol is the name and version of the protocol in the handshake.
const Subprotocol = "hanzhi.live.1"

// Close codes: 4000–4099 connect again at once, 4100–4199 with back-off, from 4200 on never.
const (
	CloseLeaving     = 4000
	CloseSilent      = 4001
	CloseSlow        = 4008
	CloseFlooding    = 4100
	CloseUnreachable = 4101
	CloseBadMessage  = 4200
	CloseBadFrame    = 4201
	CloseNoJoin      = 4202
	CloseNotAllowed  = 4203
	CloseRemoved     = 4204
	CloseEnded       = 4205
	CloseTooMany     = 4206
)

// Close codes of WebSocket itself (RFC 6455, 7.4.1).
const (
	closeNormal   = int(ws.StatusNormalClosure)
	closeProtocol = int(ws.StatusProtocolError)
	closeTooBig   = int(ws.StatusMessageTooBig)
)

// closeReasons is every close code with its words for the log; clients say it in the reader's language.
var closeReasons = map[int]string{
	CloseLeaving:     "this node is leaving",
	CloseSilent:      "no sign of life",
	CloseSlow:        "too slow for this class",
	CloseFlooding:    "too many commands",
	CloseUnreachable: "the class cannot be reached now",
	CloseBadMessage:  "no command of this protocol",
	CloseBadFrame:    "no media frame",
	CloseNoJoin:      "join comes first",
	CloseNotAllowed:  "no member any more",
	CloseRemoved:     "removed",
	CloseEnded:       "the class has ended",
	CloseTooMany:     "too many devices",
}

// Limits of the protocol; the document lists them with these values.
const (
	maxMessage       = 64 << 10 // bytes of a text message
	maxFrame         = 64 << 10 // bytes of a media frame
	maxChat          = 2000     // characters
	maxStrokePoints  = 500
	maxObjects       = 20_000 // of one page
	maxPages         = 500
	maxAir           = 6
	maxPictures      = 5
	maxConnections   = 4 // of one person
	firstMessage     = 10 * time.Second
	pingEvery        = 15 * time.Second
	cutAfter         = 35 * time.Second
	writeDeadline    = 7 * time.Second
	connectRate      = 400 // a second, of a node
	connectBurst     = 3000
	ticketLife       = time.Minute
	resumeTicketLife = 12 * time.Hour
)

// rate is a token bucket's size: n a second, with bursts.
type rate struct{ perSecond, burst float64 }

var (
	commandRate = rate{40, 80}
	chatRate    = rate{2, 8}
	strokeRate  = rate{30, 60}
	mediaRate   = rate{120, 240}
	personRate  = rate{80, 160}
)

// reactions are what can be thrown over the board.
var reactions = []string{"👍", "👏", "❤️", "😂", "😮", "🎉", "🤔", "👎"}

// Command is what a client asks for.
type Command struct {
	ID   uint64          `json:"id"`
	Do   string          `json:"do"`
	Key  uuid.UUID       `json:"key,omitzero"`
	With json.RawMessage `json:"with,omitempty"`
}

// Reply answers a command.
type Reply struct {
	ID     uint64   `json:"id"`
	Offset uint64   `json:"offset,omitempty"`
	Result any      `json:"result,omitempty"`
	Error  *Problem `json:"error,omitempty"`
}

// Push tells the state or the moment of a node; it has no place in the log.
type Push struct {
	Push string `json:"push"`
	Data any    `json:"data"`
}

// Problem is why a command was not done. Nothing has changed then.
type Problem struct {
	Code      string `json:"code"`
	Text      string `json:"text"`
	Temporary bool   `json:"temporary"`
}

func (p *Problem) Error() string { return p.Code + ": " + p.Text }

// The problems that commands meet.
var (
	errBad         = &Problem{Code: "bad_command", Text: "The class did not understand this. Reload the page."}
	errForbidden   = &Problem{Code: "forbidden", Text: "This is for those who lead the class."}
	errLocked      = &Problem{Code: "locked", Text: "The teacher has closed this for now."}
	errNotFound    = &Problem{Code: "not_found", Text: "It is not there any more."}
	errEnded       = &Problem{Code: "ended", Text: "The class has ended."}
	errFull        = &Problem{Code: "full", Text: "There is no more room for this."}
	errTooFast     = &Problem{Code: "too_fast", Text: "Slowly: the class cannot follow.", Temporary: true}
	errTooLarge    = &Problem{Code: "too_large", Text: "This is too long."}
	errUnavailable = &Problem{Code: "unavailable", Text: "It could not be saved now. Nothing has changed; it is tried again.", Temporary: true}
)

var problems = []*Problem{errBad, errForbidden, errLocked, errNotFound, errEnded, errFull, errTooFast, errTooLarge, errUnavailable}

// decodeCommand reads one text message.
func decodeCommand(b []byte) (Command, error) {
	var c Command
	if err := json.Unmarshal(b, &c); err != nil {
		return c, err
	}
	if c.ID == 0 && c.Do != "pong" || c.Do == "" {
		return c, errBad
	}
	return c, nil
}

// bucket is a token bucket. Its zero value is full.
type bucket struct {
	used float64
	at   time.Time
}

// take reports whether one more fits.
func (b *bucket) take(r rate, now time.Time) bool {
	b.used = max(0, b.used-now.Sub(b.at).Seconds()*r.perSecond)
	b.at = now
	if b.used+1 > r.burst {
		return false
	}
	b.used++
	return true
}
