package media

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"hanzhi/server/pg"
)

// Names of the whole files beside the renditions.
const (
	posterName  = "poster.webp"
	boardName   = "storyboard.webp"
	imageName   = "image.webp"
	smallName   = "small.webp"
	offlineName = "offline.mp4"
	soundName   = "audio.m4a"
)

// Shares of an asset's progress.
const (
	checkedShare   = 0.03
	publishedShare = 0.4 // the first pass is about a third of the work
)

// Storyboard is one picture of many small frames, in rows, for the time line.
type Storyboard struct {
	Columns    int   `json:"columns"`
	Rows       int   `json:"rows"`
	IntervalMs int64 `json:"intervalMs" doc:"Time from one frame to the next."`
	Width      int   `json:"width" doc:"Pixels of one frame."`
	Height     int   `json:"height"`
	Count      int   `json:"count"`
}

// storyboard plans at most a hundred frames, at least five seconds apart.
func (src source) storyboard() Storyboard {
	ms := max(src.Duration.Milliseconds(), 1)
	interval := max(5000, (ms/100+999)/1000*1000)
	count := int((ms + interval - 1) / interval)
	w, h := fit(rung{Width: 160, Height: 90}, src)
	b := Storyboard{Columns: min(count, 10), IntervalMs: interval, Width: w, Height: h, Count: count}
	b.Rows = (count + b.Columns - 1) / b.Columns
	return b
}

// CheckAsset finds out by its content what an uploaded file is. A picture, a sound or slides are finished at once, a video is handed on
// to be transcoded; what cannot be used ends as failed, with the reason. An error means: try again.
func (s *Service) CheckAsset(ctx context.Context, asset uuid.UUID) error {
	a, ctx, err := s.begin(ctx, asset, StateChecking)
	if errors.Is(err, errOvertaken) {
		return nil
	}
	if err != nil {
		return err
	}
	defer a.end()
	return a.settle(ctx, a.check(ctx))
}

func (a *attempt) check(ctx context.Context) error {
	path, err := a.fetch(ctx)
	if err != nil {
		return err
	}
	switch a.Kind {
	case KindImage:
		return a.image(ctx, path)
	case KindAudio:
		return a.sound(ctx, path)
	case KindDeck:
		return a.deck(ctx, path)
	}
	src, err := a.s.probe(ctx, a.room, path)
	if err != nil {
		return err
	}
	return pg.InTx(ctx, a.s.db, func(tx pgx.Tx) error {
		if err := updateChecked(ctx, tx, a.worker(), src, checkedShare); err != nil {
			return err
		}
		return a.s.cfg.Queue.EnqueueTranscode(ctx, tx, a.ID)
	})
}

// TranscodeAsset makes the renditions of a checked video: first those that make it playable, which are published at
// once, then the rest. It may be stopped and called again anywhere; what was published stays.
func (s *Service) TranscodeAsset(ctx context.Context, asset uuid.UUID) error {
	a, ctx, err := s.begin(ctx, asset, StateTranscoding)
	if errors.Is(err, errOvertaken) {
		return nil
	}
	if err != nil {
		return err
	}
	defer a.end()
	return a.settle(ctx, a.transcode(ctx))
}

func (a *attempt) transcode(ctx context.Context) error {
	if a.Probe == nil {
		return fmt.Errorf("media: asset %s was never checked", a.ID)
	}
	src := *a.Probe
	path, err := a.fetch(ctx)
	if err != nil {
		return err
	}
	all := src.ladder()
	first, rest := firstPass(all)
	if !a.Playable && src.Duration <= a.s.cfg.OnePass {
		first, rest = all, nil
	}
	if !a.Playable {
		p := pass{src: src, rungs: first, sounds: src.sounds(all), stills: true, board: src.storyboard()}
		share := publishedShare
		if len(rest) == 0 {
			share = 1
		}
		if err := a.make(ctx, path, p, checkedShare, share, len(rest) == 0); err != nil || len(rest) == 0 {
			return err
		}
	}
	if len(rest) == 0 {
		return finishAttempt(ctx, a.s.db, a.worker())
	}
	return a.make(ctx, path, pass{src: src, rungs: rest}, publishedShare, 1, true)
}

// make runs one pass and publishes what it made. from and to are its share of the progress.
func (a *attempt) make(ctx context.Context, input string, p pass, from, to float64, last bool) error {
	dir, err := os.MkdirTemp(a.room, "pass-")
	if err != nil {
		return diskFault(err)
	}
	defer os.RemoveAll(dir)
	if err := a.s.tools.give(dir); err != nil {
		return err
	}
	p.input, p.dir, p.threads = input, dir, a.s.cfg.Threads
	watch := &progressReader{length: p.src.Duration, report: func(part float64) { a.report(from + (to-from)*part*0.95) }}
	if err := a.s.tools.run(ctx, dir, passLimits(p.src), watch, a.s.tools.ffmpeg, p.args()...); err != nil {
		return a.ffmpegFailure(err)
	}
	made, err := a.collect(ctx, p)
	if err != nil {
		return err
	}
	prefix, err := a.prefix(ctx)
	if err != nil {
		return err
	}
	if err := a.putAll(ctx, prefix, &made); err != nil {
		return err
	}
	a.report(to)
	return a.publish(ctx, prefix, made, p, last)
}

// passLimits grow with the video: a long one may take long, a short one may not.
func passLimits(src source) limits {
	return limits{
		wall:   10*time.Minute + 30*src.Duration,
		cpu:    10*time.Minute + 40*src.Duration,
		memory: 6 << 30,
		output: 512<<20 + int64(src.Duration.Seconds())*400<<10,
	}
}

// ffmpegFailure judges a run of ffmpeg on a source that the check has let through.
func (a *attempt) ffmpegFailure(err error) error {
	var t *toolError
	if !errors.As(err, &t) {
		return err
	}
	a.s.log.Warn("ffmpeg failed", "asset", a.ID, "error", t)
	switch {
	case strings.Contains(t.stderr, "No space left"):
		return diskFull(t)
	case strings.Contains(t.err.Error(), "signal: killed") && !t.timedOut:
		return err // by somebody else, for memory perhaps: again, later
	case strings.Contains(t.stderr, "No such filter") || strings.Contains(t.stderr, "Unknown encoder"):
		return err // built without something that we need, which is not the file's fault
	}
	return probeFailure(err, failBroken)
}

// product is what a pass has made.
type product struct {
	renditions []renditionRow
	paths      []string                 // of the renditions, in the same order
	delays     map[string]time.Duration // by which ffmpeg shows them late, by path
	files      map[string]storedFile
}

// storedFile is a whole file beside the renditions.
type storedFile struct {
	Key   string `json:"key"`
	Type  string `json:"type"`
	Bytes int64  `json:"bytes"`
	Tag   int    `json:"tag"` // changes with the content; part of the address
	path  string
}

// collect reads what ffmpeg has written and repairs it.
func (a *attempt) collect(ctx context.Context, p pass) (product, error) {
	made := product{files: map[string]storedFile{}, delays: map[string]time.Duration{}}
	for _, r := range p.rungs {
		row := renditionRow{Name: r.Name, Kind: "video", Width: r.Width, Height: r.Height, FrameRate: r.FPS.float()}
		if err := a.add(&made, row, p.dir); err != nil {
			return made, err
		}
	}
	for _, snd := range p.sounds {
		if err := a.add(&made, renditionRow{Name: snd.Name, Kind: "audio"}, p.dir); err != nil {
			return made, err
		}
	}
	if !p.stills {
		return made, nil
	}
	for name, mime := range map[string]string{posterName: "image/webp", boardName: "image/webp"} {
		made.files[name] = storedFile{Type: mime, Tag: a.Generation, path: filepath.Join(p.dir, name)}
	}
	return made, a.addDownloads(ctx, &made, p)
}

func (a *attempt) add(made *product, row renditionRow, dir string) error {
	path := filepath.Join(dir, row.Name+".mp4")
	seg, err := readSegments(path)
	if err != nil {
		a.s.log.Warn("ffmpeg made no usable rendition", "asset", a.ID, "rendition", row.Name, "error", err)
		return failBroken
	}
	row.AssetID, row.Generation, row.Codecs, row.SegmentOffsets = a.ID, a.Generation, seg.codecs, seg.offsets
	for _, ms := range seg.ms {
		row.SegmentMs = append(row.SegmentMs, int32(ms))
	}
	row.Bandwidth, row.AverageBandwidth = seg.bandwidth()
	row.Bytes = seg.offsets[len(seg.offsets)-1]
	made.renditions, made.paths = append(made.renditions, row), append(made.paths, path)
	made.delays[path] = seg.delay
	return nil
}

// keepable names the rung that is kept offline: 240p, or the largest below it.
func keepable(rungs []rung) string {
	name := rungs[0].Name
	for _, r := range rungs {
		if r.Name == "144p" || r.Name == "240p" {
			name = r.Name
		}
	}
	return name
}

// addDownloads makes the files that are kept offline or played where nothing else works: picture with sound, and
// sound alone, as plain MP4.
func (a *attempt) addDownloads(ctx context.Context, made *product, p pass) error {
	args := []string{"-nostdin", "-v", "error", "-y"}
	inputs := []string{keepable(p.rungs)}
	if len(p.sounds) > 0 {
		inputs = append(inputs, "aac24")
	}
	for _, name := range inputs {
		path := filepath.Join(p.dir, name+".mp4")
		args = append(args, inputGuards(videoFormats)...)
		args = append(args, "-itsoffset", secs(-made.delays[path]), "-i", path)
	}
	output := func(name, mime string, from ...string) {
		for _, stream := range from {
			args = append(args, "-map", stream)
		}
		path := filepath.Join(p.dir, name)
		args = append(args, "-c", "copy", "-map_metadata", "-1", "-movflags", "+faststart", "-f", "mp4", path)
		made.files[name] = storedFile{Type: mime, Tag: a.Generation, path: path}
	}
	if len(p.sounds) > 0 {
		output(offlineName, "video/mp4", "0", "1")
		output(soundName, "audio/mp4", "1")
	} else {
		output(offlineName, "video/mp4", "0")
	}
	if err := a.s.tools.run(ctx, p.dir, passLimits(p.src), io.Discard, a.s.tools.ffmpeg, args...); err != nil {
		return a.ffmpegFailure(err)
	}
	return nil
}

// putAll stores everything under prefix, a few files at a time.
func (a *attempt) putAll(ctx context.Context, prefix string, made *product) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(4)
	for i := range made.renditions {
		r := &made.renditions[i]
		r.ObjectKey = prefix + r.Name + ".mp4"
		g.Go(func() error {
			_, err := a.s.store.PutFile(ctx, r.ObjectKey, made.paths[i], r.Kind+"/mp4")
			return err
		})
	}
	for name, f := range made.files {
		info, err := os.Stat(f.path)
		if err != nil {
			a.s.log.Warn("ffmpeg made no picture", "asset", a.ID, "file", name)
			return failBroken
		}
		f.Key, f.Bytes = prefix+name, info.Size()
		made.files[name] = f
		g.Go(func() error {
			_, err := a.s.store.PutFile(ctx, f.Key, f.path, f.Type)
			return err
		})
	}
	return g.Wait()
}

// publish makes a pass's renditions the asset's, in one transaction, and lets go of those they replace.
func (a *attempt) publish(ctx context.Context, prefix string, made product, p pass, last bool) error {
	return pg.InTx(ctx, a.s.db, func(tx pgx.Tx) error {
		var board *Storyboard
		if p.stills {
			board = &p.board
		}
		replaced, err := updatePublished(ctx, tx, a.worker(), made.files, board, last)
		if err != nil {
			return err
		}
		for _, old := range replaced {
			if err := insertStray(ctx, tx, old, nil); err != nil {
				return err
			}
		}
		for _, r := range made.renditions {
			if err := strayOldRendition(ctx, tx, a.ID, r.Name); err != nil {
				return err
			}
			if err := upsertRendition(ctx, tx, r); err != nil {
				return err
			}
		}
		if a.s.cfg.Playable != nil && a.Kind == KindVideo {
			if err := a.s.cfg.Playable(ctx, tx, a.ID); err != nil {
				return err
			}
		}
		return deleteStray(ctx, tx, prefix)
	})
}

// FailAsset gives an asset up after all retries of its job.
func (s *Service) FailAsset(ctx context.Context, asset uuid.UUID) error {
	return failAsset(ctx, s.db, asset, failInternal)
}

// progressReader reads ffmpeg's -progress lines.
type progressReader struct {
	length time.Duration
	report func(float64)
	line   []byte
}

func (r *progressReader) Write(b []byte) (int, error) {
	for _, c := range b {
		if c != '\n' {
			r.line = append(r.line, c)
			continue
		}
		if text, found := strings.CutPrefix(string(r.line), "out_time_us="); found {
			if us, err := strconv.ParseInt(text, 10, 64); err == nil && r.length > 0 {
				r.report(min(float64(us)/float64(r.length.Microseconds()), 1))
			}
		}
		r.line = r.line[:0]
	}
	return len(b), nil
}
