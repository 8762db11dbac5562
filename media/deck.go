package media

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"hanzhi/server/pg"
)

// A deck is what a teacher shows on the board, page by page: a PDF, or one picture.
const (
	deckLimit   = 50 << 20 // bytes of one upload
	deckPages   = 300
	boardWidth  = 1600 // pixels of the box that a page is fitted into
	boardHeight = 900
	thinnest    = 24       // pixels of a page's shorter side in that box: less is a line, not a page
	pageBytes   = 60 << 10 // what a page should not exceed: 8 s on a line of 64 kbit/s
	deckTime    = 15 * time.Minute
)

// Limits of one page: what is drawn is at most 1600 × 900, but what it is drawn of may be a bomb.
var (
	pageLimits = limits{wall: time.Minute, cpu: 20 * time.Second, memory: 2 << 30, output: 32 << 20}
	infoLimits = limits{wall: 30 * time.Second, cpu: 20 * time.Second, memory: 1 << 30, output: 1 << 20}
)

// deckPage is a page as it is drawn.
type deckPage struct {
	width, height int
	turned        bool // it lies on its side in the file
}

// deck makes the pictures of a deck's pages. Nothing of the upload itself reaches a reader: no script, no link, no metadata.
func (a *attempt) deck(ctx context.Context, path string) error {
	head, err := readHead(path, 256<<10)
	if err != nil {
		return err
	}
	made := product{files: map[string]storedFile{}}
	var pages []deckPage
	switch {
	case sniffImage(head) != "":
		pages, err = a.picturePage(ctx, path, head, made)
	case bytes.Contains(head[:min(len(head), 1024)], []byte("%PDF-")): // readers allow a kilobyte of anything before it
		pages, err = a.pdfPages(ctx, path)
		if err == nil {
			err = a.drawPages(ctx, path, pages, made)
		}
	default:
		return failNotDeck
	}
	if err != nil {
		return err
	}
	first := made.files[pageName(1)]
	made.files[imageName], made.files[smallName] = first, storedFile{Type: "image/webp", Tag: a.Generation, path: filepath.Join(a.room, smallName)}
	if err := a.shrink(ctx, first.path, made.files[smallName].path); err != nil {
		return err
	}
	prefix, err := a.prefix(ctx)
	if err != nil {
		return err
	}
	if err := a.putAll(ctx, prefix, &made); err != nil {
		return err
	}
	return a.publishDeck(ctx, prefix, made, pages)
}

func pageName(number int) string { return fmt.Sprintf("page-%04d.webp", number) }

// pdfPages counts and measures the pages of a PDF.
func (a *attempt) pdfPages(ctx context.Context, path string) ([]deckPage, error) {
	var out bytes.Buffer
	err := a.s.tools.run(ctx, a.room, infoLimits, &capped{w: &out, left: 1 << 20}, a.s.tools.pdfinfo, "-f", "1", "-l", strconv.Itoa(deckPages), path)
	if err != nil {
		return nil, a.pdfFailure(err)
	}
	pages, count := []deckPage(nil), 0
	for line := range strings.Lines(out.String()) {
		f := strings.Fields(line)
		switch {
		// The title stands before this and may hold anything: the last count is the true one.
		case len(f) == 2 && f[0] == "Pages:":
			count, _ = strconv.Atoi(f[1])
			pages = nil
		case len(f) >= 6 && f[0] == "Page" && f[2] == "size:":
			pages = append(pages, fitPage(f[3], f[5]))
		case len(f) == 4 && f[0] == "Page" && f[2] == "rot:" && len(pages) > 0 && (f[3] == "90" || f[3] == "270"):
			last := &pages[len(pages)-1]
			*last = fitPage(strconv.Itoa(last.height), strconv.Itoa(last.width))
			last.turned = true
		}
	}
	switch {
	case count > deckPages:
		return nil, failTooManyPages
	case count < 1 || len(pages) != count:
		return nil, failBroken
	}
	for _, p := range pages {
		if min(p.width, p.height) < thinnest {
			return nil, failPageShape
		}
	}
	return pages, nil
}

// fitPage fits a page of the given size in points into the board's box; a size that makes no sense is no page: 0 × 0.
func fitPage(width, height string) deckPage {
	w, errW := strconv.ParseFloat(width, 64)
	h, errH := strconv.ParseFloat(height, 64)
	if errW != nil || errH != nil || !(w > 0 && h > 0 && w < 1e9 && h < 1e9) {
		return deckPage{}
	}
	scale := min(boardWidth/w, boardHeight/h)
	return deckPage{width: int(w*scale + 0.5), height: int(h*scale + 0.5)}
}

// pdfFailure judges a run of poppler's tools.
func (a *attempt) pdfFailure(err error) error {
	var t *toolError
	if !errors.As(err, &t) {
		return err
	}
	a.s.log.Info("deck refused", "asset", a.ID, "error", t)
	text := strings.ToLower(t.stderr)
	if strings.Contains(text, "incorrect password") || strings.Contains(text, "encrypt") {
		return failEncrypted
	}
	return probeFailure(err, failBroken)
}

// drawPages draws page after page, each in a run of its own: a page that takes too much is stopped alone, and memory does
// not grow with the deck.
func (a *attempt) drawPages(ctx context.Context, path string, pages []deckPage, made product) error {
	begun := time.Now()
	for i, p := range pages {
		if time.Since(begun) > deckTime {
			return failOutOfTime
		}
		raw, n := filepath.Join(a.room, "page"), strconv.Itoa(i+1)
		x, y := strconv.Itoa(p.width), strconv.Itoa(p.height)
		if p.turned { // poppler scales first and turns then
			x, y = y, x
		}
		err := a.s.tools.run(ctx, a.room, pageLimits, io.Discard, a.s.tools.pdftoppm, "-cropbox", "-f", n, "-l", n, "-singlefile",
			"-scale-to-x", x, "-scale-to-y", y, path, raw)
		if err != nil {
			return a.pdfFailure(err)
		}
		raw += ".ppm"
		if _, err := os.Stat(raw); err != nil { // poppler says nothing when it could not draw a page
			return failBroken
		}
		if err := a.keepPage(ctx, i+1, made, "-f", "ppm_pipe", "-i", raw); err != nil {
			return err
		}
		if err := os.Remove(raw); err != nil {
			return err
		}
		a.report(0.95 * float64(i+1) / float64(len(pages)))
	}
	return nil
}

// picturePage makes the only page of a picture.
func (a *attempt) picturePage(ctx context.Context, path string, head []byte, made product) ([]deckPage, error) {
	format := sniffImage(head)
	input := []string{"-format_whitelist", format, "-max_pixels", strconv.Itoa(imagePixels), "-noautorotate", "-f", format, "-i", path,
		"-vf", upright(orientation(head)) + withinBox(boardWidth, boardHeight)}
	if err := a.keepPage(ctx, 1, made, input...); err != nil {
		return nil, err
	}
	w, h, err := a.s.imageSize(ctx, a.room, made.files[pageName(1)].path)
	if err == nil && min(w, h) < thinnest {
		err = failPageShape
	}
	return []deckPage{{width: w, height: h}}, err
}

// keepPage encodes what input is as a WebP that is small enough for a weak line: without loss when that is small, as it
// is for text and drawings, else with as much loss as it takes.
func (a *attempt) keepPage(ctx context.Context, number int, made product, input ...string) error {
	exact, out := filepath.Join(a.room, "exact.webp"), filepath.Join(a.room, pageName(number))
	if err := a.encode(ctx, exact, append(input, "-lossless", "1")); err != nil {
		return err
	}
	info, err := os.Stat(exact)
	if err != nil {
		return failBroken
	}
	if info.Size() <= pageBytes {
		err = os.Rename(exact, out)
	}
	for _, quality := range []string{"75", "55", "35"} {
		if info.Size() <= pageBytes || err != nil {
			break
		}
		if err = a.encode(ctx, out, append(input, "-quality", quality)); err == nil {
			info, err = os.Stat(out)
		}
	}
	made.files[pageName(number)] = storedFile{Type: "image/webp", Tag: a.Generation, path: out}
	return err
}

// encode runs ffmpeg on one picture.
func (a *attempt) encode(ctx context.Context, out string, args []string) error {
	full := append([]string{"-nostdin", "-v", "error", "-y", "-protocol_whitelist", protocols}, args...)
	full = append(full, "-frames:v", "1", "-map_metadata", "-1", "-c:v", "libwebp", "-f", "webp", out)
	if err := a.s.tools.run(ctx, a.room, imageLimits, io.Discard, a.s.tools.ffmpeg, full...); err != nil {
		a.s.log.Info("page refused", "asset", a.ID, "error", err)
		return probeFailure(err, failBroken)
	}
	return nil
}

// shrink makes the small picture that libraries list a deck with.
func (a *attempt) shrink(ctx context.Context, from, to string) error {
	return a.encode(ctx, to, []string{"-format_whitelist", "webp_pipe", "-f", "webp_pipe", "-i", from, "-vf", within(smallSide), "-quality", "82"})
}

// publishDeck makes the pages the asset's, which is then ready.
func (a *attempt) publishDeck(ctx context.Context, prefix string, made product, pages []deckPage) error {
	rows := make([]pageRow, len(pages))
	for i, p := range pages {
		f := made.files[pageName(i+1)]
		rows[i] = pageRow{ObjectKey: f.Key, Width: p.width, Height: p.height, Bytes: f.Bytes}
		delete(made.files, pageName(i+1))
	}
	return pg.InTx(ctx, a.s.db, func(tx pgx.Tx) error {
		if err := updateSize(ctx, tx, a.worker(), measured{width: pages[0].width, height: pages[0].height}); err != nil {
			return err
		}
		if _, err := updatePublished(ctx, tx, a.worker(), made.files, nil, true); err != nil {
			return err
		}
		if err := insertPages(ctx, tx, a.ID, rows); err != nil {
			return err
		}
		return deleteStray(ctx, tx, prefix)
	})
}
