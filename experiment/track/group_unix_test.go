//go:build unix

package track

import (
	"os/exec"
	"syscall"
)

// ownGroup makes a command the first of a group: the server starts others.
func ownGroup(c *exec.Cmd) { c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

func endGroup(c *exec.Cmd) { _ = syscall.Kill(-c.Process.Pid, syscall.SIGKILL) }
