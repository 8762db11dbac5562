package media_test

import (
	"archive/zip"
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"hanzhi/media"
)

func TestHostileVideos(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	inner := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	t.Cleanup(inner.Close)
	good := source(t, "good.mp4", args([]string{"-f", "lavfi", "-i", "testsrc2=s=128x72:r=5:d=15"}, h264, []string{"-movflags", "+faststart"})...)
	f := setup(t, func(c *media.Config) { c.MaxDuration = 20 * time.Second })
	for _, tc := range []struct {
		name, file string
		content    []byte
		want       string
	}{
		{"a playlist that calls itself mp4 reads no address", "a.mp4", []byte("#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n" + inner.URL + "/secret.ts\n#EXT-X-ENDLIST\n"), "not_a_video"},
		{"a playlist reads no file", "a.mp4", []byte("#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"), "not_a_video"},
		{"a concat script reads no file", "a.mp4", []byte("ffconcat version 1.0\nfile /etc/passwd\nfile " + inner.URL + "\n"), "not_a_video"},
		{"a DASH manifest reads no address", "a.mpd", []byte(`<MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><Period><AdaptationSet><Representation id="1"><BaseURL>` + inner.URL + `/x.mp4</BaseURL></Representation></AdaptationSet></Period></MPD>`), "not_a_video"},
		{"a zip is no video", "a.mp4", zipped(t), "not_a_video"},
		{"a text is no video", "a.mp4", []byte(strings.Repeat("hello ", 1000)), "not_a_video"},
		{"a picture is no video", "a.mp4", pngOf(t, 64, 64), "not_a_video"},
		{"zeros are no video", "a.mp4", make([]byte, 1<<20), "not_a_video"},
		{"noise is no video", "a.mp4", noise(1 << 20), "not_a_video"},
		{"sound alone is no video", "a.m4a", source(t, "a.m4a", tone...), "no_video_stream"},
		{"a film cut off in the middle says so", "a.mp4", good[:len(good)/2], "truncated"},
		{"a film without its index says so", "a.mp4", source(t, "b.mp4", args(picture, h264)...)[:9000], "truncated"},
		{"too long a film is refused", "a.mp4", source(t, "l.mp4", args([]string{"-f", "lavfi", "-i", "color=s=64x64:r=1:d=30"}, h264)...), "too_long"},
		{"a single frame is too short", "a.mp4", source(t, "s.mp4", args([]string{"-f", "lavfi", "-i", "color=s=64x64:r=25:d=0.04"}, h264)...), "too_short"},
		{"many streams are refused", "a.mkv", source(t, "m.mkv", args([]string{"-f", "lavfi", "-i", "color=s=64x64:r=5:d=1"}, manyMaps(20), h264)...), "too_many_streams"},
		{"an unknown codec is refused", "a.mkv", source(t, "u.mkv", args([]string{"-f", "lavfi", "-i", "color=s=64x64:r=5:d=1"}, []string{"-c:v", "ffv1"})...), "unsupported_codec"},
		{"an encrypted film is refused", "a.mp4", source(t, "e.mp4", args(picture, h264, []string{"-encryption_scheme", "cenc-aes-ctr", "-encryption_key", "76a6c65c5ea762046bd749a2e632ccbb", "-encryption_kid", "a7e61c373e219033c21091fa607bf3b8"})...), "encrypted"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			id := f.upload(t, media.KindVideo, tc.file, tc.content)
			a := f.process(t, id)
			if a.State != media.StateFailed || a.Failure == nil || a.Failure.Code != tc.want {
				t.Errorf("state %s, failure %+v, want %s", a.State, a.Failure, tc.want)
			}
		})
	}
	if n := asked.Load(); n > 0 {
		t.Errorf("%d requests reached an inner address", n)
	}
}

func manyMaps(n int) []string {
	var list []string
	for range n {
		list = append(list, "-map", "0")
	}
	return list
}

func zipped(t *testing.T) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	file, err := w.Create("film.mp4")
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(file, strings.Repeat("0", 100000))
	w.Close()
	return b.Bytes()
}

func pngOf(t *testing.T, width, height int) []byte {
	img := image.NewPaletted(image.Rect(0, 0, width, height), color.Palette{color.White, color.Black})
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestImages(t *testing.T) {
	t.Parallel()
	f := setup(t)
	jpeg := source(t, "a.jpg", "-f", "lavfi", "-i", "testsrc2=s=400x300:d=1", "-frames:v", "1")
	for _, tc := range []struct {
		name, file string
		content    []byte
		failure    string
		size       string
	}{
		{"a PNG becomes a WebP", "a.png", pngOf(t, 300, 200), "", "300x200"},
		{"a JPEG becomes a WebP", "a.jpg", jpeg, "", "400x300"},
		{"a turned JPEG stands upright", "a.jpg", exif(jpeg, 6), "", "300x400"},
		{"a GIF becomes a WebP", "a.gif", source(t, "a.gif", "-f", "lavfi", "-i", "testsrc2=s=100x80:d=0.4"), "", "100x80"},
		{"a WebP is made anew", "a.webp", source(t, "a.webp", "-f", "lavfi", "-i", "testsrc2=s=100x80:d=1", "-frames:v", "1"), "", "100x80"},
		{"a large picture is made smaller", "a.png", pngOf(t, 4000, 1000), "", "1600x400"},
		{"an SVG is refused", "a.png", []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), "not_an_image", ""},
		{"a page is refused", "a.jpg", []byte(`<html><script>alert(1)</script></html>`), "not_an_image", ""},
		{"a playlist is refused", "a.jpg", []byte("#EXTM3U\n"), "not_an_image", ""},
		{"half a PNG is refused", "a.png", pngOf(t, 300, 200)[:40], "broken", ""},
		{"a bomb is refused", "a.png", bomb(t), "too_large_picture", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			id := f.upload(t, media.KindImage, tc.file, tc.content)
			a := f.process(t, id)
			switch {
			case tc.failure != "":
				if a.Failure == nil || a.Failure.Code != tc.failure {
					t.Errorf("state %s, failure %+v, want %s", a.State, a.Failure, tc.failure)
				}
			case a.State != media.StateReady || fmt.Sprintf("%dx%d", a.Width, a.Height) != tc.size:
				t.Errorf("state %s (%+v), %dx%d, want %s", a.State, a.Failure, a.Width, a.Height, tc.size)
			default:
				c := f.get(t, a.Image)
				if c.Type != "image/webp" || !bytes.HasPrefix(c.body, []byte("RIFF")) || bytes.Contains(c.body, []byte("EXIF")) {
					t.Errorf("%s is %s", a.Image, c.Type)
				}
			}
		})
	}
}

// exif puts an orientation into a JPEG.
func exif(jpeg []byte, orientation byte) []byte {
	app1 := []byte("\xff\xe1\x00\x22Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00")
	app1[29] = orientation
	return append(append(append([]byte{}, jpeg[:2]...), app1...), jpeg[2:]...)
}

// bomb is a small PNG of 20,000 by 20,000 pixels, a bit each, all black. It is put together by hand: the encoder would
// go through every pixel, which takes minutes under the race detector.
func bomb(t *testing.T) []byte {
	const side = 20000
	b := bytes.NewBufferString("\x89PNG\r\n\x1a\n")
	chunk := func(kind string, data []byte) {
		body := append([]byte(kind), data...)
		b.Write(binary.BigEndian.AppendUint32(nil, uint32(len(data))))
		b.Write(binary.BigEndian.AppendUint32(body, crc32.ChecksumIEEE(body)))
	}
	header := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, side), side)
	chunk("IHDR", append(header, 1, 0, 0, 0, 0)) // one bit of grey
	var pixels bytes.Buffer
	z := zlib.NewWriter(&pixels)
	row := make([]byte, 1+side/8)
	for range side {
		if _, err := z.Write(row); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	chunk("IDAT", pixels.Bytes())
	chunk("IEND", nil)
	if b.Len() > 4<<20 {
		t.Fatalf("the bomb has %d bytes", b.Len())
	}
	return b.Bytes()
}

// TestJail tries from inside what a decoder with a hole would try.
func TestJail(t *testing.T) {
	t.Parallel()
	f := setup(t)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	for _, tc := range []struct{ name, script, want string }{
		{"it runs at all", "echo out", "out"},
		{"it reaches no address", "exec 3<>/dev/tcp/127.0.0.1/" + fmt.Sprint(ln.Addr().(*net.TCPAddr).Port) + " && echo reached || echo refused", "refused"},
		{"it reads nothing of root's", "test $(id -u) -eq 0 && echo root || echo other", "other"},
		{"it has little in its environment", "env | cut -d= -f1 | grep -c -i -E 'secret|token|aws|hanzhi' || true", "0"},
		{"it writes no large file", "head -c 3000000 /dev/zero > big 2>/dev/null; stat -c %s big", "1048576"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := f.Jailed(t, tc.script); !strings.Contains(got, tc.want) {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
	t.Run("it is killed with all it started when its time is over", func(t *testing.T) {
		start := time.Now()
		got := f.Jailed(t, "sleep 100 & sleep 100")
		if took := time.Since(start); took > 10*time.Second || !strings.Contains(got, "timed out") {
			t.Errorf("after %s: %q", took, got)
		}
	})
}
