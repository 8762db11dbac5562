package recording

import (
	"bytes"
	"encoding/binary"
	"math"
)

// Kinds of media frames, and their flags; docs/live-protocol.md, "Media frames".
const (
	voice   = 1
	picture = 2
	screen  = 3

	flagKey    = 1
	flagConfig = 2
	flagH264   = 4

	header = 8
)

var kindNames = map[byte]string{voice: "voice", picture: "picture", screen: "screen"}

// opusDelay is the 312 samples that libopus needs before its first sound, at 48 kHz; opusPreroll 80 ms as RFC 7845 asks.
const (
	opusDelay   = 312
	opusPreroll = 80_000_000
)

// element appends an EBML element: id, length in eight bytes, data.
func element(b []byte, id uint32, data ...[]byte) []byte {
	n := 0
	for _, d := range data {
		n += len(d)
	}
	b = appendID(b, id)
	b = binary.BigEndian.AppendUint64(b, 1<<56|uint64(n))
	for _, d := range data {
		b = append(b, d...)
	}
	return b
}

func appendID(b []byte, id uint32) []byte {
	for shift := 24; shift >= 0; shift -= 8 {
		if v := byte(id >> shift); v != 0 || id>>shift != 0 {
			b = append(b, v)
		}
	}
	return b
}

func number(id uint32, n uint64) []byte {
	return element(nil, id, binary.BigEndian.AppendUint64(nil, n))
}

func text(id uint32, s string) []byte { return element(nil, id, []byte(s)) }

func float(id uint32, f float64) []byte {
	return element(nil, id, binary.BigEndian.AppendUint64(nil, math.Float64bits(f)))
}

// What pictures are encoded with, as Matroska names it.
const (
	codecVP8  = "V_VP8"
	codecH264 = "V_MPEG4/ISO/AVC"
)

// format is what the start of a piece says of its pictures.
type format struct {
	codec         string
	width, height int
	private       []byte
}

func (f format) equal(g format) bool {
	return f.codec == g.codec && f.width == g.width && f.height == g.height && bytes.Equal(f.private, g.private)
}

// begin is the start of every piece: one that is fetched alone can be played, and so can all of them in a row as long as the format
// is the same. The segment is of unknown size. H.264 is no codec of WebM: with it the file is plain Matroska.
func begin(kind byte, f format) []byte {
	docType := "webm"
	if f.codec == codecH264 {
		docType = "matroska"
	}
	b := element(nil, 0x1A45DFA3, number(0x4286, 1), number(0x42F7, 1), number(0x42F2, 4), number(0x42F3, 8), text(0x4282, docType), number(0x4287, 4), number(0x4285, 2))
	b = appendID(b, 0x18538067)
	b = append(b, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF)
	b = element(b, 0x1549A966, number(0x2AD7B1, 1_000_000), text(0x4D80, "hanzhi"), text(0x5741, "hanzhi"))
	entry := append(number(0xD7, 1), number(0x73C5, 1)...)
	entry = append(entry, number(0x9C, 0)...)
	if kind == voice {
		head := []byte("OpusHead\x01\x01")
		head = binary.LittleEndian.AppendUint16(head, opusDelay)
		head = binary.LittleEndian.AppendUint32(head, 48000)
		head = append(head, 0, 0, 0)
		entry = append(entry, number(0x83, 2)...)
		entry = append(entry, text(0x86, "A_OPUS")...)
		entry = append(entry, number(0x56AA, opusDelay*1_000_000_000/48000)...)
		entry = append(entry, number(0x56BB, opusPreroll)...)
		entry = element(entry, 0x63A2, head)
		entry = element(entry, 0xE1, float(0xB5, 48000), number(0x9F, 1))
	} else {
		entry = append(entry, number(0x83, 1)...)
		entry = append(entry, text(0x86, f.codec)...)
		if len(f.private) > 0 {
			entry = element(entry, 0x63A2, f.private)
		}
		entry = element(entry, 0xE0, number(0xB0, uint64(f.width)), number(0xBA, uint64(f.height)))
	}
	return element(b, 0x1654AE6B, element(nil, 0xAE, entry))
}

// cluster holds blocks whose times are counted from at, ms.
func cluster(at int64, blocks []byte) []byte {
	return element(nil, 0x1F43B675, number(0xE7, uint64(at)), blocks)
}

// block appends one frame; since the time of its cluster, ms, below 32 s.
func block(b []byte, since int64, key bool, payload []byte) []byte {
	flags := byte(0)
	if key {
		flags = 0x80
	}
	return element(b, 0xA3, []byte{0x81, byte(since >> 8), byte(since), flags}, payload)
}

// vp8Size reads the size of a picture from a key frame; RFC 6386, 9.1.
func vp8Size(p []byte) (width, height int, ok bool) {
	if len(p) < 10 || p[0]&1 != 0 || p[3] != 0x9D || p[4] != 0x01 || p[5] != 0x2A {
		return 0, 0, false
	}
	width, height = int(binary.LittleEndian.Uint16(p[6:])&0x3FFF), int(binary.LittleEndian.Uint16(p[8:])&0x3FFF)
	return width, height, width > 0 && height > 0
}

// opusMs is how long an Opus packet sounds; RFC 6716, 3.1.
func opusMs(p []byte) int64 {
	if len(p) == 0 {
		return 0
	}
	var tenths int64
	switch config := p[0] >> 3; {
	case config < 12:
		tenths = []int64{100, 200, 400, 600}[config%4]
	case config < 16:
		tenths = []int64{100, 200}[config%2]
	default:
		tenths = []int64{25, 50, 100, 200}[config%4]
	}
	frames := int64(1)
	switch p[0] & 3 {
	case 1, 2:
		frames = 2
	case 3:
		if len(p) < 2 {
			return 0
		}
		frames = int64(p[1] & 63)
	}
	return max(tenths*frames/10, 1)
}
