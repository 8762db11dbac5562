package film

import (
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"hanzhi/media"
	"hanzhi/server/live"
)

const (
	shortest     = 3_000 // ms: a page that is only turned past is no chapter
	longestTitle = 120   // characters
	mostChapters = 400
)

// turn is another page of the board, as the film shows it.
type turn struct {
	at   int64 // ms of the film
	page *live.Page
}

// noteTurn notes which page is seen from a moment of the film on.
func (j *job) noteTurn(at int64) {
	page := j.board.page
	if n := len(j.turns); page == nil || n > 0 && j.turns[n-1].page.ID == page.ID {
		return
	}
	j.turns = append(j.turns, turn{at, page})
}

// chapters are the pages that stayed for a while; the first begins with the film. A film of one page has none.
func (j *job) chapters() []media.VideoChapter {
	titles := deckTitles(j.events)
	var list []media.VideoChapter
	var last uuid.UUID
	for i, t := range j.turns {
		until := j.time.length()
		if i+1 < len(j.turns) {
			until = j.turns[i+1].at
		}
		if until-t.at < shortest || t.page.ID == last || len(list) == mostChapters {
			continue
		}
		at := t.at
		if len(list) == 0 {
			at = 0
		}
		list, last = append(list, media.VideoChapter{StartMs: at, Title: titleOf(t.page, titles)}), t.page.ID
	}
	if len(list) < 2 {
		return nil
	}
	return list
}

// titleOf is what a page is called: its characters, or its deck and its place in it.
func titleOf(page *live.Page, titles map[uuid.UUID]string) string {
	title := []rune(titles[page.ID])
	if page.Hanzi != "" {
		title = []rune(page.Hanzi)
	}
	return string(title[:min(len(title), longestTitle)])
}

// deckTitles names the pages of decks.
func deckTitles(events []live.Event) map[uuid.UUID]string {
	titles := map[uuid.UUID]string{}
	for _, e := range events {
		var d struct {
			Title string `json:"title"`
			Pages []struct {
				Page uuid.UUID `json:"page"`
			} `json:"pages"`
		}
		if e.Name != "deck.added" || json.Unmarshal(e.Data, &d) != nil {
			continue
		}
		for i, p := range d.Pages {
			titles[p.Page] = d.Title
			if len(d.Pages) > 1 {
				titles[p.Page] = fmt.Sprintf("%s · %d", d.Title, i+1)
			}
		}
	}
	return titles
}
