package httpapi

import (
	"context"

	"github.com/google/uuid"

	"hanzhi/media"
)

type assetsInput struct {
	Institution uuid.UUID `query:"institution" format:"uuid" doc:"Only its assets."`
	Kind        string    `query:"kind" enum:"video,image,audio,deck"`
	Query       string    `query:"query" maxLength:"200" doc:"Part of the file name."`
	Page        string    `query:"page" maxLength:"200" doc:"nextPage of the page before."`
	Limit       int       `query:"limit" minimum:"1" maximum:"100" default:"30"`
}

type assetsOutput struct{ Body media.AssetPage }

func (a *API) assets(ctx context.Context, in *assetsInput) (*assetsOutput, error) {
	page, err := a.Media.Assets(ctx, viewerID(ctx), media.AssetFilter{
		Institution: in.Institution, Kind: media.Kind(in.Kind), Query: in.Query, Page: in.Page, Limit: in.Limit,
	})
	return &assetsOutput{page}, err
}

type assetOutput struct{ Body media.Asset }

func (a *API) asset(ctx context.Context, in *idInput) (*assetOutput, error) {
	asset, err := a.Media.Asset(ctx, viewerID(ctx), in.ID)
	return &assetOutput{asset}, err
}

func (a *API) retryAsset(ctx context.Context, in *idInput) (*assetOutput, error) {
	asset, err := a.Media.RetryAsset(ctx, viewerID(ctx), in.ID)
	return &assetOutput{asset}, err
}

func (a *API) deleteAsset(ctx context.Context, in *idInput) (*none, error) {
	return &none{}, a.Media.DeleteAsset(ctx, viewerID(ctx), in.ID)
}

type videoOutput struct{ Body media.Video }

func (a *API) playback(ctx context.Context, in *idInput) (*videoOutput, error) {
	video, err := a.Media.Video(ctx, viewerID(ctx), in.ID)
	return &videoOutput{video}, err
}

type trackInput struct {
	ID   uuid.UUID `path:"id" format:"uuid"`
	Lang string    `path:"lang" minLength:"2" maxLength:"35" pattern:"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$" doc:"BCP 47; zh-Latn-pinyin for pinyin."`
}

type trackOutput struct{ Body media.Captions }

func (a *API) captions(ctx context.Context, in *trackInput) (*trackOutput, error) {
	track, err := a.Media.Captions(ctx, viewerID(ctx), in.ID, in.Lang)
	return &trackOutput{track}, err
}

// putTrackInput repeats the path of trackInput: huma does not fill the fields of an unexported embedded struct.
type putTrackInput struct {
	ID   uuid.UUID `path:"id" format:"uuid"`
	Lang string    `path:"lang" minLength:"2" maxLength:"35" pattern:"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$" doc:"BCP 47; zh-Latn-pinyin for pinyin."`
	Body struct {
		Label   string      `json:"label,omitempty" maxLength:"80" doc:"What the player's menu calls the track."`
		Version int         `json:"version,omitempty" minimum:"0" maximum:"2147483647" doc:"The one last seen; 0 = there is none yet."`
		Cues    []media.Cue `json:"cues,omitempty" maxItems:"10000"`
		VTT     string      `json:"vtt,omitempty" maxLength:"2000000" doc:"A WebVTT or SubRip file in place of cues."`
	}
}

func (a *API) putCaptions(ctx context.Context, in *putTrackInput) (*trackOutput, error) {
	b := in.Body
	track, err := a.Media.PutCaptions(ctx, viewerID(ctx), in.ID, in.Lang, media.NewCaptions{Label: b.Label, Version: b.Version, Cues: b.Cues, VTT: b.VTT})
	return &trackOutput{track}, err
}

func (a *API) deleteCaptions(ctx context.Context, in *trackInput) (*none, error) {
	return &none{}, a.Media.DeleteCaptions(ctx, viewerID(ctx), in.ID, in.Lang)
}
