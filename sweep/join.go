package sweep

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hnn/experiment"
	"hnn/internal/kernel"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/nats-io/nats.go/jetstream"
)

// unfitError says why a worker may not take part.
type unfitError struct{ why string }

func (e *unfitError) Error() string { return e.why }

// studies are those that the worker may work for, the oldest first. It is an error if the
// server cannot be asked.
func (w *Worker) studies(ctx context.Context) ([]*assigned, error) {
	metas, err := studies(ctx, w.js)
	if err != nil {
		return nil, err
	}
	var all []*assigned
	for _, m := range metas {
		if m.Cancel || w.Study != "" && m.ID != w.Study {
			continue
		}
		if why := w.unfit(&m); why != "" {
			if w.Study != "" {
				return nil, &unfitError{why}
			}
			if !w.said[m.ID] {
				w.Log("%s", why)
			}
			w.said[m.ID] = true
			continue
		}
		a := w.at[m.ID]
		if a == nil {
			q, err := open(ctx, w.js, &m)
			if err != nil {
				return nil, err
			}
			a = &assigned{queues: q}
			if err := w.fetchFiles(ctx, a); err != nil {
				return nil, err
			}
			a.env = &experiment.Env{Local: a.local, SaveEvery: m.Save.duration(), Log: func(string, ...any) {}}
			w.at[m.ID] = a
		}
		a.meta.Watched = m.Watched // who submitted may have come back with other wishes
		all = append(all, a)
	}
	return all, nil
}

// unfit says why runs of this worker would not be those of the study to the bit, "" where they would.
func (w *Worker) unfit(m *Meta) string {
	switch {
	case m.AnyKind:
		return ""
	case m.Kernel != kernel.Arithmetic():
		return fmt.Sprintf("the study %s is computed with the kernels %s, and this machine has %s, which give other bits: choose them by HNN_KERNEL where the processor has them, or let any take part by \"any-kernel: true\" in the study", m.Name, m.Kernel, kernel.Arithmetic())
	case m.Version != w.Version:
		return fmt.Sprintf("the study %s is of hnn %s, and this is %s, which may give other bits: run the same program, or let any take part by \"any-kernel: true\" in the study", m.Name, m.Version, w.Version)
	}
	return ""
}

// studies are those in the registry, the oldest first.
func studies(ctx context.Context, js jetstream.JetStream) ([]Meta, error) {
	kv, err := js.KeyValue(ctx, registry)
	if errors.Is(err, jetstream.ErrBucketNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	keys, err := kv.Keys(ctx)
	if errors.Is(err, jetstream.ErrNoKeysFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var all []Meta
	for _, key := range keys {
		e, err := kv.Get(ctx, key)
		if errors.Is(err, jetstream.ErrKeyNotFound) {
			continue
		}
		var m Meta
		if err == nil {
			err = json.Unmarshal(e.Value(), &m)
		}
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	slices.SortFunc(all, func(a, b Meta) int { return a.Created.Compare(b.Created) })
	return all, nil
}

// fetchFiles brings the files of a study to this machine, where they are not there already.
func (w *Worker) fetchFiles(ctx context.Context, a *assigned) error {
	a.files = map[string]string{}
	root := filepath.Join(w.Scratch, "files-"+a.meta.ID)
	for _, f := range a.meta.Files {
		if hash, err := experiment.FileHash(f.Path); err == nil && hash == f.SHA256 {
			continue
		}
		path := filepath.Join(root, strings.ReplaceAll(filepath.FromSlash(f.Path), ":", "_"))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			return err
		}
		if err := a.objects.GetFile(ctx, fileName(f.SHA256), path); err != nil {
			return err
		}
		a.files[f.Path] = path
		// Of a folder of films the paths below it are files, and it is itself asked for.
		for dir, here := filepath.Dir(f.Path), filepath.Dir(path); len(here) > len(root); dir, here = filepath.Dir(dir), filepath.Dir(here) {
			a.files[dir] = here
		}
	}
	return nil
}

// local is where a file of the study lies on this machine.
func (a *assigned) local(path string) string {
	if here, ok := a.files[path]; ok {
		return here
	}
	return path
}
