package media

import (
	"os"
	"os/exec"
	"syscall"
)

// confine gives a command a user that owns nothing, a network without interfaces, a process group of its own, and an
// end when we end.
func (t toolbox) confine(cmd *exec.Cmd) {
	attr := &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if t.uid >= 0 {
		attr.Credential = &syscall.Credential{Uid: uint32(t.uid), Gid: uint32(t.gid)}
	}
	if t.isolated {
		attr.Cloneflags = syscall.CLONE_NEWNET | syscall.CLONE_NEWIPC
		if t.uid < 0 {
			// Not root: a user namespace, in which we are ourselves, is what allows the others.
			attr.Cloneflags |= syscall.CLONE_NEWUSER
			attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: os.Getuid(), HostID: os.Getuid(), Size: 1}}
			attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: os.Getgid(), HostID: os.Getgid(), Size: 1}}
		}
	}
	cmd.SysProcAttr = attr
}

// killGroup ends a command and all that it started.
func killGroup(cmd *exec.Cmd) error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }

// cpuKilled reports whether the limit on processor time ended the command.
func cpuKilled(cmd *exec.Cmd) bool {
	if cmd.ProcessState == nil {
		return false
	}
	status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGXCPU
}
