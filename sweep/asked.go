package sweep

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"hnn/experiment/study"
)

// Cancel stops a study: nothing more of it is begun, and what runs is stopped.
func Cancel(ctx context.Context, l Login, id string) error {
	nc, js, err := l.connect(ctx, "hnn sweep cancel")
	if err != nil {
		return err
	}
	defer nc.Close()
	q := &queues{js: js, meta: Meta{ID: id}}
	m, err := q.current(ctx)
	if errors.Is(err, errEnded) || errors.Is(err, jetstream.ErrBucketNotFound) {
		return fmt.Errorf("the server has no study %s: it has ended, or was never begun there", id)
	}
	if err != nil {
		return err
	}
	m.Cancel = true
	b, err := json.Marshal(m)
	if err != nil {
		return err
	}
	kv, err := js.KeyValue(ctx, registry)
	if err != nil {
		return err
	}
	if _, err := kv.Put(ctx, id, b); err != nil {
		return err
	}
	stream, err := js.Stream(ctx, m.workStream())
	if err != nil {
		return err
	}
	return stream.Purge(ctx)
}

// Alive asks the server for what workers are at, for which it listens a little longer than
// the time between two signs of life.
func Alive(ctx context.Context, l Login, id string) ([]study.Running, error) {
	nc, _, err := l.connect(ctx, "hnn sweep status")
	if err != nil {
		return nil, err
	}
	defer nc.Close()
	m := Meta{ID: id}
	beats, err := nc.SubscribeSync(m.aliveSubject())
	if err != nil {
		return nil, err
	}
	at := map[string]study.Running{}
	for end := time.Now().Add(beat + beat/2); ; {
		msg, err := beats.NextMsg(time.Until(end))
		if err != nil {
			break
		}
		var r study.Running
		if json.Unmarshal(msg.Data, &r) == nil {
			at[r.Worker] = r
		}
	}
	var all []study.Running
	for _, r := range at {
		all = append(all, r)
	}
	slices.SortFunc(all, func(a, b study.Running) int { return a.Number - b.Number })
	return all, nil
}
