package sweep

import (
	"crypto/rand"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// The server syncs what it writes; of a run it keeps the last checkpoint alone, and of that no second copy where nothing is newer.
func TestCheckpointIsTheLast(t *testing.T) {
	dir := t.TempDir()
	s, err := StartServer(filepath.Join(dir, "store"), filepath.Join(dir, "door.json"), ServerOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Stop()
	if options := s.nats.JetStreamConfig(); !options.SyncAlways {
		t.Error("the server does not sync what it writes")
	}
	l := Login{Door: filepath.Join(dir, "door.json")}
	nc, js, err := l.connect(t.Context(), "test")
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	q, err := create(t.Context(), js, &Meta{ID: NewID(), Lease: 10})
	if err != nil {
		t.Fatal(err)
	}
	run := filepath.Join(dir, "run")
	if err := os.Mkdir(run, 0o755); err != nil {
		t.Fatal(err)
	}
	const size = 1 << 20
	content, stamp := make([]byte, size), time.Time{}
	for k := range 5 {
		_, _ = rand.Read(content)
		path := filepath.Join(run, checkpointPrefix+".bin")
		if err := os.WriteFile(path, content, 0o644); err != nil {
			t.Fatal(err)
		}
		at := time.Now().Add(time.Duration(k) * time.Second)
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
		last := stamp
		if stamp, err = q.checkpoint(t.Context(), 1, run, last); err != nil || !stamp.After(last) {
			t.Fatalf("checkpoint %d, of %v: %v", k, stamp, err)
		}
		if again, err := q.checkpoint(t.Context(), 1, run, stamp); err != nil || !again.Equal(stamp) {
			t.Fatalf("nothing is newer, and a checkpoint of %v was stored: %v", again, err)
		}
	}
	list, err := q.objects.List(t.Context())
	if err != nil || len(list) != 1 || list[0].Name != checkpointName(1) {
		t.Fatalf("objects %v, %v", list, err)
	}
	status, err := q.objects.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if status.Size() > 2*size {
		t.Errorf("the store has %d bytes of five checkpoints of %d", status.Size(), size)
	}
	back := filepath.Join(dir, "back")
	if !q.restore(t.Context(), 1, back) {
		t.Fatal("there is no checkpoint")
	}
	if got, err := os.ReadFile(filepath.Join(back, checkpointPrefix+".bin")); err != nil || string(got) != string(content) {
		t.Errorf("another checkpoint than the last came back: %v", err)
	}
}
