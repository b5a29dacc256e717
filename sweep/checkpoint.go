package sweep

import (
	"context"
	"os"
	"path/filepath"
	"time"
)

// checkpoint stores the directory of a run where its checkpoint is of another time than the
// last one that was stored, which it replaces. It returns the checkpoint's time.
func (q *queues) checkpoint(ctx context.Context, number int, dir string, last time.Time) (time.Time, error) {
	var at time.Time
	found, err := filepath.Glob(filepath.Join(dir, checkpointPrefix+"*"))
	if err != nil {
		return last, err
	}
	for _, path := range found {
		if info, err := os.Stat(path); err == nil && info.ModTime().After(at) {
			at = info.ModTime()
		}
	}
	if !at.After(last) {
		return last, nil
	}
	b, err := pack(dir)
	if err != nil {
		return last, err
	}
	_, err = q.objects.PutBytes(ctx, checkpointName(number), b)
	return at, err
}

// restore fills dir from the last checkpoint of a run and reports whether there was one.
func (q *queues) restore(ctx context.Context, number int, dir string) bool {
	b, err := q.objects.GetBytes(ctx, checkpointName(number))
	return err == nil && os.MkdirAll(dir, 0o777) == nil && unpack(b, dir) == nil
}
