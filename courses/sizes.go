package courses

import (
	"cmp"
	"slices"

	"github.com/google/uuid"
)

// renditionRow is what a video weighs in one rendition.
type renditionRow struct {
	Asset  uuid.UUID `json:"asset"`
	Name   string    `json:"name"`
	Kind   string    `json:"kind"`
	Height int       `json:"height"`
	Bytes  int64     `json:"bytes"`
}

// Sound that goes with a picture: the least that is there, better sound from 480p on.
const betterSoundFrom = 480

// weigh adds up what videos weigh in each rendition that any of them has, sound included, the smallest first. A video
// that lacks a rendition counts with the next smaller one it has, as the player would choose.
func weigh(videos []uuid.UUID, all []renditionRow) []Size {
	byAsset := map[uuid.UUID][]renditionRow{}
	pictures := map[string]renditionRow{}
	for _, r := range all {
		byAsset[r.Asset] = append(byAsset[r.Asset], r)
		if r.Kind == "video" {
			pictures[r.Name] = r
		}
	}
	names := make([]renditionRow, 0, len(pictures))
	for _, r := range pictures {
		names = append(names, r)
	}
	slices.SortFunc(names, func(a, b renditionRow) int { return cmp.Compare(rank(a), rank(b)) })
	sizes := []Size{}
	if len(all) > 0 {
		sizes = append(sizes, Size{Rendition: "audio"})
		for _, r := range names {
			sizes = append(sizes, Size{Rendition: r.Name})
		}
	}
	for _, v := range videos {
		for i := range sizes {
			if i == 0 {
				sizes[0].Bytes += sound(byAsset[v], 0)
				continue
			}
			sizes[i].Bytes += picture(byAsset[v], rank(names[i-1]))
		}
	}
	return sizes
}

// rank orders pictures by what they cost: slides before all that move.
func rank(r renditionRow) int {
	if r.Name == "slides" {
		return 0
	}
	return max(1, lines(r))
}

// lines is the height that a rung is named after: 240p; its pictures may be lower or higher by their shape.
func lines(r renditionRow) int {
	n := 0
	for _, c := range r.Name {
		if c < '0' || c > '9' {
			break
		}
		n = n*10 + int(c-'0')
	}
	if n == 0 {
		return r.Height
	}
	return n
}

// picture is the weight of a video's best rendition of at most this rank (else its smallest), with sound.
func picture(of []renditionRow, limit int) int64 {
	var best *renditionRow
	for i := range of {
		r := &of[i]
		if r.Kind != "video" {
			continue
		}
		switch {
		case best == nil:
			best = r
		case rank(*r) <= limit && (rank(*best) > limit || rank(*r) > rank(*best)):
			best = r
		case rank(*r) > limit && rank(*best) > limit && rank(*r) < rank(*best):
			best = r
		}
	}
	if best == nil {
		return sound(of, 0)
	}
	return best.Bytes + sound(of, rank(*best))
}

// sound is the weight of the sound that goes with a picture of this rank.
func sound(of []renditionRow, rank int) int64 {
	var least, most int64
	for _, r := range of {
		if r.Kind == "audio" {
			if least == 0 || r.Bytes < least {
				least = r.Bytes
			}
			most = max(most, r.Bytes)
		}
	}
	if rank >= betterSoundFrom {
		return most
	}
	return least
}
