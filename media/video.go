package media

import (
	"context"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

// Video is all that a player needs. Paths are relative to Base.
type Video struct {
	AssetID    uuid.UUID   `json:"assetId"`
	State      State       `json:"state" enum:"uploading,checking,transcoding,ready,failed"`
	Base       string      `json:"base" doc:"/v/<token>/; every path below is relative to it."`
	ExpiresAt  time.Time   `json:"expiresAt" doc:"When Base ends; ask for a new one before."`
	DurationMs int64       `json:"durationMs"`
	Width      int         `json:"width"`
	Height     int         `json:"height"`
	Master     string      `json:"master" doc:"The text of master.m3u8, which saves a round trip; empty when nothing is playable yet."`
	Renditions []Rendition `json:"renditions"`
	Captions   []Track     `json:"captions"`
	// Chapters is empty when there are none.
	Chapters     []VideoChapter `json:"chapters"`
	ChaptersPath string         `json:"chaptersPath,omitempty" doc:"The same as a WebVTT track."`
	Poster       string         `json:"poster,omitempty"`
	Storyboard   *BoardRef      `json:"storyboard,omitempty"`
	Offline      *OfflineFile   `json:"offline,omitempty"`
}

// Track is a caption track as players find it.
type Track struct {
	Lang  string `json:"lang"`
	Label string `json:"label"`
	Path  string `json:"path"`
}

// BoardRef is a storyboard as players find it.
type BoardRef struct {
	Path string `json:"path"`
	Storyboard
}

// OfflineFile is one plain MP4 to keep: the small moving picture with sound.
type OfflineFile struct {
	Path  string `json:"path"`
	Bytes int64  `json:"bytes"`
}

// Video returns what a player needs, to whoever may play the asset; fault.NotFound to others.
func (s *Service) Video(ctx context.Context, viewer, asset uuid.UUID) (Video, error) {
	all, err := s.Videos(ctx, viewer, []uuid.UUID{asset})
	if err != nil {
		return Video{}, err
	}
	v, found := all[asset]
	if !found {
		return v, fault.NewNotFound("video")
	}
	return v, nil
}

// Videos is Video for several assets at once; those that the viewer may not play are left out.
func (s *Service) Videos(ctx context.Context, viewer uuid.UUID, assets []uuid.UUID) (map[uuid.UUID]Video, error) {
	if len(assets) == 0 {
		return map[uuid.UUID]Video{}, nil
	}
	rows, err := selectPlays(ctx, s.db, &viewer, assets)
	if err != nil || len(rows) == 0 {
		return map[uuid.UUID]Video{}, err
	}
	renditions, err := selectRenditions(ctx, s.db, assets)
	if err != nil {
		return nil, err
	}
	captions, err := selectCaptionRefs(ctx, s.db, assets)
	if err != nil {
		return nil, err
	}
	found := make(map[uuid.UUID]Video, len(rows))
	for _, row := range rows {
		if row.Kind == KindVideo {
			found[row.ID] = s.video(viewer, row, renditions[row.ID], captions[row.ID])
		}
	}
	return found, nil
}

func (s *Service) video(viewer uuid.UUID, row playRow, renditions []renditionRow, captions []CaptionRef) Video {
	v := Video{AssetID: row.ID, State: row.State, DurationMs: row.DurationMs, Width: row.Width, Height: row.Height,
		Renditions: []Rendition{}, Captions: []Track{}, Chapters: []VideoChapter{}}
	v.Base, v.ExpiresAt = s.base(viewer, row.ID)
	if len(renditions) > 0 {
		v.Master = masterPlaylist(renditions)
	}
	for _, r := range renditions {
		v.Renditions = append(v.Renditions, r.Rendition())
	}
	for _, c := range captions {
		v.Captions = append(v.Captions, Track{Lang: c.Lang, Label: c.Label, Path: "captions/" + c.Lang + ".vtt?v=" + strconv.Itoa(c.Version)})
	}
	if len(row.Chapters) > 0 {
		v.Chapters, v.ChaptersPath = row.Chapters, chaptersName
	}
	if f, have := row.Files[posterName]; have {
		v.Poster = f.address(posterName)
	}
	if f, have := row.Files[boardName]; have && row.Storyboard != nil {
		v.Storyboard = &BoardRef{Path: f.address(boardName), Storyboard: *row.Storyboard}
	}
	if f, have := row.Files[offlineName]; have {
		v.Offline = &OfflineFile{Path: f.address(offlineName), Bytes: f.Bytes}
	}
	return v
}

// address is a file's path with a tag that changes when the file does.
func (f storedFile) address(name string) string { return name + "?v=" + strconv.Itoa(f.Tag) }

// ImageURL is where a viewer (uuid.Nil = everyone) finds a picture. Whether they may see it is asked when they do.
func (s *Service) ImageURL(viewer, asset uuid.UUID) string {
	base, _ := s.base(viewer, asset)
	return base + imageName
}

// SmallImageURL is the same for a phone, beside a word.
func (s *Service) SmallImageURL(viewer, asset uuid.UUID) string {
	base, _ := s.base(viewer, asset)
	return base + smallName
}

// SoundURL is where a viewer (uuid.Nil = everyone) hears a sound.
func (s *Service) SoundURL(viewer, asset uuid.UUID) string {
	base, _ := s.base(viewer, asset)
	return base + soundName
}

// playRow is what playing needs of an asset.
type playRow struct {
	ID            uuid.UUID
	Kind          Kind
	State         State
	DurationMs    int64
	Width, Height int
	Generation    int
	Files         map[string]storedFile
	Storyboard    *Storyboard
	Chapters      []VideoChapter
}

// selectPlays returns the assets that the viewer may play; nil for the streaming path, which has asked already.
func selectPlays(ctx context.Context, q pg.Querier, viewer *uuid.UUID, assets []uuid.UUID) ([]playRow, error) {
	rows, err := q.Query(ctx, `
		SELECT id, kind, state, duration_ms, width, height, generation, files, storyboard, chapters FROM assets
		WHERE id = ANY (@assets) AND deleted_at IS NULL AND (@viewer::uuid IS NULL OR may_play(@viewer, id))`,
		pgx.NamedArgs{"assets": assets, "viewer": viewer})
	if err != nil {
		return nil, pg.Translate(err, "assets", len(assets))
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[playRow])
	return list, pg.Translate(err, "assets", len(assets))
}

// loadPlayable looks up all that the streaming path serves of an asset.
func (s *Service) loadPlayable(ctx context.Context, asset uuid.UUID) (*playable, error) {
	ids := []uuid.UUID{asset}
	rows, err := selectPlays(ctx, s.db, nil, ids)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, errNoSuchAddress
	}
	renditions, err := selectRenditions(ctx, s.db, ids)
	if err != nil {
		return nil, err
	}
	captions, err := selectCaptionRefs(ctx, s.db, ids)
	if err != nil {
		return nil, err
	}
	p := &playable{id: asset, title: rows[0], ordered: renditions[asset], captions: captions[asset],
		renditions: map[string]*renditionRow{}, folders: map[string]*renditionRow{}, at: time.Now()}
	for i := range p.ordered {
		p.renditions[p.ordered[i].Name] = &p.ordered[i]
		p.folders[p.ordered[i].folder()] = &p.ordered[i]
	}
	return p, nil
}
