package experiment

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"strings"

	"hnn/data"
	modelfile "hnn/model/file"
	"hnn/system"
)

// The metadata that the model files and checkpoints of a run carry.
const (
	metaTask    = "hnn.task"
	metaSeed    = "hnn.seed"
	metaColumns = "hnn.columns"    // names of the state's components, a tab between them
	metaInputs  = "hnn.inputs"     // names of the inputs, likewise
	metaConfig  = "hnn.config"     // hash of config.yaml
	metaData    = "hnn.data"       // hash of the rows
	metaKnown   = "hnn.known-part" // of H, in the names of the columns
	// How states and derivatives were found, an estimate.Estimator as JSON.
	metaEstimate = "hnn.estimate"
)

func runMetadata(c *Config, d *dataset) map[string]string {
	config := sha256.New()
	if err := c.Write(config); err != nil {
		panic("experiment: a configuration that was written cannot be written again")
	}
	meta := modelfile.ScalesMetadata(d.scales)
	if meta == nil {
		meta = map[string]string{}
	}
	if d.estimator != nil {
		text, err := json.Marshal(d.estimator)
		if err != nil {
			panic("experiment: an estimate that is not finite")
		}
		meta[metaEstimate] = string(text)
	}
	maps.Copy(meta, map[string]string{
		metaTask: c.Task, metaSeed: fmt.Sprint(c.Seed), metaColumns: strings.Join(d.columns(), "\t"),
		metaConfig: hex.EncodeToString(config.Sum(nil)), metaData: d.hash(),
	})
	if c.KnownPart != "" {
		meta[metaKnown] = c.KnownPart
	}
	if names := d.Train.InputNames; names != nil {
		meta[metaInputs] = strings.Join(names, "\t")
	}
	return meta
}

// hash tells whether data are the same to the bit.
func (d *dataset) hash() string {
	h := sha256.New()
	var buffer []byte
	for _, v := range [][]float64{d.Train.X, d.Train.DX, d.Test.X, d.Test.DX, d.Train.Inputs, d.Test.Inputs} {
		buffer = buffer[:0]
		for _, x := range v {
			buffer = binary.LittleEndian.AppendUint64(buffer, math.Float64bits(x))
		}
		h.Write(buffer)
	}
	if d.films != nil {
		for _, t := range d.films.set.Trials {
			h.Write(t.Pixels)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// columns names the components of the states.
func (d *dataset) columns() []string {
	if d.system != nil {
		return systemColumns(d.system)
	}
	return columnsOf(d.Train)
}

// columnsOf are the names of a set's state columns.
func columnsOf(s *data.Set) []string {
	if s.Names != nil {
		return s.Names
	}
	return stateNames(s.Dim)
}

func systemColumns(s system.System) []string {
	var names []string
	for _, c := range s.Coordinates() {
		names = append(names, c.Name)
	}
	return names
}
