package media

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// segmented is one finished rendition on the local disk: an init segment and media segments in one file.
type segmented struct {
	path    string
	codecs  string
	offsets []int64       // of each segment's first byte, and the end; before the first lies the init segment
	ms      []int         // length of each segment
	delay   time.Duration // by which ffmpeg's own reader shows it late: see startAtZero
}

// readSegments reads the playlist that ffmpeg wrote beside a single-file rendition and repairs the file's times.
func readSegments(path string) (segmented, error) {
	s := segmented{path: path}
	text, err := os.ReadFile(strings.TrimSuffix(path, ".mp4") + ".m3u8")
	if err != nil {
		return s, err
	}
	if err := s.parse(text); err != nil {
		return s, fmt.Errorf("media: playlist of %s: %w", path, err)
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return s, err
	}
	defer f.Close()
	initSegment := make([]byte, s.offsets[0])
	if _, err := f.ReadAt(initSegment, 0); err != nil {
		return s, err
	}
	if s.codecs, err = codecsOf(initSegment); err != nil {
		return s, err
	}
	ticks, err := s.startAtZero(f)
	if err != nil {
		return s, err
	}
	s.delay, err = duration(initSegment, ticks)
	return s, err
}

// duration turns ticks of the track's clock into time.
func duration(initSegment []byte, ticks int64) (d time.Duration, err error) {
	err = eachBox(initSegment, "moov/trak/mdia/mdhd", func(mdhd []byte) error {
		if len(mdhd) < 16 || mdhd[0] != 0 || binary.BigEndian.Uint32(mdhd[12:]) == 0 {
			return errBox
		}
		d = time.Duration(ticks) * time.Second / time.Duration(binary.BigEndian.Uint32(mdhd[12:]))
		return nil
	})
	return d, err
}

// parse takes lengths and byte ranges from ffmpeg's playlist. The ranges must follow each other without a gap.
func (s *segmented) parse(text []byte) error {
	var ms int
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		line := lines.Text()
		switch {
		case strings.HasPrefix(line, "#EXT-X-MAP:"):
			_, quoted, _ := strings.Cut(line, `BYTERANGE="`)
			size, at, err := byteRange(strings.TrimSuffix(quoted, `"`))
			if err != nil || at != 0 {
				return errors.New("no init segment")
			}
			s.offsets = append(s.offsets, size)
		case strings.HasPrefix(line, "#EXTINF:"):
			length, err := strconv.ParseFloat(strings.TrimSuffix(line[len("#EXTINF:"):], ","), 64)
			if err != nil {
				return err
			}
			ms = int(length*1000 + 0.5)
		case strings.HasPrefix(line, "#EXT-X-BYTERANGE:"):
			size, at, err := byteRange(line[len("#EXT-X-BYTERANGE:"):])
			if err != nil || len(s.offsets) == 0 || at != s.offsets[len(s.offsets)-1] {
				return fmt.Errorf("bad byte range %q", line)
			}
			s.offsets, s.ms = append(s.offsets, at+size), append(s.ms, ms)
		}
	}
	if len(s.ms) == 0 {
		return errors.New("no segments")
	}
	return lines.Err()
}

// byteRange reads "size@offset".
func byteRange(text string) (size, at int64, err error) {
	a, b, _ := strings.Cut(text, "@")
	if size, err = strconv.ParseInt(a, 10, 64); err != nil {
		return 0, 0, err
	}
	at, err = strconv.ParseInt(b, 10, 64)
	return size, at, err
}

// codecsOf names the codec of an init segment as RFC 6381 does.
func codecsOf(initSegment []byte) (string, error) {
	if i := bytes.Index(initSegment, []byte("avcC")); i >= 0 && i+8 <= len(initSegment) {
		return fmt.Sprintf("avc1.%02x%02x%02x", initSegment[i+5], initSegment[i+6], initSegment[i+7]), nil
	}
	if bytes.Contains(initSegment, []byte("dOps")) {
		return "opus", nil
	}
	if bytes.Contains(initSegment, []byte("mp4a")) {
		return "mp4a.40.2", nil
	}
	return "", errors.New("media: init segment names no codec of ours")
}

// startAtZero takes back the delay that ffmpeg's muxer gives a picture with B-frames: it differs from rung to rung
// (1 s on slides, 80 ms on 360p), and players that know no edit lists would show it. Composition offsets become signed,
// as CMAF has them, and the first frame is shown at 0 on every rung. It returns the delay in ticks; ffmpeg's
// reader, but no browser, puts it back.
func (s *segmented) startAtZero(f *os.File) (delay int64, err error) {
	delay = -1
	for i := range s.ms {
		b := make([]byte, s.offsets[i+1]-s.offsets[i])
		if _, err := f.ReadAt(b, s.offsets[i]); err != nil {
			return 0, err
		}
		if err := eachBox(b, "moof/traf/trun", func(trun []byte) error { return advance(trun, &delay) }); err != nil {
			return 0, fmt.Errorf("media: segment %d of %s: %w", i, s.path, err)
		}
		if delay <= 0 {
			return 0, nil // no B-frames
		}
		if _, err := f.WriteAt(b, s.offsets[i]); err != nil {
			return 0, err
		}
	}
	return delay, nil
}

// advance shows every sample of a track run earlier by delay, which is the first sample's own when it is not yet known.
func advance(trun []byte, delay *int64) error {
	offsets, err := compositionOffsets(trun)
	if err != nil || len(offsets) == 0 {
		return err
	}
	if *delay < 0 {
		*delay = int64(binary.BigEndian.Uint32(offsets[0]))
	}
	trun[0] = 1 // version 1: offsets are signed
	for _, at := range offsets {
		binary.BigEndian.PutUint32(at, uint32(int32(int64(binary.BigEndian.Uint32(at))-*delay)))
	}
	return nil
}

var errBox = errors.New("damaged mp4 box")

// eachBox calls fn with the content of every box on a path such as "moof/traf/trun".
func eachBox(b []byte, path string, fn func([]byte) error) error {
	name, below, deeper := strings.Cut(path, "/")
	for len(b) >= 8 {
		size := int64(binary.BigEndian.Uint32(b))
		if size < 8 || size > int64(len(b)) {
			return errBox
		}
		if string(b[4:8]) == name {
			var err error
			if deeper {
				err = eachBox(b[8:size], below, fn)
			} else {
				err = fn(b[8:size])
			}
			if err != nil {
				return err
			}
		}
		b = b[size:]
	}
	return nil
}

// compositionOffsets returns where in a track run the composition offset of each sample lies; none when it has none.
func compositionOffsets(trun []byte) ([][]byte, error) {
	const firstSampleFlags, dataOffset, composition = 0x4, 0x1, 0x800
	if len(trun) < 8 {
		return nil, errBox
	}
	flags := binary.BigEndian.Uint32(trun) & 0xffffff
	count := int(binary.BigEndian.Uint32(trun[4:]))
	if flags&composition == 0 {
		return nil, nil
	}
	at := 8
	for _, f := range []uint32{dataOffset, firstSampleFlags} {
		if flags&f != 0 {
			at += 4
		}
	}
	size := 0
	for f := uint32(0x100); f <= composition; f <<= 1 {
		if flags&f != 0 {
			size += 4
		}
	}
	if count < 0 || count > len(trun) || at+count*size > len(trun) {
		return nil, errBox
	}
	found := make([][]byte, count)
	for i := range found {
		end := at + (i+1)*size
		found[i] = trun[end-4 : end]
	}
	return found, nil
}

// bandwidth measures a rendition in bits per second: its peak over segments of a second and more (the last one may be
// a hundredth of a second and would fake any peak), and its average.
func (s segmented) bandwidth() (peak, average int) {
	var ms int
	for i, d := range s.ms {
		ms += d
		if d >= 1000 || len(s.ms) == 1 {
			peak = max(peak, perSecond(s.offsets[i+1]-s.offsets[i], d))
		}
	}
	average = perSecond(s.offsets[len(s.offsets)-1]-s.offsets[0], ms)
	return max(peak, average), average
}

func perSecond(bytes int64, ms int) int { return int(bytes * 8000 / int64(max(ms, 1))) }
