package file

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// logMakers are logs of terminals and nodes, tables of pandas and spreadsheets, and names in remarks.
func logMakers(rows int) []made {
	each := func(head string, line func(i int, t, q, v float64) string, tail string) string {
		return head + perRow(rows, func(b *strings.Builder, i int, t, q, v float64) { b.WriteString(line(i, t, q, v)) }) + tail
	}
	plain := func(format string) func(i int, t, q, v float64) string {
		return func(i int, t, q, v float64) string { return fmt.Sprintf(format, t, q, v) }
	}
	at := func(i int) time.Time {
		return time.Date(2023, 4, 5, 9, 8, 57, 0, time.UTC).Add(time.Duration(i) * 20 * time.Millisecond)
	}
	ros := func(format string) func(i int, t, q, v float64) string {
		return func(i int, t, q, v float64) string {
			return fmt.Sprintf(format, fmt.Sprintf("%d.%09d", 1680685687+(20*i)/1000, 20*i%1000*1_000_000), q, v)
		}
	}
	x0 := math.Sin(0.8)
	point := func(q float64) (x, y float64) { return math.Sin(q), 1 - math.Cos(q) }
	x, y := 0.0, 0.0 // of the row before
	return []made{
		{name: "ROS 1's log", q: "theta", p: "omega", first: 0.8, tolerance: 1e-5, text: each("", ros("[ INFO] [%s]: theta=%.5f omega=%.5f\n"), "")},
		{name: "ROS 2's log", q: "theta", p: "omega", first: 0.8, tolerance: 1e-5, text: each("", ros("[INFO] [%s] [swing_node]: theta: %.5f, omega: %.5f\n"), "")},
		{name: "CoolTerm", q: "2", p: "3", first: 0.8, tolerance: 1e-4,
			text: each("", func(i int, t, q, v float64) string {
				return fmt.Sprintf("%s %.4f,%.4f\n", at(i).Format("2006-01-02 15:04:05.000"), q, v)
			}, "")},
		{name: "a part of a second behind a blank", err: "no column is the time",
			text: each("", func(i int, t, q, v float64) string {
				return fmt.Sprintf("%s %03d,%.4f,%.4f\n", at(i).Format("15:04:05"), at(i).Nanosecond()/1e6, q, v)
			}, "")},
		{name: "pandas, a timedelta", q: "angle", p: "rate", first: 0.8, tolerance: 1e-5, notes: []string{"a time that has passed"},
			text: each("time,angle,rate\n", func(i int, t, q, v float64) string {
				part := ""
				if i%50 != 0 {
					part = fmt.Sprintf(".%06d", i%50*20_000)
				}
				return fmt.Sprintf("0 days 00:00:%02d%s,%.6f,%.6f\n", i/50, part, q, v)
			}, "")},
		{name: "durations of ISO 8601", q: "angle", p: "rate", first: 0.8, tolerance: 1e-5, text: each("time,angle,rate\n", plain("PT%.2fS,%.6f,%.6f\n"), "")},
		{name: "pandas, two rows of names and the index's", q: "ball x,ball y,hook x,hook y", first: x0, tolerance: 1e-5,
			text: each("body,ball,ball,hook,hook\naxis,x,y,x,y\nt,,,,\n", func(i int, t, q, v float64) string {
				x, y := point(q)
				return fmt.Sprintf("%.2f,%.6f,%.6f,%.6f,%.6f\n", t, x, y, 2*x, 2*y)
			}, "")},
		{name: "ImageJ's distances", columns: Columns{Step: 0.02}, q: "X,Y", first: x0, tolerance: 1e-5, notes: []string{"Distance, which follows from X, Y"},
			text: each(" ,Area,Mean,X,Y,Distance\n", func(i int, t, q, v float64) string {
				way := -1.0
				if a, b := point(q); i > 0 {
					way = math.Hypot(a-x, b-y)
				}
				x, y = point(q)
				return fmt.Sprintf("%d,12,%.3f,%.6f,%.6f,%.6f\n", i+1, 120+noise(i, 2), x, y, way)
			}, "")},
		{name: "a name to a remark", q: "theta@pend [rad]", p: "omega@pend [rad/s]", first: 0.8, tolerance: 1e-6, notes: []string{"deg turned into rad", "rpm turned into rad/s"},
			text: each("# Amesim\n# Table format: 1D\n# Time [s]\n# theta@pend [degree]\n# omega@pend [rev/min]\n", func(i int, t, q, v float64) string {
				return fmt.Sprintf("%.6e  %.9e  %.9e\n", t, q/degree, v*30/math.Pi)
			}, "")},
		{name: "OpenRocket, events in remarks", q: "Angle (rad)", p: "Angular velocity (rad/s)", first: 0.8, tolerance: 1e-5, notes: []string{"deg turned into rad"},
			text: each("# Swing (up to date)\n# Time (s),Angle (°),Angular velocity (rad/s)\n# Event LAUNCH occurred at t=0 seconds\n", func(i int, t, q, v float64) string {
				event := map[bool]string{true: "# Event APOGEE occurred at t=2 seconds\n"}[i == 100]
				return event + fmt.Sprintf("%.3f,%.6f,%.6f\n", t, q/degree, v)
			}, "")},
		{name: "Mokka", q: "ball X,ball Y", first: 0.4 * x0, tolerance: 1e-3, notes: []string{"0.02 s from row to row (line 2"},
			text: each("Points\n50\n,ball,,\nFrame,X,Y,Z\n,mm,mm,mm\n", func(i int, t, q, v float64) string {
				x, y := point(q)
				return fmt.Sprintf("%d,%.3f,%.3f,%.3f\n", i+1, 400*x, 400*y, 300*noise(i, 1))
			}, "")},
		{name: "units behind numbers", q: "theta", p: "omega", first: 0.8, tolerance: 1e-4,
			text: each("", func(i int, t, q, v float64) string {
				return fmt.Sprintf("t=%dms theta=%.4fdeg omega=%.4fdeg/s\n", 20*i, q/degree, v/degree)
			}, "")},
		{name: "thousands behind narrow blanks", q: "Position (m)", first: 0.8, tolerance: 1e-5,
			text: each("Temps (ms);Position (mm)\n", func(i int, t, q, v float64) string {
				n := fmt.Sprint(20 * i)
				if len(n) > 3 {
					n = n[:len(n)-3] + "\u202f" + n[len(n)-3:]
				}
				return n + ";" + strings.Replace(fmt.Sprintf("%.3f", 1000*q), ".", ",", 1) + "\n"
			}, "")},
		{name: "a robot's wanted and true angles", err: `by "actual_q_0" or by "target_q_0"`, text: each("timestamp target_q_0 actual_q_0 actual_qd_0\n", func(i int, t, q, v float64) string {
			return fmt.Sprintf("%.3f %.5f %.5f %.5f\n", 93482.012+t, q, q, v)
		}, "")},
		{name: "rates without times", err: `"gx", "gy" are rates`, text: each("ax,ay,gx,gy\n", func(i int, t, q, v float64) string {
			return fmt.Sprintf("%.4f,%.4f,%.4f,%.4f\n", noise(i, 1), noise(i, 2), v, noise(i, 3))
		}, "")},
		{name: "alpha, an angle beside theta", err: "--q theta,alpha", text: each("time,theta,alpha\n", func(i int, t, q, v float64) string { return fmt.Sprintf("%.3f,%.6f,%.6f\n", t, q, 0.3*q+0.01*v) }, "")},
		{name: "alpha, the acceleration of theta", q: "theta", first: 0.8, tolerance: 1e-5, notes: []string{"the accelerations alpha"},
			text: each("time,theta,alpha\n", func(i int, t, q, v float64) string {
				return fmt.Sprintf("%.3f,%.6f,%.6f\n", t, q, -16.35*math.Sin(q)-0.12*v)
			}, "")},
		{name: "dSPACE", q: "Model Root/theta/Out1", p: "Model Root/omega/Out1", first: 0.8, tolerance: 1e-5,
			text: "descriptor;;;\ngeneral;created;05.04.2023;\ntrace_names;time;Model Root/theta/Out1;Model Root/omega/Out1\ntrace_units;s;rad;rad/s\n" +
				strings.Replace(each("", plain(";%.2f;%.6f;%.6f\n"), ""), ";0.00", "trace_values;0.00", 1)},
		{name: "OpenFAST", q: "PtfmPitch", p: "PtfmPitchV", first: 0.8, tolerance: 1e-5, notes: []string{"deg turned into rad"},
			text: each("\nPredictions were generated on 05-Apr-2023 at 09:08:07\nlinked with a library\n\nDescription: swing\n\nTime      \tPtfmPitch \tPtfmPitchV\n(s)       \t(deg)     \t(deg/s)   \n", func(i int, t, q, v float64) string {
				return fmt.Sprintf("%10.3f\t%10.5f\t%10.5f\n", t, q/degree, v/degree)
			}, "")},
		{name: "X-Plane's bars", q: "pitch,__rad", p: "Q,rad/s", first: 0.8, tolerance: 1e-5, text: each("\n real,time | pitch,__deg |     Q,rad/s | \n", func(i int, t, q, v float64) string {
			return fmt.Sprintf("%10.5f | %10.6f | %10.6f | \n", t, q/degree, v)
		}, "")},
		{name: "a quaternion in parts", q: "roll", first: 0.8, tolerance: 1e-5, notes: []string{"qx, qz, qw, qy, a quaternion"},
			text: each("time,seconds_elapsed,yaw,qx,qz,roll,qw,qy,pitch\n", func(i int, t, q, v float64) string {
				return fmt.Sprintf("%d,%.9f,%.6f,%.6f,0,%.6f,%.6f,0,%.6f\n", 1680685737000000000+20_000_000*i, t, noise(i, 1), math.Sin(q/2), q, math.Cos(q/2), noise(i, 2))
			}, "")},
		{name: "degrees without a word beside a gyroscope", q: "Roll", p: "Gyr_X", first: 0.8, tolerance: 1e-5, notes: []string{"Roll: deg turned into rad (Gyr_X is 0.0175"},
			text: each("// Update Rate: 50.0Hz\nPacketCounter\tRoll\tPitch\tGyr_X\n", func(i int, t, q, v float64) string {
				return fmt.Sprintf("%05d\t%.6f\t%.6f\t%.6f\n", i, q/degree, noise(i, 1), v)
			}, "")},
		{name: "g-forces", q: "Pitch", p: "wx", first: 0.8, tolerance: 1e-5, notes: []string{"the accelerations gFy"},
			text: each("time,gFx,gFy,wx,Pitch\n", func(i int, t, q, v float64) string {
				return fmt.Sprintf("%.3f,0.01,%.4f,%.4f,%.6f\n", t, noise(i, 1), v, q/degree)
			}, "")},
		{name: "PX4's attitude", start: 93.482012, q: "roll", p: "rollspeed", first: 0.8, tolerance: 1e-5, notes: []string{"microseconds"},
			text: each("timestamp,timestamp_sample,rollspeed,roll\n", func(i int, t, q, v float64) string {
				return fmt.Sprintf("%d,%d,%.6f,%.6f\n", 93482012+20000*i, 93481800+20000*i, v, q)
			}, "")},
		{name: "Qualisys, one marker", q: "bob X,bob Y", first: 400 * x0, tolerance: 1, notes: []string{"FREQUENCY 50"},
			text: each("NO_OF_MARKERS\t1\nFREQUENCY\t50\nDATA_INCLUDED\t3D\nMARKER_NAMES\tbob\nTRAJECTORY_TYPES\tMeasured\n", func(i int, t, q, v float64) string {
				x, y := point(q)
				return fmt.Sprintf("%.3f\t%.3f\t%.3f\n", 400*x, 400*y, noise(i, 1))
			}, "")},
		{name: "settings in front of two columns", q: "2", first: 0.8, tolerance: 1e-5, start: -3,
			text: each("Project,swing\nX Units,s\nY Units,V\nX Org,-3.0E+00\nX Inc,2.0E-02\n\n", func(i int, t, q, v float64) string { return fmt.Sprintf("%.8E,%.7E\n", t-3, q) }, "")},
		{name: "Modelica's derivatives beside states", q: "pend.phi", p: "pend.w", first: 0.8, tolerance: 1e-6,
			text: each("\"time\",\"pend.phi\",\"pend.w\",\"der(pend.phi)\",\"der(pend.w)\",\"pend.m\"\n", func(i int, t, q, v float64) string {
				return fmt.Sprintf("%.2f,%.8f,%.8f,%.8f,%.8f,1\n", t, q, v, v, -16.35*math.Sin(q)-0.12*v)
			}, "")},
		{name: "Siglent, three columns", columns: Columns{Q: []string{"CH1"}}, q: "CH1", first: 0.8, tolerance: 1e-5, start: -3,
			text: each("Record Length,Analog:300\nSample Interval,2.0E-02\nVertical Units,CH1:V,CH2:V\nHorizontal Units,s\nModel Number,SDS\nSource,CH1,CH2\nSecond,Value,Value\n", func(i int, t, q, v float64) string {
				return fmt.Sprintf("%.8f,%.5f,%.5f\n", t-3, q, v)
			}, "")},
		{name: "a comma in the times alone", q: "Auslenkung [m]", first: 0.8, tolerance: 1e-5,
			text: each("Zeitstempel;Auslenkung [mm]\n", func(i int, t, q, v float64) string {
				return fmt.Sprintf("%s,%03d;%s\n", at(i).Format("02.01.2006 15:04:05"), at(i).Nanosecond()/1e6, strings.Replace(fmt.Sprintf("%.3f", 1000*q), ".", ",", 1))
			}, "")},
	}
}
