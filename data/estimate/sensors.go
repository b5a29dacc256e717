package estimate

import (
	"math"

	"hnn/data"
)

// Sensor is what a column of velocities shows of them: Gain dq/dt + Offset, each with its standard error.
type Sensor struct{ Gain, GainError, Offset, OffsetError float64 }

// shows is the share of a column's root mean square that may be left for it to show the velocity, and correlated how many rows
// in a row are taken to tell the same.
const (
	shows      = 0.2
	correlated = 10
)

// Sensors compares the velocities of a set, the second half of its states, with the time derivatives of its smoothed
// positions: one for each, by least squares over all rows but the ends of trials. It is nil where a column shows no velocity,
// as one that is late or filtered by much does not.
func Sensors(s *data.Set) []Sensor {
	n := s.Dim / 2
	var out []Sensor
	for i := range n {
		var tracks, alone []Track
		for k := range s.Trials() {
			if t := trackOf(s, k, i, true); len(t.T) > 8 {
				tracks, alone = append(tracks, t), append(alone, Track{T: t.T, Q: t.Q})
			}
		}
		m, err := FitMotion(alone, 0)
		if err != nil {
			return nil
		}
		var rate, shown []float64
		for k, t := range alone {
			path := m.Smooth(t)
			if path == nil {
				return nil
			}
			for r := 2; r < len(t.T)-2; r++ { // the ends are worth less
				rate, shown = append(rate, path.V[r]), append(shown, tracks[k].V[r])
			}
		}
		one, ok := sensor(rate, shown)
		if !ok {
			return nil
		}
		out = append(out, one)
	}
	return out
}

// sensor is the straight line through what is shown of rates, through zero unless the offset is significant; false where it
// leaves too much.
func sensor(rate, shown []float64) (Sensor, bool) {
	n := float64(len(rate))
	var x, y, xx, xy, yy float64
	for r, v := range rate {
		x += v / n
		y += shown[r] / n
		xx += v * v / n
		xy += v * shown[r] / n
		yy += shown[r] * shown[r] / n
	}
	spread := xx - float64(x*x)
	if !(spread > 0) {
		return Sensor{}, false
	}
	s := Sensor{Gain: (xy - float64(x*y)) / spread}
	s.Offset = y - float64(s.Gain*x)
	left := func() float64 {
		sum := 0.0
		for r, v := range rate {
			d := shown[r] - float64(s.Gain*v) - s.Offset
			sum += d * d / n
		}
		return math.Sqrt(sum)
	}
	s.GainError = left() * math.Sqrt(correlated/(n*spread))
	s.OffsetError = s.GainError * math.Sqrt(xx)
	if math.Abs(s.Offset) < 3*s.OffsetError {
		s.Gain, s.Offset = xy/xx, 0
	}
	return s, s.Gain > 0 && left() < shows*math.Sqrt(yy)
}

// Off says that the column is not the velocity: its gain is not one, or its offset not zero, by more than so many standard
// errors.
func (s Sensor) Off(errors float64) bool {
	return math.Abs(s.Gain-1) > errors*s.GainError || math.Abs(s.Offset) > errors*s.OffsetError
}

// Corrected is a set whose velocities are what its sensors show them to be.
func Corrected(s *data.Set, sensors []Sensor) *data.Set {
	n := s.Dim / 2
	gain, offset := make([]float64, s.Dim), make([]float64, s.Dim)
	for i := range n {
		gain[i] = 1
	}
	for i, v := range sensors {
		gain[n+i], offset[n+i] = v.Gain, v.Offset
	}
	return s.Calibrated(gain, offset)
}
