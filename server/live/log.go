package live

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
)

// The log of a class lies in Redis: a hash with its epoch and offset, a stream with its latest events, the fold up to
// some offset. All keys of a class share a hash tag, so they lie on one node of a cluster.
const (
	keptEvents  = 20_000         // of the stream, for those who come back
	logLife     = 48 * time.Hour // of everything in Redis after the last change
	keyPeriod   = 15 * time.Minute
	redisWithin = 3 * time.Second
)

//go:embed append.lua
var appendScript string

//go:embed keep.lua
var keepScript string

//go:embed renew.lua
var renewScript string

// Log is the logs of all classes in Redis.
type Log struct {
	rdb                 redis.UniversalClient
	append, keep, renew *redis.Script
}

// NewLog returns the logs in rdb.
func NewLog(rdb redis.UniversalClient) *Log {
	return &Log{rdb, redis.NewScript(appendScript), redis.NewScript(keepScript), redis.NewScript(renewScript)}
}

var (
	// errEpoch: the log was begun anew by somebody else; what this node holds is another history.
	errEpoch = errors.New("live: another epoch")
	// errBehind: Redis has lost events that this node has seen.
	errBehind = errors.New("live: the log has lost its end")
	// errNoLog: there is no log of this class.
	errNoLog = errors.New("live: no log")
)

func key(class uuid.UUID, part string) string { return "live:{" + class.String() + "}:" + part }

// position is where a log stands.
type position struct {
	Epoch  string
	Offset uint64
}

// stored is an event as it is written: without its place, which the log gives.
func stored(e Event) string {
	b, err := json.Marshal(struct {
		Name  string          `json:"event"`
		By    uuid.UUID       `json:"by,omitzero"`
		Space string          `json:"space,omitempty"`
		To    string          `json:"to,omitempty"`
		Key   uuid.UUID       `json:"key,omitzero"`
		Data  json.RawMessage `json:"data,omitempty"`
	}{e.Name, e.By, e.Space, e.To, e.Key, e.Data})
	if err != nil {
		panic(err) // all parts are encodable
	}
	return string(b)
}

// placed gives an event its place: what goes to clients and what is folded.
func placed(offset uint64, at int64, body string) []byte {
	b := make([]byte, 0, len(body)+48)
	b = append(b, `{"offset":`...)
	b = strconv.AppendUint(b, offset, 10)
	b = append(b, `,"at":`...)
	b = strconv.AppendInt(b, at, 10)
	b = append(b, ',')
	return append(b, body[1:]...)
}

// Append writes events and returns their offsets; one whose key is there already gets the offset that it has. from is
// how far this node has read; at is the time they were given, Unix ms.
func (l *Log) Append(ctx context.Context, class uuid.UUID, from position, events []Event) (offsets []uint64, at int64, err error) {
	ctx, cancel := context.WithTimeout(ctx, redisWithin)
	defer cancel()
	period := time.Now().UnixMilli() / keyPeriod.Milliseconds()
	keys := []string{
		key(class, "meta"), key(class, "log"),
		key(class, "keys:"+strconv.FormatInt(period, 10)), key(class, "keys:"+strconv.FormatInt(period-1, 10)),
	}
	args := make([]any, 0, 5+2*len(events))
	args = append(args, from.Epoch, from.Offset, key(class, "log"), keptEvents, int(logLife.Seconds()))
	for _, e := range events {
		id := ""
		if e.Key != uuid.Nil {
			id = string(e.Key[:])
		}
		args = append(args, id, stored(e))
	}
	answer, err := l.append.Run(ctx, l.rdb, keys, args...).Int64Slice()
	if err != nil {
		return nil, 0, fmt.Errorf("live: append to %s: %w", class, err)
	}
	switch answer[0] {
	case -1:
		return nil, 0, errEpoch
	case -2:
		return nil, 0, errBehind
	}
	offsets = make([]uint64, len(events))
	for i, o := range answer[1:] {
		offsets[i] = uint64(o)
	}
	return offsets, answer[0], nil
}

// Load returns the fold of a log as far as it goes, and where that is; errNoLog when there is none.
func (l *Log) Load(ctx context.Context, class uuid.UUID) (*State, position, error) {
	ctx, cancel := context.WithTimeout(ctx, redisWithin)
	defer cancel()
	pipe := l.rdb.Pipeline()
	meta := pipe.HMGet(ctx, key(class, "meta"), "epoch", "offset")
	snapshot := pipe.Get(ctx, key(class, "state"))
	if _, err := pipe.Exec(ctx); err != nil && !errors.Is(err, redis.Nil) {
		return nil, position{}, fmt.Errorf("live: load %s: %w", class, err)
	}
	epoch, _ := meta.Val()[0].(string)
	if epoch == "" {
		return nil, position{}, errNoLog
	}
	s := NewState(class)
	if text := snapshot.Val(); text != "" {
		// The state of another epoch may be left over for a moment.
		if at, body, found := strings.Cut(text, "\n"); found && at == epoch {
			kept, err := LoadState([]byte(body))
			if err != nil {
				return nil, position{}, fmt.Errorf("live: state of %s: %w", class, err)
			}
			s = kept
		}
	}
	err := l.Range(ctx, class, s.Offset, func(_ []byte, e Event) { s.Apply(e) })
	return s, position{epoch, s.Offset}, err
}

// Range calls do for the events after an offset that the stream still holds, in order.
func (l *Log) Range(ctx context.Context, class uuid.UUID, after uint64, do func(body []byte, e Event)) error {
	for {
		rows, err := l.rdb.XRangeN(ctx, key(class, "log"), strconv.FormatUint(after+1, 10)+"-0", "+", 1000).Result()
		if err != nil {
			return fmt.Errorf("live: read %s after %d: %w", class, after, err)
		}
		for _, row := range rows {
			number, _, _ := strings.Cut(row.ID, "-")
			offset, err1 := strconv.ParseUint(number, 10, 64)
			at, err2 := strconv.ParseInt(fmt.Sprint(row.Values["t"]), 10, 64)
			body, _ := row.Values["e"].(string)
			if err := errors.Join(err1, err2); err != nil || body == "" {
				return fmt.Errorf("live: entry %s of %s cannot be read: %w", row.ID, class, err)
			}
			b := placed(offset, at, body)
			var e Event
			if err := json.Unmarshal(b, &e); err != nil {
				return fmt.Errorf("live: entry %s of %s: %w", row.ID, class, err)
			}
			do(b, e)
			after = offset
		}
		if len(rows) < 1000 {
			return nil
		}
	}
}

// Renew begins a log anew with a state that a node holds, unless somebody else has begun it meanwhile: had is the epoch
// that was seen last, "" for none.
func (l *Log) Renew(ctx context.Context, class uuid.UUID, had string, s *State) error {
	ctx, cancel := context.WithTimeout(ctx, redisWithin)
	defer cancel()
	epoch := uuid.NewString()
	body, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("live: state of %s: %w", class, err)
	}
	keys := []string{key(class, "meta"), key(class, "log"), key(class, "state")}
	err = l.renew.Run(ctx, l.rdb, keys, had, epoch, s.Offset, epoch+"\n"+string(body), key(class, "log"), int(logLife.Seconds())).Err()
	if err != nil {
		return fmt.Errorf("live: begin the log of %s: %w", class, err)
	}
	return nil
}

// Keep stores the fold of a log, unless a later one is there.
func (l *Log) Keep(ctx context.Context, class uuid.UUID, at position, state []byte) error {
	ctx, cancel := context.WithTimeout(ctx, redisWithin)
	defer cancel()
	keys := []string{key(class, "meta"), key(class, "state")}
	return l.keep.Run(ctx, l.rdb, keys, at.Epoch, at.Offset, at.Epoch+"\n"+string(state), int(logLife.Seconds())).Err()
}

// announcement is one message of the log's channel: events of an epoch, or that a new one has begun.
type announcement struct {
	epoch   string
	renewed bool
	events  []placedEvent
}

// placedEvent is an event and its bytes as clients get them.
type placedEvent struct {
	Event
	body []byte
}

// readAnnouncement reads "epoch at\noffset body\n…", or "epoch renewed\n".
func readAnnouncement(text string) (announcement, error) {
	head, rest, _ := strings.Cut(text, "\n")
	epoch, at, _ := strings.Cut(head, " ")
	a := announcement{epoch: epoch}
	if at == "renewed" {
		a.renewed = true
		return a, nil
	}
	ms, err := strconv.ParseInt(at, 10, 64)
	if err != nil {
		return a, fmt.Errorf("live: announcement %.60q: %w", text, err)
	}
	for line := range strings.Lines(rest) {
		number, body, found := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		offset, err := strconv.ParseUint(number, 10, 64)
		if err != nil || !found || len(body) < 2 {
			return a, fmt.Errorf("live: announcement line %.60q", line)
		}
		e := placedEvent{body: placed(offset, ms, body)}
		if err := json.NewDecoder(bytes.NewReader(e.body)).Decode(&e.Event); err != nil {
			return a, fmt.Errorf("live: announced event %d: %w", offset, err)
		}
		a.events = append(a.events, e)
	}
	return a, nil
}

// Archived is the offset up to which the archive has the log.
func (l *Log) Archived(ctx context.Context, class uuid.UUID) (uint64, error) {
	offset, err := l.rdb.HGet(ctx, key(class, "meta"), "archived").Uint64()
	if err != nil && !errors.Is(err, redis.Nil) {
		return 0, fmt.Errorf("live: archived of %s: %w", class, err)
	}
	return offset, nil
}

// SetArchived notes how far the archive has the log. It is right to note less than is true: the archive takes an event
// once.
func (l *Log) SetArchived(ctx context.Context, class uuid.UUID, offset uint64) error {
	return l.rdb.HSet(ctx, key(class, "meta"), "archived", offset).Err()
}
