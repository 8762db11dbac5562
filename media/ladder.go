package media

import (
	"fmt"
	"math"
	"slices"
)

// segmentSeconds is the length of a segment: at 2 s a slide costs 2.25 times the bytes, at 10 s a seek is slow.
const segmentSeconds = 6

// rung is one video rendition to be made.
type rung struct {
	Name          string
	Width, Height int // of the picture; in the table below, of the box it is fitted into
	FPS           rate
	Cap           int // kbit/s that the encoder may not exceed
	Buffer        int // kbit over which the cap counts
	CRF           int // quality aimed at below the cap
	Preset        string
	Subme         int // x264's effort for parts of a pixel, its largest cost
	Tune          string
}

// rate is a frame rate. Each is a whole number of frames in six seconds, so that key frames of all rungs fall together.
type rate struct{ Num, Den int }

func (r rate) float() float64 { return float64(r.Num) / float64(r.Den) }
func (r rate) String() string { return fmt.Sprintf("%d/%d", r.Num, r.Den) }

// group is the number of frames of one segment.
func (r rate) group() int { return segmentSeconds * r.Num / r.Den }

var rates = []rate{{2, 1}, {25, 3}, {25, 2}, {25, 1}}

// The ladder. The low rungs are cheap to encode, so they get the slower preset; 720p is most of the work. How Subme was
// chosen is in docs/decisions/encoders-by-measured-effort.md.
var (
	slides   = rung{Name: "slides", Width: 854, Height: 480, FPS: rates[0], Cap: 28, Buffer: 112, CRF: 30, Preset: "fast", Subme: 6, Tune: "stillimage"}
	pictures = []rung{
		{Name: "144p", Width: 256, Height: 144, FPS: rates[1], Cap: 24, Buffer: 48, CRF: 31, Preset: "fast", Subme: 4},
		{Name: "240p", Width: 426, Height: 240, FPS: rates[2], Cap: 72, Buffer: 144, CRF: 29, Preset: "fast", Subme: 4},
		{Name: "360p", Width: 640, Height: 360, FPS: rates[3], Cap: 200, Buffer: 400, CRF: 27, Preset: "fast", Subme: 2},
		{Name: "480p", Width: 854, Height: 480, FPS: rates[3], Cap: 480, Buffer: 960, CRF: 26, Preset: "veryfast", Subme: 2},
		{Name: "720p", Width: 1280, Height: 720, FPS: rates[3], Cap: 1200, Buffer: 2400, CRF: 25, Preset: "veryfast", Subme: 2},
	}
)

// ladder lists the rungs for a source: none larger than it is, none faster than it needs, and the last one as large as
// the source or 720p.
func (src source) ladder() []rung {
	all := []rung{slides}
	for _, r := range pictures {
		all = append(all, r)
		// A pixel or two more than the box is no reason for another rung.
		if w, h := box(r, src); w*102/100 >= src.Width && h*102/100 >= src.Height {
			break
		}
	}
	for i := range all {
		all[i].Width, all[i].Height = fit(all[i], src)
		all[i].FPS = slower(all[i].FPS, src.FPS)
	}
	return all
}

// firstPass is what makes a video playable: slides and one moving rung. The rest comes after.
func firstPass(all []rung) (first, rest []rung) {
	moving := 1
	for i, r := range all {
		if r.Name == "240p" {
			moving = i
		}
	}
	for i, r := range all {
		if i == 0 || i == moving {
			first = append(first, r)
		} else {
			rest = append(rest, r)
		}
	}
	return first, rest
}

// box turns the rung's box upright for an upright picture.
func box(r rung, src source) (int, int) {
	if src.Height > src.Width {
		return r.Height, r.Width
	}
	return r.Width, r.Height
}

// fit returns the size in the rung's box, with even sides and without enlarging.
func fit(r rung, src source) (int, int) {
	w, h := box(r, src)
	scale := min(float64(w)/float64(src.Width), float64(h)/float64(src.Height), 1)
	return even(float64(src.Width)*scale, src.Width), even(float64(src.Height)*scale, src.Height)
}

// even is the even number nearest to x, but not above limit nor below 2.
func even(x float64, limit int) int {
	n := int(math.Round(x/2)) * 2
	if n > limit {
		n -= 2
	}
	return max(n, 2)
}

// slower is the rung's rate, or the least rate that shows every frame of a slower source.
func slower(r rate, fps float64) rate {
	i := slices.IndexFunc(rates, func(have rate) bool { return have.float() > fps-0.05 })
	if fps <= 0 || i < 0 || rates[i].float() > r.float() {
		return r
	}
	return rates[i]
}

// sound is one audio rendition to be made.
type sound struct {
	Name     string
	Codec    string
	Kbit     int
	Rate     int // Hz
	Channels int
	// Priming is how many samples the encoder puts before the first; the same number is cut off the start, so that
	// lips stay with words in players that do not know of it. Opus says it in its header.
	Priming int
}

// sounds are the audio renditions: Opus for the weakest lines, AAC-LC for old iPhones, and a fuller AAC for 480p and up.
func (src source) sounds(all []rung) []sound {
	if src.Audio < 0 {
		return nil
	}
	list := []sound{
		{Name: "opus16", Codec: "libopus", Kbit: 16, Rate: 48000, Channels: 1},
		{Name: "aac24", Codec: "aac", Kbit: 24, Rate: 24000, Channels: 1, Priming: 1024},
	}
	if slices.ContainsFunc(all, func(r rung) bool { return rich(r.Name) }) {
		list = append(list, sound{Name: "aac64", Codec: "aac", Kbit: 64, Rate: 48000, Channels: min(src.Channels, 2), Priming: 1024})
	}
	return list
}

// rich reports whether a rung goes with the fuller sound.
func rich(name string) bool { return name == "480p" || name == "720p" }
