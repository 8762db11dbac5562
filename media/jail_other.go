//go:build !linux

package media

import (
	"os/exec"
)

// confine does nothing where there are no namespaces; findTools says so in the log.
func (t toolbox) confine(*exec.Cmd) {}

func killGroup(cmd *exec.Cmd) error { return cmd.Process.Kill() }

func cpuKilled(*exec.Cmd) bool { return false }
