package file

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

// swing is a damped pendulum, drawn for these files: angles and rates every 20 ms, by the
// classical Runge-Kutta method.
func swing(rows int, angle, rate float64) (q, v []float64) {
	field := func(q, v float64) (float64, float64) { return v, -16.35*math.Sin(q) - 0.12*v }
	const h = 0.02
	for range rows {
		q, v = append(q, angle), append(v, rate)
		a1, b1 := field(angle, rate)
		a2, b2 := field(angle+h/2*a1, rate+h/2*b1)
		a3, b3 := field(angle+h/2*a2, rate+h/2*b2)
		a4, b4 := field(angle+h*a3, rate+h*b3)
		angle += h / 6 * (a1 + 2*a2 + 2*a3 + a4)
		rate += h / 6 * (b1 + 2*b2 + 2*b3 + b4)
	}
	return q, v
}

// A made is a file in the manner of one that an instrument or a program writes.
type made struct {
	name, text string
	columns    Columns
	q, p       string // what the columns are called, lists by commas
	trials     int
	// first is the first position in the first row, tolerance how exact the file is.
	first, tolerance float64
	start            float64  // the first time
	rows             int      // those of the first trial, 0 for all
	notes            []string // what is said
	err              string   // or why it is refused
	file             string   // its name
	skip             bool     // leave bad rows out
}

// perRow writes a line for each row of a swing.
func perRow(rows int, write func(b *strings.Builder, i int, t, q, v float64)) string {
	q, v := swing(rows, 0.8, 0.1)
	var b strings.Builder
	for i := range rows {
		write(&b, i, 0.02*float64(i), q[i], v[i])
	}
	return b.String()
}

// noise is a number of some thousandths that looks random.
func noise(i, k int) float64 { return 1e-3 * math.Sin(float64(i*i+1)*(12.9898+float64(k))*43) }

// comma writes a number with a decimal comma.
func comma(v float64) string { return strings.Replace(fmt.Sprintf("%.6f", v), ".", ",", 1) }

// makers are the files of docs/files.md, with as many rows.
func makers(rows int) []made {
	simple := func(head, format string, tail string) string {
		return head + perRow(rows, func(b *strings.Builder, i int, t, q, v float64) { fmt.Fprintf(b, format, t, q, v) }) + tail
	}
	epoch := time.Date(2023, 4, 5, 23, 59, 58, 0, time.UTC)
	marker := func(q float64) (x, y float64) { return 0.4 * math.Sin(q), 1 - 0.4*math.Cos(q) }
	x0, _ := marker(0.8)
	return slices.Concat(labMakers(rows), motionMakers(rows), simulationMakers(rows), loggerMakers(rows), logMakers(rows), []made{
		{name: "LabVIEW", q: "angle", p: "omega", first: 0.8, tolerance: 1e-6, notes: []string{"22 lines in front"},
			text: "LabVIEW Measurement\t\r\nWriter_Version\t2\r\nReader_Version\t2\r\nSeparator\tTab\r\nDecimal_Separator\t,\r\nMulti_Headings\tNo\r\nX_Columns\tOne\r\nTime_Pref\tRelative\r\nOperator\tme\r\nDate\t2023/04/05\r\nTime\t09:08:07,125\r\n***End_of_Header***\t\r\n\t\r\nChannels\t2\t\t\r\nSamples\t9\t9\t\r\nDate\t2023/04/05\t2023/04/05\t\r\nTime\t09:08:07,125\t09:08:07,125\t\r\nY_Unit_Label\trad\trad/s\t\r\nX_Dimension\tTime\tTime\t\r\nX0\t0,0E+0\t0,0E+0\t\r\nDelta_X\t0,020000\t0,020000\t\r\n***End_of_Header***\t\t\t\r\nX_Value\tangle\tomega\tComment\r\n" +
				perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
					fmt.Fprintf(b, "%s\t%s\t%s\t\r\n", comma(t), comma(q), comma(v))
				})},
		{name: "LabVIEW without times", q: "angle", p: "omega", first: 0.8, tolerance: 1e-6, notes: []string{"0.02 s from row to row (line 4: \"Delta_X 0.020000\")"},
			text: "LabVIEW Measurement\t\nX_Columns\tNo\nChannels\t2\t\nDelta_X\t0.020000\t0.020000\t\n***End_of_Header***\t\t\nangle\tomega\tComment\n" +
				perRow(rows, func(b *strings.Builder, i int, t, q, v float64) { fmt.Fprintf(b, "%.6f\t%.6f\t\n", q, v) })},
		{name: "OpenSim's markers", q: "ball X,ball Y", first: x0, tolerance: 2e-3, notes: []string{"mm turned into m (line 3", "pivot"},
			text: "PathFileType\t4\t(X/Y/Z)\tswing.trc\nDataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\tOrigNumFrames\n50.00\t50.00\t9\t2\tmm\t50.00\t1\t9\nFrame#\tTime\thinge\t\t\tball\t\t\n\t\tX1\tY1\tZ1\tX2\tY2\tZ2\n\n" +
				perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
					x, y := marker(q)
					fmt.Fprintf(b, "%d\t%.5f\t%.3f\t%.3f\t%.3f\t%.3f\t%.3f\t%.3f\n", i+1, t, 300*noise(i, 1), 1000+300*noise(i, 2), 300*noise(i, 3), 1000*x, 1000*y, 300*noise(i, 4))
				})},
		{name: "OpenSim's motion", q: "knee", p: "knee_u", first: 0.8, tolerance: 1e-6, notes: []string{"deg turned into rad (line 5: \"inDegrees=yes\")"},
			text: "Coordinates\nversion=1\nnRows=9\nnColumns=3\ninDegrees=yes\n\nAngles are in degrees.\n\nendheader\ntime\tknee\tknee_u\n" +
				perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
					fmt.Fprintf(b, "%.8f\t%.8f\t%.8f\n", t, q/degree, v/degree)
				})},
		{name: "phyphox", err: "--integrate",
			text: simple("\"Time (s)\",\"Gyroscope x (rad/s)\",\"Gyroscope y (rad/s)\"\n", "%[1]E,%[3]E,0.001\n", "")},
		{name: "phyphox, integrated", columns: Columns{Integrate: true}, q: "angle_x", p: "Gyroscope x (rad/s)", first: 0.8, tolerance: 0.1, notes: []string{"integral"},
			text: simple("\"Time (s)\",\"Gyroscope x (rad/s)\",\"Absolute (rad/s)\"\n", "%.4[1]E,%.9[3]E,1.5\n", "")},
		{name: "an accelerometer", err: "specific force", text: simple("\"Time (s)\",\"Acceleration x (m/s^2)\",\"Acceleration y (m/s^2)\"\n", "%[1]E,%[2]E,%[3]E\n", "")},
		{name: "Vernier", q: "Angle (rad)", p: "Angular Velocity (rad/s)", first: 0.8, tolerance: 1e-5, notes: []string{"left out: the accelerations"},
			text: simple("\"Latest: Time (s)\",\"Latest: Angle (rad)\",\"Latest: Angular Velocity (rad/s)\",\"Latest: Angular Acceleration (rad/s²)\"\n", "%.2f,%.5f,%.5f,%[2]f\n", "")},
		{name: "Vernier, data sets", q: "Position(m)", p: "Velocity(m/s)", first: 0.8, tolerance: 1e-5, trials: 2, notes: []string{"2 runs stand side by side"},
			text: simple("Data Set 1:Time(s),Data Set 1:Position(m),Data Set 1:Velocity(m/s),Data Set 2:Time(s),Data Set 2:Position(m),Data Set 2:Velocity(m/s)\n", "%.2f,%.5f,%.5f,%.2[1]f,%.5[2]f,%.5[3]f\n", ",,,9.99,0.1,0.2\n")},
		{name: "Logger Pro", q: "Angle", p: "Velocity", first: 0.8, tolerance: 1e-5,
			text: simple("Vernier Format 2\nswing.cmbl 4/5/2023 9:08:07 .\nRun 1\nTime\tAngle\tVelocity\nt\tθ\tω\ns\trad\trad/s\n\n", "%.2f\t%.5f\t%.5f\n", "")},
		{name: "PASCO", q: "Angle (rad)", p: "Angular Velocity (rad/s)", first: 0.8, tolerance: 1e-4, trials: 2,
			text: "Time (s) Run #1,Angle (rad) Run #1,\"Angular Velocity (rad/s) Run #1\",Time (s) Run #2,Angle (rad) Run #2,\"Angular Velocity (rad/s) Run #2\"\n" +
				perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
					if fmt.Fprintf(b, "%.2f,%.4f,%.4f,", t, q, v); i < rows-2 {
						fmt.Fprintf(b, "%.2f,%.4f,%.4f\n", t, q, v)
					} else {
						b.WriteString(",,\n")
					}
				})},
		{name: "Rigol", err: "--q CH1 --p CH2",
			text: "X,CH1,CH2,Start,Increment,\nSequence,VOLT,VOLT,0.000000e+00,2.000000e-02\n" +
				perRow(rows, func(b *strings.Builder, i int, t, q, v float64) { fmt.Fprintf(b, "%d,%.4e,%.4e,,\n", i, q, 2*v) })},
		{name: "Rigol, the second channel in the first's unit a second", err: "--q CH1 --v CH2",
			text: "X,CH1,CH2,Start,Increment,\nSequence,VOLT,VOLT,0.000000e+00,2.000000e-02\n" +
				perRow(rows, func(b *strings.Builder, i int, t, q, v float64) { fmt.Fprintf(b, "%d,%.4e,%.4e,,\n", i, q, v) })},
		{name: "Rigol, named", columns: Columns{Q: []string{"CH1"}, P: []string{"CH2"}}, q: "CH1", p: "CH2", first: 0.8, tolerance: 1e-4, notes: []string{"0.02 s from row to row (line 2: \"Increment 2.000000e-02\")"},
			text: "X,CH1,CH2,Start,Increment,\nSequence,VOLT,VOLT,0.000000e+00,2.000000e-02\n" +
				perRow(rows, func(b *strings.Builder, i int, t, q, v float64) { fmt.Fprintf(b, "%d,%.4e,%.4e,,\n", i, q, v) })},
		{name: "Tektronix", columns: Columns{Q: []string{"CH1"}, P: []string{"CH2"}}, q: "CH1", p: "CH2", first: 0.8, tolerance: 1e-5,
			text: "Model,TDS9\nFirmware Version,1.2\n\nWaveform Type,ANALOG\nPoint Format,Y\nHorizontal Units,s\nSample Interval,2.0E-02\nRecord Length,9\n,,\nLabel,,\nTIME,CH1,CH2\n" +
				perRow(rows, func(b *strings.Builder, i int, t, q, v float64) { fmt.Fprintf(b, "%.4e,%.5f,%.5f\n", t, q, v) })},
		{name: "Keysight", columns: Columns{Q: []string{"1"}, P: []string{"2"}}, q: "1", p: "2", first: 0.8, tolerance: 1e-5,
			text: simple("x-axis,1,2\nsecond,Volt,Volt\n", "%+.6[1]E,%+.6[2]E,%+.6[3]E\n", "")},
		{name: "Yokogawa", columns: Columns{Q: []string{"CH1"}}, q: "CH1", first: 0.8, tolerance: 1e-5, notes: []string{"0.02 s from row to row"},
			text: "\"Header Size\",12\n\"Model Name\",\"DL9\"\n\"TraceName\",\"CH1\",\"CH2\"\n\"BlockSize\",9,9\n\"VUnit\",\"V\",\"V\"\n\"SampleRate\",5.0E+01,5.0E+01\n\"HResolution\",2.0E-02,2.0E-02\n\"HUnit\",\"s\",\"s\"\n\n\"CH1\",\"CH2\"\n" +
				perRow(rows, func(b *strings.Builder, i int, t, q, v float64) { fmt.Fprintf(b, "%.5E,%.5E\n", q, v) })},
		{name: "ROS", q: "field.position0", p: "field.velocity0", first: 0.8, tolerance: 1e-6, notes: []string{"field.header.stamp is taken in seconds", "the same in every row"},
			text: "%time,field.header.seq,field.header.stamp,field.header.frame_id,field.name0,field.position0,field.velocity0,field.effort0\n" +
				perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
					stamp := int64(1680000000123456789) + int64(i)*20_000_000
					fmt.Fprintf(b, "%d,%d,%d,,arm,%.6f,%.6f,0.0\n", stamp+int64(1e6*(1+math.Sin(float64(i)))), i, stamp, q, v)
				})},
		{name: "PlotJuggler", q: "/arm/state/position", p: "/arm/state/velocity", first: 0.8, tolerance: 1e-6,
			text: "__time,/arm/state/position,/arm/state/velocity\n" + perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
				fmt.Fprintf(b, "%.6f,%.6f,%.6f\n", 1680000000.25+t, q, v)
			})},
		{name: "PlotJuggler, two rates", q: "/arm/position", p: "/arm/velocity", first: 0.8, tolerance: 0.01, notes: []string{"channels of different rates"},
			text: "__time,/arm/position,/arm/velocity\n" + perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
				if fmt.Fprintf(b, "%.6f,%.6f,", 1680000000.25+t, q); i%4 == 0 || i == rows-1 {
					fmt.Fprintf(b, "%.6f", v)
				}
				b.WriteByte('\n')
			})},
		{name: "Arduino's monitor, over midnight", q: "2", p: "3", first: 0.8, tolerance: 1e-4, notes: []string{"at midnight"},
			text: perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
				fmt.Fprintf(b, "%s -> %.4f,%.4f\n", epoch.Add(time.Duration(i)*20*time.Millisecond).Add(2*time.Second-200*time.Millisecond).Format("15:04:05.000"), q, v)
			})},
		{name: "labels", q: "angle", p: "rate", first: 0.8, tolerance: 1e-4,
			text: perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
				fmt.Fprintf(b, "t: %d ms, angle: %.4f, rate: %.4f\n", 20*i, q, v)
			})},
		{name: "a counter that wraps", q: "angle", p: "rate", first: 0.8, tolerance: 1e-4, notes: []string{"end of its counter"},
			text: "micros,angle,rate\n" + perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
				fmt.Fprintf(b, "%d,%.4f,%.4f\n", uint32(4294967295-190_000+20_000*i), q, v)
			})},
		{name: "MATLAB's timetable", q: "theta", p: "omega", first: 0.8, tolerance: 1e-6, text: simple("Time,theta,omega\n", "%.2f sec,%.6f,%.6f\n", "")},
		{name: "Motive", q: "ball X,ball Y", first: x0, tolerance: 1e-6,
			text: "Format Version,1.23,Take Name,take,Capture Frame Rate,50.000000,Export Frame Rate,50.000000,Length Units,Meters\n\n,,Marker,Marker,Marker\n,,ball,ball,ball\n,,\"3F\",3F,3F\n,,Position,Position,Position\nFrame,Time (Seconds),X,Y,Z\n" +
				perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
					x, y := marker(q)
					fmt.Fprintf(b, "%d,%.6f,%.6f,%.6f,%.6f\n", i, t, x, y, 0.1*noise(i, 5))
				})},
		{name: "Vicon", q: "ball X,ball Y", first: x0, tolerance: 1e-3, notes: []string{"mm turned into m", "0.02 s from row to row"},
			text: "Trajectories\n50\n,,ball,,,hinge,,\nFrame,Sub Frame,X,Y,Z,X,Y,Z\n,,mm,mm,mm,mm,mm,mm\n" +
				perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
					x, y := marker(q)
					fmt.Fprintf(b, "%d,0,%.3f,%.3f,%.3f,%.3f,%.3f,%.3f\n", i+1, 1000*x, 1000*y, 100*noise(i, 1), 100*noise(i, 2), 100*noise(i, 3), 100*noise(i, 4))
				})},
		{name: "DeepLabCut", columns: Columns{Step: 0.02}, q: "ball x,ball y", first: 1000 * x0, tolerance: 0.1,
			text: "scorer,net,net,net,net,net,net\nbodyparts,ball,ball,ball,hinge,hinge,hinge\ncoords,x,y,likelihood,x,y,likelihood\n" +
				perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
					x, y := marker(q)
					fmt.Fprintf(b, "%d,%.3f,%.3f,0.99%d,%.3f,%.3f,0.99%d\n", i, 1000*x, 1000*y, i%9, 50+noise(i, 1), 40+noise(i, 2), i%7)
				})},
		{name: "Kinovea", q: "X,Y", first: x0, tolerance: 1e-3,
			text: "#Kinovea Trajectory data export\n#T X Y\n" + perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
				x, y := marker(q)
				fmt.Fprintf(b, "0:00:%02d:%02d %.4f %.4f \n", i*20/1000, i*20%1000/10, x, y)
			})},
		{name: "Tracker, several masses", q: "x,y", first: x0, tolerance: 1e-6,
			text: "mass A\nt\tx\ty\n" + perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
				x, y := marker(q)
				fmt.Fprintf(b, "%.4E\t%.7E\t%.7E\n", t, x, y)
			})},
		{name: "Xsens", columns: Columns{Integrate: true}, q: "angle_x", p: "Gyr_X", first: 0.8, tolerance: 0.1,
			text: "// Start Time: Unknown\n// Update Rate: 50.0Hz\n// Filter Profile: human\n// Firmware Version: 4.0.2\nPacketCounter\tSampleTimeFine\tAcc_X\tAcc_Y\tGyr_X\tGyr_Y\n" +
				perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
					fmt.Fprintf(b, "%05d\t\t%.6f\t%.6f\t%.6f\t%.6f\n", 27626+i, 9.8*math.Sin(q), 9.8*math.Cos(q), v, noise(i, 1))
				})},
		{name: "MetaWear", columns: Columns{Integrate: true}, q: "angle_x", p: "x-axis (rad/s)", first: 0.8, tolerance: 0.1,
			text: "epoc (ms),timestamp (+0100),elapsed (s),x-axis (deg/s),y-axis (deg/s)\n" +
				perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
					at := epoch.Add(time.Duration(i) * 20 * time.Millisecond)
					fmt.Fprintf(b, "%d,%s,%.3f,%.3f,%.3f\n", at.UnixMilli(), at.Format("2006-01-02T15.04.05.000"), t, v/degree, noise(i, 1))
				})},
		{name: "Campbell", q: "Winkel", p: "Winkelgeschwindigkeit", first: 0.8, tolerance: 1e-5, notes: []string{"a date and a time"},
			text: "\"TOA5\",\"station\",\"CR9\",\"1234\",\"CR9.Std.05\",\"CPU:swing.CR9\",\"5432\",\"table\"\n\"TIMESTAMP\",\"RECORD\",\"Winkel\",\"Winkelgeschwindigkeit\"\n\"TS\",\"RN\",\"rad\",\"rad/s\"\n\"\",\"\",\"Smp\",\"Smp\"\n" +
				perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
					fmt.Fprintf(b, "\"%s\",%d,%.5f,%.5f\n", epoch.Add(time.Duration(i)*20*time.Millisecond).Format("2006-01-02 15:04:05.00"), i, q, v)
				})},
		{name: "DASYLab", q: "Winkel [rad]", p: "Winkelgeschw. [rad/s]", first: 0.8, tolerance: 1e-4,
			text: "DASYLab - V 11.00\nArbeitsblatt : swing\nAufnahmedatum : 05.04.2023, 09:08:07\nBlocklänge : 64\nDelta : 0.02 sec.\nAnzahl der Kanäle : 2\nMeßzeit[hh:mm:ss];Winkel [°];Winkelgeschw. [°/s]\n" +
				perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
					fmt.Fprintf(b, "%s;%s;%s\n", epoch.Add(time.Duration(i)*20*time.Millisecond).Format("15:04:05,000"), comma(q/degree), comma(v/degree))
				})},
		{name: "catman", q: "Weg", p: "Geschwindigkeit", first: 0.8, tolerance: 1e-4, notes: []string{"turned into m"},
			text: "HBM-CATMAN-DATAFILE-CONVERT    \n\nAnzahl Kanäle=3\n\nZeit\tWeg\tGeschwindigkeit\ns\tmm\tmm/s\n" +
				perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
					fmt.Fprintf(b, "%s\t%s\t%s\n", comma(t), comma(1000*q), comma(1000*v))
				})},
		{name: "DIAdem", q: "Position", first: 0.8, tolerance: 1e-5, text: simple("Title: swing\nAuthor: me\n\nTime,Position,Speed of sound\ns,m,-\n", "%.3[1]f,%.6[2]f,340\n", "")},
		{name: "WinDaq", q: "Angle", first: 0.8, tolerance: 1e-5, notes: []string{"0.02 s from row to row"},
			text: "DATAQ,DI-9\nSample Rate,50 Hz\nAcquisition,04/05/2023 09:08:07\n\nAngle,Spare\nrad,V\n" + perRow(rows, func(b *strings.Builder, i int, t, q, v float64) { fmt.Fprintf(b, "%.6f,0.001\n", q) })},
		{name: "LTspice", columns: Columns{Q: []string{"V(q)"}, P: []string{"V(w)"}}, q: "V(q)", p: "V(w)", first: 0.8, tolerance: 1e-6, text: simple("time\tV(q)\tV(w)\n", "%.15[1]e\t%.6[2]e\t%.6[3]e\n", "")},
		{name: "GROMACS", q: "q", p: "p", first: 0.8, tolerance: 1e-6, text: simple("# made by hand\n@ title \"swing\"\n@ xaxis label \"Time (s)\"\n@ s0 legend \"q\"\n@ s1 legend \"p\"\n", "%.3f %.7f %.7f\n", "")},
		{name: "Qualisys", q: "ball X,ball Y", first: x0, tolerance: 1e-3, notes: []string{"0.02 s from row to row (line 4: \"FREQUENCY 50\")", "the marker hinge stays"},
			text: "NO_OF_FRAMES\t9\nNO_OF_CAMERAS\t8\nNO_OF_MARKERS\t2\nFREQUENCY\t50\nNO_OF_ANALOG\t0\nANALOG_FREQUENCY\t0\nDESCRIPTION\t--\nTIME_STAMP\t2023-04-05, 09:08:07.125\t12.5\nDATA_INCLUDED\t3D\nMARKER_NAMES\tball\thinge\n" +
				perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
					x, y := marker(q)
					fmt.Fprintf(b, "%.6f\t%.6f\t%.6f\t%.6f\t%.6f\t%.6f\n", x, y, noise(i, 1)/5, noise(i, 2)/5, noise(i, 3)/5, noise(i, 4)/5)
				})},
		{name: "Optotrak", q: "ball x,ball y", first: x0, tolerance: 1e-3, notes: []string{"0.02 s from row to row", "mm turned into m"},
			text: "Number of frames:,9\nNumber of markers:,1\nFrequency:,50\nUnits:,mm\n\nFrame,ball x,ball y,ball z\n" +
				perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
					x, y := marker(q)
					fmt.Fprintf(b, "%d,%.4f,%.4f,%.4f\n", i+1, 1000*x, 1000*y, 50*noise(i, 1))
				})},
		{name: "Polhemus", columns: Columns{Step: 0.02, Q: []string{"2"}}, q: "2", first: 0.8, tolerance: 1e-4,
			text: perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
				fmt.Fprintf(b, "01  %9.4f %9.4f %9.4f\r\n", q, v, noise(i, 1))
			})},
		{name: "Tektronix, settings beside", columns: Columns{Q: []string{"5"}}, q: "5", first: 0.8, tolerance: 1e-4,
			text: perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
				beside := ",,"
				if i < 4 {
					beside = []string{"Record Length,2.500000e+03,", "Sample Interval,2.000000e-02,", "Trigger Point,1.25e+03,", "Source,CH1,"}[i]
				}
				fmt.Fprintf(b, "%s,%.6f,%.5f,\n", beside, t, q)
			})},
		{name: "PicoScope", columns: Columns{Q: []string{"Channel A"}}, q: "Channel A", first: 0.8, tolerance: 1e-4, notes: []string{"turned into seconds"},
			text: "Time,Channel A,Channel B\n(ms),(V),(V)\n\n" + perRow(rows, func(b *strings.Builder, i int, t, q, v float64) { fmt.Fprintf(b, "%.8f,%.6f,%.6f\n", 1000*t, q, v) })},
		{name: "LabChart", q: "Angle", p: "Angular velocity", first: 0.8, tolerance: 1e-4,
			text: simple("Interval=\t0.02 s\nExcelDateTime=\t4.5e+04\tx\nTimeFormat=\tStartOfBlock\nChannelTitle=\tAngle\tAngular velocity\nRange=\t10.000 V\t2.000 V\n", "%.2f\t%.5f\t%.5f\n", "")},
		{name: "PeTrack", q: "x/m,y/m", columns: Columns{Trial: "id"}, first: x0, tolerance: 1e-4, notes: []string{"0.02 s from row to row (line 2"},
			text: "# project: swing\n# framerate: 50 fps\n# id frame x/m y/m\n" + perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
				x, y := marker(q)
				fmt.Fprintf(b, "1 %d %.5f %.5f\n", i, x, y)
			})},
		{name: "channels with times of their own", q: "Angle", p: "Rate", first: 0.8, tolerance: 1e-4, notes: []string{"2 columns of times"},
			text: "Logger\n\nTime 1,Angle,Time 2,Rate\n" + perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
				if fmt.Fprintf(b, "%.3f,%.5f,", t, q); 2*i < rows {
					fmt.Fprintf(b, "%.3f,%.5f\n", 2*t, v)
				} else {
					b.WriteString(",\n")
				}
			})},
		{name: "degrees, rates without a unit", q: "theta [rad]", p: "omega", first: 0.8, tolerance: 1e-5, notes: []string{"omega: deg/s turned into rad/s"},
			text: "Logger\n\nt;theta [deg];omega\n" + perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
				fmt.Fprintf(b, "%.2f;%.5f;%.5f\n", t, q/degree, v/degree)
			})},
		{name: "long form", q: "theta", p: "omega", first: 0.8, tolerance: 1e-5, notes: []string{"long form"}, text: simple("time,variable,value\n", "%.2[1]f,theta,%.5[2]f\n%.2[1]f,omega,%.5[3]f\n", "")},
		{name: "blocks with a header each", q: "theta", p: "omega", first: 0.8, tolerance: 1e-5, trials: 2,
			text: simple("Pendulum 1\nt;theta;omega\n", "%.2f;%.5f;%.5f\n", "\n") + simple("Pendulum 2\nt;theta;omega\n", "%.2f;%.5f;%.5f\n", "End of data;;\n")},
		{name: "words in French", q: "angle [rad]", p: "vitesse angulaire [rad/s]", first: 0.8, tolerance: 1e-5, text: simple("expérience;pendule\n\ntemps [s];angle [rad];vitesse angulaire [rad/s]\n", "%.2f;%.5f;%.5f\n", "")},
		{name: "Excel's days", q: "Angle", p: "Velocity", first: 0.8, tolerance: 1e-5, notes: []string{"days, as a spreadsheet counts"},
			text: "Logger\n\nDate Time;Angle;Velocity\n" + perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
				fmt.Fprintf(b, "%.11f;%.5f;%.5f\n", 45000.5+t/86400, q, v)
			})},
		{name: "pairs of equal stamps", q: "angle", p: "rate", first: 0.8, tolerance: 1e-4, notes: []string{"the same time"},
			text: "Serial log\n\nt_ms,angle,rate\n" + perRow(rows, func(b *strings.Builder, i int, t, q, v float64) { fmt.Fprintf(b, "%d,%.4f,%.4f\n", i/2*40, q, v) })},
	})
}

// Files in the manner of instruments are read as they are meant, or asked back about.
func TestMakers(t *testing.T) {
	const rows = 300
	for _, m := range makers(rows) {
		t.Run(m.name, func(t *testing.T) {
			s, mapping, err := Decode(strings.NewReader(m.text), cmp.Or(m.file, "f"), ReadOptions{Columns: m.columns, SkipBadRows: m.skip})
			if m.err != "" {
				if err == nil || !strings.Contains(err.Error(), m.err) {
					t.Fatalf("got %v, %v, want an error with %q", mapping, err, m.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if q, p := strings.Join(mapping.Q, ","), strings.Join(mapping.P, ","); q != m.q || p != m.p {
				t.Errorf("positions %s, momenta %s, want %s and %s; %q", q, p, m.q, m.p, mapping.Notes)
			}
			if want := max(m.trials, 1); s.Trials() != want {
				t.Errorf("%d trials, want %d", s.Trials(), want)
			}
			if n := s.Offsets[1]; n < cmp.Or(m.rows, rows-3) || n > cmp.Or(m.rows, rows) {
				t.Errorf("%d rows in the first trial, want %d", n, cmp.Or(m.rows, rows))
			}
			for i := 1; i < s.Offsets[1]; i++ {
				if d := s.T[i] - s.T[i-1]; math.Abs(d-0.02) > 2e-6 {
					t.Fatalf("a step of %v behind row %d, want 0.02", d, i-1)
				}
			}
			if s.T[0] != m.start {
				t.Errorf("the first time is %v, want %v", s.T[0], m.start)
			}
			// The swing itself, by its first position over the first trial.
			q, _ := swing(rows, 0.8, 0.1)
			worst, worstX := 0.0, 0.0 // of an angle, and of a marker's first coordinate
			for i := range min(s.Offsets[1], rows) {
				x := s.X[i*s.Dim]
				worst = max(worst, math.Abs(x-q[i]*m.first/0.8))
				worstX = max(worstX, math.Abs(x-math.Sin(q[i])/math.Sin(0.8)*m.first))
			}
			worst = min(worst, worstX)
			if worst > m.tolerance {
				t.Errorf("the positions are up to %v off", worst)
			}
			if said := strings.Join(mapping.Notes, "\n"); true {
				for _, want := range m.notes {
					if !strings.Contains(said, want) {
						t.Errorf("%q is not said: %s", want, said)
					}
				}
			}
		})
	}
}
