package experiment

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
)

func TestKeepInput(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "runs")
	first, err := KeepInput(strings.NewReader("t,q,p\n"), folder)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(first); err != nil || string(b) != "t,q,p\n" || filepath.Dir(first) != folder {
		t.Errorf("%s holds %q, %v", first, b, err)
	}
	again, err := KeepInput(strings.NewReader("t,q,p\n"), folder)
	if err != nil || again != first {
		t.Errorf("the same data are kept as %s and %s, %v", first, again, err)
	}
	broken := errors.New("the pipe broke")
	if _, err := KeepInput(iotest.ErrReader(broken), folder); !errors.Is(err, broken) {
		t.Errorf("a pipe that breaks: %v", err)
	}
	if _, err := KeepInput(strings.NewReader(""), folder); err == nil || !strings.Contains(err.Error(), "standard input is empty") {
		t.Errorf("no data: %v", err)
	}
	if entries, err := os.ReadDir(folder); err != nil || len(entries) != 1 {
		t.Errorf("%d files are left, %v", len(entries), err)
	}
}
