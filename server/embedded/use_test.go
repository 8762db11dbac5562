package embedded_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	"github.com/redis/go-redis/v9"

	"hanzhi/server/embedded"
)

// store writes one word into each of the three services.
func store(t *testing.T, a addresses, word string) {
	t.Helper()
	ctx := t.Context()
	if err := storePostgres(ctx, a.DatabaseURL, word); err != nil {
		t.Fatal(err)
	}
	if err := withRedis(a.RedisURL, func(r *redis.Client) error { return r.Set(ctx, "word", word, 0).Err() }); err != nil {
		t.Fatal(err)
	}
	if err := storeS3(ctx, a.S3, word); err != nil {
		t.Fatal(err)
	}
}

func storePostgres(ctx context.Context, url, word string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	if _, err = conn.Exec(ctx, "CREATE TABLE IF NOT EXISTS words (word text)"); err != nil {
		return err
	}
	_, err = conn.Exec(ctx, "INSERT INTO words VALUES ($1)", word)
	return err
}

func storeS3(ctx context.Context, s embedded.S3, word string) error {
	c, err := s3Client(s)
	if err != nil {
		return err
	}
	if err := c.MakeBucket(ctx, "words", minio.MakeBucketOptions{}); err != nil && minio.ToErrorResponse(err).Code != "BucketAlreadyOwnedByYou" {
		return err
	}
	_, err = c.PutObject(ctx, "words", "课/word", bytes.NewReader([]byte(word)), int64(len(word)), minio.PutObjectOptions{ContentType: "text/x-word"})
	return err
}

// recall checks that all three services hold the word.
func recall(ctx context.Context, a addresses, word string) error {
	return errors.Join(recallPostgres(ctx, a.DatabaseURL, word), recallRedis(ctx, a.RedisURL, word), recallS3(ctx, a.S3, word))
}

func recallPostgres(ctx context.Context, url, word string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	var got string
	if err := conn.QueryRow(ctx, "SELECT word FROM words WHERE word = $1", word).Scan(&got); err != nil {
		return fmt.Errorf("postgres: %w", err)
	}
	return nil
}

func recallRedis(ctx context.Context, url, word string) error {
	return withRedis(url, func(r *redis.Client) error {
		if got, err := r.Get(ctx, "word").Result(); err != nil || got != word {
			return fmt.Errorf("redis: %q, %w", got, err)
		}
		return nil
	})
}

func recallS3(ctx context.Context, s embedded.S3, word string) error {
	c, err := s3Client(s)
	if err != nil {
		return err
	}
	o, err := c.GetObject(ctx, "words", "课/word", minio.GetObjectOptions{})
	if err != nil {
		return err
	}
	defer o.Close()
	b, err := io.ReadAll(o)
	if err != nil || string(b) != word {
		return fmt.Errorf("s3: %q, %w", b, err)
	}
	if info, err := o.Stat(); err != nil || info.ContentType != "text/x-word" {
		return fmt.Errorf("s3: content type %q, %w", info.ContentType, err)
	}
	return nil
}

func withRedis(url string, fn func(*redis.Client) error) error {
	o, err := redis.ParseURL(url)
	if err != nil {
		return err
	}
	o.MaxRetries, o.DialTimeout = -1, time.Second
	r := redis.NewClient(o)
	defer r.Close()
	return fn(r)
}

func s3Client(s embedded.S3) (*minio.Client, error) {
	return minio.New(s.Endpoint, &minio.Options{Creds: credentials.NewStaticV4(s.AccessKey, s.SecretKey, ""), Region: s.Region, Secure: s.Secure, MaxRetries: 1})
}
