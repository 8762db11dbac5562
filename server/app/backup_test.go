package app_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"hanzhi/server/app"
	"hanzhi/server/config"
	"hanzhi/server/embedded"
	"hanzhi/server/pg"
	"hanzhi/server/pg/pgtest"
)

// installation is a database, a bucket and a data folder.
type installation struct {
	cfg config.Config
	db  *pgxpool.Pool
	s3  *minio.Client
}

// objectStore runs one S3 server for a test.
func objectStore(t *testing.T) embedded.S3 {
	t.Helper()
	s, err := embedded.Start(t.Context(), embedded.Options{Dir: t.TempDir(), Log: slog.New(slog.DiscardHandler), S3: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return s.S3
}

func newInstallation(t *testing.T, s3 embedded.S3, bucket, url string) installation {
	t.Helper()
	cfg := config.Config{DatabaseURL: url, DataDir: t.TempDir(), S3: config.S3{
		Endpoint: s3.Endpoint, AccessKey: s3.AccessKey, SecretKey: s3.SecretKey, Region: s3.Region, Bucket: bucket,
	}}
	db, err := pg.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return installation{cfg: cfg, db: db, s3: s3Client(t, s3)}
}

func s3Client(t *testing.T, s3 embedded.S3) *minio.Client {
	t.Helper()
	c, err := minio.New(s3.Endpoint, &minio.Options{Creds: credentials.NewStaticV4(s3.AccessKey, s3.SecretKey, ""), Region: s3.Region})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// hardTables are shaped to make a restore fail: a circle of foreign keys, a computed column, an identity, a trigger, a
// table that refers to itself, types of every sort.
const hardTables = `
	CREATE TABLE hens (id int PRIMARY KEY, egg int);
	CREATE TABLE eggs (id int PRIMARY KEY, hen int NOT NULL REFERENCES hens);
	ALTER TABLE hens ADD FOREIGN KEY (egg) REFERENCES eggs DEFERRABLE INITIALLY DEFERRED;
	CREATE TABLE odd (
		n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, parent bigint REFERENCES odd,
		"the Word" text, length int GENERATED ALWAYS AS (length("the Word")) STORED,
		raw bytea, seen int4multirange, span interval, at timestamptz, list text[], doc jsonb, x double precision,
		changes int NOT NULL DEFAULT 0, UNIQUE ("the Word") DEFERRABLE INITIALLY DEFERRED);
	CREATE FUNCTION count_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.changes := NEW.changes + 1; RETURN NEW; END';
	CREATE TRIGGER odd_changes BEFORE INSERT OR UPDATE ON odd FOR EACH ROW EXECUTE FUNCTION count_change();`

const hardRows = `
	BEGIN; INSERT INTO hens VALUES (1, 1); INSERT INTO eggs VALUES (1, 1); COMMIT;
	INSERT INTO odd ("the Word", raw, seen, span, at, list, doc, x) VALUES
		(E'车床\t\\N\n"急停"', '\x00ff0a', '{[0,5),[9,12)}', '3 days 2:00', '2026-11-23 10:00:00.123456+08', '{"a,b",NULL,"{}"}', '{"zh": "焊接"}', 0.1::float8 + 0.2),
		('', '', '{}', '0', 'infinity', '{}', 'null', 'NaN');
	UPDATE odd SET parent = 1 WHERE n = 2;
	INSERT INTO odd ("the Word") SELECT repeat(md5(i::text), 20) FROM generate_series(1, 20000) i;
	INSERT INTO accounts (id, email, name, password_hash) VALUES ('01900000-0000-7000-8000-000000000001', 'author@example.org', 'Автор 作者', 'x');
	INSERT INTO institutions (id, slug, name, kind, country) VALUES ('01900000-0000-7000-8000-000000000002', 'college', '{"en": "College"}', 'college', 'ZM');
	INSERT INTO members (institution_id, account_id, role) SELECT i.id, a.id, 'author' FROM institutions i, accounts a;
	INSERT INTO assets (id, institution_id, uploaded_by, kind, filename, size)
		SELECT '01900000-0000-7000-8000-000000000003', i.id, a.id, 'video', '课.mp4', 100 FROM institutions i, accounts a;
	INSERT INTO uploads (asset_id, object_key, multipart_id, parts, parts_bytes, expires_at)
		VALUES ('01900000-0000-7000-8000-000000000003', 's/1', 'old', '{etag}', 5, now() + interval '1 day');`

// fill puts rows, objects of several sizes and a secret into an installation, and returns the objects' hashes.
func (in installation) fill(t *testing.T) map[string]string {
	t.Helper()
	if _, err := in.db.Exec(t.Context(), hardRows, pgx.QueryExecModeSimpleProtocol); err != nil {
		t.Fatal(err)
	}
	if err := in.s3.MakeBucket(t.Context(), in.cfg.S3.Bucket, minio.MakeBucketOptions{}); err != nil {
		t.Fatal(err)
	}
	for i, size := range []int{1, 2, 500_000, 5 << 20, 20 << 20} {
		body := bytes.Repeat([]byte{byte(i), 7, 255, byte(size)}, size/4+1)[:size]
		if size == 5<<20 {
			// Noise, as video is. It takes up the middle of a backup, where a turned bit may otherwise change nothing: what
			// repeats is the same repeated from further back.
			_, _ = rand.NewChaCha8([32]byte{}).Read(body)
		}
		core := minio.Core{Client: in.s3}
		// None is empty: the platform stores no such object, and after one versitygw loses its place in the connection.
		sum := sha256.Sum256(body)
		_, err := core.PutObject(t.Context(), in.cfg.S3.Bucket, fmt.Sprintf("v/课-%d/seg %d.m4s", i, i), bytes.NewReader(body), int64(size),
			"", hex.EncodeToString(sum[:]), minio.PutObjectOptions{ContentType: "video/iso.segment", CacheControl: "max-age=9"})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(in.cfg.DataDir, "secret"), []byte(strings.Repeat("s", 64)), 0o600); err != nil {
		t.Fatal(err)
	}
	return in.objects(t)
}

// objects returns hash, type and caching of every object.
func (in installation) objects(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	for o := range in.s3.ListObjectsIter(t.Context(), in.cfg.S3.Bucket, minio.ListObjectsOptions{Recursive: true}) {
		if o.Err != nil {
			t.Fatal(o.Err)
		}
		body, err := in.s3.GetObject(t.Context(), in.cfg.S3.Bucket, o.Key, minio.GetObjectOptions{})
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.New()
		if _, err := io.Copy(sum, body); err != nil {
			t.Fatal(err)
		}
		info, err := body.Stat()
		if err != nil {
			t.Fatal(err)
		}
		found[o.Key] = hex.EncodeToString(sum.Sum(nil)) + " " + info.ContentType + " " + info.Metadata.Get("Cache-Control")
	}
	return found
}

// contents returns a hash of every table but those that a restore changes on purpose.
func (in installation) contents(t *testing.T) map[string]string {
	t.Helper()
	rows, err := in.db.Query(t.Context(), `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
		AND relname NOT IN ('goose_db_version', 'river_migration', 'uploads')`)
	if err != nil {
		t.Fatal(err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, name := range names {
		var sum string
		sql := "SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM " + name + " t"
		if err := in.db.QueryRow(t.Context(), sql).Scan(&sum); err != nil {
			t.Fatal(err)
		}
		found[name] = sum
	}
	return found
}

// constraints lists what keeps the data right.
func (in installation) constraints(t *testing.T) (n int) {
	t.Helper()
	err := in.db.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM pg_constraint WHERE convalidated) * 1000
		+ (SELECT count(*) FROM pg_trigger WHERE tgenabled = 'O' AND NOT tgisinternal)`).Scan(&n)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func same(t *testing.T, what string, got, want map[string]string) {
	t.Helper()
	for key, value := range want {
		if got[key] != value {
			t.Errorf("%s %s: %q, want %q", what, key, got[key], value)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d %s, want %d", len(got), what, len(want))
	}
}

// pair is a filled installation with its backup, and an empty one beside it with the same schema.
type pair struct {
	old, fresh installation
	objects    map[string]string
	file       string
}

func newPair(t *testing.T) pair {
	t.Helper()
	s3 := objectStore(t)
	p := pair{
		old:   newInstallation(t, s3, "old", pgtest.URL(t)),
		fresh: newInstallation(t, s3, "fresh", pgtest.URL(t)),
		file:  filepath.Join(t.TempDir(), "backup.tar.zst"),
	}
	for _, in := range []installation{p.old, p.fresh} {
		if _, err := in.db.Exec(t.Context(), hardTables); err != nil {
			t.Fatal(err)
		}
	}
	p.objects = p.old.fill(t)
	if err := app.Backup(t.Context(), p.old.cfg, p.file); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestBackupDrill(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	before := p.fresh.constraints(t)
	if err := app.Restore(t.Context(), p.fresh.cfg, p.file); err != nil {
		t.Fatal(err)
	}
	t.Run("brings back every row, object and the secret", func(t *testing.T) {
		same(t, "tables", p.fresh.contents(t), p.old.contents(t))
		same(t, "objects", p.fresh.objects(t), p.objects)
		if b, err := os.ReadFile(filepath.Join(p.fresh.cfg.DataDir, "secret")); err != nil || string(b) != strings.Repeat("s", 64) {
			t.Errorf("the secret is %q, %v", b, err)
		}
	})
	t.Run("leaves every constraint and trigger in force", func(t *testing.T) {
		if after := p.fresh.constraints(t); after != before {
			t.Errorf("constraints and triggers %d, before %d", after, before)
		}
		if _, err := p.fresh.db.Exec(t.Context(), "INSERT INTO eggs VALUES (2, 99)"); err == nil {
			t.Error("an egg without a hen was taken")
		}
	})
	t.Run("goes on counting after the restored rows", func(t *testing.T) {
		var n int
		if err := p.fresh.db.QueryRow(t.Context(), `INSERT INTO odd ("the Word") VALUES ('next') RETURNING n`).Scan(&n); err != nil || n != 20003 {
			t.Errorf("n = %d, %v", n, err)
		}
	})
	t.Run("sets unfinished uploads back to their first byte", func(t *testing.T) {
		var sent int
		var multipart string
		err := p.fresh.db.QueryRow(t.Context(), "SELECT parts_bytes + tail_bytes, multipart_id FROM uploads").Scan(&sent, &multipart)
		if err != nil || sent != 0 || multipart != "" {
			t.Errorf("%d bytes, multipart %q, %v", sent, multipart, err)
		}
	})
	t.Run("keeps the file to its owner and overwrites none", func(t *testing.T) {
		if info, err := os.Stat(p.file); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%v, %v", info.Mode(), err)
		}
		if err := app.Backup(t.Context(), p.old.cfg, p.file); err == nil || !strings.Contains(err.Error(), "there already") {
			t.Error(err)
		}
	})
	t.Run("refuses an installation that is in use and changes nothing", func(t *testing.T) {
		rows, objects := p.old.contents(t), p.old.objects(t)
		if err := app.Restore(t.Context(), p.old.cfg, p.file); err == nil || !strings.Contains(err.Error(), "not empty") {
			t.Error(err)
		}
		same(t, "tables", p.old.contents(t), rows)
		same(t, "objects", p.old.objects(t), objects)
	})
}

func TestRestoreRefuses(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	whole, err := os.ReadFile(p.file)
	if err != nil {
		t.Fatal(err)
	}
	flipped := bytes.Clone(whole)
	flipped[len(flipped)/2] ^= 1
	// Names and types of entries have no hash of their own: only the checksum at the very end tells that they are as written.
	unsure := bytes.Clone(whole)
	unsure[len(unsure)-1] ^= 1
	for name, content := range map[string][]byte{
		"a file with one bit turned":   flipped,
		"a file with a wrong checksum": unsure,
		"a file cut short":             whole[:len(whole)-200],
		"a file cut in half":           whole[:len(whole)/2],
		"a file that is no backup":     []byte("hello"),
		"an empty file":                {},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "bad")
			if err := os.WriteFile(file, content, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := app.Restore(t.Context(), p.fresh.cfg, file); err == nil {
				t.Fatal("it was restored")
			}
			p.mustBeEmpty(t)
		})
	}
	t.Run("a bucket that holds something", func(t *testing.T) {
		s3 := p.old.cfg
		s3.DatabaseURL = p.fresh.cfg.DatabaseURL
		if err := app.Restore(t.Context(), s3, p.file); err == nil || !strings.Contains(err.Error(), `bucket "old" is not empty`) {
			t.Fatal(err)
		}
		p.mustBeEmpty(t)
	})
	t.Run("and takes back what it stored when the database fails at the end", func(t *testing.T) {
		if _, err := p.fresh.db.Exec(t.Context(), "ALTER TABLE hens ADD CHECK (id > 1)"); err != nil {
			t.Fatal(err)
		}
		if err := app.Restore(t.Context(), p.fresh.cfg, p.file); err == nil || !strings.Contains(err.Error(), "hens") {
			t.Fatal(err)
		}
		p.mustBeEmpty(t)
	})
}

// mustBeEmpty checks that the fresh installation is still fresh.
func (p pair) mustBeEmpty(t *testing.T) {
	t.Helper()
	var rows int
	if err := p.fresh.db.QueryRow(t.Context(), "SELECT (SELECT count(*) FROM accounts) + (SELECT count(*) FROM odd)").Scan(&rows); err != nil || rows != 0 {
		t.Errorf("%d rows, %v", rows, err)
	}
	if exists, err := p.fresh.s3.BucketExists(t.Context(), "fresh"); err != nil {
		t.Error(err)
	} else if exists && len(p.fresh.objects(t)) != 0 {
		t.Errorf("%d objects are left", len(p.fresh.objects(t)))
	}
}

func TestBackupEmbedded(t *testing.T) {
	t.Parallel()
	t.Run("backs up beside a running copy and restores into another data folder", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		defer cancel()
		base, err := os.MkdirTemp("/tmp", "hz-backup-") // open to the database's user
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { os.RemoveAll(base) })
		if err := os.Chmod(base, 0o755); err != nil {
			t.Fatal(err)
		}
		old := config.Config{DataDir: filepath.Join(base, "old"), S3: config.S3{Bucket: "hanzhi"}}
		file := filepath.Join(base, "backup")
		run, err := embedded.Start(ctx, embedded.Options{Dir: old.DataDir, Postgres: true, S3: true})
		if err != nil {
			t.Fatal(err)
		}
		defer run.Stop()
		if err := pg.Migrate(ctx, run.DatabaseURL); err != nil {
			t.Fatal(err)
		}
		in := newInstallation(t, run.S3, "hanzhi", run.DatabaseURL)
		if _, err := in.db.Exec(ctx, hardTables); err != nil {
			t.Fatal(err)
		}
		want := in.fill(t)
		if _, err := in.db.Exec(ctx, "DROP TABLE hens, eggs, odd CASCADE"); err != nil {
			t.Fatal(err)
		}
		if err := app.Backup(ctx, old, file); err != nil {
			t.Fatal(err)
		}
		fresh := config.Config{DataDir: filepath.Join(base, "fresh"), S3: config.S3{Bucket: "hanzhi"}}
		if err := app.Restore(ctx, fresh, file); err != nil {
			t.Fatal(err)
		}
		again, err := embedded.Start(ctx, embedded.Options{Dir: fresh.DataDir, Postgres: true, S3: true})
		if err != nil {
			t.Fatal(err)
		}
		defer again.Stop()
		back := newInstallation(t, again.S3, "hanzhi", again.DatabaseURL)
		same(t, "tables", back.contents(t), in.contents(t))
		same(t, "objects", back.objects(t), want)
	})
}
