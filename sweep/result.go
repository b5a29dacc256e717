package sweep

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"hnn/experiment/study"
)

// result is what a worker stores of a run: a line of JSON and, where it is done, its
// directory, below the line or, where that is long, as an object.
type result struct {
	study.Record
	Object string `json:"object,omitempty"`
	// Kept says that the submitter has the directory, which is then no longer here.
	Kept bool `json:"kept,omitempty"`
	// Paused says that the run is not at its end but at a rung, where its Value was measured.
	Paused bool `json:"paused,omitempty"`
	Rung   int  `json:"rung,omitempty"`

	archive []byte
}

func (r *result) encode() ([]byte, error) {
	b, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	return append(append(b, '\n'), r.archive...), nil
}

func decodeResult(b []byte) (*result, error) {
	line, archive, _ := bytes.Cut(b, []byte("\n"))
	r := &result{archive: archive}
	if err := json.Unmarshal(line, r); err != nil {
		return nil, fmt.Errorf("a result on the server is damaged: %w", err)
	}
	return r, nil
}

// store creates the result of a run, unless there is one. stored is false where another
// worker was first.
func (q *queues) store(ctx context.Context, key string, r *result, largest int64) error {
	if int64(len(r.archive)) > largest-64<<10 {
		r.Object = archiveName(r.Number, nats.NewInbox()[7:])
		if err := q.again(ctx, func() error {
			_, err := q.objects.Put(ctx, jetstream.ObjectMeta{Name: r.Object, Opts: &jetstream.ObjectMetaOptions{ChunkSize: uint32(largest - 64<<10)}}, bytes.NewReader(r.archive))
			return err
		}); err != nil {
			return err
		}
		r.archive = nil
	}
	b, err := r.encode()
	if err != nil {
		return err
	}
	err = q.again(ctx, func() error {
		_, err := q.results.Create(ctx, key, b)
		return err
	}, jetstream.ErrKeyExists)
	if !errors.Is(err, jetstream.ErrKeyExists) {
		return err
	}
	// The one that is there may be this one, whose acknowledgement was lost.
	if r.Object != "" {
		if have, err := q.result(ctx, r.Number); err == nil && have.Object != r.Object {
			_ = q.objects.Delete(ctx, r.Object) // it goes with the study at the latest
		}
	}
	return nil
}

func (q *queues) result(ctx context.Context, number int) (*result, error) {
	e, err := q.results.Get(ctx, resultKey(number))
	if err != nil {
		return nil, err
	}
	return decodeResult(e.Value())
}

// errEnded says that a study is no longer on the server.
var errEnded = errors.New("the study has ended")

// again is again for what is of no use when the study has ended.
func (q *queues) again(ctx context.Context, f func() error, hopeless ...error) error {
	return again(ctx, func() error {
		err := f()
		if err == nil || isAny(err, hopeless) {
			return err
		}
		if _, gone := q.current(ctx); errors.Is(gone, errEnded) {
			return errEnded
		}
		return err
	}, append(hopeless, errEnded)...)
}

// current is the study as the registry has it now.
func (q *queues) current(ctx context.Context) (*Meta, error) {
	kv, err := q.js.KeyValue(ctx, registry)
	if err != nil {
		return nil, err
	}
	e, err := kv.Get(ctx, q.meta.ID)
	if errors.Is(err, jetstream.ErrKeyNotFound) {
		return nil, errEnded
	}
	if err != nil {
		return nil, err
	}
	m := new(Meta)
	return m, json.Unmarshal(e.Value(), m)
}
