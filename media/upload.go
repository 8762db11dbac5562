package media

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"path"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/tus/tusd/v2/pkg/handler"

	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

// Sizes in bytes.
const (
	minPart     = 5 << 20  // the least that S3 takes as a part, and the most that is ever sent again
	maxParts    = 10000    // the most that S3 takes
	imageLimit  = 30 << 20 // of one uploaded picture
	receiveSize = 64 << 10
)

// NewUpload describes a source that is about to be uploaded.
type NewUpload struct {
	ID          uuid.UUID // made by the client; becomes the asset's
	Institution uuid.UUID
	Kind        Kind
	Filename    string // as the author knows it; shown, never used as a path
	Size        int64  // bytes
}

// newUpload reads the metadata that come with a tus creation.
func newUpload(info handler.FileInfo) (NewUpload, error) {
	in := NewUpload{Kind: Kind(info.MetaData["kind"]), Filename: cleanName(info.MetaData["filename"]), Size: info.Size}
	var err error
	if info.SizeIsDeferred {
		return in, fault.NewInvalid("Upload-Length", "required", "The length must be known at the start.")
	}
	if in.ID, err = uuid.Parse(info.MetaData["id"]); err != nil || in.ID.Version() != 7 {
		return in, fault.NewInvalid("Upload-Metadata.id", "invalid", "id must be a UUIDv7 made by the client.")
	}
	if in.Institution, err = uuid.Parse(info.MetaData["institution"]); err != nil {
		return in, fault.NewInvalid("Upload-Metadata.institution", "invalid", "institution must be a UUID.")
	}
	return in, nil
}

// cleanName keeps the last part of a name, without control characters, as valid UTF-8 of at most 255 characters.
func cleanName(name string) string {
	name = strings.ToValidUTF8(name, "\uFFFD")
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, name))
	for utf8.RuneCountInString(name) > 255 {
		_, n := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-n]
	}
	return name
}

func (s *Service) checkNew(in NewUpload) error {
	limit := s.cfg.UploadLimit
	switch in.Kind {
	case KindVideo:
	case KindImage:
		limit = min(limit, imageLimit)
	case KindAudio:
		limit = min(limit, soundLimit)
	case KindDeck:
		limit = min(limit, deckLimit)
	default:
		return fault.NewInvalid("Upload-Metadata.kind", "invalid", "kind must be video, image, audio or deck.")
	}
	switch {
	case in.Filename == "" || in.Filename == "." || in.Filename == "/":
		return fault.NewInvalid("Upload-Metadata.filename", "required", "filename must name the file.")
	case in.Size < 1:
		return fault.NewInvalid("Upload-Length", "empty", "The file is empty.")
	case in.Size > limit:
		return fault.NewInvalid("Upload-Length", "too_large", "The file is larger than %d MB.", limit>>20)
	}
	return nil
}

// CreateUpload makes the asset and its upload for an author or coordinator of the institution, or for a teacher in it who
// brings slides. The same input again
// is the same upload; another one under a taken id is fault.Conflict.
func (s *Service) CreateUpload(ctx context.Context, viewer uuid.UUID, in NewUpload) (row uploadRow, err error) {
	if err := s.checkNew(in); err != nil {
		return row, err
	}
	err = pg.InTx(ctx, s.db, func(tx pgx.Tx) error {
		made, err := insertAsset(ctx, tx, viewer, in)
		if err != nil {
			return err
		}
		if made {
			if err := insertUpload(ctx, tx, in.ID, sourceKey(in.ID), time.Now().Add(s.cfg.UploadExpiry)); err != nil {
				return err
			}
		}
		row, err = selectUpload(ctx, tx, viewer, in.ID)
		if fault.Is(err, fault.NotFound) {
			return whyNoUpload(ctx, tx, viewer, in)
		}
		if err == nil && !row.matches(in) {
			return fault.New(fault.Conflict, "id_taken", "This id belongs to another file.")
		}
		return err
	})
	row.offset = s.offsetOf(row)
	return row, err
}

func (r uploadRow) matches(in NewUpload) bool {
	return r.InstitutionID == in.Institution && r.Size == in.Size && r.Kind == in.Kind && r.Filename == in.Filename
}

// sourceKey is where a source is kept. The random part keeps a leaked id from being an address.
func sourceKey(asset uuid.UUID) string { return "s/" + asset.String() + "-" + unguessable() }

// unguessable is 128 random bits for a key.
func unguessable() string {
	var b [16]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// upload returns an upload with the offset that is safe: on this copy's disk, synced, or in the object store. One
// that has all its bytes is finished on the way, in case a crash came between.
func (s *Service) upload(ctx context.Context, viewer, asset uuid.UUID) (uploadRow, error) {
	row, err := selectUpload(ctx, s.db, viewer, asset)
	if err != nil {
		return row, err
	}
	row.offset = s.offsetOf(row)
	if row.done() {
		return row, nil
	}
	if row.offset > row.PartsBytes+row.TailBytes {
		f, err := s.spool.open(asset, row.PartsBytes)
		if err != nil {
			return row, err
		}
		defer f.close()
		if err := f.sync(); err != nil {
			return row, err
		}
		row.offset = s.offsetOf(row)
	}
	if row.offset == row.Size {
		return row, s.finishUpload(context.WithoutCancel(ctx), &row)
	}
	return row, nil
}

// offsetOf counts what is stored: parts, and the longer of the tail in the store and the tail on this disk.
func (s *Service) offsetOf(row uploadRow) int64 {
	if row.done() {
		return row.Size
	}
	return row.PartsBytes + max(row.TailBytes, min(s.spool.size(row.AssetID, row.PartsBytes), row.Size-row.PartsBytes))
}

// partSize is what one part of an upload holds: the least possible, unless that made too many parts.
func partSize(size int64) int64 { return max(minPart, size/(maxParts-1)+1) }

// receive stores what src brings, beginning at offset, and returns how many bytes of it are safe.
func (s *Service) receive(ctx context.Context, row *uploadRow, offset int64, src io.Reader) (int64, error) {
	f, err := s.resume(ctx, row)
	if err != nil {
		return 0, err
	}
	defer f.close()
	if f.base+f.size != offset {
		return 0, fault.New(fault.Conflict, "mismatched_offset", "The upload stands at byte %d.", f.base+f.size)
	}
	err = s.pour(ctx, row, f, src)
	if syncErr := f.sync(); err == nil {
		err = syncErr
	}
	end := f.base + f.size
	if end < row.Size {
		s.flushTail(ctx, row, f)
	}
	row.offset = end
	return end - offset, err
}

// pour copies src into the spool and makes a part of it each time there is enough for one.
func (s *Service) pour(ctx context.Context, row *uploadRow, f *spoolFile, src io.Reader) error {
	buf := make([]byte, receiveSize)
	part := partSize(row.Size)
	for {
		// The last part stays in the spool for finishUpload, however full.
		if f.size == part && f.base+f.size < row.Size {
			if err := s.storePart(ctx, row, f); err != nil {
				return err
			}
		}
		room := min(part-f.size, row.Size-f.base-f.size)
		if room == 0 {
			return nil
		}
		n, err := src.Read(buf[:min(room, receiveSize)])
		if n > 0 {
			if _, err := f.Write(buf[:n]); err != nil {
				return err
			}
		}
		if err != nil {
			return nil // however it ended: what came counts, and tusd tells the client
		}
	}
}

// resume opens the spool where the parts end, and fetches the tail that another copy left in the object store when
// it is longer than what is here.
func (s *Service) resume(ctx context.Context, row *uploadRow) (*spoolFile, error) {
	f, err := s.spool.open(row.AssetID, row.PartsBytes)
	if err != nil {
		return nil, err
	}
	if f.size > row.Size-row.PartsBytes {
		f.close()
		return nil, fmt.Errorf("media: spool of %s is longer than the upload", row.AssetID)
	}
	if row.TailBytes > f.size {
		tail, err := s.store.Read(ctx, row.tailKey(row.TailBytes), 0, -1)
		if err == nil {
			err = f.replace(tail)
		}
		if err != nil {
			f.close()
			return nil, err
		}
	}
	return f, nil
}

// storePart makes the spool's bytes the next part. Should another copy have been quicker, it gives way.
func (s *Service) storePart(ctx context.Context, row *uploadRow, f *spoolFile) error {
	if row.MultipartID == "" {
		if err := s.startMultipart(ctx, row); err != nil {
			return err
		}
	}
	sum, err := row.hashWith(f)
	if err != nil {
		return err
	}
	etag, err := s.store.PutPart(ctx, row.ObjectKey, row.MultipartID, len(row.Parts)+1, f.reader(), f.size)
	if err != nil {
		return err
	}
	state, err := sum.(encoding.BinaryMarshaler).MarshalBinary()
	if err != nil {
		return err
	}
	next := *row
	next.Parts = append(next.Parts[:len(next.Parts):len(next.Parts)], etag)
	next.PartsBytes += f.size
	next.TailBytes, next.HashState = 0, state
	if err := updateParts(ctx, s.db, next, time.Now().Add(s.cfg.UploadExpiry)); err != nil {
		return err
	}
	s.dropTail(ctx, *row)
	*row = next
	return f.restart(next.PartsBytes)
}

func (s *Service) startMultipart(ctx context.Context, row *uploadRow) error {
	// A crash between opening one and noting its id would leave it behind.
	if err := s.store.AbortAll(ctx, row.ObjectKey); err != nil {
		return err
	}
	id, err := s.store.StartMultipart(ctx, row.ObjectKey)
	if err != nil {
		return err
	}
	if err := updateMultipart(ctx, s.db, row.AssetID, id); err != nil {
		return err
	}
	row.MultipartID = id
	return nil
}

// hashWith returns SHA-256 over the parts and the spool's bytes.
func (r uploadRow) hashWith(f *spoolFile) (hash.Hash, error) {
	sum := sha256.New()
	if len(r.HashState) > 0 {
		if err := sum.(encoding.BinaryUnmarshaler).UnmarshalBinary(r.HashState); err != nil {
			return nil, fmt.Errorf("media: hash of upload %s: %w", r.AssetID, err)
		}
	}
	_, err := io.Copy(sum, f.reader())
	return sum, diskFault(err)
}

// flushTail puts the bytes short of a part into the object store, so that any copy can go on from them. It is done
// when a request ends, however it ends; should it fail, this copy's disk still has them.
func (s *Service) flushTail(ctx context.Context, row *uploadRow, f *spoolFile) {
	if f.size <= row.TailBytes {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	err := s.store.Put(ctx, row.tailKey(f.size), f.reader(), f.size, "application/octet-stream")
	if err == nil {
		err = updateTail(ctx, s.db, *row, f.size, time.Now().Add(s.cfg.UploadExpiry))
	}
	if err != nil {
		s.log.Warn("tail of an upload stays on this copy's disk", "asset", row.AssetID, "bytes", f.size, "error", err)
		return
	}
	s.dropTail(ctx, *row)
	row.TailBytes = f.size
}

// dropTail removes the tail object that row names, if any.
func (s *Service) dropTail(ctx context.Context, row uploadRow) {
	if row.TailBytes == 0 {
		return
	}
	if err := s.store.Remove(ctx, row.tailKey(row.TailBytes)); err != nil {
		s.log.Warn("old tail of an upload stays in the store", "asset", row.AssetID, "error", err)
	}
}

// finishUpload makes one object of all the bytes and hands the asset to the check. It may be called again after any
// crash.
func (s *Service) finishUpload(ctx context.Context, row *uploadRow) error {
	if row.done() {
		return nil
	}
	f, err := s.resume(ctx, row)
	if err != nil {
		return err
	}
	defer f.close()
	sum, err := row.hashWith(f)
	if err != nil {
		return err
	}
	if err := s.assemble(ctx, row, f); err != nil {
		return err
	}
	err = pg.InTx(ctx, s.db, func(tx pgx.Tx) error {
		finished, err := finishAsset(ctx, tx, row.AssetID, row.ObjectKey, sum.Sum(nil))
		if err != nil || !finished {
			return err
		}
		if err := deleteUpload(ctx, tx, row.AssetID); err != nil {
			return err
		}
		if row.TailBytes > 0 {
			if err := insertStray(ctx, tx, row.tailKey(row.TailBytes), nil); err != nil {
				return err
			}
		}
		return s.cfg.Queue.EnqueueCheck(ctx, tx, row.AssetID)
	})
	if err != nil {
		return err
	}
	row.State, row.offset = StateChecking, row.Size
	return s.spool.drop(row.AssetID)
}

// assemble stores the last bytes and closes the object. Done already, as after a crash, is done.
func (s *Service) assemble(ctx context.Context, row *uploadRow, f *spoolFile) error {
	if row.MultipartID == "" {
		return s.store.Put(ctx, row.ObjectKey, f.reader(), f.size, "application/octet-stream")
	}
	etag, err := s.store.PutPart(ctx, row.ObjectKey, row.MultipartID, len(row.Parts)+1, f.reader(), f.size)
	if err == nil {
		err = s.store.CompleteMultipart(ctx, row.ObjectKey, row.MultipartID, append(row.Parts[:len(row.Parts):len(row.Parts)], etag))
	}
	if !fault.Is(err, fault.NotFound) {
		return err
	}
	size, sizeErr := s.store.Size(ctx, row.ObjectKey)
	if sizeErr != nil || size != row.Size {
		return errors.Join(err, sizeErr, fmt.Errorf("media: the store lost upload %s: %d of %d bytes", row.AssetID, size, row.Size))
	}
	return nil
}

// cancelUpload drops an unfinished upload and its asset.
func (s *Service) cancelUpload(ctx context.Context, viewer, asset uuid.UUID) error {
	err := pg.InTx(ctx, s.db, func(tx pgx.Tx) error {
		row, err := selectUpload(ctx, tx, viewer, asset)
		if err != nil {
			return err
		}
		if row.done() {
			return fault.New(fault.Conflict, "upload_finished", "The upload is finished; delete the file in the library.")
		}
		return dropUpload(ctx, tx, row.AssetID, row.ObjectKey)
	})
	if err != nil {
		return err
	}
	return s.spool.drop(asset)
}
