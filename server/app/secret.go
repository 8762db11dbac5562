package app

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// secretKey returns the key named by purpose. All keys derive from one secret: the given one, or one made at the first
// start and kept in the data folder. Copies that run side by side must be given the same secret.
func secretKey(given, dataDir, purpose string) ([]byte, error) {
	secret := given
	if secret == "" {
		kept, err := keptSecret(filepath.Join(dataDir, "secret"))
		if err != nil {
			return nil, err
		}
		secret = kept
	}
	return hkdf.Key(sha256.New, []byte(secret), nil, "hanzhi "+purpose, 32)
}

func keptSecret(path string) (string, error) {
	kept, err := os.ReadFile(path)
	if err == nil && len(kept) >= 32 {
		return string(kept), nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("read secret: %w", err)
	}
	fresh := make([]byte, 32)
	if _, err := rand.Read(fresh); err != nil {
		return "", fmt.Errorf("make secret: %w", err)
	}
	text := hex.EncodeToString(fresh)
	// Written aside and renamed: a crash in between must not leave half a secret behind.
	aside := path + ".new"
	if err := os.WriteFile(aside, []byte(text), 0o600); err != nil {
		return "", fmt.Errorf("keep secret: %w", err)
	}
	if err := os.Rename(aside, path); err != nil {
		return "", fmt.Errorf("keep secret: %w", err)
	}
	return text, nil
}
