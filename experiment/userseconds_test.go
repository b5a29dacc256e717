package experiment

import "syscall"

// userSeconds is the time that this process has computed.
func userSeconds() float64 {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return float64(u.Utime.Sec) + 1e-6*float64(u.Utime.Usec)
}
