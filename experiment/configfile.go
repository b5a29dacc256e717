package experiment

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"go.yaml.in/yaml/v3"

	"hnn/experiment/setting"
)

// maxConfig is a bound on the size of a configuration, a thousand times the usual.
const maxConfig = 1 << 20

// ReadConfig reads a config.yaml. Keys that it leaves out have the task's default;
// an unknown key is an error with its line. The task must be there.
func ReadConfig(r io.Reader, name string) (Config, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxConfig+1))
	if err != nil {
		return Config{}, err
	}
	if len(text) > maxConfig {
		return Config{}, fmt.Errorf("%s: more than %d bytes; this is no configuration", name, maxConfig)
	}
	c, err := decodeConfig(text)
	if err != nil {
		return Config{}, fmt.Errorf("%s: %w", name, err)
	}
	return c, nil
}

func decodeConfig(text []byte) (Config, error) {
	d := yaml.NewDecoder(bytes.NewReader(text))
	var document yaml.Node
	if err := d.Decode(&document); err != nil && !errors.Is(err, io.EOF) {
		return Config{}, err
	}
	var mapping *yaml.Node
	// The others' defaults depend on these.
	var head Config
	if len(document.Content) > 0 {
		mapping = document.Content[0]
		first := slices.DeleteFunc(slices.Clone(settings), func(s *setting.Setting) bool {
			return !slices.Contains([]string{"task", "trainer", "recipe", "loss"}, s.Key)
		})
		if err := setting.Decode(first, &head, mapping); err != nil {
			return Config{}, err
		}
	}
	if head.Task == "" {
		return Config{}, errors.New("no task; a configuration begins with a line such as \"task: spring\"")
	}
	c, err := Default(head.Task)
	if err != nil {
		return Config{}, err
	}
	switch head.Trainer {
	case ClosedForm:
		c = c.WithClosedForm()
	case WeakForm:
		c = c.WithWeakForm(head.Model)
	}
	if c, err = c.WithRecipe(head.Recipe); err != nil {
		return Config{}, err
	}
	if head.Loss == TrajectoryLoss {
		c = c.WithLoss(head.Loss)
	}
	if err := errors.Join(setting.Check(settings, mapping), setting.Decode(settings, &c, mapping)); err != nil {
		return Config{}, fmt.Errorf("%w; the keys are the flags of hnn train", err)
	}
	if err := d.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return Config{}, errors.New("more than one document; a configuration is one")
	}
	return c, errors.Join(c.Complete(), c.Validate())
}

// ReadConfigFile is ReadConfig of a file.
func ReadConfigFile(path string) (Config, error) {
	f, err := os.Open(path)
	if err != nil {
		return Config{}, err
	}
	defer f.Close()
	return ReadConfig(f, path)
}

// Write writes the configuration as ReadConfig takes it, without the settings of another
// trainer or loss.
func (c *Config) Write(w io.Writer) error {
	base, err := Default(c.Task)
	if err != nil {
		return err
	}
	node, err := setting.Encode(settings, c, &base, func(s *setting.Setting) bool {
		return (c.Trainer == Adam || !s.Is("adam")) && (c.Loss == TrajectoryLoss || !s.Is("trajectory"))
	})
	if err != nil {
		return err
	}
	e := yaml.NewEncoder(w)
	e.SetIndent(2)
	if err := e.Encode(node); err != nil {
		return err
	}
	return e.Close()
}
