package film

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"image"
	"io"
	"os"
	"os/exec"
	"path/filepath"
)

// shoot encodes a script. The file gets its name when it is whole.
func (s *Studio) shoot(ctx context.Context, sc *script, path string) error {
	work, err := os.MkdirTemp(filepath.Dir(path), ".shooting-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	sound, unnamed := filepath.Join(work, "sound.wav"), filepath.Join(work, "film.mp4")
	if err := os.WriteFile(sound, wavFile(sc.sound), 0o600); err != nil {
		return err
	}
	if err := s.encode(ctx, sc, sound, unnamed); err != nil {
		return err
	}
	if err := os.Chmod(unnamed, 0o644); err != nil {
		return err
	}
	return os.Rename(unnamed, path)
}

// encode pipes the frames to ffmpeg. One encoder thread a film: films are made side by side, and the bytes do not depend
// on the number of processors.
func (s *Studio) encode(ctx context.Context, sc *script, sound, path string) error {
	cmd := exec.CommandContext(ctx, "ffmpeg", "-v", "error", "-nostdin", "-y",
		"-f", "rawvideo", "-pix_fmt", "yuv420p", "-color_range", "tv", "-colorspace", "bt709", "-s", fmt.Sprintf("%dx%d", slideWidth, slideHeight), "-r", "25/2", "-i", "pipe:0",
		"-i", sound, "-map", "0:v", "-map", "1:a",
		"-c:v", "libx264", "-preset", "superfast", "-tune", "stillimage", "-crf", "24", "-g", "125", "-threads", "1",
		"-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709",
		"-c:a", "aac", "-b:a", "64k", "-ar", "44100", "-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact",
		"-movflags", "+faststart", "-f", "mp4", path)
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	drawn := s.draw(sc, in)
	in.Close()
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("ffmpeg: %w: %s", err, complaint.Bytes())
	}
	return drawn
}

// draw writes every frame: the slide with the drawing of that moment in its card.
func (s *Studio) draw(sc *script, to io.Writer) error {
	board := image.NewRGBA(image.Rect(0, 0, slideWidth, slideHeight))
	var planes []byte
	for _, sh := range sc.shots {
		moving := s.shown.moves(sh.picture) && !sh.still
		for f := range sh.frames {
			if f == 0 || moving {
				copy(board.Pix, sh.slide.Pix)
				t := 0.0
				if moving {
					t = float64(sh.since+f) * frame.Seconds()
				}
				if err := drawPicture(board, sh.picture, t, pictureX, pictureY, pictureSize); err != nil {
					return err
				}
				planes = yuv420(board, planes)
			}
			if _, err := to.Write(planes); err != nil {
				return fmt.Errorf("frames: %w", err)
			}
		}
	}
	return nil
}

// wavFile is a mono 16-bit WAV file.
func wavFile(samples []int16) []byte {
	var b bytes.Buffer
	size := uint32(2 * len(samples))
	b.WriteString("RIFF")
	write := func(v any) { _ = binary.Write(&b, binary.LittleEndian, v) } // a buffer takes everything
	write(36 + size)
	b.WriteString("WAVEfmt ")
	write([]uint32{16, 1<<16 | 1, rate, 2 * rate, 16<<16 | 2})
	b.WriteString("data")
	write(size)
	write(samples)
	return b.Bytes()
}
