// Package study turns a file that says what varies into the runs of a study, and keeps what
// became of them in a folder. It knows nothing of where the runs are made: package sweep,
// its user, does that.
package study

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"hnn/experiment"
	"hnn/experiment/setting"
	"hnn/experiment/task"
	"hnn/system"
)

// Study is a file of settings that are fixed and of such that vary.
type Study struct {
	Options
	// Text is the file.
	Text []byte

	folder string // of the file
	fixed  []keyed
	Varied []Varied
}

// Options are the settings of a study itself.
type Options struct {
	Name   string   `key:"name" help:"of the study and its folder; that of the file unless given"`
	Task   string   `key:"task" help:"the paper's task or the known system"`
	Data   []string `key:"data" help:"files of trajectories, patterns and folders, from the folder of the study file"`
	Method Method   `key:"method" help:"how runs are chosen: every combination, draws, evenly spread draws, or a search for the best"`
	Trials int      `key:"trials" help:"draws of what has a distribution"`
	Seed   uint64   `key:"sample-seed" help:"of the draws"`
	// Minimize is the path of a number in results.json; Maximize is one too.
	Minimize string `key:"minimize" help:"the result that is to be small, by its path in results.json"`
	Maximize string `key:"maximize" help:"the result that is to be large"`
	// FirstRung, unless 0, stops hopeless runs of a search early: see search.Halving.
	FirstRung  int `key:"first-rung" help:"steps after which runs of a search are compared for the first time, and most are stopped"`
	RungFactor int `key:"rung-factor" help:"how many times as far the next comparison is, and one of how many goes on"`
	Retries    int `key:"retries" help:"how often a run that fails is tried again"`
	// AnyKernel lets machines take part whose kernels give other bits.
	AnyKernel bool `key:"any-kernel" help:"let machines take part whose kernels give other bits"`
}

var options = setting.Must[Options]()

// Method is how the runs of a study are chosen.
type Method string

// The methods.
const (
	Grid   Method = "grid"
	Random Method = "random"
	// Sobol draws points that fill the space more evenly than independent ones.
	Sobol Method = "sobol"
	// TPE and GP search for the best value of the measure: see package search.
	TPE Method = "tpe"
	GP  Method = "gp"
)

// Values lists the names of the methods.
func (Method) Values() []string {
	return []string{string(Grid), string(Random), string(Sobol), string(TPE), string(GP)}
}

type keyed struct {
	key  string
	node *yaml.Node
}

const (
	maxText   = 1 << 20
	maxTrials = 1_000_000
)

// Read reads the study file at path. Whatever is wrong in it is an error that names the line.
func Read(path string) (*Study, error) {
	text, err := readFile(path)
	if err != nil {
		return nil, err
	}
	folder, err := filepath.Abs(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	s, err := parse(text, folder, strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return s, nil
}

func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxText+1))
	if err == nil && len(text) > maxText {
		err = fmt.Errorf("%s: more than %d bytes; this is no study", path, maxText)
	}
	return text, err
}

var nameForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]*$`)

func parse(text []byte, folder, name string) (*Study, error) {
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		return nil, err
	}
	if len(document.Content) != 1 || document.Content[0].Kind != yaml.MappingNode {
		return nil, errors.New("this is no study: it has lines such as \"task: three-body\" and \"vary:\"")
	}
	top := document.Content[0]
	s := &Study{Options: Options{Name: name, Retries: 1, RungFactor: 3}, Text: text, folder: folder}
	// fixed and vary are mappings of their own.
	own := &yaml.Node{Kind: yaml.MappingNode, Line: top.Line}
	parts := map[string]*yaml.Node{"fixed": nil, "vary": nil}
	for i := 0; i+1 < len(top.Content); i += 2 {
		key, value := top.Content[i], top.Content[i+1]
		part, ok := parts[key.Value]
		switch {
		case ok && part != nil:
			return nil, fmt.Errorf("line %d: %s is there twice", key.Line, key.Value)
		case ok && value.Kind != yaml.MappingNode:
			return nil, fmt.Errorf("line %d: %s: below it are lines such as \"  steps: 500\"", key.Line, key.Value)
		case ok:
			parts[key.Value] = value
			continue
		case key.Value == "data" && value.Kind == yaml.ScalarNode:
			value = &yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{value}, Line: value.Line}
		}
		own.Content = append(own.Content, key, value)
	}
	if err := checkTop(own); err != nil {
		return nil, err
	}
	if err := setting.Decode(options, &s.Options, own); err != nil {
		return nil, err
	}
	if err := s.readFixed(parts["fixed"]); err != nil {
		return nil, err
	}
	if err := s.readVaried(parts["vary"]); err != nil {
		return nil, err
	}
	return s, s.check()
}

// checkTop refuses a key that a study has not; that of a run is told where it belongs.
func checkTop(own *yaml.Node) error {
	for i := 0; i < len(own.Content); i += 2 {
		key := own.Content[i]
		if lookup(options, key.Value) == nil && lookup(experiment.Settings(), key.Value) != nil {
			return fmt.Errorf("line %d: %s is a setting of the runs: write it under \"fixed:\" or \"vary:\"", key.Line, key.Value)
		}
	}
	// The two parts are keys that a wrong one may have been meant for.
	all := slices.Concat(options, setting.Must[struct {
		Fixed string `key:"fixed"`
		Vary  string `key:"vary"`
	}]())
	return setting.Check(all, own)
}

func lookup(all []*setting.Setting, key string) *setting.Setting {
	if i := slices.IndexFunc(all, func(s *setting.Setting) bool { return s.Key == key }); i >= 0 {
		return all[i]
	}
	return nil
}

func (s *Study) readFixed(mapping *yaml.Node) error {
	if mapping == nil {
		return nil
	}
	if err := setting.Check(experiment.Settings(), mapping); err != nil {
		return err
	}
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		s.fixed = append(s.fixed, keyed{mapping.Content[i].Value, mapping.Content[i+1]})
	}
	return nil
}

// check is of what the parts have to do with each other.
func (s *Study) check() error {
	has := func(key string) bool {
		return slices.ContainsFunc(s.fixed, func(k keyed) bool { return k.key == key }) || slices.ContainsFunc(s.Varied, func(v Varied) bool { return v.Key == key })
	}
	distributed := slices.ContainsFunc(s.Varied, func(v Varied) bool { return v.Distribution != nil })
	for _, v := range s.Varied {
		if slices.ContainsFunc(s.fixed, func(k keyed) bool { return k.key == v.Key }) {
			return fmt.Errorf("%s is fixed and varies: leave out one of the two", v.Key)
		}
	}
	switch {
	case !nameForm.MatchString(s.Name):
		return fmt.Errorf("name: %q: letters, digits, - and _ make a name; give one by \"name:\"", s.Name)
	case s.Task != "" && s.Data != nil:
		return errors.New("task and data: a known system, or a file of trajectories: leave out one of the two")
	case (s.Task != "" || s.Data != nil) && (has("task") || s.Data != nil && has("data")):
		return errors.New("task or data are given twice, above and under fixed or vary")
	case s.Task == "" && s.Data == nil && !has("task"):
		return errors.New("nothing to learn from: give \"task: NAME\", or \"data: FILE\"")
	case s.Minimize != "" && s.Maximize != "":
		return errors.New("minimize and maximize: give one of the two")
	case s.Trials < 0:
		return fmt.Errorf("trials: %d: give a positive number", s.Trials)
	case s.Retries < 0:
		return fmt.Errorf("retries: %d: give 0 or more", s.Retries)
	case s.Method == "" && distributed:
		s.Method = Random
	case s.Method == "":
		s.Method = Grid
	}
	switch {
	case s.Method == Grid && distributed:
		return fmt.Errorf("method grid takes lists and ranges, and %s has a distribution: give a range by from, to and step, or another method", s.Varied[slices.IndexFunc(s.Varied, func(v Varied) bool { return v.Distribution != nil })].Key)
	case s.Method == Grid && s.Trials != 0:
		return errors.New("trials: a grid has the runs that its lists make; leave trials out, or vary by a distribution")
	case s.Method != Grid && !s.Searches() && !distributed:
		return fmt.Errorf("method %s: nothing varies by a distribution, as \"learning-rate: {min: 1e-4, max: 1e-2, log: true}\" does", s.Method)
	case s.Method != Grid && s.Trials == 0:
		return fmt.Errorf("method %s: say how many draws by \"trials:\"", s.Method)
	}
	if s.Searches() && s.Minimize == "" && s.Maximize == "" {
		return fmt.Errorf("method %s: say what is searched for, as \"minimize: strict.energy_mse.median\"", s.Method)
	}
	if err := s.checkSearch(); err != nil {
		return err
	}
	path, _ := s.Measure()
	return CheckMeasure(path)
}

// Measure is the path of the result by which runs are compared, and whether it is to be large.
func (s *Study) Measure() (path string, large bool) {
	switch {
	case s.Maximize != "":
		return s.Maximize, true
	case s.Minimize != "":
		return s.Minimize, false
	}
	return "test_loss.mean", false
}

// Trial is one run of a study.
type Trial struct {
	Number int               `json:"number"` // from 1
	Name   string            `json:"name"`   // of its directory
	Values map[string]string `json:"values"` // of what varies
	// Point is where a search proposed it.
	Point  []float64         `json:"point,omitempty"`
	Config experiment.Config `json:"-"`
}

// config makes the configuration of values for what varies.
func (s *Study) config(values []keyed) (experiment.Config, error) {
	mapping := &yaml.Node{Kind: yaml.MappingNode}
	add := func(key string, node *yaml.Node) {
		mapping.Content = append(mapping.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: key}, node)
	}
	files, err := s.files()
	if err != nil {
		return experiment.Config{}, err
	}
	word := func(text string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text} }
	switch {
	case files != nil:
		add("task", word(task.OwnData))
		add("data", word(files[0]))
		if len(files) > 1 {
			var more yaml.Node
			if err := more.Encode(files[1:]); err != nil {
				return experiment.Config{}, err
			}
			add("more-data", &more)
		}
	case s.Task != "":
		add("task", word(s.Task))
	}
	model, trainer := "", false
	for _, k := range append(slices.Clone(s.fixed), values...) {
		node := k.node
		if slices.Contains([]string{"data", "test", "frames"}, k.key) && node.Value != "" && !filepath.IsAbs(node.Value) {
			node = word(filepath.Join(s.folder, node.Value))
		}
		if k.key == "model" {
			model = node.Value
		}
		trainer = trainer || k.key == "trainer"
		add(k.key, node)
	}
	if experiment.IsWeak(model) && !trainer {
		add("trainer", word(string(experiment.WeakForm))) // it has no other
	}
	text, err := yaml.Marshal(mapping)
	if err != nil {
		return experiment.Config{}, err
	}
	return experiment.ReadConfig(strings.NewReader(string(text)), "the run")
}

// files are those that data names.
func (s *Study) files() ([]string, error) {
	names := slices.Clone(s.Data)
	for i, name := range names {
		if !filepath.IsAbs(name) {
			names[i] = filepath.Join(s.folder, name)
		}
	}
	if names == nil {
		return nil, nil
	}
	return experiment.DataFiles(names)
}

// Runs returns the runs of the study, the last of what varies fastest, each checked. An
// error names the run and its values. Of a search they are those that depend on no others.
func (s *Study) Runs() ([]Trial, error) {
	draws := [][]keyed{nil}
	switch s.Method {
	case TPE, GP:
		return s.begin()
	case Random:
		draws = s.draws()
	case Sobol:
		var err error
		if draws, err = s.sobol(); err != nil {
			return nil, err
		}
	}
	total := len(draws)
	var lists []Varied
	for _, v := range s.Varied {
		if v.Distribution == nil {
			lists = append(lists, v)
			if total *= len(v.Values); total > maxTrials {
				return nil, fmt.Errorf("more than %d runs; a study has at most so many", maxTrials)
			}
		}
	}
	var all []Trial
	for _, draw := range draws {
		for n := range total / len(draws) {
			values := slices.Clone(draw)
			for i := len(lists) - 1; i >= 0; i-- {
				k := len(lists[i].Values)
				values = append(values, keyed{lists[i].Key, lists[i].Values[n%k]})
				n /= k
			}
			t, err := s.Trial(len(all)+1, values)
			if err != nil {
				return nil, err
			}
			all = append(all, *t)
		}
	}
	return all, nil
}

// Trial is the run of a number with values of what varies.
func (s *Study) Trial(number int, values []keyed) (*Trial, error) {
	t := &Trial{Number: number, Values: map[string]string{}}
	var shown []string
	for _, v := range s.Varied { // in the order of the file
		i := slices.IndexFunc(values, func(k keyed) bool { return k.key == v.Key })
		t.Values[v.Key] = nodeText(values[i].node)
		shown = append(shown, v.Key+" "+t.Values[v.Key])
	}
	var err error
	if t.Config, err = s.config(values); err != nil {
		var unknown *system.UnknownError
		if len(shown) == 0 || errors.As(err, &unknown) {
			return nil, err
		}
		return nil, fmt.Errorf("run %d (%s): %w", number, strings.Join(shown, ", "), err)
	}
	t.Name = fmt.Sprintf("%04d-%s", number, t.Config.Name())
	return t, nil
}

// nodeText is a value on one line.
func nodeText(n *yaml.Node) string {
	if n.Kind == yaml.ScalarNode {
		return n.Value
	}
	var parts []string
	for _, c := range n.Content {
		parts = append(parts, nodeText(c))
	}
	return "[" + strings.Join(parts, ", ") + "]"
}
