//go:build !linux

package embedded

// hasAttributes says no: metadata in files works on every disk.
func hasAttributes(string) bool { return false }
