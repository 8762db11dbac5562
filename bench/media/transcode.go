package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/google/uuid"

	"hanzhi/bench/report"
	"hanzhi/media"
	"hanzhi/server/pg"
)

// lectureSeconds is the length of the lecture that is transcoded.
const lectureSeconds = 60

// transcode measures the whole work on a lecture, from the check to the last rendition, beside one ffmpeg for each
// rendition with the same filters and encoders.
func (b *bench) transcode(ctx context.Context) error {
	lecture := filepath.Join(b.dir, "lecture.mp4")
	if err := makeLecture(ctx, lecture); err != nil {
		return err
	}
	wall, cpu, err := b.ours(ctx, lecture, 0)
	if err != nil {
		return err
	}
	_, cpuTwice, err := b.ours(ctx, lecture, time.Second)
	if err != nil {
		return err
	}
	theirWall, theirCPU, err := oneByOne(ctx, lecture, b.dir)
	if err != nil {
		return err
	}
	return report.Print(
		report.New("transcode of a lecture, all rungs, CPU", fmt.Sprintf("%.1f s/min", cpu), fmt.Sprintf("one ffmpeg a rung %.1f s/min", theirCPU), cpu/theirCPU, "<= 0.6"),
		report.New("the same published early, in two passes, CPU", fmt.Sprintf("%.1f s/min", cpuTwice), fmt.Sprintf("one ffmpeg a rung %.1f s/min", theirCPU), cpuTwice/theirCPU, ""),
		report.New("transcode of a lecture, wall", fmt.Sprintf("%.1f s/min", wall), fmt.Sprintf("one ffmpeg a rung %.1f s/min", theirWall), wall/theirWall, ""),
		report.New("transcode of a lecture, speed", fmt.Sprintf("%.1f x", lectureSeconds/wall), "real time", lectureSeconds/wall, ">= 2"),
	)
}

// makeLecture draws five slides of text with a moving inset, and noise for a voice.
func makeLecture(ctx context.Context, path string) error {
	length := fmt.Sprint(lectureSeconds)
	text := func(s string, size, y int) string {
		return fmt.Sprintf("drawtext=text='%s %%{eif\\:trunc(t/12)*7+3\\:d}':fontsize=%d:x=80:y=%d", s, size, y)
	}
	graph := "[0]" + text("Unit", 64, 100) + "," + text("chuck  tool post  tailstock  spindle  feed", 40, 240) + "," +
		text("Check the guard before you start the spindle. Step", 32, 340) + "," + text("Emergency stop", 32, 420) +
		"[s];[1]noise=alls=6:allf=t[w];[s][w]overlay=940:520[v];[2][3]amix=inputs=2[a]"
	cmd := exec.CommandContext(ctx, "ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", "color=c=white:s=1280x720:r=25:d="+length,
		"-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d="+length, "-f", "lavfi", "-i", "anoisesrc=c=pink:a=0.05:d="+length, "-f", "lavfi", "-i", "sine=300:d="+length,
		"-filter_complex", graph, "-map", "[v]", "-map", "[a]", "-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-c:a", "aac", path)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("lecture: %w: %s", err, out)
	}
	return nil
}

// childCPU is the processor time of all children that have ended, in seconds.
func childCPU() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_CHILDREN, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
}

// ours sends the lecture through the service, as a worker does; in two passes when it is longer than onePass.
func (b *bench) ours(ctx context.Context, lecture string, onePass time.Duration) (wall, cpu float64, err error) {
	db, err := pg.Open(ctx, b.services.DatabaseURL)
	if err != nil {
		return 0, 0, err
	}
	defer db.Close()
	store, err := b.store()
	if err != nil {
		return 0, 0, err
	}
	service, err := media.New(db, store, media.Config{Dir: filepath.Join(b.dir, "transcode"), Secret: secret, Queue: noWait{}, OnePass: onePass, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return 0, 0, err
	}
	defer service.Close()
	content, err := os.ReadFile(lecture)
	if err != nil {
		return 0, 0, err
	}
	id, sum := uuid.Must(uuid.NewV7()), sha256.Sum256(content)
	key := "s/" + id.String() + "-bench"
	if _, err := store.PutFile(ctx, key, lecture, "video/mp4"); err != nil {
		return 0, 0, err
	}
	if _, err := db.Exec(ctx, `INSERT INTO assets (id, institution_id, kind, filename, size, state, source_key, sha256)
		SELECT $1, id, 'video', 'lecture.mp4', $2, 'checking', $3, $4 FROM institutions LIMIT 1`, id, len(content), key, sum[:]); err != nil {
		return 0, 0, err
	}
	start, before := time.Now(), childCPU()
	if err := service.CheckAsset(ctx, id); err != nil {
		return 0, 0, err
	}
	if err := service.TranscodeAsset(ctx, id); err != nil {
		return 0, 0, err
	}
	wall, cpu = time.Since(start).Seconds(), childCPU()-before
	a, err := service.Asset(ctx, authorID, id)
	if err == nil && (a.State != media.StateReady || len(a.Renditions) != 9) {
		err = fmt.Errorf("the lecture ended %s with %d renditions", a.State, len(a.Renditions))
	}
	return wall, cpu, err
}

// oneByOne makes the same renditions with an ffmpeg each.
func oneByOne(ctx context.Context, lecture, dir string) (wall, cpu float64, err error) {
	type video struct{ name, size, rate, cap, buffer, crf, preset, subme, tune, group string }
	var jobs [][]string
	hls := func(name string) []string {
		return []string{"-f", "hls", "-hls_time", "6", "-hls_playlist_type", "vod", "-hls_segment_type", "fmp4", "-hls_flags", "single_file",
			"-hls_segment_filename", filepath.Join(dir, name+".mp4"), filepath.Join(dir, name+".m3u8")}
	}
	for _, v := range []video{
		{"slides", "854:480", "2", "28k", "112k", "30", "fast", "6", "stillimage", "12"},
		{"144p", "256:144", "25/3", "24k", "48k", "31", "fast", "4", "", "50"},
		{"240p", "426:240", "25/2", "72k", "144k", "29", "fast", "4", "", "75"},
		{"360p", "640:360", "25", "200k", "400k", "27", "fast", "2", "", "150"},
		{"480p", "854:480", "25", "480k", "960k", "26", "veryfast", "2", "", "150"},
		{"720p", "1280:720", "25", "1200k", "2400k", "25", "veryfast", "2", "", "150"},
	} {
		job := []string{"-vf", "fps=" + v.rate + ",scale=" + v.size + ":flags=bicubic,format=yuv420p", "-an", "-c:v", "libx264", "-profile:v", "main", "-preset", v.preset,
			"-crf", v.crf, "-maxrate", v.cap, "-bufsize", v.buffer, "-g", v.group, "-keyint_min", v.group, "-sc_threshold", "0", "-threads", "2",
			"-x264-params", "subme=" + v.subme}
		if v.tune != "" {
			job = append(job, "-tune", v.tune)
		}
		jobs = append(jobs, append(job, hls(v.name)...))
	}
	for _, a := range [][]string{{"opus16", "libopus", "16k", "1", "48000"}, {"aac24", "aac", "24k", "1", "24000"}, {"aac64", "aac", "64k", "2", "48000"}} {
		job := []string{"-vn", "-af", "loudnorm=I=-16:TP=-1.5:LRA=11,aresample=48000", "-c:a", a[1], "-b:a", a[2], "-ac", a[3], "-ar", a[4]}
		jobs = append(jobs, append(job, hls(a[0])...))
	}
	jobs = append(jobs,
		[]string{"-an", "-vf", "fps=10000/60000,thumbnail=10", "-frames:v", "1", filepath.Join(dir, "poster.webp")},
		[]string{"-an", "-vf", "fps=1/5,scale=160:90,tile=10x2", "-frames:v", "1", filepath.Join(dir, "board.webp")})
	start, before := time.Now(), childCPU()
	for _, job := range jobs {
		cmd := exec.CommandContext(ctx, "nice", append([]string{"-n", "10", "ffmpeg", "-nostdin", "-v", "error", "-y", "-threads", "2", "-i", lecture}, job...)...)
		if out, err := cmd.CombinedOutput(); err != nil {
			return 0, 0, fmt.Errorf("ffmpeg: %w: %s", err, out)
		}
	}
	return time.Since(start).Seconds(), childCPU() - before, nil
}
