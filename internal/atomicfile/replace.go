//go:build !windows

package atomicfile

import (
	"io"
	"io/fs"
	"path/filepath"

	"github.com/google/renameio/v2"
)

// replace gives the file the permissions, 0 for those of Write.
func replace(path string, permissions fs.FileMode, write func(io.Writer) error) error {
	// The temporary file must lie in the same folder: only there is a rename
	// certain to stay on one file system, and hence to be atomic.
	options := []renameio.Option{renameio.WithTempDir(filepath.Dir(path)), renameio.WithPermissions(0o644), renameio.WithExistingPermissions()}
	if permissions != 0 {
		options = []renameio.Option{renameio.WithTempDir(filepath.Dir(path)), renameio.WithStaticPermissions(permissions)}
	}
	file, err := renameio.NewPendingFile(path, options...)
	if err != nil {
		return err
	}
	defer file.Cleanup() // does nothing once the rename has succeeded
	if err := buffered(file, write); err != nil {
		return err
	}
	return file.CloseAtomicallyReplace()
}
