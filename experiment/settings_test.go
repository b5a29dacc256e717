package experiment

import (
	"bytes"
	"reflect"
	"slices"
	"strings"
	"testing"

	"hnn/experiment/setting"
	"hnn/experiment/task"
)

// Every setting is declared whole: a key, help, a heading that there is, labels that there
// are; and it has a value of a type that flags and files know.
func TestSettings(t *testing.T) {
	all, err := setting.Read[Config]()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		switch {
		case s.Help == "":
			t.Errorf("%s: no help", s.Key)
		case !slices.Contains(Groups, s.Group):
			t.Errorf("%s: no heading %q", s.Key, s.Group)
		}
		for _, label := range s.Of {
			if used[label] == nil {
				t.Errorf("%s: no label %q", s.Key, label)
			}
		}
		// A string of few values is an enumeration.
		if v := reflect.TypeOf(s.Value(new(Config))); v.Kind() == reflect.String && v.Name() != "string" && s.Values() == nil {
			t.Errorf("%s: %v lists no values", s.Key, v)
		}
	}
}

// change gives a setting another value.
func change(s *setting.Setting, c *Config) {
	v := reflect.ValueOf(s.Pointer(c)).Elem()
	if v.Kind() == reflect.Slice {
		v.Set(reflect.Append(v, reflect.Zero(v.Type().Elem())))
		v = v.Index(v.Len() - 1)
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.Int:
		v.SetInt(v.Int() + 1)
	case reflect.Uint8, reflect.Uint64:
		v.SetUint(v.Uint() + 1)
	case reflect.Float64:
		v.SetFloat(v.Float() + 1)
	case reflect.String:
		before := v.String()
		v.SetString(before + "x")
		if values := s.Values(); len(values) > 0 && values[0] == before {
			v.SetString(values[1])
		} else if values != nil {
			v.SetString(values[0])
		}
	}
}

// What data are drawn, read or prepared by is in the key of the cache of data: all that
// stands under the headings of data and pictures, and more. What belongs to a trainer alone
// is not, so that models share their data.
func TestDataKey(t *testing.T) {
	for _, s := range settings {
		c := mustDefault(t, task.OwnData)
		if s.Is("draw") || s.Key == "seed" {
			c = mustDefault(t, "spring")
		}
		before := c.dataKey()
		change(s, &c)
		if changed := c.dataKey() != before; !changed && (s.Group == "data" || s.Group == "pictures") {
			t.Errorf("%s: another value and the same data", s.Key)
		} else if changed && !s.Is("dataset") && s.Key != "seed" && s.Key != "mass" && s.Key != "loss" && s.Key != "model" {
			t.Errorf("%s: another value and other data", s.Key)
		}
	}
}

// What another trainer, loss or kind of task has is refused where it is given.
func TestForeignSettings(t *testing.T) {
	for _, base := range []Config{mustDefault(t, "spring"), mustDefault(t, "spring").WithClosedForm(), mustDefault(t, task.PixelPendulum)} {
		for _, s := range settings {
			c := base
			if s.Special || c.Uses(s) || s.Is("hamiltonian") && s.Is("dataset") {
				continue
			}
			change(s, &c)
			if s.IsZero(&c) {
				t.Fatalf("%s: unchanged", s.Key)
			}
			if err := c.Validate(); err == nil || !strings.Contains(err.Error(), s.Key) {
				t.Errorf("%s %s: %s given: %v", c.Task, c.Trainer, s.Key, err)
			}
		}
	}
}

// Every setting is written and read back.
func TestSettingsInFiles(t *testing.T) {
	for _, base := range []Config{mustDefault(t, "spring"), mustDefault(t, "spring").WithLoss(TrajectoryLoss), mustDefault(t, "spring").WithClosedForm(), mustDefault(t, task.PixelPendulum)} {
		for _, s := range settings {
			c := base
			if s.Key == "task" || s.Key == "model" || !c.Uses(s) {
				continue
			}
			change(s, &c)
			var b bytes.Buffer
			if err := c.Write(&b); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains("\n"+b.String(), "\n"+s.Key+": ") {
				t.Errorf("%s is %s and is not in\n%s", s.Key, s.Text(&c), b.String())
				continue
			}
			got, err := ReadConfig(&b, "config.yaml")
			if err == nil && !reflect.DeepEqual(s.Value(&got), s.Value(&c)) {
				t.Errorf("%s: %s was written and %s read", s.Key, s.Text(&c), s.Text(&got))
			}
		}
	}
}
