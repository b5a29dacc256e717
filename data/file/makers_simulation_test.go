package file

import (
	"fmt"
	"math"
	"strings"
)

// simulationMakers are files in the manner of simulators, robots and aircraft.
func simulationMakers(rows int) []made {
	write := func(head, format, tail string) string {
		return head + perRow(rows, func(b *strings.Builder, i int, t, q, v float64) { fmt.Fprintf(b, format, t, q, v) }) + tail
	}
	return []made{
		{name: "ngspice, wrdata", q: "2", p: "4", first: 0.8, tolerance: 1e-6, text: write("", " %.8[1]e  %.8[2]e  %.8[1]e  %.8[3]e \n", "")},
		{name: "ngspice, printed", columns: Columns{Q: []string{"v(q)"}, P: []string{"v(w)"}}, q: "v(q)", p: "v(w)", first: 0.8, tolerance: 1e-6,
			text: "                          pendulum\n                          Transient Analysis  Wed Apr  5 21:08:07  2023\n" + perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
				if i%55 == 0 {
					if i > 0 {
						b.WriteString("\f\n")
					}
					b.WriteString("--------------------------------------------------------------------------------\nIndex   time            v(q)            v(w)            \n--------------------------------------------------------------------------------\n")
				}
				fmt.Fprintf(b, "%d\t%.6e\t%.6e\t%.6e\t\n", i, t, q, v)
			})},
		{name: "LTspice, steps", columns: Columns{Q: []string{"V(q)"}, P: []string{"V(w)"}}, q: "V(q)", p: "V(w)", first: 0.8, tolerance: 1e-6, trials: 2,
			text: "time\tV(q)\tV(w)\n" + write("Step Information: L=1  (Step: 1/2)\n", "%.15e\t%.6e\t%.6e\n", "") + write("Step Information: L=2  (Step: 2/2)\n", "%.15e\t%.6e\t%.6e\n", "")},
		{name: "OpenModelica", q: "phi", p: "w", first: 0.8, tolerance: 1e-6,
			text: "\"time\",\"phi\",\"w\",\"der(phi)\",\"der(w)\"\n" + perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
				fmt.Fprintf(b, "%g,%.9f,%.9f,%.9f,%.9f\n", t, q, v, v, -16.35*math.Sin(q)-0.12*v)
			})},
		{name: "OpenModelica, the last row twice", q: "phi", p: "der(phi)", first: 0.8, tolerance: 1e-6,
			text: write("\"time\",\"phi\",\"der(phi)\"\n", "%g,%.9f,%.9f\n", fmt.Sprintf("%g,1,1\n%[1]g,1,1\n", 0.02*float64(rows))), rows: rows + 1},
		{name: "Dymola", q: "pendulum.phi", p: "pendulum.w", first: 0.8, tolerance: 1e-6, text: write("Time;pendulum.phi;pendulum.w\n", "%.3f;%.9f;%.9f\n", "")},
		{name: "COMSOL", q: "theta (rad)", p: "omega (rad/s)", first: 0.8, tolerance: 1e-6,
			text: write("% Model:              swing.mph\n% Version:            COMSOL 6\n% Date:               Apr 5 2023, 21:08\n% Table:              Global Evaluation 1\n% Time (s)                theta (rad)            omega (rad/s)\n", "%-24g %-22.10g %-22.10g\n", "")},
		{name: "Adams", q: "angle", p: "omega", first: 0.8, tolerance: 1e-6,
			text: write("Model: .swing\nAnalysis: Last_Run\nA\t\tB\t\tC\ntime\t\tangle\t\tomega\n(sec)\t\t(rad)\t\t(rad/sec)\n", "%.6E\t\t%.6E\t\t%.6E\n", "")},
		{name: "Simulink", q: "Theta:1", p: "Omega:1", first: 0.8, tolerance: 1e-6, text: write("time,Theta:1,Omega:1\n", "%.3f,%.9f,%.9f\n", "")},
		{name: "MATLAB's timetable, hours", q: "theta", p: "omega", first: 0.8, tolerance: 1e-6,
			text: "Time,theta,omega\n" + perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
				fmt.Fprintf(b, "00:00:%09.6f,%.6f,%.6f\n", t, q, v)
			})},
		{name: "ROS 2", q: "position_0", p: "velocity_0", first: 0.8, tolerance: 1e-6,
			text: "header.stamp.sec,header.stamp.nanosec,header.frame_id,name_0,position_0,velocity_0,effort_0\n" + perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
				ns := 990_000_000 + 20_000_000*i
				fmt.Fprintf(b, "%d,%d,base,pend,%.6f,%.6f,0.0\n", 1680000000+ns/1_000_000_000, ns%1_000_000_000, q, v)
			})},
		{name: "ROS, an odometry", q: "field.pose.pose.position.x,field.pose.pose.position.y", first: 0.8, tolerance: 1e-6, notes: []string{"quaternion"},
			text: "%time,field.header.seq,field.header.stamp,field.header.frame_id,field.pose.pose.position.x,field.pose.pose.position.y,field.pose.pose.position.z,field.pose.pose.orientation.x,field.pose.pose.orientation.y,field.pose.pose.orientation.z,field.pose.pose.orientation.w\n" +
				perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
					stamp := int64(1680000000123456789) + int64(i)*20_000_000
					q = 0.8 * math.Sin(q) / math.Sin(0.8)
					fmt.Fprintf(b, "%d,%d,%d,odom,%.6f,%.6f,0.0,0.0,0.0,%.6f,%.6f\n", stamp+1e6, i, stamp, q, v, math.Sin(q/2), math.Cos(q/2))
				})},
		{name: "ArduPilot", start: 93.482012, q: "Roll", p: "RollRate", first: 0.8, tolerance: 1e-6,
			text: "TimeUS,Roll,RollRate\n" + perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
				fmt.Fprintf(b, "%d,%.6f,%.6f\n", 93482012+20000*i, q, v)
			})},
		{name: "PX4", start: 93.482012, q: "theta,phi", p: "vtheta,vphi", first: 0.8, tolerance: 1e-6, notes: []string{"microseconds"},
			text: "timestamp,timestamp_sample,theta,phi,vtheta,vphi,heading_good_for_control\n" + perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
				fmt.Fprintf(b, "%d,%d,%.6f,%.6f,%.6f,%.6f,1\n", 93482012+20000*i, 93481900+20000*i, q, -q, v, -v)
			})},
		{name: "MuJoCo", q: "qpos_0", p: "qvel_0", first: 0.8, tolerance: 1e-6, text: write("time,qpos_0,qvel_0\n", "%.3f,%.9f,%.9f\n", "")},
		{name: "columns in a remark", q: "angle", p: "rate", first: 0.8, tolerance: 1e-6, text: write("%\n% data of 5 April\n% columns: time angle rate\n", "%.3f %.9f %.9f\n", "")},
		{name: "stars", q: "angle", p: "rate", first: 0.8, tolerance: 1e-6, text: write("* swing\n* time angle rate\n", "%.3f %.9f %.9f\n", "")},
		{name: "milliseconds without a word", q: "pitch", p: "pitch_rate", first: 0.8, tolerance: 1e-6, notes: []string{"milliseconds, as the velocities show"},
			text: "timestamp,pitch,pitch_rate\n" + perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
				fmt.Fprintf(b, "%d,%.9f,%.9f\n", 20*i, q, v)
			})},
		{name: "blocks of gnuplot", q: "q", p: "p", first: 0.8, tolerance: 1e-6, trials: 2, text: write("# t q p\n", "%.3f %.9f %.9f\n", "\n\n") + write("# t q p\n", "%.3f %.9f %.9f\n", "")},
		{name: "a Windows' file in UTF-16", q: "angle", p: "rate", first: 0.8, tolerance: 1e-6, notes: []string{"UTF-16"},
			text: utf16Text(write("Recorder\r\n\r\ntime\tangle\trate\r\n", "%.3f\t%.9f\t%.9f\r\n", ""), true)},
		{name: "UTF-16 without its mark", q: "angle", p: "rate", first: 0.8, tolerance: 1e-6, notes: []string{"UTF-16"},
			text: utf16Text(write("time\tangle\trate\n", "%.3f\t%.9f\t%.9f\n", ""), false)},
		{name: "lines of an old Macintosh", q: "angle", p: "rate", first: 0.8, tolerance: 1e-6, notes: []string{"carriage return"},
			text: write("time\tangle\trate\r", "%.3f\t%.9f\t%.9f\r", "")},
		{name: "tabs and blanks mixed", q: "angle", p: "rate", first: 0.8, tolerance: 1e-6, text: write("swing\n time\tangle  \t rate\n", " %.3f\t%.9f  %.9f \t\n", "")},
		{name: "no numbers here and there", q: "angle", p: "rate", first: 0.8, tolerance: 1e-6, skip: true, rows: rows - 6,
			text: "rig 3\ntime\tangle\trate\n" + perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
				cells := []string{"nan", "---", "OVER", "#N/A", "1.#QNAN", "-1.#INF"}
				if k := i - rows + len(cells); k >= 0 {
					fmt.Fprintf(b, "%.3f\t%s\t%.6f\n", t, cells[k], v)
					return
				}
				fmt.Fprintf(b, "%.3f\t%.9f\t%.9f\n", t, q, v)
			})},
	}
}

// utf16Text is a text in UTF-16, little-endian with a mark in front, or big-endian without one.
func utf16Text(text string, mark bool) string {
	var b strings.Builder
	if mark {
		b.WriteString("\xff\xfe")
	}
	for _, r := range text {
		if mark {
			b.WriteByte(byte(r))
			b.WriteByte(byte(r >> 8))
		} else {
			b.WriteByte(byte(r >> 8))
			b.WriteByte(byte(r))
		}
	}
	return b.String()
}
