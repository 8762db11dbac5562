package demo

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/google/uuid"

	"hanzhi/demo/content"
	"hanzhi/demo/film"
)

// heard is how many safety words of each of the platform's term banks are spoken, by trade; others get a few. Together
// they are at most 40: enough to hear what it is like, few enough to be made in seconds.
var heard = map[string]int{"7223": 14, "7212": 8}

const heardElsewhere = 3

// seen are the terms of the bank for lathe operators that have a drawing, by the drawing's name.
var seen = map[string]string{
	"车床": "lathe", "卡盘": "chuck", "急停按钮": "estop", "护目镜": "goggles", "工作服": "overalls", "安全帽": "helmet", "不准戴手套": "nogloves",
	"操作面板": "panel", "防护门": "door", "扳手": "wrench", "铁屑": "chips", "卡尺": "caliper", "千分尺": "micrometer", "图纸": "drawing", "报警": "alarm",
}

const latheTrade = "7223"

// term is what the API says of a term.
type term struct {
	ID uuid.UUID
	termFields
}

// termFields is what the API takes of one.
type termFields struct {
	Hanzi        string            `json:"hanzi"`
	Pinyin       string            `json:"pinyin"`
	PartOfSpeech string            `json:"partOfSpeech"`
	Safety       bool              `json:"safety"`
	Gloss        map[string]string `json:"gloss"`
	Definition   map[string]string `json:"definition"`
	PictureID    *uuid.UUID        `json:"pictureId,omitempty"`
	AudioID      *uuid.UUID        `json:"audioId,omitempty"`
	Version      int               `json:"version"`
}

// dressTerms gives words of the platform's term banks their sound and their picture, as its admin would.
func (l *loader) dressTerms(ctx context.Context) error {
	var banks struct {
		Items []struct {
			ID            uuid.UUID
			Trade         string
			InstitutionID *uuid.UUID
		}
	}
	if err := l.admin.call(ctx, http.MethodGet, "/api/term-banks", nil, &banks); err != nil {
		return err
	}
	for _, b := range banks.Items {
		if b.InstitutionID != nil {
			continue
		}
		path := "/api/term-banks/" + b.ID.String()
		var page struct{ Items []term }
		if err := l.admin.call(ctx, http.MethodGet, path+"?limit=500", nil, &page); err != nil {
			return err
		}
		most, special := heard[b.Trade]
		if !special {
			most = heardElsewhere
		}
		for _, t := range page.Items {
			drawing := ""
			if b.Trade == latheTrade {
				drawing = seen[t.Hanzi]
			}
			speak := t.Safety && most > 0
			if speak {
				most--
			}
			if err := l.dress(ctx, path, t, speak, drawing); err != nil {
				return err
			}
		}
	}
	return nil
}

// dress gives one term what it lacks. What people have changed or taken from it is left alone.
func (l *loader) dress(ctx context.Context, bank string, t term, speak bool, drawing string) error {
	before := t
	if speak && t.AudioID == nil {
		data, err := film.Word(ctx, content.Phrase{Zh: t.Hanzi, Py: strings.ReplaceAll(t.Pinyin, " ", "'")})
		if err != nil {
			return err
		}
		if t.AudioID, err = l.give(ctx, id("sound", bank, t.Hanzi), t, "audio", t.Hanzi+".wav", data); err != nil {
			return err
		}
	}
	if drawing != "" && t.PictureID == nil {
		data, err := film.PNG(drawing, 480, false)
		if err != nil {
			return err
		}
		if t.PictureID, err = l.give(ctx, id("picture", bank, drawing), t, "image", drawing+".png", data); err != nil {
			return err
		}
	}
	if before.AudioID == t.AudioID && before.PictureID == t.PictureID {
		return nil
	}
	err := l.admin.call(ctx, http.MethodPut, bank+"/terms/"+t.ID.String(), t.termFields, nil)
	if e := (*answerError)(nil); errors.As(err, &e) && e.Status == http.StatusConflict {
		return nil // somebody is at work on it
	}
	return err
}

// give uploads a file for a term and answers its id; nil when people have taken it from the term.
func (l *loader) give(ctx context.Context, file uuid.UUID, t term, kind, name string, data []byte) (*uuid.UUID, error) {
	a, err := l.asset(ctx, file)
	switch {
	case err == nil && a.State != "uploading" && t.Version > 1:
		return nil, nil //nolint:nilnil // nothing to give is no error
	case err != nil && status(err) != http.StatusNotFound:
		return nil, err
	}
	return &file, l.upload(ctx, file, kind, name, data)
}
