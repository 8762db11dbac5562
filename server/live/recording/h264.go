package recording

import (
	"encoding/binary"
	"slices"
)

// Kinds of NAL units; ITU-T H.264, table 7-1.
const (
	nalIDR       = 5
	nalSPS       = 7
	nalPPS       = 8
	nalDelimiter = 9
)

// nalUnits parts a frame in the byte stream format (Annex B) into its units.
func nalUnits(b []byte) (units [][]byte) {
	start := -1
	for i := 0; i+2 < len(b); i++ {
		if b[i] != 0 || b[i+1] != 0 || b[i+2] != 1 {
			continue
		}
		if start >= 0 {
			units = appendUnit(units, b[start:i])
		}
		start = i + 3
		i += 2
	}
	if start >= 0 {
		units = appendUnit(units, b[start:])
	}
	return units
}

// appendUnit leaves out the zeros between units, which belong to none.
func appendUnit(units [][]byte, unit []byte) [][]byte {
	for len(unit) > 0 && unit[len(unit)-1] == 0 {
		unit = unit[:len(unit)-1]
	}
	if len(unit) == 0 {
		return units
	}
	return append(units, unit)
}

// h264Frame is a frame as Matroska holds it: units after their lengths, without the parameter sets, which stand in the header.
// known is the format of the frames before; one that brings parameter sets of its own has another.
func h264Frame(payload []byte, known format) (frame []byte, f format, key bool) {
	var sps, pps []byte
	for _, u := range nalUnits(payload) {
		switch u[0] & 31 {
		case nalSPS:
			sps = u
			continue
		case nalPPS:
			pps = u
			continue
		case nalDelimiter:
			continue
		case nalIDR:
			key = true
		}
		frame = binary.BigEndian.AppendUint32(frame, uint32(len(u)))
		frame = append(frame, u...)
	}
	f = known
	if f.codec != codecH264 {
		f = format{}
	}
	if w, h, ok := spsSize(sps); ok && len(pps) > 0 && len(sps) < 1<<16 && len(pps) < 1<<16 {
		f = format{codec: codecH264, width: w, height: h, private: avcConfig(sps, pps)}
	}
	return frame, f, key
}

// avcConfig is the AVCDecoderConfigurationRecord; ISO/IEC 14496-15, 5.3.3.1.
func avcConfig(sps, pps []byte) []byte {
	b := []byte{1, sps[1], sps[2], sps[3], 0xFF, 0xE1}
	b = binary.BigEndian.AppendUint16(b, uint16(len(sps)))
	b = append(append(b, sps...), 1)
	b = binary.BigEndian.AppendUint16(b, uint16(len(pps)))
	return append(b, pps...)
}

// bitReader reads the syntax of parameter sets; behind the end there are zeros, and over says so.
type bitReader struct {
	b    []byte
	at   int
	over bool
}

func (r *bitReader) bits(n int) (v uint32) {
	for range n {
		v <<= 1
		if r.at>>3 >= len(r.b) {
			r.over = true
			continue
		}
		v |= uint32(r.b[r.at>>3]>>(7-r.at&7)) & 1
		r.at++
	}
	return v
}

// ue is an Exp-Golomb code, which se reads too where only its length matters.
func (r *bitReader) ue() uint32 {
	zeros := 0
	for r.bits(1) == 0 {
		if zeros++; zeros > 31 || r.over {
			r.over = true
			return 0
		}
	}
	return 1<<zeros - 1 + r.bits(zeros)
}

// spsSize reads the size of the picture from a sequence parameter set; ITU-T H.264, 7.3.2.1.1.
func spsSize(sps []byte) (width, height int, ok bool) {
	if len(sps) < 5 {
		return 0, 0, false
	}
	r := &bitReader{b: unescaped(sps[4:])}
	r.ue() // id
	chroma := uint32(1)
	if slices.Contains([]byte{100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135}, sps[1]) {
		if chroma = r.ue(); chroma == 3 {
			r.bits(1)
		}
		r.ue()
		r.ue()
		r.bits(1)
		if r.bits(1) == 1 { // scaling lists: no encoder for calls writes them
			return 0, 0, false
		}
	}
	r.ue() // log2_max_frame_num
	switch r.ue() {
	case 0:
		r.ue()
	case 1:
		r.bits(1)
		r.ue()
		r.ue()
		for range min(r.ue(), 255) {
			r.ue()
		}
	}
	r.ue() // reference frames
	r.bits(1)
	w, h := (r.ue()+1)*16, (r.ue()+1)*16
	fields := 1 - r.bits(1)
	h *= 1 + fields
	if fields == 1 {
		r.bits(1)
	}
	r.bits(1)
	if r.bits(1) == 1 {
		left, right, top, bottom := r.ue(), r.ue(), r.ue(), r.ue()
		unitX, unitY := uint32(1), 1+fields
		if chroma == 1 || chroma == 2 {
			unitX = 2
		}
		if chroma == 1 {
			unitY *= 2
		}
		w -= min(w, (left+right)*unitX)
		h -= min(h, (top+bottom)*unitY)
	}
	return int(w), int(h), !r.over && w > 0 && h > 0 && w <= 16_384 && h <= 16_384
}

// unescaped takes out the bytes that keep start codes from appearing inside a unit.
func unescaped(b []byte) []byte {
	out := make([]byte, 0, len(b))
	zeros := 0
	for _, c := range b {
		if zeros >= 2 && c == 3 {
			zeros = 0
			continue
		}
		if c == 0 {
			zeros++
		} else {
			zeros = 0
		}
		out = append(out, c)
	}
	return out
}
