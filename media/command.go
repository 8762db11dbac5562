package media

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// pass is one run of ffmpeg: one decode, many renditions.
type pass struct {
	src    source
	input  string // local file
	dir    string // where the renditions go
	rungs  []rung
	sounds []sound
	// stills: make the poster and the storyboard too.
	stills  bool
	board   Storyboard
	threads int // of the decoder
}

// args is the command line of a pass.
func (p pass) args() []string {
	a := []string{"-nostdin", "-v", "error", "-y", "-progress", "pipe:1", "-stats_period", "1"}
	a = append(a, inputGuards(videoFormats)...)
	a = append(a, "-threads", strconv.Itoa(p.threads), "-i", p.input, "-filter_complex", p.graph())
	for i, r := range p.rungs {
		a = append(a, p.video(i, r)...)
	}
	for i, s := range p.sounds {
		a = append(a, p.audio(i, s)...)
	}
	if p.stills {
		a = append(a, still("[poster]", filepath.Join(p.dir, posterName), 75)...)
		a = append(a, still("[board]", filepath.Join(p.dir, boardName), 60)...)
	}
	return a
}

// common are the options of every output: nothing of the source's own words, and the length that was measured.
func (p pass) common() []string {
	return []string{"-map_metadata", "-1", "-map_chapters", "-1", "-sn", "-dn", "-t", secs(p.src.Duration), "-max_muxing_queue_size", "4096"}
}

func (p pass) hls(name string) []string {
	return []string{"-f", "hls", "-hls_time", strconv.Itoa(segmentSeconds), "-hls_playlist_type", "vod", "-hls_segment_type", "fmp4",
		// One file with byte ranges: nine objects a video in the store instead of ten thousand.
		"-hls_flags", "single_file+independent_segments", "-hls_segment_options", "movflags=+cmaf+skip_sidx",
		"-hls_segment_filename", filepath.Join(p.dir, name+".mp4"), filepath.Join(p.dir, name+".m3u8")}
}

func (p pass) video(i int, r rung) []string {
	group := strconv.Itoa(r.FPS.group())
	a := append([]string{"-map", fmt.Sprintf("[v%d]", i)}, p.common()...)
	a = append(a, "-c:v", "libx264", "-profile:v", "main", "-preset", r.Preset, "-crf", strconv.Itoa(r.CRF),
		"-maxrate", kbit(r.Cap), "-bufsize", kbit(r.Buffer), "-g", group, "-keyint_min", group, "-sc_threshold", "0",
		// One thread: the frames that x264 codes side by side cost it a tenth more time. See docs/decisions.
		"-threads", "1", "-x264-params", fmt.Sprintf("open_gop=0:subme=%d", r.Subme), "-color_range", "tv")
	if r.Tune != "" {
		a = append(a, "-tune", r.Tune)
	}
	return append(a, p.hls(r.Name)...)
}

func (p pass) audio(i int, s sound) []string {
	a := append([]string{"-map", fmt.Sprintf("[a%d]", i)}, p.common()...)
	a = append(a, "-c:a", s.Codec, "-b:a", kbit(s.Kbit), "-ac", strconv.Itoa(s.Channels), "-ar", strconv.Itoa(s.Rate))
	if s.Codec == "libopus" {
		a = append(a, "-application", "voip")
	}
	return append(a, p.hls(s.Name)...)
}

func still(pad, file string, quality int) []string {
	return []string{"-map", pad, "-frames:v", "1", "-update", "1", "-c:v", "libwebp", "-quality", strconv.Itoa(quality), file}
}

// graph is the filter graph: clean the picture once, at the size of the largest rung, then scale down step by step.
func (p pass) graph() string {
	parts := append([]string{}, p.pictureGraph()...)
	if len(p.sounds) > 0 {
		parts = append(parts, p.soundGraph()...)
	}
	return strings.Join(parts, ";")
}

// fromClean is the parent of a rung that is scaled from the clean picture itself.
const fromClean = -1

// parent is the rung that rung i is made of: the smallest that has every frame and either the same size or at least
// 1.4 times it. A fifth of the scaling is saved, and nothing is scaled so little that it blurs.
func (p pass) parent(i int) int {
	best := fromClean
	own := p.rungs[i]
	for j, r := range p.rungs {
		same := r.Width == own.Width && r.Height == own.Height
		if j == i || r.FPS != p.fastest() || (same && own.FPS == r.FPS) || (!same && r.Height*10 < own.Height*14) {
			continue
		}
		if best == fromClean || r.Width*r.Height < p.rungs[best].Width*p.rungs[best].Height {
			best = j
		}
	}
	return best
}

// parentOf is what rung i is made of; the clean picture has the size of the largest rung.
func (p pass) parentOf(i int) rung {
	if j := p.parent(i); j != fromClean {
		return p.rungs[j]
	}
	return p.largest()
}

func (p pass) largest() rung {
	return slices.MaxFunc(p.rungs, func(a, b rung) int { return cmp.Compare(a.Width*a.Height, b.Width*b.Height) })
}

// fastest is the highest frame rate of the pass, which the clean picture has.
func (p pass) fastest() rate {
	fps := p.rungs[0].FPS
	for _, r := range p.rungs {
		if r.FPS.float() > fps.float() {
			fps = r.FPS
		}
	}
	return fps
}

func (p pass) pictureGraph() []string {
	children := map[int][]string{} // pads by the rung they are made of
	for i := range p.rungs {
		children[p.parent(i)] = append(children[p.parent(i)], fmt.Sprintf("[s%d]", i))
	}
	if p.stills {
		children[fromClean] = append(children[fromClean], "[stillsP]", "[stillsB]")
	}
	parts := []string{fmt.Sprintf("[0:%d]%s,%s", p.src.Video, p.clean(), split(children[fromClean]))}
	for i, r := range p.rungs {
		chain := fmt.Sprintf("[s%d]fps=%s:eof_action=pass", i, r.FPS)
		if from := p.parentOf(i); from.Width != r.Width || from.Height != r.Height {
			// zimg takes two thirds of the time of ffmpeg's own scaler; this is the same kernel.
			chain += fmt.Sprintf(",zscale=w=%d:h=%d:filter=bicubic:param_a=0:param_b=0.6", r.Width, r.Height)
		}
		if own := children[i]; len(own) > 0 {
			parts = append(parts, chain+","+split(append(own, fmt.Sprintf("[v%d]", i))))
		} else {
			parts = append(parts, chain+fmt.Sprintf("[v%d]", i))
		}
	}
	if p.stills {
		parts = append(parts,
			// The poster is the most telling of ten frames over the whole length.
			fmt.Sprintf("[stillsP]fps=10000/%d,thumbnail=10[poster]", max(p.src.Duration.Milliseconds(), 1)),
			fmt.Sprintf("[stillsB]fps=1000/%d,scale=%d:%d,tile=%dx%d[board]", p.board.IntervalMs, p.board.Width, p.board.Height, p.board.Columns, p.board.Rows))
	}
	return parts
}

// split hands one picture to several pads.
func split(pads []string) string {
	return fmt.Sprintf("split=%d%s", len(pads), strings.Join(pads, ""))
}

func (p pass) soundGraph() []string {
	var pads []string
	for i := range p.sounds {
		pads = append(pads, fmt.Sprintf("[x%d]", i))
	}
	parts := []string{fmt.Sprintf("[0:%d]%s,a%s", p.src.Audio, p.cleanSound(), split(pads))}
	for i, s := range p.sounds {
		chain := fmt.Sprintf("[x%d]aformat=sample_rates=%d:channel_layouts=%s", i, s.Rate, layout(s.Channels))
		if s.Priming > 0 {
			chain += fmt.Sprintf(",atrim=start_sample=%d,asetpts=PTS-STARTPTS", s.Priming)
		}
		parts = append(parts, chain+fmt.Sprintf("[a%d]", i))
	}
	return parts
}

// clean makes the picture constant in rate, upright, with square pixels, 8 bits and the common colours. ffmpeg has
// turned it upright already.
func (p pass) clean() string {
	top := p.largest()
	var chain []string
	if p.src.Interlaced {
		chain = append(chain, "bwdif=mode=send_frame:deint=interlaced")
	}
	// Frames that will not be shown are dropped before they cost anything; a late start shows the first frame.
	chain = append(chain, fmt.Sprintf("fps=%s:start_time=0", p.fastest()), fmt.Sprintf("scale=%d:%d:flags=bicubic", top.Width, top.Height), "setsar=1")
	if p.src.Transfer != "" {
		chain = append(chain, "zscale=tin="+p.src.Transfer+":min=bt2020nc:pin=bt2020:rin=tv:t=linear:npl=100", "format=gbrpf32le", "zscale=p=bt709",
			"tonemap=tonemap=hable:desat=0", "zscale=t=bt709:m=bt709:r=tv")
	}
	chain = append(chain, "format=yuv420p")
	if gap := p.src.Duration - p.src.VideoEnd; gap > 20*time.Millisecond {
		chain = append(chain, "tpad=stop_mode=clone:stop_duration="+secs(gap))
	}
	return strings.Join(chain, ",")
}

// cleanSound makes the sound stereo, gapless, as loud as every other lesson, and as long as the picture.
func (p pass) cleanSound() string {
	return "aresample=async=1:first_pts=0,aformat=channel_layouts=" + layout(min(p.src.Channels, 2)) +
		",loudnorm=I=-16:TP=-1.5:LRA=11,aresample=48000,apad=whole_dur=" + secs(p.src.Duration)
}

func layout(channels int) string {
	if channels == 1 {
		return "mono"
	}
	return "stereo"
}

func secs(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', 6, 64) }
func kbit(n int) string           { return strconv.Itoa(n) + "k" }
