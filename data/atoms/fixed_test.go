package atoms

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

// Particles are held where move_mask says so, or where they never move while others do; what is written says it again.
func TestFixed(t *testing.T) {
	for _, c := range []struct{ columns, rows, later, want string }{
		{"velocities:R:3", "A 0 0 0 1 0 0 0\nA 1 0 0 1 1 0 0\n", "A 0 0 0 1 0 0 0\nA 2 0 0 1 1 0 0\n", "[true false]"},
		{"velocities:R:3", "A 0 0 0 1 0 0 1\nA 1 0 0 1 1 0 0\n", "A 0 0 0 1 0 0 0\nA 2 0 0 1 1 0 0\n", "[]"},
		{"velocities:R:3", "A 0 0 0 1 0 0 0\nA 1 0 0 1 0 0 0\n", "A 0 0 0 1 0 0 0\nA 1 0 0 1 0 0 0\n", "[]"}, // all
		{"forces:R:3", "A 0 0 0 1 1 0 0\nA 1 0 0 1 1 0 0\n", "A 0 0 0 1 1 0 0\nA 2 0 0 1 1 0 0\n", "[]"},     // a force, and nothing says that it does not move
		{"move_mask:L:1", "A 0 0 0 1 T\nA 1 0 0 1 F\n", "A 2 0 0 1 T\nA 1 0 0 1 F\n", "[false true]"},
		{"move_mask:L:3", "A 0 0 0 1 T F F\nA 1 0 0 1 F F F\n", "A 2 0 0 1 T F F\nA 1 0 0 1 F F F\n", "[false true]"},
	} {
		head := func(time int) string {
			return fmt.Sprintf("2\nProperties=species:S:1:pos:R:3:masses:R:1:%s Time=%d\n", c.columns, time)
		}
		frames, err := Read(strings.NewReader(head(0)+c.rows+head(1)+c.later), Options{})
		if err != nil || fmt.Sprint(frames[1].Fixed) != c.want || (c.want != "[]") != (len(frames[0].Notes) == 1) {
			t.Errorf("%s %s: %v, %v; want %s", c.columns, c.rows, frames, err, c.want)
			continue
		}
		var b bytes.Buffer
		if err := WriteXYZ(&b, frames[1]); err != nil {
			t.Fatal(err)
		}
		if again, err := Read(&b, Options{}); err != nil || fmt.Sprint(again[0].Fixed) != c.want {
			t.Errorf("written and read: %v, %v", again, err)
		}
	}
}
