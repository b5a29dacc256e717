package file

import (
	"fmt"

	"hnn/data"
)

// realTrainFraction is the part of the rows in front that trains in task 3.
const realTrainFraction = 0.8

// RealPendulum reads the measured pendulum of the paper's task 3 from a file by Read
// and splits it by the authors' protocol: derivatives are
// ForwardDifferences, the first 80% of the rows train, the next 20% test, and
// what rounding leaves over trains too. Of the published file's 555 rows, rows 0 to
// 443 and 554 train and rows 444 to 553 test; row 554 is a trial of its own.
//
// Any other file of one position and one momentum is split the same way.
func RealPendulum(path string, o ReadOptions) (*data.Split, *Mapping, error) {
	s, m, err := Read(path, o)
	if err != nil {
		return nil, nil, err
	}
	if s.Dim != 2 || s.PositionsOnly {
		return nil, nil, fmt.Errorf("%s: the file has %d state columns %q, the pendulum has an angle and its velocity", path, s.Dim, s.Names)
	}
	s, err = s.ForwardDifferences()
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	n := s.Rows()
	train := int(float64(n) * realTrainFraction)
	// The authors round n*(1 - 0.8), which in floating point is below 0.2 n: so 555
	// rows leave 110 for the test and the last row over. The variable keeps the
	// compiler from computing 1 - 0.8 exactly.
	fraction := realTrainFraction
	test := int(float64(n) * (1 - fraction))
	if train == 0 || test == 0 {
		return nil, nil, fmt.Errorf("%s: %d rows with derivatives are too few to train and test on, want at least 6", path, n)
	}
	split := &data.Split{Train: new(data.Set), Test: s.Slice(train, train+test)}
	for _, part := range []*data.Set{s.Slice(0, train), s.Slice(train+test, n)} {
		if err := split.Train.Append(part); err != nil {
			return nil, nil, err
		}
	}
	return split, m, nil
}
