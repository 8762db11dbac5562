package film

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os/exec"
	"strconv"

	"hanzhi/demo/content"
)

// rate is the samples a second of espeak-ng's voices and of a film's sound; frameSamples of them fill one frame.
const (
	rate         = 22050
	frameSamples = rate * int(frame/1e6) / 1000
)

// voice is how a role speaks.
type voice struct {
	name  string // espeak-ng voice
	pitch int    // 0–99
	speed int    // words a minute
}

// Only the pinyin voice is used for Chinese: given Hanzi, espeak-ng reads the tone digits of its own dictionary aloud.
var (
	master  = voice{"cmn-latn-pinyin", 38, 135}
	learner = voice{"cmn-latn-pinyin+f2", 58, 140}
	teacher = voice{"en-us", 45, 160}
)

// slower is the same voice for the second time a line is said.
func (v voice) slower() voice { v.speed = v.speed * 74 / 100; return v }

func installed(program string) error {
	if _, err := exec.LookPath(program); err != nil {
		return fmt.Errorf("%s is not installed: install the package %s", program, program)
	}
	return nil
}

// say speaks a text and gives the samples, silence cut from both ends and the loudness set.
func say(ctx context.Context, v voice, text string) ([]int16, error) {
	cmd := exec.CommandContext(ctx, "espeak-ng", "-v", v.name, "-p", strconv.Itoa(v.pitch), "-s", strconv.Itoa(v.speed), "-z", "--stdout", "--", text)
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("espeak-ng: %w: %s", err, complaint.Bytes())
	}
	samples, err := wav(out.Bytes())
	if err != nil {
		return nil, err
	}
	return level(trim(samples)), nil
}

// Word is a phrase as the master says it by itself, in no hurry, as a WAV file.
func Word(ctx context.Context, p content.Phrase) ([]byte, error) {
	spoken, err := p.Spoken()
	if err != nil {
		return nil, err
	}
	v := master
	v.speed = v.speed * 85 / 100
	samples, err := say(ctx, v, spoken)
	if err != nil {
		return nil, err
	}
	return wavFile(samples), nil
}

// wav reads the samples of a mono 16-bit WAV file. espeak-ng cannot seek in a pipe, so the sizes in its header are not
// to be trusted: the samples reach to the end.
func wav(data []byte) ([]int16, error) {
	i := bytes.Index(data, []byte("data"))
	if len(data) < 44 || i < 0 || binary.LittleEndian.Uint32(data[24:]) != rate {
		return nil, errors.New("espeak-ng gave no sound of 22050 samples a second")
	}
	data = data[i+8:]
	samples := make([]int16, len(data)/2)
	for j := range samples {
		samples[j] = int16(binary.LittleEndian.Uint16(data[2*j:]))
	}
	return samples, nil
}

const floor = 200 // amplitude below which a sample counts as silence

// trim cuts silence off both ends and leaves 40 ms, so that a word does not begin with a click.
func trim(s []int16) []int16 {
	loud := func(v int16) bool { return v > floor || v < -floor }
	from, to := 0, len(s)
	for from < to && !loud(s[from]) {
		from++
	}
	for to > from && !loud(s[to-1]) {
		to--
	}
	margin := rate / 25
	return s[max(0, from-margin):min(len(s), to+margin)]
}

// level brings speech to -20 dBFS on average without clipping, so that all voices are equally loud.
func level(s []int16) []int16 {
	var sum, peak float64
	n := 0
	for _, v := range s {
		f := math.Abs(float64(v))
		peak = max(peak, f)
		if f > floor {
			sum += f * f
			n++
		}
	}
	if n == 0 {
		return s
	}
	gain := min(3277/math.Sqrt(sum/float64(n)), 29000/peak)
	for i, v := range s {
		s[i] = int16(float64(v) * gain)
	}
	return s
}
