package media

import (
	"context"
	"strconv"

	"github.com/jackc/pgx/v5"

	"hanzhi/server/pg"
)

// VideoChapter is a part of a video that can be jumped to.
type VideoChapter struct {
	StartMs int64  `json:"startMs"`
	Title   string `json:"title" doc:"Empty: clients count it."`
}

const chaptersName = "chapters.vtt"

// updateChapters gives the chapters of a film to its asset.
func updateChapters(ctx context.Context, q pg.Querier, w worker, chapters []VideoChapter) error {
	if chapters == nil {
		chapters = []VideoChapter{}
	}
	_, err := q.Exec(ctx, `UPDATE assets SET chapters = @chapters WHERE id = @asset AND generation = @generation`,
		pgx.NamedArgs{"asset": w.asset, "generation": w.generation, "chapters": chapters})
	return pg.Translate(err, "asset", w.asset)
}

// chaptersVTT renders chapters as a WebVTT track. One without a title is named by its number, which every language reads.
func chaptersVTT(chapters []VideoChapter, durationMs int64) string {
	cues := make([]Cue, 0, len(chapters))
	for i, c := range chapters {
		end := durationMs
		if i+1 < len(chapters) {
			end = chapters[i+1].StartMs
		}
		cue := Cue{ID: strconv.Itoa(i + 1), StartMs: c.StartMs, EndMs: max(end, c.StartMs+1), Text: cleanText(c.Title)}
		if cue.Text == "" {
			cue.Text = cue.ID
		}
		cues = append(cues, cue)
	}
	return WriteVTT(cues)
}
