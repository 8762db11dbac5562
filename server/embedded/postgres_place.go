package embedded

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// databaseFolder returns where the cluster lies and which user runs it. Postgres refuses root, and another user may not
// be able to reach dir (root's home, say): then the cluster lies in sharedBase and a link in dir leads there.
func databaseFolder(ctx context.Context, o Options) (data string, owner *syscall.Credential, err error) {
	place := filepath.Join(o.Dir, "postgres")
	if target, err := os.Readlink(place); err == nil {
		if _, err := os.Stat(target); err != nil {
			return "", nil, fmt.Errorf("the database of %s lay in %s, which is gone; remove the link %s to start afresh", o.Dir, target, place)
		}
		place = target
	}
	data = filepath.Join(place, "data")
	if os.Geteuid() != 0 {
		if err := privateDir(place, nil); err != nil {
			return "", nil, fmt.Errorf("postgres: %w", err)
		}
		return data, nil, mayUse(place)
	}
	owner = ownerOf(place)
	if owner == nil || owner.Uid == 0 {
		owner = serviceUser()
	}
	if reachable(ctx, place, owner) {
		return data, owner, nil
	}
	if ctx.Err() != nil { // the trial was cut short and says nothing
		return "", nil, ctx.Err()
	}
	if _, err := os.Stat(data); err == nil {
		return "", nil, fmt.Errorf("user %d, who owns the database in %s, cannot reach it any more", owner.Uid, place)
	}
	place, err = elsewhere(ctx, o, place, owner)
	return filepath.Join(place, "data"), owner, err
}

func mayUse(place string) error {
	if o := ownerOf(place); o != nil && int(o.Uid) != os.Geteuid() {
		return fmt.Errorf("the database in %s belongs to user %d, not to you: start as root, or use another HANZHI_DATA", place, o.Uid)
	}
	return nil
}

// ownerOf returns the owner of a folder, nil when there is none.
func ownerOf(path string) *syscall.Credential {
	var st syscall.Stat_t
	if err := syscall.Stat(path, &st); err != nil {
		return nil
	}
	return &syscall.Credential{Uid: st.Uid, Gid: st.Gid}
}

// serviceUser is whom the database runs as when we are root: postgres, else nobody.
func serviceUser() *syscall.Credential {
	for _, name := range []string{"postgres", "nobody"} {
		if u, err := user.Lookup(name); err == nil {
			uid, _ := strconv.ParseUint(u.Uid, 10, 32)
			gid, _ := strconv.ParseUint(u.Gid, 10, 32)
			return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		}
	}
	return &syscall.Credential{Uid: 65534, Gid: 65534}
}

// reachable makes place owner's private folder and tries, as owner, whether it can be used.
func reachable(ctx context.Context, place string, owner *syscall.Credential) bool {
	if err := privateDir(place, owner); err != nil {
		return false
	}
	return runTool(ctx, owner, "/bin/sh", "-c", `cd -- "$1" && test -w .`, "sh", place) == nil
}

// sharedBase is where the database goes when the data folder is closed to its user.
const sharedBase = "/var/lib/hanzhi"

// ownerNote, in a database's folder under sharedBase, names the data folder that it belongs to.
const ownerNote = "belongs-to"

// sweepTemporary removes the databases of data folders that lay in the temporary folder and are gone: those of tests. All
// others are kept, since somebody may only have moved the data folder for a while.
func sweepTemporary() {
	notes, _ := filepath.Glob(filepath.Join(sharedBase, "*", ownerNote))
	for _, note := range notes {
		dir, err := os.ReadFile(note)
		if err != nil || !strings.HasPrefix(string(dir), os.TempDir()+"/") {
			continue
		}
		if _, err := os.Stat(string(dir)); errors.Is(err, fs.ErrNotExist) {
			_ = os.RemoveAll(filepath.Dir(note))
		}
	}
}

// elsewhere makes the database's folder under sharedBase, with a link to it at place.
func elsewhere(ctx context.Context, o Options, place string, owner *syscall.Credential) (string, error) {
	if err := os.Remove(place); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("postgres: %w", err)
	}
	if err := os.MkdirAll(sharedBase, 0o755); err != nil {
		return "", fmt.Errorf("postgres: %w", err)
	}
	sweepTemporary()
	prefix := filepath.Join(sharedBase, folderHash(o.Dir))
	if old, _ := filepath.Glob(prefix + "-*"); len(old) > 0 {
		o.Log.Warn("an older database of this data folder is kept; remove it when it is not needed", "folder", strings.Join(old, " "))
	}
	target, err := os.MkdirTemp(sharedBase, filepath.Base(prefix)+"-")
	if err != nil {
		return "", fmt.Errorf("postgres: %w", err)
	}
	if !reachable(ctx, target, owner) {
		return "", fmt.Errorf("user %d, who runs the database, can reach neither %s nor %s", owner.Uid, place, target)
	}
	if err := os.WriteFile(filepath.Join(target, ownerNote), []byte(o.Dir), 0o600); err != nil {
		return "", fmt.Errorf("postgres: %w", err)
	}
	if err := os.Symlink(target, place); err != nil {
		return "", fmt.Errorf("postgres: %w", err)
	}
	o.Log.Info("the data folder is closed to the database's user: the database lies apart", "folder", target)
	return target, nil
}
