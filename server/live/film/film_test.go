package film_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"hanzhi/media"
	"hanzhi/server/embedded"
	"hanzhi/server/live"
	"hanzhi/server/live/film"
	"hanzhi/server/pg/pgtest"
)

var services *embedded.Services

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "hanzhi-film-test-")
	if err == nil {
		services, err = embedded.Start(context.Background(), embedded.Options{Dir: dir, S3: true, Throwaway: true, Log: slog.New(slog.DiscardHandler)})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	services.Stop()
	os.RemoveAll(dir)
	os.Exit(code)
}

// class is a recorded class: its log and its pieces.
type class struct {
	id     uuid.UUID
	start  int64
	events []live.Event
	pieces []film.Piece
	asked  func() // is called when a film begins
}

func (c *class) Events(context.Context, uuid.UUID) ([]live.Event, error) { return c.events, nil }
func (c *class) Pieces(context.Context, uuid.UUID) ([]film.Piece, error) {
	if c.asked != nil {
		c.asked()
	}
	return c.pieces, nil
}

// at adds an event, seconds after the start.
func (c *class) at(seconds float64, name string, data any) {
	raw, err := json.Marshal(data)
	if err != nil {
		panic(err)
	}
	c.events = append(c.events, live.Event{Name: name, Offset: uint64(len(c.events) + 1), At: c.start + int64(seconds*1000), Data: raw})
}

// studio is a media service whose films are of one class.
type studio struct {
	*media.Service
	t           testing.TB
	db          *pgxpool.Pool
	store       *media.Store
	institution uuid.UUID
	author      uuid.UUID
}

type noQueue struct{}

func (noQueue) EnqueueCheck(context.Context, pgx.Tx, uuid.UUID) error     { return nil }
func (noQueue) EnqueueTranscode(context.Context, pgx.Tx, uuid.UUID) error { return nil }
func (noQueue) EnqueueFilm(context.Context, pgx.Tx, uuid.UUID) error      { return nil }

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

func newStudio(t testing.TB, c *class) *studio {
	t.Helper()
	s := &studio{t: t, db: pgtest.New(t), institution: newID(), author: newID()}
	s3 := services.S3
	var err error
	s.store, err = media.NewStore(media.StoreConfig{Endpoint: s3.Endpoint, AccessKey: s3.AccessKey, SecretKey: s3.SecretKey, Region: s3.Region,
		Bucket: "t" + strings.ReplaceAll(uuid.NewString(), "-", "")})
	if err == nil {
		err = s.store.EnsureBucket(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "hanzhi-film-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(testWriter{t}, nil))
	s.Service, err = media.New(s.db, s.store, media.Config{Dir: dir, Secret: strings.Repeat("s", 32), Queue: noQueue{}, Films: &film.Maker{Recordings: c}, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	s.exec(`INSERT INTO institutions (id, slug, name, kind, country) VALUES ($1, 'college', '{"en":"College"}', 'college', 'ZM')`, s.institution)
	s.exec(`INSERT INTO accounts (id, email, name, password_hash) VALUES ($1, 'a@example.org', 'A', '')`, s.author)
	s.exec(`INSERT INTO members (institution_id, account_id, role) VALUES ($1, $2, 'coordinator')`, s.institution, s.author)
	course, run := newID(), newID()
	s.exec(`INSERT INTO courses (id, institution_id, slug, format, title) VALUES ($1, $2, 'c', 'micro', '{"en":"Course"}')`, course, s.institution)
	s.exec(`INSERT INTO runs (id, course_id, starts_at, ends_at) VALUES ($1, $2, now(), now() + interval '1 day')`, run, course)
	s.exec(`INSERT INTO classes (id, run_id, title, starts_at, minutes, time_zone, state) VALUES ($1, $2, '{"en":"Lathe"}', now(), 60, 'UTC', 'ended')`, c.id, run)
	return s
}

type testWriter struct{ t testing.TB }

func (w testWriter) Write(p []byte) (int, error) {
	w.t.Log(strings.TrimSpace(string(p)))
	return len(p), nil
}

func (s *studio) exec(sql string, args ...any) {
	s.t.Helper()
	if _, err := s.db.Exec(context.Background(), sql, args...); err != nil {
		s.t.Fatal(err)
	}
}

// put makes a file with ffmpeg and stores it.
func (s *studio) put(key, ext string, args ...string) {
	s.t.Helper()
	path := filepath.Join(s.t.TempDir(), "piece."+ext)
	full := append([]string{"-nostdin", "-v", "error", "-y"}, args...)
	if out, err := exec.Command("ffmpeg", append(full, path)...).CombinedOutput(); err != nil {
		s.t.Fatalf("ffmpeg %v: %v\n%s", args, err, out)
	}
	if _, err := s.store.PutFile(s.t.Context(), key, path, "video/webm"); err != nil {
		s.t.Fatal(err)
	}
}

// slide stores a page of a deck, all of one colour.
func (s *studio) slide(color string) uuid.UUID {
	s.t.Helper()
	deck, page := newID(), uuid.New()
	s.exec(`INSERT INTO assets (id, institution_id, kind, filename, size, state) VALUES ($1, $2, 'deck', 'a.pdf', 1, 'ready')`, deck, s.institution)
	s.put("v/"+page.String(), "webp", "-f", "lavfi", "-i", "color=c="+color+":s=1600x900", "-frames:v", "1")
	s.exec(`INSERT INTO asset_pages (id, asset_id, number, object_key, width, height, bytes) VALUES ($1, $2, 1, $3, 1600, 900, 1)`, page, deck, "v/"+page.String())
	return page
}

// film makes the film and returns its asset.
func (s *studio) film(c *class, from, to int64) media.Asset {
	s.t.Helper()
	asset := newID()
	if _, err := s.OrderFilm(s.t.Context(), s.author, c.id, media.NewFilm{Asset: asset, From: from, To: to}); err != nil {
		s.t.Fatal(err)
	}
	if err := s.MakeFilm(s.t.Context(), asset); err != nil {
		s.t.Fatal(err)
	}
	a, err := s.Asset(s.t.Context(), s.author, asset)
	if err != nil {
		s.t.Fatal(err)
	}
	return a
}

// source fetches the film as it was made.
func (s *studio) source(asset uuid.UUID) string {
	s.t.Helper()
	var key string
	if err := s.db.QueryRow(s.t.Context(), `SELECT source_key FROM assets WHERE id = $1`, asset).Scan(&key); err != nil {
		s.t.Fatal(err)
	}
	data, err := s.store.Read(s.t.Context(), key, 0, -1)
	if err != nil {
		s.t.Fatal(err)
	}
	path := filepath.Join(s.t.TempDir(), "film.mp4")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		s.t.Fatal(err)
	}
	return path
}

func tool(t *testing.T, name string, args ...string) []byte {
	t.Helper()
	var out, bad bytes.Buffer
	cmd := exec.Command(name, args...)
	cmd.Stdout, cmd.Stderr = &out, &bad
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, bad.String())
	}
	return out.Bytes()
}

// length is that of a file, in seconds.
func length(t *testing.T, path string) float64 {
	t.Helper()
	n, err := strconv.ParseFloat(strings.TrimSpace(string(tool(t, "ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", path))), 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// picture is a picture of the film as RGB, 1280 × 720.
func picture(t *testing.T, path string, second float64) []byte {
	t.Helper()
	return tool(t, "ffmpeg", "-nostdin", "-v", "error", "-ss", fmt.Sprint(second), "-i", path, "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:1")
}

// near reports whether a place of a picture, in units of the page, has a colour.
func near(pic []byte, x, y int, want [3]int) bool {
	at := 3 * ((y*4/5)*1280 + x*4/5)
	for i, w := range want {
		if math.Abs(float64(int(pic[at+i])-w)) > 24 {
			return false
		}
	}
	return true
}

// tone is how much of a frequency is heard in a stretch of the film, 0 to 1.
func tone(t *testing.T, path string, hertz, from, seconds float64) float64 {
	t.Helper()
	raw := tool(t, "ffmpeg", "-nostdin", "-v", "error", "-ss", fmt.Sprint(from), "-t", fmt.Sprint(seconds), "-i", path, "-vn", "-f", "s16le", "-ac", "1", "-ar", "8000", "pipe:1")
	var re, im float64
	n := len(raw) / 2
	for i := range n {
		v := float64(int16(uint16(raw[2*i]) | uint16(raw[2*i+1])<<8))
		sin, cos := math.Sincos(2 * math.Pi * hertz * float64(i) / 8000)
		re, im = re+v*cos, im+v*sin
	}
	return 2 * math.Hypot(re, im) / float64(max(n, 1)) / 32768
}

var (
	red, green, blue = [3]int{255, 0, 0}, [3]int{0, 128, 0}, [3]int{0, 0, 255}
	white            = [3]int{255, 253, 248}
	jade             = [3]int{0x1f, 0x6b, 0x55}
)

// lesson is a class of 20 s: a red slide and a green one, a stroke on each, the teacher's picture, and two voices. From second
// 14 to 16 nothing is recorded.
func lesson(t *testing.T) (*class, *studio) {
	c := &class{id: newID(), start: 1_795_000_000_000}
	s := newStudio(t, c)
	teacher, student := newID(), newID()
	first, second, empty := uuid.New(), uuid.New(), uuid.New()
	c.at(-60, "class.opened", map[string]any{"page": empty})
	c.at(0, "class.started", map[string]any{})
	c.at(0, "record.set", map[string]any{"on": true})
	c.at(2, "deck.added", map[string]any{"deck": newID(), "title": "T", "pages": []any{
		map[string]any{"page": first, "asset": s.slide("red"), "width": 1600, "height": 900},
		map[string]any{"page": second, "asset": s.slide("green"), "width": 1600, "height": 900}}})
	stroke := func(second float64, page uuid.UUID, y int) {
		var points []int
		points = append(points, 2000, y*10, 128)
		for range 100 {
			points = append(points, 60, 0, 0)
		}
		c.at(second, "stroke.added", map[string]any{"page": page, "object": newID(), "color": "#1f6b55", "size": 16, "points": points})
	}
	c.at(4, "air.changed", map[string]any{"person": teacher, "name": "T", "slot": 1, "voice": true, "picture": true})
	stroke(5, first, 450)
	c.at(8, "page.shown", map[string]any{"page": second})
	stroke(9, second, 700)
	c.at(10, "caption.said", map[string]any{"text": "注意安全。", "language": "zh-CN"})
	c.at(14, "record.set", map[string]any{"on": false})
	c.at(15, "page.shown", map[string]any{"page": empty})
	c.at(16, "record.set", map[string]any{"on": true})
	c.at(20, "class.ended", map[string]any{})
	piece := func(person uuid.UUID, kind string, from, to float64, args ...string) {
		key := fmt.Sprintf("r/%s/%s-%d", c.id, kind, len(c.pieces))
		s.put(key, "webm", append(args, "-t", fmt.Sprint(to-from))...)
		c.pieces = append(c.pieces, film.Piece{Person: person, Kind: kind, From: c.start + int64(from*1000), To: c.start + int64(to*1000), Key: key})
	}
	opus := []string{"-c:a", "libopus", "-b:a", "24k", "-ac", "1"}
	piece(teacher, film.Voice, 3, 7, append([]string{"-f", "lavfi", "-i", "sine=440"}, opus...)...)
	piece(student, film.Voice, 6, 10, append([]string{"-f", "lavfi", "-i", "sine=1500"}, opus...)...)
	piece(student, film.Voice, 16, 19, append([]string{"-f", "lavfi", "-i", "sine=1500"}, opus...)...)
	piece(teacher, film.Picture, 4, 12, "-f", "lavfi", "-i", "color=c=blue:s=320x240:r=15", "-c:v", "libvpx", "-b:v", "100k")
	c.pieces = append(c.pieces, film.Piece{Person: student, Kind: film.Voice, From: c.start + 11_000, To: c.start + 12_000, Key: "r/gone"})
	return c, s
}

func TestFilm(t *testing.T) {
	t.Parallel()
	c, s := lesson(t)
	a := s.film(c, 0, 0)
	path := s.source(a.ID)
	t.Run("the film is as long as what was recorded", func(t *testing.T) {
		if got := length(t, path); math.Abs(got-18) > 0.3 {
			t.Errorf("%.2f s", got)
		}
	})
	t.Run("slides and ink are seen from their time on, on their own page", func(t *testing.T) {
		for _, tc := range []struct {
			second float64
			x, y   int
			want   [3]int
			what   string
		}{
			{1, 100, 100, white, "paper before the deck"},
			{3, 100, 100, red, "the first slide"},
			{4.5, 500, 450, red, "no ink yet"},
			{6, 500, 450, jade, "ink on the first slide"},
			{6, 500, 500, red, "nothing beside the ink"},
			{8.5, 500, 450, green, "the second slide has no ink of the first"},
			{8.5, 500, 700, green, "nor its own yet"},
			{10, 500, 700, jade, "ink on the second slide"},
			{16, 500, 700, white, "after the break the page that was turned to in it"},
		} {
			if pic := picture(t, path, tc.second); !near(pic, tc.x, tc.y, tc.want) {
				at := 3 * ((tc.y*4/5)*1280 + tc.x*4/5)
				t.Errorf("%s: at %v s %v", tc.what, tc.second, pic[at:at+3])
			}
		}
	})
	t.Run("the speaker's picture stands in the corner while there is one", func(t *testing.T) {
		for second, want := range map[float64][3]int{3: red, 5: blue, 11: blue, 13: green} {
			if pic := picture(t, path, second); !near(pic, 1480, 80, want) {
				t.Errorf("at %v s", second)
			}
		}
	})
	t.Run("voices are heard at their times, over one another, and not in between", func(t *testing.T) {
		for _, tc := range []struct {
			hertz, from float64
			want        bool
		}{{440, 1, false}, {440, 4, true}, {1500, 4, false}, {440, 6.2, true}, {1500, 6.2, true}, {440, 8, false}, {1500, 8, true},
			{1500, 11, false}, {1500, 12.5, false}, {1500, 14.3, true}, {1500, 16.3, true}, {1500, 17.3, false}} {
			if got := tone(t, path, tc.hertz, tc.from, 0.6); (got > 0.02) != tc.want {
				t.Errorf("%v Hz at %v s: %.4f", tc.hertz, tc.from, got)
			}
		}
	})
	t.Run("what was said is a track of captions", func(t *testing.T) {
		track, err := s.Captions(t.Context(), s.author, a.ID, "zh-CN")
		if err != nil || len(track.Cues) != 1 || track.Cues[0].StartMs != 10_000 || track.Cues[0].Text != "注意安全。" {
			t.Errorf("%+v %v", track, err)
		}
	})
	t.Run("each page that stayed is a chapter, named by its place in the deck, at its time without the break", func(t *testing.T) {
		v, err := s.Video(t.Context(), s.author, a.ID)
		want := []media.VideoChapter{{StartMs: 2_000, Title: "T · 1"}, {StartMs: 8_000, Title: "T · 2"}, {StartMs: 14_000}}
		if err != nil || len(v.Chapters) != 3 {
			t.Fatalf("%+v %v", v.Chapters, err)
		}
		want[0].StartMs = 0 // the empty page before it was gone after two seconds
		for i, c := range v.Chapters {
			if c.Title != want[i].Title || math.Abs(float64(c.StartMs-want[i].StartMs)) > 200 {
				t.Errorf("%+v, not %+v", c, want[i])
			}
		}
	})
	t.Run("it becomes a video like any other", func(t *testing.T) {
		if err := s.CheckAsset(t.Context(), a.ID); err != nil {
			t.Fatal(err)
		}
		if err := s.TranscodeAsset(t.Context(), a.ID); err != nil {
			t.Fatal(err)
		}
		done, err := s.Asset(t.Context(), s.author, a.ID)
		if err != nil || done.State != media.StateReady || done.Progress != 1 || math.Abs(float64(done.DurationMs)-18_000) > 300 || done.Height != 720 {
			t.Errorf("%+v %v", done, err)
		}
	})
	t.Run("a film that is made is not made again", func(t *testing.T) {
		if err := s.MakeFilm(t.Context(), a.ID); err != nil {
			t.Error(err)
		}
	})
}

func TestPartOfAClass(t *testing.T) {
	t.Parallel()
	c, s := lesson(t)
	t.Run("a part begins with what is on the board by then", func(t *testing.T) {
		path := s.source(s.film(c, 6_000, 12_000).ID)
		if got := length(t, path); math.Abs(got-6) > 0.3 {
			t.Errorf("%.2f s", got)
		}
		if !near(picture(t, path, 0.5), 500, 450, jade) {
			t.Error("the stroke of before is missing")
		}
		if tone(t, path, 1500, 0.3, 0.6) < 0.02 || tone(t, path, 440, 1.3, 0.6) > 0.02 {
			t.Error("voices are not where they were")
		}
	})
	t.Run("chapters count from where the part begins", func(t *testing.T) {
		v, err := s.Video(t.Context(), s.author, s.film(c, 4_000, 13_000).ID)
		if err != nil || len(v.Chapters) != 2 || v.Chapters[0] != (media.VideoChapter{Title: "T · 1"}) || v.Chapters[1] != (media.VideoChapter{StartMs: 4_000, Title: "T · 2"}) {
			t.Errorf("%+v %v", v.Chapters, err)
		}
	})
	t.Run("pictures in H.264 are shown as those in VP8 are", func(t *testing.T) {
		key := "r/" + c.id.String() + "/h264"
		s.put(key, "mkv", "-f", "lavfi", "-i", "color=c=blue:s=320x240:r=15", "-c:v", "libx264", "-profile:v", "baseline", "-pix_fmt", "yuv420p", "-t", "3")
		was := c.pieces
		defer func() { c.pieces = was }()
		c.pieces = []film.Piece{{Person: newID(), Kind: film.Picture, From: c.start + 4_000, To: c.start + 7_000, Key: key}}
		if !near(picture(t, s.source(s.film(c, 4_000, 7_000).ID), 1.5), 1480, 80, blue) {
			t.Error("nothing is seen")
		}
	})
	t.Run("a film that was broken off is begun again", func(t *testing.T) {
		asset := newID()
		if _, err := s.OrderFilm(t.Context(), s.author, c.id, media.NewFilm{Asset: asset, From: 3_000, To: 5_000}); err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		c.asked = stop
		if err := s.MakeFilm(ctx, asset); err == nil {
			t.Fatal("the film was made")
		}
		c.asked = nil
		if err := s.MakeFilm(t.Context(), asset); err != nil {
			t.Fatal(err)
		}
		if path := s.source(asset); math.Abs(length(t, path)-2) > 0.3 || !near(picture(t, path, 0.5), 100, 100, red) {
			t.Error("the film is another one")
		}
	})
	t.Run("where nothing was recorded there is no film, and the reason is said", func(t *testing.T) {
		if a := s.film(c, 14_000, 16_000); a.State != media.StateFailed || a.Failure == nil || a.Failure.Code != "nothing_recorded" {
			t.Errorf("%+v", a)
		}
	})
}
