package film

import (
	"encoding/json"
	"slices"

	"hanzhi/server/live"
)

// span is a stretch of the class that the film shows; Unix ms.
type span struct{ from, to int64 }

// timeline maps the time of the class to that of the film, from which the breaks of the recording are cut out.
type timeline []span

// newTimeline takes what was recorded, cut to what was asked for: ms from the start of the class; to 0 = up to the end.
func newTimeline(events []live.Event, pieces []Piece, from, to int64) timeline {
	var all timeline
	var begun, last int64
	open := int64(-1)
	for _, e := range events {
		last = max(last, e.At)
		switch e.Name {
		case "class.started":
			if begun == 0 {
				begun = e.At
			}
		case "record.set":
			var d struct {
				On bool `json:"on"`
			}
			_ = json.Unmarshal(e.Data, &d)
			if d.On && open < 0 {
				open = e.At
			}
			if !d.On && open >= 0 {
				all = append(all, span{open, e.At})
				open = -1
			}
		case "class.ended":
			if open >= 0 {
				all = append(all, span{open, e.At})
				open = -1
			}
		}
	}
	for _, p := range pieces {
		last = max(last, p.To)
	}
	if open >= 0 { // a log that nobody has ended
		all = append(all, span{open, last})
	}
	end := begun + to
	if to <= 0 {
		end = 1 << 62
	}
	for i := range all {
		all[i] = span{max(all[i].from, begun+from), min(all[i].to, end)}
	}
	return slices.DeleteFunc(all, func(s span) bool { return s.to-s.from < 100 })
}

// length is how long the film is, ms.
func (t timeline) length() (ms int64) {
	for _, s := range t {
		ms += s.to - s.from
	}
	return ms
}

// film is when in the film a moment of the class is seen, ms; what happened in a break is seen at its end.
func (t timeline) film(at int64) int64 {
	var before int64
	for _, s := range t {
		if at < s.from {
			return before
		}
		if at < s.to {
			return before + at - s.from
		}
		before += s.to - s.from
	}
	return before
}

// class is the moment of the class that is seen in the film after so many ms.
func (t timeline) class(ms int64) int64 {
	for _, s := range t {
		if ms < s.to-s.from {
			return s.from + ms
		}
		ms -= s.to - s.from
	}
	if len(t) == 0 {
		return 0
	}
	return t[len(t)-1].to
}
