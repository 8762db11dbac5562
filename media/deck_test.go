package media_test

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"image/color"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"golang.org/x/image/webp"

	"hanzhi/media"
	"hanzhi/server/fault"
)

// pdf writes a PDF of the given objects; the first is the catalogue. extra goes into the trailer.
func pdf(extra string, objects ...string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.5\n")
	offsets := make([]int, len(objects))
	for i, o := range objects {
		offsets[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, at := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(&b, "trailer<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF", len(objects)+1, extra, xref)
	return b.Bytes()
}

func pdfStream(dict, content string) string {
	return fmt.Sprintf("<<%s/Length %d>>stream\n%s\nendstream", dict, len(content), content)
}

// deflate packs a text for /FlateDecode.
func deflate(content []byte) string {
	var b bytes.Buffer
	w, _ := zlib.NewWriterLevel(&b, zlib.BestSpeed) // hundreds of megabytes, under the race detector
	w.Write(content)
	w.Close()
	return b.String()
}

// slides is a PDF of pages of the given boxes, each all of one colour, with its number written on it.
func slides(boxes ...string) []byte {
	objects := []string{"<</Type/Catalog/Pages 2 0 R>>", "", "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"}
	var kids strings.Builder
	for i, box := range boxes {
		fmt.Fprintf(&kids, "%d 0 R ", len(objects)+1)
		size, turn, _ := strings.Cut(box+" turned 0", " turned ")
		turn, _, _ = strings.Cut(turn, " ")
		objects = append(objects, fmt.Sprintf("<</Type/Page/Parent 2 0 R/MediaBox[0 0 %s]/Contents %d 0 R/Resources<</Font<</F 3 0 R>>>>/Rotate %s>>", size, len(objects)+2, turn))
		content := fmt.Sprintf("%s rg 0 0 99999 99999 re f 0 g BT /F 60 Tf 40 40 Td (Page %d) Tj ET", []string{"1 0 0", "0 1 0", "0 0 1"}[i%3], i+1)
		objects = append(objects, pdfStream("", content))
	}
	objects[1] = fmt.Sprintf("<</Type/Pages/Count %d/Kids[%s]>>", len(boxes), kids.String())
	return pdf("", objects...)
}

// onePage is a PDF of one page with the given content, resources and box, and more objects from number 5 on.
func onePage(box, content, resources string, more ...string) []byte {
	return pdf("", append([]string{"<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.launchURL\\('http://127.0.0.1'\\))>>>>",
		"<</Type/Pages/Count 1/Kids[3 0 R]>>", fmt.Sprintf("<</Type/Page/Parent 2 0 R/MediaBox[%s]/Contents 4 0 R/Resources<<%s>>>>", box, resources), content}, more...)...)
}

func (f *fixture) deck(t testing.TB, content []byte) media.Deck {
	t.Helper()
	id := f.upload(t, media.KindDeck, "slides.pdf", content)
	f.process(t, id)
	d, err := f.Deck(t.Context(), f.author, id)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// pageKey is where the picture of a page lies.
func (f *fixture) pageKey(t testing.TB, page uuid.UUID) (key string) {
	t.Helper()
	if err := f.db.QueryRow(t.Context(), `SELECT object_key FROM asset_pages WHERE id = $1`, page).Scan(&key); err != nil {
		t.Fatal(err)
	}
	return key
}

func TestDecks(t *testing.T) {
	t.Parallel()
	f := setup(t)
	t.Run("every page of a PDF becomes a small picture that fits the board", func(t *testing.T) {
		d := f.deck(t, slides("960 540", "595 842", "842 595 turned 90"))
		if d.State != media.StateReady || d.Progress != 1 || len(d.Pages) != 3 {
			t.Fatalf("%+v", d)
		}
		for i, want := range []struct {
			width, height int
			colour        color.RGBA
		}{{1600, 900, color.RGBA{255, 0, 0, 255}}, {636, 900, color.RGBA{0, 255, 0, 255}}, {636, 900, color.RGBA{0, 0, 255, 255}}} {
			p := d.Pages[i]
			if p.Width != want.width || p.Height != want.height {
				t.Errorf("page %d is %d × %d", i+1, p.Width, p.Height)
			}
			b, err := f.store.Read(t.Context(), f.pageKey(t, p.Asset), 0, -1)
			if err != nil {
				t.Fatal(err)
			}
			if len(b) > 60<<10 {
				t.Errorf("page %d has %d bytes", i+1, len(b))
			}
			img, err := webp.Decode(bytes.NewReader(b))
			if err != nil {
				t.Fatal(err)
			}
			if size := img.Bounds().Size(); size.X != p.Width || size.Y != p.Height {
				t.Errorf("the picture of page %d is %v", i+1, size)
			}
			if got := color.RGBAModel.Convert(img.At(p.Width/2, 20)); got != want.colour {
				t.Errorf("page %d is %v", i+1, got)
			}
		}
		if a := f.asset(t, d.ID); a.Image == "" || a.Width != 1600 || !a.Playable {
			t.Errorf("%+v", a)
		}
	})
	t.Run("a picture is a deck of one page, never enlarged", func(t *testing.T) {
		for name, want := range map[string]media.Page{"400x300": {Width: 400, Height: 300}, "3200x3200": {Width: 900, Height: 900}} {
			d := f.deck(t, source(t, "a.png", "-f", "lavfi", "-i", "testsrc2=s="+name+":d=1", "-frames:v", "1"))
			if len(d.Pages) != 1 || d.Pages[0].Width != want.Width || d.Pages[0].Height != want.Height {
				t.Errorf("%+v", d)
			}
		}
	})
	t.Run("a photograph is made small enough for a weak line", func(t *testing.T) {
		d := f.deck(t, source(t, "a.jpg", "-f", "lavfi", "-i", "mandelbrot=s=1600x900", "-frames:v", "1"))
		b, err := f.store.Read(t.Context(), f.pageKey(t, d.Pages[0].Asset), 0, -1)
		if err != nil || len(b) > 90<<10 {
			t.Errorf("%d bytes, %v", len(b), err)
		}
	})
	t.Run("what is deleted leaves no picture behind", func(t *testing.T) {
		f := setup(t)
		d := f.deck(t, slides("960 540"))
		key := f.pageKey(t, d.Pages[0].Asset)
		if err := f.DeleteAsset(t.Context(), f.author, d.ID); err != nil {
			t.Fatal(err)
		}
		f.collectAll(t)
		if _, err := f.store.Read(t.Context(), key, 0, -1); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
		if _, err := f.Deck(t.Context(), f.author, d.ID); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
	})
	t.Run("only decks have pages", func(t *testing.T) {
		id := f.upload(t, media.KindImage, "a.png", pngOf(t, 64, 64))
		if _, err := f.Deck(t.Context(), f.author, id); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
	})
}

func TestHostileDecks(t *testing.T) {
	t.Parallel()
	f := setup(t)
	bomb := deflate(bytes.Repeat([]byte("q 1 0 0 1 0 0 cm "), 16<<20))
	var laughs []string // each form draws the next ten times
	for i := range 9 {
		laughs = append(laughs, pdfStream(fmt.Sprintf("/Type/XObject/Subtype/Form/BBox[0 0 960 540]/Resources<</XObject<</X %d 0 R>>>>", 6+i), strings.Repeat("/X Do ", 10)))
	}
	laughs = append(laughs, pdfStream("/Type/XObject/Subtype/Form/BBox[0 0 960 540]", "0 0 900 500 re f"))
	tree := []string{"<</Type/Catalog/Pages 2 0 R>>"}
	for i, count := 0, 1000000; count > 1; i, count = i+1, count/10 {
		tree = append(tree, fmt.Sprintf("<</Type/Pages/Count %d/Kids[%s]>>", count, strings.Repeat(fmt.Sprintf("%d 0 R ", i+3), 10)))
	}
	tree = append(tree, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 960 540]>>")
	for _, tc := range []struct {
		name    string
		content []byte
		want    string // "" = may be drawn, "?" = any end is fine, as long as it comes
	}{
		{"a text is no deck", []byte(strings.Repeat("hello ", 1000)), "not_slides"},
		{"noise is no deck", noise(1 << 20), "not_slides"},
		{"a deck of an office program says that a PDF is needed", zipped(t), "not_slides"},
		{"a PDF with a password is refused", pdf("/ID[<00112233445566778899aabbccddeeff><00112233445566778899aabbccddeeff>]/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<"+strings.Repeat("5a", 32)+">/U<"+strings.Repeat("a5", 32)+">>>",
			"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 1/Kids[3 0 R]>>", "<</Type/Page/Parent 2 0 R/MediaBox[0 0 960 540]>>"), "encrypted"},
		{"half a PDF is refused", slides("960 540", "960 540")[:400], "broken"},
		{"a PDF without pages is refused", pdf("", "<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 0/Kids[]>>"), "broken"},
		{"too many pages are refused", slides(slices.Repeat([]string{"960 540"}, 301)...), "too_many_pages"},
		{"a million pages that are one page are refused", pdf("", tree...), "broken"},
		{"a page a mile long is refused", slides("1000000 2"), "page_shape"},
		{"a page the size of a country is drawn small", slides("100000000 56250000"), ""},
		{"a script never runs", onePage("0 0 960 540", pdfStream("", "0 0 900 500 re f"), ""), ""},
		{"a picture of four billion pixels is not unpacked", onePage("0 0 960 540", pdfStream("", "960 0 0 540 0 0 cm /I Do"), "/XObject<</I 5 0 R>>",
			pdfStream("/Type/XObject/Subtype/Image/Width 64000/Height 64000/BitsPerComponent 8/ColorSpace/DeviceRGB/Filter[/FlateDecode/FlateDecode]", deflate([]byte(deflate(make([]byte, 64<<20)))))), "?"},
		{"instructions that unpack to 270 MB end", onePage("0 0 960 540", pdfStream("/Filter/FlateDecode", bomb), ""), "?"},
		{"drawings within drawings, a billion of them, end", onePage("0 0 960 540", pdfStream("", "/X Do"), "/XObject<</X 5 0 R>>", laughs...), "out_of_time"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			d := f.deck(t, tc.content)
			code := ""
			if d.Failure != nil {
				code = d.Failure.Code
			}
			if tc.want != "?" && code != tc.want || code == "" && len(d.Pages) == 0 || code != "" && d.State != media.StateFailed {
				t.Errorf("%+v %q, want %q", d, code, tc.want)
			}
		})
	}
}

func TestTeachersBringSlides(t *testing.T) {
	t.Parallel()
	f := setup(t)
	teacher := f.account(t, "teacher")
	course, run := newID(), newID()
	f.exec(t, `INSERT INTO courses (id, institution_id, slug, format, title) VALUES ($1, $2, 'c', 'micro', '{"en":"Course"}')`, course, f.institution)
	f.exec(t, `INSERT INTO runs (id, course_id, starts_at, ends_at) VALUES ($1, $2, now(), now() + interval '1 day')`, run, course)
	f.exec(t, `INSERT INTO run_teachers (run_id, account_id) VALUES ($1, $2)`, run, teacher)
	content := slides("960 540")
	try := func(viewer, institution uuid.UUID, kind media.Kind) (uuid.UUID, int) {
		id := newID()
		return id, newTusClient(t, f.Service, viewer).create(id, institution, kind, "a.pdf", int64(len(content))).StatusCode
	}
	deck, status := try(teacher, f.institution, media.KindDeck)
	if status != http.StatusCreated {
		t.Fatalf("%d", status)
	}
	t.Run("the teacher of a run brings slides and sees them", func(t *testing.T) {
		if r := newTusClient(t, f.Service, teacher).patch(deck, 0, bytes.NewReader(content)); r.StatusCode != http.StatusNoContent {
			t.Fatal(r.StatusCode, body(r))
		}
		f.process(t, deck)
		if d, err := f.Deck(t.Context(), teacher, deck); err != nil || len(d.Pages) != 1 {
			t.Errorf("%+v %v", d, err)
		}
		if page, err := f.Assets(t.Context(), teacher, media.AssetFilter{}); err != nil || len(page.Items) != 1 {
			t.Errorf("%+v %v", page, err)
		}
	})
	t.Run("but no video, and nothing for others", func(t *testing.T) {
		if _, status := try(teacher, f.institution, media.KindVideo); status != http.StatusForbidden {
			t.Errorf("video: %d", status)
		}
		if _, status := try(f.stranger, f.institution, media.KindDeck); status != http.StatusForbidden {
			t.Errorf("stranger: %d", status)
		}
		if _, err := f.Deck(t.Context(), f.stranger, deck); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
	})
	t.Run("who teaches no longer sees them no longer", func(t *testing.T) {
		f.exec(t, `UPDATE runs SET cancelled_at = now() WHERE id = $1`, run)
		if _, err := f.Deck(t.Context(), teacher, deck); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
		if _, err := f.Deck(t.Context(), f.author, deck); err != nil {
			t.Error(err)
		}
	})
}
