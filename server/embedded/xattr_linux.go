package embedded

import "golang.org/x/sys/unix"

// hasAttributes reports whether files below dir may carry extended attributes of users.
func hasAttributes(dir string) bool {
	return unix.Setxattr(dir, "user.hanzhi", []byte("1"), 0) == nil
}
