package media

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"hanzhi/server/pg"
)

const (
	imageSide   = 1600      // pixels of the longer side of what we keep
	smallSide   = 480       // … of what stands beside a word on a phone
	imagePixels = 120 << 20 // of what we take: phones make 108 million
)

var imageLimits = limits{wall: time.Minute, cpu: time.Minute, memory: 3 << 30, output: 32 << 20}

// imageFormats are the pictures we take, by their first bytes, and ffmpeg's reader for each. SVG is none of them: it is
// a program that runs in the reader's page.
var imageFormats = []struct {
	magic  string
	at     int
	format string
}{
	{"\xff\xd8\xff", 0, "jpeg_pipe"},
	{"\x89PNG\r\n\x1a\n", 0, "png_pipe"},
	{"WEBP", 8, "webp_pipe"},
	{"GIF8", 0, "gif"},
}

// sniffImage tells a picture's format from its content; empty = none that we take.
func sniffImage(head []byte) string {
	for _, f := range imageFormats {
		if len(head) >= f.at+len(f.magic) && string(head[f.at:f.at+len(f.magic)]) == f.magic {
			return f.format
		}
	}
	return ""
}

// image makes a WebP of a picture, always by decoding it: nothing of the upload itself ever reaches a reader, neither
// where it was taken nor what hides in it.
func (a *attempt) image(ctx context.Context, path string) error {
	head, err := readHead(path, 256<<10)
	if err != nil {
		return err
	}
	format := sniffImage(head)
	if format == "" {
		return failNotImage
	}
	out, small := filepath.Join(a.room, imageName), filepath.Join(a.room, smallName)
	guards := []string{"-protocol_whitelist", protocols, "-format_whitelist", format, "-max_pixels", strconv.Itoa(imagePixels)}
	args := append([]string{"-nostdin", "-v", "error", "-y"}, guards...)
	args = append(args, "-noautorotate", "-f", format, "-i", path, "-filter_complex",
		"[0:v]"+upright(orientation(head))+within(imageSide)+",split[large][rest];[rest]"+within(smallSide)+"[small]")
	for pad, file := range map[string]string{"[large]": out, "[small]": small} {
		args = append(args, "-map", pad, "-frames:v", "1", "-map_metadata", "-1", "-c:v", "libwebp", "-quality", "82", "-f", "webp", file)
	}
	if err := a.s.tools.run(ctx, a.room, imageLimits, io.Discard, a.s.tools.ffmpeg, args...); err != nil {
		a.s.log.Info("picture refused", "asset", a.ID, "error", err)
		return probeFailure(err, failBroken)
	}
	size := measured{}
	if size.width, size.height, err = a.s.imageSize(ctx, a.room, out); err != nil {
		return err
	}
	prefix, err := a.prefix(ctx)
	if err != nil {
		return err
	}
	made := product{files: map[string]storedFile{
		imageName: {Type: "image/webp", Tag: a.Generation, path: out}, smallName: {Type: "image/webp", Tag: a.Generation, path: small}}}
	if err := a.putAll(ctx, prefix, &made); err != nil {
		return err
	}
	return a.publishFiles(ctx, prefix, made, size)
}

// within is the filter that fits a picture into a square, never enlarging it.
func within(side int) string { return withinBox(side, side) }

func withinBox(width, height int) string {
	return fmt.Sprintf("scale='min(%d,iw)':'min(%d,ih)':force_original_aspect_ratio=decrease:flags=lanczos", width, height)
}

// measured is what is told of a picture or a sound.
type measured struct {
	width, height int
	length        time.Duration
}

// publishFiles makes whole files the asset's, which is then ready.
func (a *attempt) publishFiles(ctx context.Context, prefix string, made product, size measured) error {
	return pg.InTx(ctx, a.s.db, func(tx pgx.Tx) error {
		if err := updateSize(ctx, tx, a.worker(), size); err != nil {
			return err
		}
		replaced, err := updatePublished(ctx, tx, a.worker(), made.files, nil, true)
		if err != nil {
			return err
		}
		for _, old := range replaced {
			if err := insertStray(ctx, tx, old, nil); err != nil {
				return err
			}
		}
		return deleteStray(ctx, tx, prefix)
	})
}

func updateSize(ctx context.Context, q pg.Querier, w worker, size measured) error {
	tag, err := q.Exec(ctx, `UPDATE assets SET width = @width, height = @height, duration_ms = @ms::bigint, has_audio = @ms::bigint > 0 WHERE id = @asset AND generation = @generation`,
		pgx.NamedArgs{"asset": w.asset, "generation": w.generation, "width": size.width, "height": size.height, "ms": size.length.Milliseconds()})
	return ownedBy(w, tag.RowsAffected(), err)
}

// imageSize measures the picture that we made.
func (s *Service) imageSize(ctx context.Context, room, path string) (width, height int, err error) {
	var out bytes.Buffer
	err = s.tools.run(ctx, room, imageLimits, &capped{w: &out, left: 64 << 10}, s.tools.ffprobe, "-v", "error", "-f", "webp_pipe",
		"-protocol_whitelist", protocols, "-show_entries", "stream=width,height", "-of", "json", path)
	if err != nil {
		return 0, 0, probeFailure(err, failBroken)
	}
	var p probeOutput
	if err := json.Unmarshal(out.Bytes(), &p); err != nil || len(p.Streams) == 0 {
		return 0, 0, failBroken
	}
	return p.Streams[0].Width, p.Streams[0].Height, nil
}

func readHead(path string, n int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, n))
}

// upright is the filter that turns a picture the way its EXIF orientation says.
func upright(orientation int) string {
	return map[int]string{2: "hflip,", 3: "hflip,vflip,", 4: "vflip,", 5: "transpose=0,", 6: "transpose=1,", 7: "transpose=3,", 8: "transpose=2,"}[orientation]
}

// orientation reads the EXIF orientation of a JPEG, 1 (as it is) when there is none: ffmpeg 5 does not.
func orientation(head []byte) int {
	for p := 2; p+4 <= len(head) && head[p] == 0xff; {
		size := int(binary.BigEndian.Uint16(head[p+2:]))
		end := p + 2 + size
		if size < 2 || end > len(head) {
			return 1
		}
		if body := head[p+4 : end]; head[p+1] == 0xe1 && bytes.HasPrefix(body, []byte("Exif\x00\x00")) {
			return tiffOrientation(body[6:])
		}
		p = end
	}
	return 1
}

// tiffOrientation finds tag 0x0112 in the first directory of a TIFF header.
func tiffOrientation(b []byte) int {
	if len(b) < 8 {
		return 1
	}
	var order binary.ByteOrder = binary.LittleEndian
	if string(b[:2]) == "MM" {
		order = binary.BigEndian
	}
	at := int(order.Uint32(b[4:]))
	if at < 8 || at+2 > len(b) {
		return 1
	}
	for i := range int(order.Uint16(b[at:])) {
		entry := at + 2 + 12*i
		if entry+12 > len(b) {
			return 1
		}
		if order.Uint16(b[entry:]) == 0x0112 {
			if v := int(order.Uint16(b[entry+8:])); v >= 1 && v <= 8 {
				return v
			}
		}
	}
	return 1
}
