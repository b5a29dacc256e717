//go:build !unix || solaris || aix

package experiment

// lock does nothing where a directory cannot be locked.
func lock(string) (unlock func(), err error) { return func() {}, nil }
