package media_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"hanzhi/media"
)

// Short sources of every sort. Real ones are longer; what goes wrong does so in the first second.
var (
	picture = []string{"-f", "lavfi", "-i", "testsrc2=s=426x240:r=25:d=1"}
	tone    = []string{"-f", "lavfi", "-i", "sine=440:d=1:r=48000"}
	h264    = []string{"-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"}
)

func args(parts ...[]string) []string { return slices.Concat(parts...) }

// names lists an asset's renditions.
func names(a media.Asset) string {
	var list []string
	for _, r := range a.Renditions {
		list = append(list, r.Name)
	}
	return strings.Join(list, " ")
}

func TestTranscode(t *testing.T) {
	t.Parallel()
	t.Run("a video becomes a ladder, sounds and pictures", func(t *testing.T) {
		t.Parallel()
		f := setup(t, func(c *media.Config) { c.OnePass = time.Second })
		content := source(t, "a.mp4", args([]string{"-f", "lavfi", "-i", "testsrc2=s=1280x720:r=10:d=7.5", "-f", "lavfi", "-i", "sine=440:d=7.5"}, h264)...)
		id := f.upload(t, media.KindVideo, "a.mp4", content)
		a := f.process(t, id)
		if a.State != media.StateReady || !a.Playable || a.Progress != 1 || a.Failure != nil {
			t.Fatalf("%+v", a)
		}
		if got := names(a); got != "opus16 aac24 aac64 slides 144p 240p 360p 480p 720p" {
			t.Errorf("renditions %s", got)
		}
		if math.Abs(float64(a.DurationMs)-7500) > 60 || a.Width != 1280 || a.Height != 720 {
			t.Errorf("%d ms, %dx%d", a.DurationMs, a.Width, a.Height)
		}
		v, err := f.Video(t.Context(), f.author, id)
		if err != nil {
			t.Fatal(err)
		}
		if v.Poster == "" || v.Storyboard == nil || v.Offline == nil || v.Storyboard.Count != 2 {
			t.Errorf("poster %q, storyboard %+v, offline %+v", v.Poster, v.Storyboard, v.Offline)
		}
		f.checkRenditions(t, id)
	})
	for _, tc := range []struct {
		name       string
		make       []string
		file       string
		size       string // of the largest rendition
		renditions string
		ms         int64
	}{
		{"a turned phone video stands upright", args(picture, tone, h264), "turned.mp4", "240x426", "opus16 aac24 slides 144p 240p", 1000},
		{"an upright video keeps its shape", args([]string{"-f", "lavfi", "-i", "testsrc2=s=240x426:r=25:d=1"}, h264), "a.mp4", "240x426", "slides 144p 240p", 1000},
		{"a video without sound has no sounds", args(picture, h264), "a.mp4", "426x240", "slides 144p 240p", 1000},
		{"odd sizes become even", args([]string{"-f", "lavfi", "-i", "testsrc2=s=321x241:r=25:d=1,format=yuv444p"}, []string{"-c:v", "libx264", "-preset", "ultrafast"}), "a.mp4", "320x240", "slides 144p 240p", 1000},
		{"a tiny picture is not enlarged", args([]string{"-f", "lavfi", "-i", "testsrc2=s=160x90:r=10:d=1"}, h264), "a.mp4", "160x90", "slides 144p", 1000},
		{"wide pixels become square", args([]string{"-f", "lavfi", "-i", "testsrc2=s=320x240:r=25:d=1,setsar=4/3"}, h264), "a.mp4", "426x240", "slides 144p 240p", 1000},
		{"HEVC in 10 bits", args(picture, tone, []string{"-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none", "-pix_fmt", "yuv420p10le"}), "a.mp4", "426x240", "opus16 aac24 slides 144p 240p", 1000},
		{"HDR", args(picture, []string{"-c:v", "libx265", "-preset", "ultrafast", "-pix_fmt", "yuv420p10le", "-color_primaries", "bt2020", "-color_trc", "smpte2084", "-colorspace", "bt2020nc",
			"-x265-params", "log-level=none:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc"}), "a.mp4", "426x240", "slides 144p 240p", 1000},
		{"VP9 and Opus in WebM", args(picture, tone, []string{"-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "libopus"}), "a.webm", "426x240", "opus16 aac24 slides 144p 240p", 1000},
		{"a recording whose header has no length", args(picture, h264, []string{"-f", "matroska", "-live", "1"}), "a.mkv", "426x240", "slides 144p 240p", 1000},
		{"two sound tracks: the first is taken", args(picture, tone, tone, []string{"-map", "0", "-map", "1", "-map", "2"}, h264), "a.mp4", "426x240", "opus16 aac24 slides 144p 240p", 1000},
		{"frames at odd times", args([]string{"-f", "lavfi", "-i", "testsrc2=s=426x240:r=30:d=1,select='not(mod(n,3))+lt(n,20)'"}, h264, []string{"-vsync", "vfr"}), "a.mp4", "426x240", "slides 144p 240p", 1000},
		{"sound that begins late", args(picture, []string{"-itsoffset", "0.5", "-f", "lavfi", "-i", "sine=440:d=0.5"}, h264), "a.mp4", "426x240", "opus16 aac24 slides 144p 240p", 1000},
		{"sound that is longer than the picture", args(picture, []string{"-f", "lavfi", "-i", "sine=440:d=2"}, h264), "a.mp4", "426x240", "opus16 aac24 slides 144p 240p", 2000},
		{"sound around", args(picture, []string{"-f", "lavfi", "-i", "anoisesrc=d=1:c=pink:a=0.1,aformat=channel_layouts=5.1"}, h264, []string{"-c:a", "ac3"}), "a.mkv", "426x240", "opus16 aac24 slides 144p 240p", 1000},
		{"a fifth of a second", args([]string{"-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=0.2", "-f", "lavfi", "-i", "sine=440:d=0.2"}, h264), "a.mp4", "320x180", "opus16 aac24 slides 144p 240p", 200},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			f := setup(t)
			content := source(t, tc.file, tc.make...)
			if tc.file == "turned.mp4" {
				turn(content)
			}
			id := f.upload(t, media.KindVideo, tc.file, content)
			a := f.process(t, id)
			if a.State != media.StateReady {
				t.Fatalf("state %s, failure %+v", a.State, a.Failure)
			}
			if got := names(a); got != tc.renditions {
				t.Errorf("renditions %s, want %s", got, tc.renditions)
			}
			top := a.Renditions[len(a.Renditions)-1]
			if got := fmt.Sprintf("%dx%d", top.Width, top.Height); got != tc.size {
				t.Errorf("largest is %s, want %s", got, tc.size)
			}
			if math.Abs(float64(a.DurationMs-tc.ms)) > 100 {
				t.Errorf("%d ms, want %d", a.DurationMs, tc.ms)
			}
			f.checkRenditions(t, id)
		})
	}
}

// checkRenditions reads every rendition back with ffprobe: it must decode without complaint, be as long as it should,
// begin at 0 and have a key frame exactly every six seconds.
func (f *fixture) checkRenditions(t *testing.T, asset uuid.UUID) {
	t.Helper()
	a := f.asset(t, asset)
	rows, err := f.db.Query(context.Background(), `SELECT name, object_key FROM renditions WHERE asset_id = $1`, asset)
	if err != nil {
		t.Fatal(err)
	}
	keys := map[string]string{}
	for rows.Next() {
		var name, key string
		if err := rows.Scan(&name, &key); err != nil {
			t.Fatal(err)
		}
		keys[name] = key
	}
	rows.Close()
	for _, r := range a.Renditions {
		b, err := f.store.Read(context.Background(), keys[r.Name], 0, -1)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), r.Name+".mp4")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		checkRendition(t, path, r, float64(a.DurationMs)/1000)
	}
}

func checkRendition(t *testing.T, path string, r media.Rendition, length float64) {
	t.Helper()
	if out, err := exec.Command("ffmpeg", "-v", "error", "-xerror", "-i", path, "-f", "null", "-").CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("%s does not decode: %v %s", r.Name, err, out)
	}
	out, err := exec.Command("ffprobe", "-v", "error", "-show_entries", "packet=pts_time,flags:stream=codec_name,profile,width,height,pix_fmt", "-of", "json", path).Output()
	if err != nil {
		t.Fatalf("%s: %v", r.Name, err)
	}
	var p struct {
		Streams []struct {
			Profile string `json:"profile"`
			Width   int    `json:"width"`
			Height  int    `json:"height"`
			PixFmt  string `json:"pix_fmt"`
		}
		Packets []struct {
			PTS   string `json:"pts_time"`
			Flags string `json:"flags"`
		}
	}
	if err := json.Unmarshal(out, &p); err != nil || len(p.Packets) == 0 {
		t.Fatalf("%s: %v", r.Name, err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if shown, err := media.FirstShown(b); err != nil || shown != 0 {
		t.Errorf("%s begins at %d, %v", r.Name, shown, err)
	}
	first, last := math.Inf(1), 0.0
	var keyframes []float64
	for _, packet := range p.Packets {
		at, _ := strconv.ParseFloat(packet.PTS, 64)
		first, last = min(first, at), max(last, at)
		if strings.HasPrefix(packet.Flags, "K") {
			keyframes = append(keyframes, at)
		}
	}
	// A rendition of 2 frames a second ends up to half a second early or late.
	if math.Abs(last-first-length) > 0.6 {
		t.Errorf("%s ends at %.2f s of %.2f", r.Name, last, length)
	}
	if r.Kind == "audio" {
		return
	}
	if s := p.Streams[0]; s.Width != r.Width || s.Height != r.Height || s.PixFmt != "yuv420p" || s.Profile != "Main" {
		t.Errorf("%s is %+v", r.Name, s)
	}
	for i, at := range keyframes {
		if math.Abs(at-first-6*float64(i)) > 0.001 {
			t.Errorf("%s: key frame %d at %.3f s", r.Name, i, at)
		}
	}
}

// turn makes an MP4 say, as phones do, that its picture is to be shown turned by 90 degrees.
func turn(content []byte) {
	at := bytes.Index(content, []byte("tkhd")) + 4 + 40
	for i, v := range []uint32{0, 0x10000, 0, 0xffff0000, 0, 0, 0, 0, 0x40000000} {
		binary.BigEndian.PutUint32(content[at+4*i:], v)
	}
}
