package film

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"math"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"hanzhi/demo/content"
)

func studio(t *testing.T) *Studio {
	t.Helper()
	s, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func allCourses(t *testing.T) []content.Course {
	t.Helper()
	all, err := content.Courses()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// probe asks ffprobe for the streams and the length of a film.
func probe(t *testing.T, file string) (codecs map[string]string, length time.Duration) {
	t.Helper()
	out, err := exec.Command("ffprobe", "-v", "error", "-show_entries", "stream=codec_type,codec_name,width:format=duration", "-of", "json", file).Output()
	if err != nil {
		t.Fatal(err)
	}
	var p struct {
		Streams []struct {
			CodecType string `json:"codec_type"`
			CodecName string `json:"codec_name"`
			Width     int
		}
		Format struct{ Duration string }
	}
	if err := json.Unmarshal(out, &p); err != nil {
		t.Fatal(err)
	}
	codecs = map[string]string{}
	for _, s := range p.Streams {
		codecs[s.CodecType] = s.CodecName
		if s.CodecType == "video" && s.Width != slideWidth {
			t.Errorf("%d pixels wide", s.Width)
		}
	}
	length, err = time.ParseDuration(p.Format.Duration + "s")
	if err != nil {
		t.Fatal(err)
	}
	return codecs, length
}

func digest(t *testing.T, file string) [32]byte {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return sha256.Sum256(b)
}

func TestMake(t *testing.T) {
	t.Parallel()
	course := allCourses(t)[1]
	lesson := course.Lessons()[0]
	s := studio(t)
	f, made, err := s.Make(t.Context(), course, lesson)
	if err != nil || !made {
		t.Fatalf("made %v, %v", made, err)
	}
	codecs, length := probe(t, f.Video)
	t.Run("a film is H.264 and AAC of one to three minutes", func(t *testing.T) {
		if codecs["video"] != "h264" || codecs["audio"] != "aac" || length < time.Minute || length > 3*time.Minute {
			t.Errorf("%v, %v", codecs, length)
		}
	})
	t.Run("the captions end with the film and every track is whole", func(t *testing.T) {
		for lang, file := range f.Captions {
			end := checkTrack(t, lang, file)
			if lang != Pinyin && (end-length).Abs() > 500*time.Millisecond {
				t.Errorf("%s ends at %v, the film at %v", lang, end, length)
			}
			if end > length {
				t.Errorf("%s ends at %v, after the film", lang, end)
			}
		}
	})
	t.Run("a film that is there is not made again", func(t *testing.T) {
		again, made, err := s.Make(t.Context(), course, lesson)
		if err != nil || made || again.Video != f.Video {
			t.Errorf("made %v, %v", made, err)
		}
	})
	t.Run("the same content gives the same bytes", func(t *testing.T) {
		other, _, err := studio(t).Make(t.Context(), course, lesson)
		if err != nil {
			t.Fatal(err)
		}
		if digest(t, other.Video) != digest(t, f.Video) {
			t.Error("two films of one lesson differ")
		}
	})
	t.Run("an interrupted film leaves nothing that looks finished", func(t *testing.T) {
		ctx, stop := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer stop()
		s := studio(t)
		if _, _, err := s.Make(ctx, course, lesson); err == nil {
			t.Fatal("it was not interrupted")
		}
		base, _ := s.base(course, lesson)
		if _, err := os.Stat(base + ".mp4"); err == nil {
			t.Error("there is a film")
		}
	})
}

var timing = regexp.MustCompile(`^(\d\d):(\d\d):(\d\d)\.(\d{3}) --> (\d\d):(\d\d):(\d\d)\.(\d{3})$`)

// checkTrack reads a WebVTT file strictly: header, numbered cues in order that do not overlap, one line of text each.
func checkTrack(t *testing.T, lang, file string) (end time.Duration) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(strings.TrimRight(string(data), "\n"), "\n\n")
	if blocks[0] != "WEBVTT" || len(blocks) < 8 {
		t.Fatalf("%s: %d blocks, begins %q", lang, len(blocks), blocks[0])
	}
	for i, b := range blocks[1:] {
		lines := strings.Split(b, "\n")
		if len(lines) != 3 || lines[0] != fmt.Sprint(i+1) || lines[2] == "" {
			t.Fatalf("%s: cue %q", lang, b)
		}
		m := timing.FindStringSubmatch(lines[1])
		if m == nil {
			t.Fatalf("%s: times %q", lang, lines[1])
		}
		from, to := clock(m[1:5]), clock(m[5:9])
		if from < end || to <= from {
			t.Errorf("%s: cue %d from %v to %v after one that ends at %v", lang, i+1, from, to, end)
		}
		end = to
	}
	return end
}

func clock(m []string) time.Duration {
	d, _ := time.ParseDuration(fmt.Sprintf("%sh%sm%s.%ss", m[0], m[1], m[2], m[3]))
	return d
}

func TestPictures(t *testing.T) {
	t.Parallel()
	used := map[string]bool{"ear": true}
	reading := regexp.MustCompile(`\(picture:([a-z]+)\)`)
	for _, c := range allCourses(t) {
		used[c.Picture] = true
		for _, l := range c.Lessons() {
			used[l.Picture] = true
			for _, line := range l.Lines {
				used[line.Picture] = true
			}
			for _, m := range reading.FindAllStringSubmatch(l.Reading.Ar+l.Reading.En+l.Reading.Fr+l.Reading.Ru+l.Reading.Zh, -1) {
				used[m[1]] = true
			}
		}
	}
	frameAt := func(t *testing.T, name string, at float64) *image.RGBA {
		img := image.NewRGBA(image.Rect(0, 0, 200, 200))
		if err := drawPicture(img, name, at, 0, 0, 200); err != nil {
			t.Error(err)
		}
		return img
	}
	t.Run("every drawing the lessons name can be drawn, and none lies about unused", func(t *testing.T) {
		files, err := pictureFiles.ReadDir("pictures")
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if name := strings.TrimSuffix(f.Name(), ".svg"); !used[name] {
				t.Errorf("%s is in no lesson", name)
			}
		}
		for name := range used {
			img := frameAt(t, name, 0)
			drawn := 0
			for i := 3; i < len(img.Pix); i += 4 {
				if img.Pix[i] != 0 {
					drawn++
				}
			}
			if drawn < 2000 {
				t.Errorf("%s is empty", name)
			}
		}
	})
	t.Run("the lathe, the chuck, the cutting tool and the arc move, a card does not", func(t *testing.T) {
		var shown shownPictures
		for name, want := range map[string]bool{"lathe": true, "chuck": true, "turning": true, "welding": true, "jobcard": false} {
			moved := string(frameAt(t, name, 0).Pix) != string(frameAt(t, name, 0.4).Pix)
			if moved != want || shown.moves(name) != want {
				t.Errorf("%s: drawn moving %v, known as moving %v", name, moved, shown.moves(name))
			}
		}
	})
	t.Run("pictures for readings and covers are PNG files of the size asked for", func(t *testing.T) {
		for _, wide := range []bool{false, true} {
			data, err := PNG("lathe", 320, wide)
			if err != nil || !strings.HasPrefix(string(data), "\x89PNG") {
				t.Errorf("%v, %.8q", err, data)
			}
		}
	})
}

// outside reports a pixel of the box that is neither paper nor the grid on it.
func outside(b *slide, box image.Rectangle) (image.Point, bool) {
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			if c := b.RGBAAt(x, y); c.R < 0xe8 || c.B < 0xc8 {
				return image.Pt(x, y), true
			}
		}
	}
	return image.Point{}, false
}

func TestSlides(t *testing.T) {
	t.Parallel()
	s := studio(t)
	gutter := image.Rect(811, 100, cardX-3, 690) // between the text and the card
	for _, c := range allCourses(t) {
		for _, l := range c.Lessons() {
			t.Run("the texts of "+c.Slug+"/"+l.Slug+" stay in their column", func(t *testing.T) {
				boards := map[string]*slide{}
				add := func(name string, b *slide, err error) {
					if err != nil {
						t.Fatal(err)
					}
					boards[name] = b
				}
				b, err := s.titleSlide(c, l)
				add("title", b, err)
				b, err = s.wordsSlide(c, l, 0)
				add("words", b, err)
				b, err = s.tipSlide(c, l)
				add("tip", b, err)
				for i := range l.Lines {
					b, err = s.lineSlide(c, l, i, repeat)
					add("line "+l.Lines[i].Zh, b, err)
					if at, bad := outside(b, image.Rect(44, speakerY-16, 800, speakerY-2)); bad {
						t.Errorf("line %s: the meaning runs into the speaker at %v", l.Lines[i].Zh, at)
					}
				}
				for name, b := range boards {
					if at, bad := outside(b, gutter); bad {
						t.Errorf("%s: something stands at %v", name, at)
					}
					if at, bad := outside(b, image.Rect(0, 705, slideWidth, slideHeight)); bad {
						t.Errorf("%s: something stands below at %v", name, at)
					}
				}
			})
		}
	}
}

func TestSpeech(t *testing.T) {
	t.Parallel()
	t.Run("speech is as loud as it should be and does not clip", func(t *testing.T) {
		for _, v := range []voice{master, learner, teacher} {
			samples, err := say(t.Context(), v, "an4xia4 ji2ting2 an4niu3!")
			if err != nil {
				t.Fatal(err)
			}
			var sum float64
			n := 0
			for _, x := range samples {
				if x == math.MaxInt16 || x == math.MinInt16 {
					t.Fatalf("%s clips", v.name)
				}
				if x > floor || x < -floor {
					sum += float64(x) * float64(x)
					n++
				}
			}
			if level := 10 * math.Log10(sum/float64(n)/(32768*32768)); level < -24 || level > -18 {
				t.Errorf("%s speaks at %.1f dBFS", v.name, level)
			}
		}
	})
	t.Run("the slow voice takes longer", func(t *testing.T) {
		fast, err := say(t.Context(), master, "zhuan4su4")
		if err != nil {
			t.Fatal(err)
		}
		slow, err := say(t.Context(), master.slower(), "zhuan4su4")
		if err != nil || len(slow) <= len(fast) {
			t.Errorf("%d samples and %d, %v", len(fast), len(slow), err)
		}
	})
	t.Run("every syllable of every phrase is spoken as one Chinese syllable with its tone", func(t *testing.T) {
		for _, c := range allCourses(t) {
			for _, l := range c.Lessons() {
				checkSpoken(t, l.Title)
				for _, x := range l.Terms {
					checkSpoken(t, x.Phrase)
				}
				for _, x := range l.Lines {
					checkSpoken(t, x.Phrase)
				}
			}
		}
	})
}

var (
	toneDigit   = regexp.MustCompile(`[1-5]`)
	toneContour = regexp.MustCompile(`[1-5]+`) // espeak-ng writes 35, 51, 214 … behind each syllable
)

// checkSpoken compares the syllables given to espeak-ng with those it says. What it takes for English has no tones and
// is marked (en).
func checkSpoken(t *testing.T, p content.Phrase) {
	t.Helper()
	text, err := p.Spoken()
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "espeak-ng", "-v", master.name, "-q", "-x", "--", text).Output()
	if err != nil {
		t.Fatal(err)
	}
	want, got := len(toneDigit.FindAllString(text, -1)), len(toneContour.FindAllString(string(out), -1))
	if want != got || strings.Contains(string(out), "(en)") {
		t.Errorf("%s: %q has %d syllables, %d are spoken: %s", p.Hanzi(), text, want, got, out)
	}
}

func TestYUV(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name      string
		rgb       color.RGBA
		y, cb, cr byte
	}{
		{"white", color.RGBA{255, 255, 255, 255}, 235, 128, 128},
		{"black", color.RGBA{0, 0, 0, 255}, 16, 128, 128},
		{"red", color.RGBA{255, 0, 0, 255}, 63, 102, 240},
		{"blue", color.RGBA{0, 0, 255, 255}, 32, 240, 118},
	} {
		t.Run(c.name+" has the BT.709 values of the standard", func(t *testing.T) {
			img := image.NewRGBA(image.Rect(0, 0, 2, 2))
			for i := range 4 {
				img.SetRGBA(i%2, i/2, c.rgb)
			}
			got := yuv420(img, nil)
			for i, want := range []byte{c.y, c.y, c.y, c.y, c.cb, c.cr} {
				if d := int(got[i]) - int(want); d < -1 || d > 1 {
					t.Errorf("byte %d is %d, want %d", i, got[i], want)
				}
			}
		})
	}
}

func TestWord(t *testing.T) {
	t.Parallel()
	t.Run("a word of a term bank is said by itself", func(t *testing.T) {
		t.Parallel()
		sound, err := Word(t.Context(), content.Phrase{Zh: "急停按钮", Py: "jí'tíng'àn'niǔ"})
		if err != nil {
			t.Fatal(err)
		}
		if seconds := float64(len(sound)-44) / 2 / rate; seconds < 0.7 || seconds > 3 {
			t.Errorf("%.2f s", seconds)
		}
	})
}
