package auth

import (
	"encoding/binary"
	"errors"
	"time"

	"github.com/google/uuid"
)

// A session's record in Redis, under session:<hash>, is binary, since every request of everybody reads one:
//
//	format (1 byte) · id (16) · account (16) · admin (1) · created, last seen (8 each, Unix milliseconds, big endian)
//	· hash, device, place (each behind its length as a uvarint)
//
// The hash is the key once more: a reply that belongs to somebody else is found out.
const recordFormat = 1

// recordFixed is the size of what stands before the texts.
const recordFixed = 1 + 16 + 16 + 1 + 8 + 8

func encode(x Session) string {
	b := make([]byte, 0, recordFixed+3+len(x.hash)+len(x.Device)+len(x.Place))
	b = append(b, recordFormat)
	b = append(b, x.ID[:]...)
	b = append(b, x.AccountID[:]...)
	b = append(b, flag(x.Admin))
	b = binary.BigEndian.AppendUint64(b, uint64(x.CreatedAt.UnixMilli()))
	b = binary.BigEndian.AppendUint64(b, uint64(x.LastSeenAt.UnixMilli()))
	for _, text := range []string{x.hash, x.Device, x.Place} {
		b = append(binary.AppendUvarint(b, uint64(len(text))), text...)
	}
	return string(b)
}

func flag(on bool) byte {
	if on {
		return 1
	}
	return 0
}

var errRecord = errors.New("not a session's record")

func decode(value string) (Session, error) {
	if len(value) < recordFixed || value[0] != recordFormat {
		return Session{}, errRecord
	}
	b := []byte(value[1:])
	x := Session{
		ID: uuid.UUID(b[:16]), AccountID: uuid.UUID(b[16:32]), Admin: b[32] == 1,
		CreatedAt:  time.UnixMilli(int64(binary.BigEndian.Uint64(b[33:]))).UTC(),
		LastSeenAt: time.UnixMilli(int64(binary.BigEndian.Uint64(b[41:]))).UTC(),
	}
	rest := value[recordFixed:]
	for _, text := range []*string{&x.hash, &x.Device, &x.Place} {
		n, size := binary.Uvarint([]byte(rest[:min(len(rest), binary.MaxVarintLen16)]))
		if size <= 0 || n > uint64(len(rest)-size) {
			return Session{}, errRecord
		}
		*text, rest = rest[size:size+int(n)], rest[size+int(n):]
	}
	if rest != "" {
		return Session{}, errRecord
	}
	return x, nil
}
