package atomicfile

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// renameio has no Windows implementation. os.Rename replaces an existing file
// there, in one step on NTFS. Permissions are those of the folder there.
func replace(path string, _ fs.FileMode, write func(io.Writer) error) (err error) {
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			file.Close() // Windows removes no open file; a second Close is harmless
			os.Remove(file.Name())
		}
	}()
	if err := buffered(file, write); err != nil {
		return err
	}
	if err := file.Sync(); err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}
