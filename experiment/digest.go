package experiment

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"hnn/internal/atomicfile"
	"hnn/internal/kernel"
	"hnn/internal/shell"
	"hnn/model/safetensors"
)

// Every file of a run says when its bytes are not those that were written. Model and
// checkpoint have a digest of their own (see safetensors.Digest), and so have config.yaml
// results.json and data.json, in their last line. The metadata of model and checkpoint repeat
// config.yaml's and hold that of metrics.csv, whose rows grow between two checkpoints.
const (
	metaConfigFile = "hnn.sha256.config"
	metaMetrics    = "hnn.sha256.metrics"
	// metaKernel is what the bits of a training depend on beside configuration and data.
	metaKernel = "hnn.kernel"
)

// seal is how a format's text ends with its digest: between before and after, in place of
// end.
type seal struct{ end, before, after string }

var (
	yamlSeal = seal{"", "# sha256: ", "\n"}
	jsonSeal = seal{"\n}\n", ",\n  \"sha256\": \"", "\"\n}\n"}
)

func sum(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

// add returns the text, which ends with s.end, with its digest.
func (s seal) add(text []byte) []byte {
	return fmt.Appendf(bytes.Clone(bytes.TrimSuffix(text, []byte(s.end))), "%s%s%s", s.before, sum(text), s.after)
}

// writeSealed writes v as JSON that ends with its digest.
func writeSealed(path string, v any) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return atomicfile.Write(path, func(w io.Writer) error {
		_, err := w.Write(jsonSeal.add(append(b, '\n')))
		return err
	})
}

// check returns the text without its digest, and whether it has one. It is an error if the
// two do not belong together.
func (s seal) check(path string, text []byte) (plain []byte, sealed bool, err error) {
	const digits = 2 * sha256.Size
	at := len(text) - len(s.before) - digits - len(s.after)
	if at < 0 || string(text[at:at+len(s.before)]) != s.before || string(text[len(text)-len(s.after):]) != s.after {
		return text, false, nil
	}
	digest := string(text[at+len(s.before) : at+len(s.before)+digits])
	if plain = append(bytes.Clone(text[:at]), s.end...); sum(plain) != digest {
		return nil, true, &changedError{path}
	}
	return plain, true, nil
}

// changedError says that a file of a run is not as it was written.
type changedError struct{ path string }

func (e *changedError) Error() string {
	advice := "restore it from a copy, or measure the run again with: hnn train --resume " + shell.Quote(filepath.Dir(e.path))
	switch name := filepath.Base(e.path); {
	case name == configFile:
		advice = "restore it from a copy; to train with other settings give it as a configuration: hnn train --config " + shell.Quote(e.path)
	case strings.HasSuffix(name, filepath.Ext(metricsFile)):
		advice = "restore it from a copy, or delete it: the curves are lost then, the weights are not"
	}
	return fmt.Sprintf("%s is not what its SHA-256 was taken of: it is damaged or was changed since; %s", e.path, advice)
}

// configDigest is that of a run's configuration as it is on disk; sealed is false where the
// file itself has none.
func configDigest(dir string) (digest string, sealed bool, err error) {
	path := filepath.Join(dir, configFile)
	b, err := os.ReadFile(path)
	if err != nil {
		return "", false, err
	}
	plain, sealed, err := yamlSeal.check(path, b)
	return sum(plain), sealed, err
}

// withDigests are metadata with the digests of a run's other files.
func withDigests(dir string, m *metrics, metadata map[string]string) (map[string]string, error) {
	all := maps.Clone(metadata)
	config, _, err := configDigest(dir)
	switch {
	case err == nil:
		all[metaConfigFile] = config
	case !errors.Is(err, fs.ErrNotExist): // a training outside of a run directory has none
		return nil, err
	}
	if m != nil {
		all[metaMetrics] = m.digest()
	}
	return all, nil
}

// checkDigests compares the configuration in a run's directory with that which a model or
// checkpoint was made by. unsealed says that one of the two has no digest, as those of
// earlier versions have none.
func checkDigests(dir string, meta map[string]string) (unsealed bool, err error) {
	config, sealed, err := configDigest(dir)
	if err != nil {
		return false, err
	}
	want, ok := meta[metaConfigFile]
	if ok && want != config {
		return false, &changedError{filepath.Join(dir, configFile)}
	}
	return !ok || !sealed || meta[safetensors.Digest] == "", nil
}

// logUnsealed warns of a run whose damage would not be seen.
func (e *Env) logUnsealed(dir string) {
	e.log("%s: some of its files have no SHA-256, as those of an earlier version: damage to them would not be seen", dir)
}

// digest is that of the rows.
func (m *metrics) digest() string {
	var b bytes.Buffer
	if err := m.encode(&b); err != nil {
		panic("experiment: a table that memory cannot take")
	}
	return sum(b.Bytes())
}

// check compares the rows with the digest that a model or checkpoint holds of them. Those
// of earlier versions hold none, and a table that is not there is none.
func (m *metrics) check(meta map[string]string) error {
	if want, ok := meta[metaMetrics]; ok && len(m.rows) > 0 && m.digest() != want {
		return &changedError{m.path}
	}
	return nil
}

// logKernel warns of a checkpoint that was computed with other kernels.
func (e *Env) logKernel(dir string, meta map[string]string) {
	if was, now := meta[metaKernel], kernel.Arithmetic(); was != "" && was != now {
		e.log("%s: warning: its checkpoint was computed with the kernels %s and goes on with %s: the result is not that of an unbroken training to the bit", dir, was, now)
	}
}
