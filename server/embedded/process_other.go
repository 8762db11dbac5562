//go:build !linux

package embedded

import (
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// dieWithParent is Linux's alone; elsewhere the next start ends what a killed one left (see takeOver).
func dieWithParent(*syscall.SysProcAttr, syscall.Signal) {}

// processID names a living process for ever: "pid start-time". A dead one is "".
func processID(pid int) string {
	if p, err := os.FindProcess(pid); err != nil || p.Signal(syscall.Signal(0)) != nil {
		return ""
	}
	born, err := exec.Command("ps", "-o", "lstart=", "-p", strconv.Itoa(pid)).Output()
	if err != nil {
		return ""
	}
	return strconv.Itoa(pid) + " " + strings.TrimSpace(string(born))
}

// worksIn cannot be told here; the answer "yes" leaves a lock file alone.
func worksIn(int, string) bool { return true }
