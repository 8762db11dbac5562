package live

import (
	"encoding/binary"
	"encoding/json"
)

// WebSocket frames are made once for a room and copied to whoever gets them; a library's writer would frame them anew for
// each. Servers send unmasked (RFC 6455, 5.1).
const (
	opText   = 1
	opBinary = 2
	opClose  = 8
	opPong   = 10
)

// appendFrame appends one final frame.
func appendFrame(b []byte, op byte, payload []byte) []byte {
	b = append(b, 0x80|op)
	switch n := len(payload); {
	case n < 126:
		b = append(b, byte(n))
	case n < 1<<16:
		b = binary.BigEndian.AppendUint16(append(b, 126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 127), uint64(n))
	}
	return append(b, payload...)
}

// textFrame frames a value as JSON. What we send is always encodable; if it is not, that is a fault of ours.
func textFrame(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return appendFrame(make([]byte, 0, len(b)+10), opText, b)
}

// closeFrame frames a close code with its reason.
func closeFrame(code int) []byte {
	payload := binary.BigEndian.AppendUint16(nil, uint16(code))
	return appendFrame(nil, opClose, append(payload, closeReasons[code]...))
}

// Kinds and flags of media frames.
const (
	kindVoice   = 1
	kindPicture = 2
	kindScreen  = 3

	flagKey    = 1
	flagConfig = 2

	mediaHeader = 8
)

// mediaKind returns the kind and flags of a media frame; ok is false when it is none.
func mediaKind(b []byte) (kind, flags byte, ok bool) {
	if len(b) <= mediaHeader || len(b) > maxFrame {
		return 0, 0, false
	}
	kind, flags = b[0]>>4, b[0]&15
	return kind, flags, kind >= kindVoice && kind <= kindScreen
}
