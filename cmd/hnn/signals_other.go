//go:build !unix

package main

import (
	"os"
	"syscall"
)

// endings are the signals that end the program in order, a training with a checkpoint.
func endings() []os.Signal { return []os.Signal{os.Interrupt, syscall.SIGTERM} }
