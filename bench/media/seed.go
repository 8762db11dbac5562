package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/media"
	"hanzhi/server/pg"
)

const (
	segmentCount = 100
	segmentSize  = 500_000
	secret       = "a secret of the bench, 32 bytes long"
	bucket       = "bench"
)

var (
	assetID  = uuid.MustParse("01890a5d-ac96-774b-bcce-b302099a8057")
	authorID = uuid.MustParse("01890a5d-ac96-774b-bcce-b302099a8058")
)

func (b *bench) store() (*media.Store, error) {
	c := b.services.S3
	return media.NewStore(media.StoreConfig{Endpoint: c.Endpoint, AccessKey: c.AccessKey, SecretKey: c.SecretKey, Region: c.Region, Bucket: bucket})
}

// seed publishes one asset: a rendition of large segments, and one whose playlist has 2 KB. The same bytes lie in
// files, for nginx.
func (b *bench) seed(ctx context.Context) error {
	store, err := b.store()
	if err != nil {
		return err
	}
	if err := store.EnsureBucket(ctx); err != nil {
		return err
	}
	content := make([]byte, segmentCount*segmentSize)
	rand.NewChaCha8([32]byte{1}).Read(content)
	if err := store.Put(ctx, "v/bench/720p.mp4", bytes.NewReader(content), int64(len(content)), "video/mp4"); err != nil {
		return err
	}
	www := filepath.Join(b.dir, "www")
	if err := os.MkdirAll(www, 0o755); err != nil {
		return err
	}
	for i := range segmentCount {
		name := filepath.Join(www, fmt.Sprintf("%d.m4s", i))
		if err := os.WriteFile(name, content[i*segmentSize:][:segmentSize], 0o644); err != nil {
			return err
		}
	}
	if err := os.WriteFile(filepath.Join(www, "playlist.m3u8"), []byte(strings.Repeat("x", 2048)), 0o644); err != nil {
		return err
	}
	return b.seedRows(ctx, len(content))
}

func (b *bench) seedRows(ctx context.Context, size int) error {
	db, err := pg.Open(ctx, b.services.DatabaseURL)
	if err != nil {
		return err
	}
	defer db.Close()
	rows := func(segments int) (offsets []int64, ms []int32) {
		for i := range segments + 1 {
			offsets = append(offsets, int64(i*segmentSize))
		}
		for range segments {
			ms = append(ms, 6000)
		}
		return offsets, ms
	}
	var batch pgx.Batch
	institution := uuid.New()
	batch.Queue(`INSERT INTO institutions (id, slug, name, kind, country) VALUES ($1, 'bench', '{"en":"Bench"}', 'college', 'ZM')`, institution)
	batch.Queue(`INSERT INTO accounts (id, email, name, password_hash) VALUES ($1, 'author@example.org', 'Author', '')`, authorID)
	batch.Queue(`INSERT INTO members (institution_id, account_id, role) VALUES ($1, $2, 'author')`, institution, authorID)
	batch.Queue(`INSERT INTO assets (id, institution_id, kind, filename, size, state, playable) VALUES ($1, $2, 'video', 'a.mp4', $3, 'ready', true)`, assetID, institution, size)
	// 55 segments make a playlist of 2 KB.
	for name, segments := range map[string]int{"720p": segmentCount, "240p": 55} {
		offsets, ms := rows(segments)
		batch.Queue(`INSERT INTO renditions (asset_id, name, kind, codecs, bandwidth, average_bandwidth, bytes, generation, object_key, segment_offsets, segment_ms)
			VALUES ($1, $2, 'video', 'avc1.4d001f', 1, 1, $3, 1, 'v/bench/720p.mp4', $4, $5)`, assetID, name, size, offsets, ms)
	}
	return db.SendBatch(ctx, &batch).Close()
}
