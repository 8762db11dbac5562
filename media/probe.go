package media

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// What a source may be. Only local files are ever given to the tools, and only these protocols and formats: a playlist
// that calls itself .mp4 would otherwise make them read other files or addresses.
const (
	protocols    = "file,pipe"
	videoFormats = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mpegts,avi,asf,ogg,flv,mpeg"
	maxPixels    = 8192 * 4320
	maxStreams   = 16
)

var videoCodecs = []string{"h264", "hevc", "vp8", "vp9", "av1", "mpeg4", "msmpeg4v2", "msmpeg4v3", "mpeg2video", "mpeg1video",
	"mjpeg", "prores", "dnxhd", "h263", "wmv1", "wmv2", "wmv3", "vc1", "theora", "flv1", "vp6f", "qtrle", "dvvideo", "rawvideo"}

var audioCodecs = []string{"aac", "mp3", "mp2", "opus", "vorbis", "flac", "alac", "ac3", "eac3", "wmav1", "wmav2", "wmapro",
	"amr_nb", "amr_wb", "speex", "dts", "truehd", "adpcm_ms", "adpcm_ima_wav", "adpcm_ima_qt"}

// failure is a reason, understood by the author, why a source cannot be used. Trying again does not help.
type failure string

// The reasons. The front end has a text for each.
const (
	failNotVideo        failure = "not_a_video"
	failNotImage        failure = "not_an_image"
	failNotAudio        failure = "not_a_sound"
	failNotDeck         failure = "not_slides"
	failTooManyPages    failure = "too_many_pages"
	failPageShape       failure = "page_shape" // so long and narrow that nothing could be read
	failSoundLong       failure = "sound_too_long"
	failSilent          failure = "silent"
	failBroken          failure = "broken"
	failTruncated       failure = "truncated"
	failTooLong         failure = "too_long"
	failTooShort        failure = "too_short"
	failTooLarge        failure = "too_large_picture"
	failNoVideo         failure = "no_video_stream"
	failTooManyStrms    failure = "too_many_streams"
	failCodec           failure = "unsupported_codec"
	failEncrypted       failure = "encrypted"
	failNothingRecorded failure = "nothing_recorded"
	failOutOfTime       failure = "out_of_time"
	failCorrupted       failure = "damaged_in_store" // what is stored is not what was received: upload again
	failInternal        failure = "internal"         // our side, after all retries
)

func (f failure) Error() string { return "media: " + string(f) }

// source is what the check learnt of a video.
type source struct {
	Video    int // stream index
	Audio    int // stream index, -1 = no sound
	Width    int // as shown: rotated, square pixels
	Height   int
	Duration time.Duration
	// VideoEnd and AudioEnd are when the streams end, from the start of the file; a shorter one is filled up.
	VideoEnd, AudioEnd time.Duration
	FPS                float64
	Transfer           string // of an HDR picture: smpte2084 or arib-std-b67
	Interlaced         bool
	Channels           int
}

// probeOutput is ffprobe's JSON.
type probeOutput struct {
	Streams []probeStream `json:"streams"`
	Format  struct {
		Duration string `json:"duration"`
	} `json:"format"`
}

type probeStream struct {
	Index       int            `json:"index"`
	Type        string         `json:"codec_type"`
	Codec       string         `json:"codec_name"`
	Tag         string         `json:"codec_tag_string"`
	Width       int            `json:"width"`
	Height      int            `json:"height"`
	SAR         string         `json:"sample_aspect_ratio"`
	FrameRate   string         `json:"avg_frame_rate"`
	Transfer    string         `json:"color_transfer"`
	FieldOrder  string         `json:"field_order"`
	Channels    int            `json:"channels"`
	Disposition map[string]int `json:"disposition"`
	SideData    []struct {
		Rotation float64 `json:"rotation"`
	} `json:"side_data_list"`
}

var probeLimits = limits{wall: 5 * time.Minute, cpu: 4 * time.Minute, memory: 2 << 30, output: 64 << 20}

// inputGuards are the options that come before every input.
func inputGuards(formats string) []string {
	return []string{"-protocol_whitelist", protocols, "-format_whitelist", formats, "-max_pixels", strconv.Itoa(maxPixels)}
}

// probe finds out what the file in room is, by its content alone. A file that cannot be used is a failure.
func (s *Service) probe(ctx context.Context, room, file string) (source, error) {
	var out bytes.Buffer
	args := append([]string{"-v", "error"}, inputGuards(videoFormats)...)
	args = append(args, "-analyzeduration", "20000000", "-probesize", "50000000", "-show_format", "-show_streams", "-of", "json", file)
	if err := s.tools.run(ctx, room, probeLimits, &capped{w: &out, left: 4 << 20}, s.tools.ffprobe, args...); err != nil {
		return source{}, probeFailure(err, failNotVideo)
	}
	var p probeOutput
	if err := json.Unmarshal(out.Bytes(), &p); err != nil {
		return source{}, failBroken
	}
	src, err := p.source()
	if err != nil {
		return src, err
	}
	return s.measure(ctx, room, file, src, seconds(p.Format.Duration))
}

// probeFailure tells a file that the tool refused from a tool that could not run.
func probeFailure(err error, otherwise failure) error {
	var t *toolError
	if !errors.As(err, &t) {
		return err
	}
	text := strings.ToLower(t.stderr)
	switch {
	case t.timedOut:
		return failOutOfTime
	case strings.Contains(text, "picture size") && strings.Contains(text, "invalid") || strings.Contains(text, "max_pixels") ||
		strings.Contains(text, "cannot allocate memory"):
		return failTooLarge
	case strings.Contains(text, "moov atom not found"):
		return failTruncated
	}
	return otherwise
}

// source picks the streams and judges them.
func (p probeOutput) source() (source, error) {
	src := source{Video: -1, Audio: -1}
	if len(p.Streams) > maxStreams {
		return src, failTooManyStrms
	}
	var video, audio *probeStream
	unknownAudio := false
	for i := range p.Streams {
		st := &p.Streams[i]
		if slices.Contains([]string{"encv", "enca", "drmi", "drms"}, st.Tag) {
			return src, failEncrypted
		}
		switch {
		case st.Type == "video" && st.Disposition["attached_pic"] == 0:
			video = better(video, st)
		case st.Type == "audio" && (slices.Contains(audioCodecs, st.Codec) || strings.HasPrefix(st.Codec, "pcm_")):
			audio = better(audio, st)
		case st.Type == "audio":
			unknownAudio = true
		}
	}
	switch {
	case video == nil:
		return src, failNoVideo
	case !slices.Contains(videoCodecs, video.Codec) || (audio == nil && unknownAudio):
		return src, failCodec
	case video.Width < 2 || video.Height < 2:
		return src, failBroken
	case video.Width*video.Height > maxPixels:
		return src, failTooLarge
	}
	src.setVideo(video)
	if audio != nil {
		src.Audio, src.Channels = audio.Index, max(audio.Channels, 1)
	}
	return src, nil
}

// better prefers the default stream, then the first.
func better(have, st *probeStream) *probeStream {
	if have == nil || (have.Disposition["default"] == 0 && st.Disposition["default"] == 1) {
		return st
	}
	return have
}

func (src *source) setVideo(st *probeStream) {
	src.Video, src.Width, src.Height = st.Index, st.Width, st.Height
	if ratio := fraction(st.SAR, ":"); ratio > 0.1 && ratio < 10 {
		src.Width = max(int(math.Round(float64(st.Width)*ratio)), 2)
	}
	for _, side := range st.SideData {
		if quarter := int(math.Round(math.Abs(side.Rotation)/90)) % 4; quarter%2 == 1 {
			src.Width, src.Height = src.Height, src.Width
		}
	}
	src.FPS = fraction(st.FrameRate, "/")
	if st.Transfer == "smpte2084" || st.Transfer == "arib-std-b67" {
		src.Transfer = st.Transfer
	}
	src.Interlaced = slices.Contains([]string{"tt", "bb", "tb", "bt"}, st.FieldOrder)
}

// measure walks all packets once: headers of phones, recorders and cut files lie about durations and frame rates.
func (s *Service) measure(ctx context.Context, room, file string, src source, header time.Duration) (source, error) {
	args := append([]string{"-v", "error"}, inputGuards(videoFormats)...)
	args = append(args, "-show_entries", "packet=stream_index,pts_time,duration_time:packet_side_data=side_data_type", "-of", "csv=p=0", file)
	scan := newPacketScan(src)
	if err := s.tools.run(ctx, room, probeLimits, scan, s.tools.ffprobe, args...); err != nil {
		// What a damaged file still gives is used.
		if err := probeFailure(err, failBroken); !errors.Is(err, failBroken) || scan.video.count == 0 {
			return src, err
		}
	}
	switch {
	case scan.encrypted:
		return src, failEncrypted
	case scan.video.count == 0:
		return src, failBroken
	}
	src.VideoEnd, src.AudioEnd = scan.end(scan.video), scan.end(scan.audio)
	if scan.audio.count == 0 {
		src.Audio = -1
	}
	src.Duration = max(src.VideoEnd, src.AudioEnd)
	if span := scan.video.last - scan.video.first; scan.video.count > 1 && span > 0 {
		src.FPS = float64(scan.video.count-1) / span
	}
	switch {
	case src.Duration > s.cfg.MaxDuration:
		return src, failTooLong
	case src.Duration < 100*time.Millisecond:
		return src, failTooShort
	case header > src.Duration+2*time.Second+header/20:
		return src, failTruncated
	}
	return src, nil
}

// packetScan reads "stream,pts,duration" lines as they come.
type packetScan struct {
	src          source
	video, audio span
	encrypted    bool
	line         []byte
}

type span struct {
	count             int
	first, last, tail float64 // seconds; tail is the length of the last packet
}

func newPacketScan(src source) *packetScan { return &packetScan{src: src} }

func (p *packetScan) Write(b []byte) (int, error) {
	n := len(b)
	for {
		line, rest, found := bytes.Cut(b, []byte("\n"))
		if !found {
			if len(p.line)+len(line) < 1024 {
				p.line = append(p.line, line...)
			}
			return n, nil
		}
		p.packet(string(append(p.line, line...)))
		p.line, b = p.line[:0], rest
	}
}

func (p *packetScan) packet(line string) {
	fields := strings.Split(strings.TrimSpace(line), ",")
	p.encrypted = p.encrypted || strings.Contains(line, "Encryption info")
	if len(fields) < 3 {
		return
	}
	stream, err := strconv.Atoi(fields[0])
	if err != nil {
		return
	}
	at, err := strconv.ParseFloat(fields[1], 64)
	if err != nil {
		return
	}
	length, _ := strconv.ParseFloat(fields[2], 64)
	switch stream {
	case p.src.Video:
		p.video.add(at, length)
	case p.src.Audio:
		p.audio.add(at, length)
	}
}

func (s *span) add(at, length float64) {
	if s.count == 0 || at < s.first {
		s.first = at
	}
	if s.count == 0 || at >= s.last {
		s.last, s.tail = at, length
	}
	s.count++
}

// end is when a stream ends, counted from the start of the earlier one, as ffmpeg counts.
func (p *packetScan) end(s span) time.Duration {
	if s.count == 0 {
		return 0
	}
	start := p.video.first
	if p.audio.count > 0 {
		start = min(start, p.audio.first)
	}
	length := s.tail
	if length <= 0 || length > 1 {
		length = 0.04
	}
	return time.Duration((s.last + length - start) * float64(time.Second))
}

func seconds(s string) time.Duration {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || f < 0 || f > 1e6 {
		return 0
	}
	return time.Duration(f * float64(time.Second))
}

// fraction reads "30000/1001" or "4:3"; 0 when it is no number.
func fraction(s, sep string) float64 {
	a, b, found := strings.Cut(s, sep)
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	if !found || errX != nil || errY != nil || y == 0 {
		return 0
	}
	return x / y
}

// capped stops a tool that prints more than it should.
type capped struct {
	w    io.Writer
	left int
}

func (c *capped) Write(p []byte) (int, error) {
	if c.left -= len(p); c.left < 0 {
		return 0, bufio.ErrBufferFull
	}
	return c.w.Write(p)
}
