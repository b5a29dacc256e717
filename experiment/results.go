package experiment

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"

	"hnn/data"
	"hnn/data/estimate"
	"hnn/fit/closedform"
	"hnn/internal/kernel"
)

// Number is a float64 that is null in JSON where it is not finite or does not
// apply (NaN).
type Number float64

// NA stands for what does not apply.
var NA = Number(math.NaN())

// MarshalJSON writes null for what is not finite.
func (n Number) MarshalJSON() ([]byte, error) {
	if math.IsNaN(float64(n)) || math.IsInf(float64(n), 0) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(n))
}

// UnmarshalJSON reads null as NaN.
func (n *Number) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*n = NA
		return nil
	}
	var v float64
	err := json.Unmarshal(b, &v)
	*n = Number(v)
	return err
}

// Estimate is a mean and its standard error.
type Estimate struct {
	Mean Number `json:"mean"`
	SEM  Number `json:"sem"`
}

// MedianEstimate adds the median.
type MedianEstimate struct {
	Mean   Number `json:"mean"`
	SEM    Number `json:"sem"`
	Median Number `json:"median"`
}

// EnergyMSE is an Estimate with the protocol that it was measured by.
type EnergyMSE struct {
	Mean     Number `json:"mean"`
	SEM      Number `json:"sem"`
	Protocol string `json:"protocol"`
}

// Engine is what the run was computed with.
type Engine struct {
	Kernel    string    `json:"kernel"`
	Precision Precision `json:"precision"`
	Threads   int       `json:"threads"`
	// Platform is the operating system and processor, Go the version of the compiler.
	Platform string `json:"platform"`
	Go       string `json:"go"`
}

func newEngine(precision Precision, threads int) Engine {
	return Engine{
		Kernel: kernel.Name(), Precision: precision, Threads: threads,
		Platform: runtime.GOOS + "/" + runtime.GOARCH, Go: runtime.Version(),
	}
}

// platform is how a sentence on an engine ends; earlier runs did not record it.
func (e Engine) platform() string {
	if e.Platform == "" {
		return ""
	}
	return ", " + e.Platform + ", " + e.Go
}

// Results are the numbers of one run: results.json. What does not apply is null.
type Results struct {
	Task    string  `json:"task"`
	Model   string  `json:"model"`
	Trainer Trainer `json:"trainer"`
	// Loss is what the trainer lowered, empty for the closed form.
	Loss       Loss   `json:"loss,omitempty"`
	Seed       uint64 `json:"seed"`
	Steps      int    `json:"steps"`
	Parameters int    `json:"parameters"`

	TrainLoss     Estimate `json:"train_loss"`
	TestLoss      Estimate `json:"test_loss"`
	RowMedianLoss Number   `json:"row_median_loss"`
	CleanLoss     Number   `json:"clean_loss"`
	TrueHLoss     Number   `json:"true_h_loss"`

	// Ensemble is absent where the model is one network.
	Ensemble *EnsembleSpread `json:"ensemble,omitempty"`
	// Trajectory is absent where the loss is not that of trajectories.
	Trajectory *Trajectory `json:"trajectory,omitempty"`
	// Power is the rate at which a model that loses energy changes its own H, over the
	// test states: negative where energy leaves. Absent for others.
	Power *Estimate `json:"power,omitempty"`

	// Inputs names what acts on the system from outside, and Supply is the power that it puts
	// in, over the test states, of a model with a Hamiltonian. Absent where nothing acts.
	Inputs []string  `json:"inputs,omitempty"`
	Supply *Estimate `json:"supply,omitempty"`

	EnergyMSE      *EnergyMSE `json:"energy_mse"`
	EnergyMSETrueH *Estimate  `json:"energy_mse_true_h"`
	// StatesMSE is the mean squared error of the rollout's states, of the measured pendulum.
	StatesMSE *Number `json:"states_mse,omitempty"`
	Strict    *Strict `json:"strict"`

	// Pixels is absent for runs that see no pictures.
	Pixels *PixelResults `json:"pixels,omitempty"`

	FitSeconds Number `json:"fit_seconds"`
	StepMS     Number `json:"step_ms"`
	Engine     Engine `json:"engine"`

	// Observations is what was made of the observations, absent where states and derivatives
	// are as drawn.
	Observations *Observations `json:"observations,omitempty"`
	// Learning is why the model was fitted as it was, absent where the user said how.
	Learning *Learning `json:"learning,omitempty"`
	// Rollout is how the model follows held-out measurements, absent where there are none.
	Rollout *Rollout `json:"rollout,omitempty"`
	// FreeRun is what becomes of it over a long time, absent where inputs act.
	FreeRun *FreeRun `json:"free_run,omitempty"`
	// Coverage is how bands hold on held-out trials, absent where none were asked for.
	Coverage *Coverage `json:"bands,omitempty"`
	// ClosedForm is what the closed form did, absent for other trainers.
	ClosedForm *closedform.Report `json:"closed_form,omitempty"`
	// WeakForm is what the weak form found, absent for other trainers.
	WeakForm *WeakReport `json:"weak_form,omitempty"`
	// Recommended says that of the models tried on the training rows this one rolls out best.
	Recommended bool `json:"recommended,omitempty"`
	// NoResult says why the model is no result, absent of one that is.
	NoResult string `json:"no_result,omitempty"`
	// vain says that the model foretells no more than what does not move.
	vain string
	// Polish is what became of a polishing, absent where none was asked for.
	Polish *closedform.PolishReport `json:"polish,omitempty"`
}

// Observations is what was made of observations before a model was fitted.
type Observations struct {
	*estimate.Estimator
	// Angles are the state columns that were taken for angles.
	Angles []string `json:"angles,omitempty"`
	// Scales are those of the fit, null for none.
	Scales *data.Scales `json:"scales"`
}

func writeResults(dir string, r *Results) error {
	return writeSealed(filepath.Join(dir, resultsFile), r)
}

// ReadResults reads a run's results.json. One that is not as it was written is an error.
func ReadResults(dir string) (*Results, error) {
	path := filepath.Join(dir, resultsFile)
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if b, _, err = jsonSeal.check(path, b); err != nil {
		return nil, err
	}
	var r Results
	if err := json.Unmarshal(b, &r); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return &r, nil
}
