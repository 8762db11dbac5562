package media

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Sound alone is what a word or a phrase sounds like: short, spoken, heard on phones.
const (
	maxSound     = 30 * time.Second
	minSound     = 100 * time.Millisecond // of what is heard once the silence around it is gone
	soundLimit   = 30 << 20               // bytes of one uploaded sound: 30 s of any recorder
	audioFormats = "wav,aiff,mp3,aac,ogg,flac,mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,amr,caf,asf,w64"
)

var soundLimits = limits{wall: time.Minute, cpu: time.Minute, memory: 2 << 30, output: 8 << 20}

// sound makes one small AAC of a recording, always by decoding it: mono, as loud as every other word, without the
// silence before and after. AAC since every phone plays it; two seconds are 10 KB.
func (a *attempt) sound(ctx context.Context, path string) error {
	if _, err := a.s.probeSound(ctx, a.room, path, maxSound+time.Second); err != nil {
		return err
	}
	out := filepath.Join(a.room, soundName)
	quiet := "silenceremove=start_periods=1:start_threshold=-45dB:start_silence=0.08"
	args := append([]string{"-nostdin", "-v", "error", "-y"}, inputGuards(audioFormats)...)
	args = append(args, "-i", path, "-map", "0:a:0", "-vn", "-sn", "-dn", "-map_metadata", "-1", "-map_chapters", "-1", "-t", secs(maxSound+time.Second),
		"-af", "aformat=channel_layouts=mono,"+quiet+",areverse,"+quiet+",areverse,loudnorm=I=-16:TP=-1.5:LRA=11,aresample=24000,aformat=channel_layouts=mono",
		"-c:a", "aac", "-b:a", "40k", "-movflags", "+faststart", "-f", "mp4", out)
	if err := a.s.tools.run(ctx, a.room, soundLimits, io.Discard, a.s.tools.ffmpeg, args...); err != nil {
		a.s.log.Info("sound refused", "asset", a.ID, "error", err)
		return probeFailure(err, failBroken)
	}
	length, err := a.s.probeSound(ctx, a.room, out, maxSound+time.Second)
	if err != nil || length < minSound {
		return failSilent // nothing was left to encode
	}
	prefix, err := a.prefix(ctx)
	if err != nil {
		return err
	}
	made := product{files: map[string]storedFile{soundName: {Type: "audio/mp4", Tag: a.Generation, path: out}}}
	if err := a.putAll(ctx, prefix, &made); err != nil {
		return err
	}
	return a.publishFiles(ctx, prefix, made, measured{length: length})
}

// probeSound measures the first sound of a file. A file without one, or one longer than most, is a failure.
func (s *Service) probeSound(ctx context.Context, room, file string, most time.Duration) (time.Duration, error) {
	var out bytes.Buffer
	args := append([]string{"-v", "error"}, inputGuards(audioFormats)...)
	// The packets are counted: recorders of browsers write no duration.
	args = append(args, "-select_streams", "a", "-show_entries", "stream=codec_name,codec_tag_string:packet=pts_time,duration_time", "-of", "json", file)
	if err := s.tools.run(ctx, room, soundLimits, &capped{w: &out, left: 4 << 20}, s.tools.ffprobe, args...); err != nil {
		if out.Len() >= 3<<20 {
			return 0, failSoundLong
		}
		return 0, probeFailure(err, failNotAudio)
	}
	var p struct {
		Streams []probeStream `json:"streams"`
		Packets []struct {
			At     string `json:"pts_time"`
			Length string `json:"duration_time"`
		} `json:"packets"`
	}
	if err := json.Unmarshal(out.Bytes(), &p); err != nil {
		return 0, failBroken
	}
	if len(p.Streams) == 0 {
		return 0, failNotAudio
	}
	if codec := p.Streams[0].Codec; !slices.Contains(audioCodecs, codec) && !strings.HasPrefix(codec, "pcm_") {
		return 0, failCodec
	}
	var first, last float64
	for i, packet := range p.Packets {
		at, _ := strconv.ParseFloat(packet.At, 64)
		length, _ := strconv.ParseFloat(packet.Length, 64)
		if i == 0 {
			first = at
		}
		last = max(last, at+length)
	}
	length := time.Duration((last - first) * float64(time.Second))
	if length > most {
		return 0, failSoundLong
	}
	return length, nil
}
