//go:build !windows

package atomicfile

import (
	"io"
	"path/filepath"

	"github.com/google/renameio/v2"
)

func replace(path string, write func(io.Writer) error) error {
	// The temporary file must lie in the same folder: only there is a rename
	// certain to stay on one file system, and hence to be atomic.
	file, err := renameio.NewPendingFile(path,
		renameio.WithTempDir(filepath.Dir(path)),
		renameio.WithPermissions(0o644),
		renameio.WithExistingPermissions())
	if err != nil {
		return err
	}
	defer file.Cleanup() // does nothing once the rename has succeeded
	if err := buffered(file, write); err != nil {
		return err
	}
	return file.CloseAtomicallyReplace()
}
