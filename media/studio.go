package media

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

// Pieces of recordings are some ten seconds long; what they hold comes from the devices of students.
const (
	pieceFormats = "matroska,webm"
	pieceLongest = 2 * time.Minute
)

var pieceLimits = limits{wall: time.Minute, cpu: 30 * time.Second, memory: 2 << 30, output: 1 << 30}

// studio is what an attempt at a film works with: its private folder, the store and the jailed ffmpeg.
type studio struct {
	a     *attempt
	count int
	heard bool // the sound is not all silence
	made  string
}

const voicesName = "voices.pcm"

// fetch brings a piece to the local disk.
func (st *studio) fetch(ctx context.Context, key string) (string, error) {
	data, err := st.a.s.store.Read(ctx, key, 0, -1)
	if err != nil {
		return "", err
	}
	st.count++
	path := filepath.Join(st.a.room, fmt.Sprintf("piece-%d.webm", st.count))
	if err := os.WriteFile(path, data, 0o600); err != nil {
		return "", diskFault(err)
	}
	return path, st.a.s.tools.give(path)
}

// decode runs ffmpeg on a piece. A piece that cannot be read is left out: the film of an hour does not fail for ten seconds.
func (st *studio) decode(ctx context.Context, key string, out io.Writer, args ...string) (bool, error) {
	path, err := st.fetch(ctx, key)
	if fault.Is(err, fault.NotFound) {
		st.a.s.log.Warn("piece of a recording is gone", "asset", st.a.ID, "key", key)
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer os.Remove(path)
	full := append([]string{"-nostdin", "-v", "error", "-y"}, inputGuards(pieceFormats)...)
	full = append(append(full, "-i", path, "-sn", "-dn", "-t", secs(pieceLongest)), args...)
	err = st.a.s.tools.run(ctx, st.a.room, pieceLimits, out, st.a.s.tools.ffmpeg, full...)
	var t *toolError
	if errors.As(err, &t) {
		st.a.s.log.Warn("piece of a recording left out", "asset", st.a.ID, "key", key, "error", t)
		return false, nil
	}
	return err == nil, err
}

// Voice is Studio's.
func (st *studio) Voice(ctx context.Context, key string) ([]int16, error) {
	var raw bytes.Buffer
	_, err := st.decode(ctx, key, &raw, "-map", "0:a:0", "-vn", "-af", "aresample=48000:async=1:first_pts=0", "-ac", "1", "-ar", "48000", "-f", "s16le", "pipe:1")
	if err != nil {
		return nil, err
	}
	samples := make([]int16, raw.Len()/2)
	for i := range samples {
		samples[i] = int16(binary.LittleEndian.Uint16(raw.Bytes()[2*i:]))
	}
	return samples, nil
}

// Pictures is Studio's.
func (st *studio) Pictures(ctx context.Context, key string, width, height int, cover bool) (io.ReadCloser, error) {
	fit := fmt.Sprintf("scale=%d:%d:force_original_aspect_ratio=decrease:force_divisible_by=2:out_color_matrix=bt709:out_range=tv,pad=%[1]d:%[2]d:-1:-1", width, height)
	if cover {
		fit = fmt.Sprintf("scale=%d:%d:force_original_aspect_ratio=increase:force_divisible_by=2:out_color_matrix=bt709:out_range=tv,crop=%[1]d:%[2]d", width, height)
	}
	out := filepath.Join(st.a.room, fmt.Sprintf("pictures-%d.yuv", st.count+1))
	ok, err := st.decode(ctx, key, io.Discard, "-map", "0:v:0", "-an", "-vf", "fps=5:start_time=0,"+fit+",format=yuv420p", "-f", "rawvideo", out)
	if err != nil {
		return nil, err
	}
	if !ok {
		_ = os.Remove(out)
		return io.NopCloser(bytes.NewReader(nil)), nil
	}
	f, err := os.Open(out)
	if err != nil {
		return nil, err
	}
	return &passing{f}, nil
}

// passing is a file that is gone when it is closed.
type passing struct{ *os.File }

func (p *passing) Close() error { return errors.Join(p.File.Close(), os.Remove(p.Name())) }

// Page is Studio's.
func (st *studio) Page(ctx context.Context, page uuid.UUID) ([]byte, error) {
	var key string
	err := st.a.s.db.QueryRow(ctx, `SELECT object_key FROM asset_pages WHERE id = @page`, pgx.NamedArgs{"page": page}).Scan(&key)
	if err != nil {
		return nil, pg.Translate(err, "page", page)
	}
	return st.a.s.store.Read(ctx, key, 0, -1)
}

// Report is Studio's.
func (st *studio) Report(part float64) { st.a.report(filmShare * part) }

// Sound is Studio's.
func (st *studio) Sound() (io.WriteCloser, error) {
	f, err := os.OpenFile(filepath.Join(st.a.room, voicesName), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, diskFault(err)
	}
	return &ear{f, st}, nil
}

// ear notes whether there is anything to hear: a film without it has no sound, since silence cannot be made as loud as others.
type ear struct {
	*os.File
	st *studio
}

func (e *ear) Write(p []byte) (int, error) {
	for _, b := range p {
		if b != 0 {
			e.st.heard = true
			break
		}
	}
	n, err := e.File.Write(p)
	return n, diskFault(err)
}

// Encode is Studio's.
func (st *studio) Encode(ctx context.Context, f FilmFormat, draw func(context.Context, io.Writer) error) error {
	length := time.Duration(f.LengthMs) * time.Millisecond
	if length > st.a.s.cfg.MaxDuration {
		return failTooLong
	}
	st.made = filepath.Join(st.a.room, "film.mp4")
	args := []string{"-nostdin", "-v", "error", "-y", "-protocol_whitelist", protocols, "-threads", strconv.Itoa(st.a.s.cfg.Threads),
		"-f", "rawvideo", "-pixel_format", "yuv420p", "-video_size", fmt.Sprintf("%dx%d", f.Width, f.Height), "-framerate", strconv.Itoa(f.PerSecond), "-i", "pipe:0"}
	if st.heard {
		voices := filepath.Join(st.a.room, voicesName)
		if err := st.a.s.tools.give(voices); err != nil {
			return err
		}
		args = append(args, "-f", "s16le", "-ar", "48000", "-ac", "1", "-i", voices, "-map", "1:a", "-c:a", "aac", "-b:a", "96k")
	}
	args = append(args, "-map", "0:v", "-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-g", "50", "-threads", strconv.Itoa(st.a.s.cfg.Threads),
		"-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv", "-t", secs(length), "-movflags", "+faststart", "-f", "mp4", st.made)
	l := limits{wall: 15*time.Minute + 10*length, cpu: 10*time.Minute + 5*length, memory: 4 << 30, output: 512<<20 + int64(length.Seconds())*400<<10}

	ctx, stop := context.WithCancel(ctx)
	defer stop()
	out, in := io.Pipe()
	drawn := make(chan error, 1)
	go func() {
		err := draw(ctx, in)
		if err != nil {
			stop() // a film that lacks its end is no film
		}
		in.CloseWithError(err)
		drawn <- err
	}()
	err := st.a.s.tools.feed(ctx, st.a.room, l, out, io.Discard, st.a.s.tools.ffmpeg, args...)
	out.CloseWithError(io.ErrClosedPipe)
	stop()
	if drawErr := <-drawn; drawErr != nil && !errors.Is(drawErr, io.ErrClosedPipe) && !errors.Is(drawErr, context.Canceled) {
		return drawErr
	}
	if err != nil {
		return st.a.ffmpegFailure(err)
	}
	return nil
}

// hashFile measures a file and takes its SHA-256.
func hashFile(path string) (int64, []byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, nil, err
	}
	defer f.Close()
	sum := sha256.New()
	n, err := io.Copy(sum, f)
	return n, sum.Sum(nil), err
}
