package demo

import (
	"context"
	"fmt"
	"net/http"

	"github.com/google/uuid"

	"hanzhi/demo/content"
)

var (
	practiceTitle = content.Text{En: "Practice", Zh: "练习", Ru: "Упражнение", Fr: "Exercice", Ar: "تمرين"}
	taskTitle     = content.Text{En: "Show what you can do", Zh: "展示你的本领", Ru: "Покажите, что вы умеете", Fr: "Montrez ce que vous savez faire", Ar: "أرِنا ما تستطيع"}
)

// putPractice gives a lesson its exercises.
func (j *job) putPractice(ctx context.Context, lesson uuid.UUID) error {
	if len(j.lesson.Practice) == 0 || j.there[j.id("practice")] {
		return nil
	}
	var exercises []map[string]any
	for n, e := range j.lesson.Practice {
		part := func(kind string, i int) uuid.UUID {
			return id("exercise", j.course.Slug, j.lesson.Slug, fmt.Sprint(n), kind, fmt.Sprint(i))
		}
		exercise := map[string]any{"id": part("", 0), "kind": "order"}
		var steps, spots []map[string]any
		for i, phrase := range j.lesson.Order(e) {
			steps = append(steps, map[string]any{"id": part("step", i), "text": phrase.Hanzi(), "translation": glossed(phrase)})
		}
		for i, s := range e.Spots {
			spots = append(spots, map[string]any{"id": part("spot", i), "x": s.X, "y": s.Y, "word": s.Word})
		}
		if len(steps) > 0 {
			exercise["steps"] = steps
		} else {
			asset, err := j.picture(ctx, e.Picture, false)
			if err != nil {
				return err
			}
			exercise["kind"], exercise["picture"], exercise["alt"], exercise["spots"] = "label", "asset:"+asset.String(), e.Alt.Map(), spots
		}
		exercises = append(exercises, exercise)
	}
	return j.make(ctx, "activities", j.id("practice"), map[string]any{
		"lessonId": lesson, "kind": "practice", "title": practiceTitle.Map(), "body": map[string]any{"exercises": exercises}})
}

// glossed is a phrase in the languages other than Chinese.
func glossed(p content.Phrase) map[string]string {
	m := p.Text().Map()
	delete(m, "zh-CN")
	return m
}

// putTask gives a lesson its practical task; the phrases of its lock are those of the course's own films.
func (j *job) putTask(ctx context.Context, lesson uuid.UUID) error {
	task := j.lesson.Task
	if task == nil || j.there[j.id("task")] {
		return nil
	}
	var phrases []map[string]any
	for n, said := range task.Phrases {
		phrase, err := j.phrase(ctx, said)
		if err != nil {
			return err
		}
		phrase["id"] = id("phrase", j.course.Slug, j.lesson.Slug, fmt.Sprint(n))
		phrases = append(phrases, phrase)
	}
	items := func(kind string, list []content.Text) (items []map[string]any) {
		for n, text := range list {
			items = append(items, map[string]any{"id": id(kind, j.course.Slug, j.lesson.Slug, fmt.Sprint(n)), "text": text.Map()})
		}
		return items
	}
	return j.make(ctx, "activities", j.id("task"), map[string]any{
		"lessonId": lesson, "kind": "task", "title": taskTitle.Map(), "body": map[string]any{
			"description": task.Description.Map(), "phrases": phrases, "decoys": items("decoy", task.Decoys),
			"checklist": items("check", task.Checklist), "canDo": items("can", task.CanDo)}})
}

// phrase is a line with where it is spoken: the first cue of its lesson's film that says it.
func (j *job) phrase(ctx context.Context, said content.Said) (map[string]any, error) {
	line, err := j.course.Find(said)
	if err != nil {
		return nil, err
	}
	d, err := j.draft(ctx)
	if err != nil {
		return nil, err
	}
	film := d.film(id("video", j.course.Slug, said.Lesson))
	var track struct {
		Cues []struct {
			StartMs, EndMs int
			Text           string
		}
	}
	if err := j.author.call(ctx, http.MethodGet, "/api/studio/assets/"+film.String()+"/captions/zh-CN", nil, &track); err != nil {
		return nil, err
	}
	for _, cue := range track.Cues {
		if cue.Text == line.Hanzi() {
			return map[string]any{"text": line.Hanzi(), "meaning": glossed(line.Phrase), "assetId": film, "startMs": cue.StartMs, "endMs": cue.EndMs}, nil
		}
	}
	return nil, fmt.Errorf("the film of %s does not say %q", said.Lesson, line.Hanzi())
}
