// Package sweep makes the runs of a study on the processes of one machine or of many, over
// NATS JetStream: a work queue of the runs, a key-value bucket of their results and an object
// store of data files and checkpoints. It is the only package that imports NATS. Delivery is
// at least once; a result is stored once, since its key is created and never overwritten by
// another's, and work is acknowledged after that.
package sweep

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

const (
	// maxPayload is the largest message of the server in this process; others' have 1 MiB.
	maxPayload = 8 << 20
	registry   = "hnn-studies"
)

// Login is how a server is reached.
type Login struct {
	// URL is the server's, or, of a server that a sweep has started, Door the file that names it.
	URL, Door string
	// Creds is NATS' file of credentials, TLSCA that of the authorities for TLS; empty for none.
	Creds, TLSCA string
	// Wait is how long a server is waited for that is not there.
	Wait time.Duration
}

func trimScheme(url string) string {
	_, address, ok := strings.Cut(url, "://")
	if !ok {
		return url
	}
	return address
}

// dialer finds a server again that has come back at another address.
type dialer struct{ login *Login }

func (d dialer) Dial(network, address string) (net.Conn, error) {
	if d.login.Door != "" {
		if door, err := ReadDoor(d.login.Door); err == nil {
			address = trimScheme(door.URL)
		}
	}
	return (&net.Dialer{Timeout: 5 * time.Second}).Dial(network, address)
}

// connect connects to the server, which it goes on to look for when the connection is lost.
func (l *Login) connect(ctx context.Context, name string) (*nats.Conn, jetstream.JetStream, error) {
	give := time.Now().Add(l.Wait)
	for {
		nc, err := l.try(name)
		if err == nil {
			js, err := jetstream.New(nc, jetstream.WithDefaultTimeout(10*time.Second))
			return nc, js, err
		}
		if time.Now().After(give) || errors.Is(err, nats.ErrAuthorization) {
			return nil, nil, fmt.Errorf("no connection to the server %s%s: %w", l.URL, l.Door, err)
		}
		select {
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		case <-time.After(250 * time.Millisecond):
		}
	}
}

func (l *Login) try(name string) (*nats.Conn, error) {
	options := []nats.Option{
		nats.Name(name), nats.MaxReconnects(-1), nats.ReconnectWait(250 * time.Millisecond), nats.ReconnectJitter(100*time.Millisecond, time.Second),
		nats.PingInterval(10 * time.Second), nats.MaxPingsOutstanding(2), nats.SetCustomDialer(dialer{l}),
		nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}), // every call reports its own
	}
	url := l.URL
	if l.Door != "" {
		door, err := ReadDoor(l.Door)
		if err != nil {
			return nil, err
		}
		url = door.URL
		options = append(options, nats.TokenHandler(func() string {
			if d, err := ReadDoor(l.Door); err == nil {
				return d.Key
			}
			return door.Key
		}))
	}
	if l.Creds != "" {
		options = append(options, nats.UserCredentials(l.Creds))
	}
	if l.TLSCA != "" {
		options = append(options, nats.RootCAs(l.TLSCA))
	}
	return nats.Connect(url, options...)
}

// isAny reports whether an error is one of some.
func isAny(err error, some []error) bool {
	return slices.ContainsFunc(some, func(one error) bool { return errors.Is(err, one) })
}

// again calls f until it succeeds, ctx ends, or it says that trying again is of no use.
func again(ctx context.Context, f func() error, hopeless ...error) error {
	for wait := 50 * time.Millisecond; ; wait = min(2*wait, 2*time.Second) {
		err := f()
		if err == nil {
			return nil
		}
		if isAny(err, hopeless) {
			return err
		}
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-time.After(wait):
		}
	}
}

// Meta is what workers know of a study.
type Meta struct {
	ID       string    `json:"id"`
	Name     string    `json:"name"`
	Created  time.Time `json:"created"`
	Kernel   string    `json:"kernel"`
	Version  string    `json:"version"`
	AnyKind  bool      `json:"any_kind"` // of kernel and version
	Total    int       `json:"total"`
	Retries  int       `json:"retries"`
	Cancel   bool      `json:"cancel"`
	Lease    Seconds   `json:"lease"`
	Save     Seconds   `json:"save"` // between two checkpoints
	Files    []File    `json:"files"`
	Measure  string    `json:"measure"` // by which runs are compared
	Replicas int       `json:"replicas"`
	Watched  bool      `json:"watched,omitempty"` // workers tell of the rows of metrics as they are made
}

// Seconds is a time.
type Seconds float64

func (s Seconds) duration() time.Duration { return time.Duration(float64(s) * float64(time.Second)) }

// File is one that runs read, by its path where the study was begun.
type File struct {
	Path   string `json:"path"`
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size"`
}

// work is one message of the queue.
type work struct {
	Number int    `json:"number"`
	Name   string `json:"name"`
	Config string `json:"config"`
	// Rung is how often the run was compared before, and Until the step at which it pauses to be
	// compared again; 0 is the end.
	Rung  int `json:"rung,omitempty"`
	Until int `json:"until,omitempty"`
}

// key is that of the job's result.
func (w *work) key() string {
	if w.Until > 0 {
		return fmt.Sprintf("rung.%d.%d", w.Number, w.Rung)
	}
	return resultKey(w.Number)
}

// queues are what a study has on the server.
type queues struct {
	js      jetstream.JetStream
	meta    Meta
	work    jetstream.Consumer
	results jetstream.KeyValue
	objects jetstream.ObjectStore
}

func (m *Meta) workStream() string         { return "hnn-" + m.ID + "-work" }
func (m *Meta) subject(n, rung int) string { return fmt.Sprintf("hnn.%s.work.%d-%d", m.ID, n, rung) }
func (m *Meta) resultsBucket() string      { return "hnn-" + m.ID + "-results" }
func (m *Meta) objectsBucket() string      { return "hnn-" + m.ID + "-objects" }
func (m *Meta) aliveSubject() string       { return "hnn." + m.ID + ".alive" }
func (m *Meta) rowsSubject() string        { return "hnn." + m.ID + ".rows" }
func resultKey(n int) string               { return fmt.Sprintf("run.%d", n) }
func failuresKey(n int) string             { return fmt.Sprintf("failures.%d", n) }
func checkpointName(n int) string          { return fmt.Sprintf("checkpoint/%d", n) }
func archiveName(n int, id string) string  { return fmt.Sprintf("run/%d/%s", n, id) }
func fileName(hash string) string          { return "file/" + hash }

// workers is the name of the consumer that all workers of a study share.
const workers = "workers"

// create makes what a study has on the server, where it is not there yet.
func create(ctx context.Context, js jetstream.JetStream, m *Meta) (*queues, error) {
	q := &queues{js: js, meta: *m}
	s, err := js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		Name: m.workStream(), Subjects: []string{fmt.Sprintf("hnn.%s.work.*", m.ID)}, Retention: jetstream.WorkQueuePolicy,
		Storage: jetstream.FileStorage, Replicas: max(m.Replicas, 1), Discard: jetstream.DiscardNew, DiscardNewPerSubject: true, MaxMsgsPerSubject: 1,
	})
	if err != nil {
		return nil, err
	}
	if q.work, err = s.CreateOrUpdateConsumer(ctx, jetstream.ConsumerConfig{
		Durable: workers, AckPolicy: jetstream.AckExplicitPolicy, AckWait: m.Lease.duration(), MaxDeliver: -1, MaxAckPending: 1_000_000, MaxWaiting: 100_000,
	}); err != nil {
		return nil, err
	}
	if q.results, err = js.CreateOrUpdateKeyValue(ctx, jetstream.KeyValueConfig{Bucket: m.resultsBucket(), Storage: jetstream.FileStorage, Replicas: max(m.Replicas, 1)}); err != nil {
		return nil, err
	}
	q.objects, err = js.CreateOrUpdateObjectStore(ctx, jetstream.ObjectStoreConfig{Bucket: m.objectsBucket(), Storage: jetstream.FileStorage, Replicas: max(m.Replicas, 1)})
	return q, err
}

// open is what a study has on the server.
func open(ctx context.Context, js jetstream.JetStream, m *Meta) (*queues, error) {
	q := &queues{js: js, meta: *m}
	var err error
	if q.work, err = js.Consumer(ctx, m.workStream(), workers); err != nil {
		return nil, err
	}
	if q.results, err = js.KeyValue(ctx, m.resultsBucket()); err != nil {
		return nil, err
	}
	q.objects, err = js.ObjectStore(ctx, m.objectsBucket())
	return q, err
}

// remove takes a study from the server.
func remove(ctx context.Context, js jetstream.JetStream, m *Meta) error {
	gone := func(err error) error {
		if errors.Is(err, jetstream.ErrStreamNotFound) || errors.Is(err, jetstream.ErrBucketNotFound) || errors.Is(err, jetstream.ErrKeyNotFound) {
			return nil
		}
		return err
	}
	var errs []error
	if kv, err := js.KeyValue(ctx, registry); err == nil {
		errs = append(errs, kv.Delete(ctx, m.ID)) // first: workers look for no more work then
	} else {
		errs = append(errs, gone(err))
	}
	return errors.Join(append(errs, gone(js.DeleteStream(ctx, m.workStream())), gone(js.DeleteKeyValue(ctx, m.resultsBucket())), gone(js.DeleteObjectStore(ctx, m.objectsBucket())))...)
}
