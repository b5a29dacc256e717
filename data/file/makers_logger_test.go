package file

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// loggerMakers are files in the manner of loggers, statistics programs, databases and recorders of
// motion, each with what its program is particular in.
func loggerMakers(rows int) []made {
	write := func(head, format, tail string) string {
		return head + perRow(rows, func(b *strings.Builder, i int, t, q, v float64) { fmt.Fprintf(b, format, t, q, v) }) + tail
	}
	each := func(head string, line func(i int, t, q, v float64) string) string {
		return head + perRow(rows, func(b *strings.Builder, i int, t, q, v float64) { b.WriteString(line(i, t, q, v)) })
	}
	at := func(i int) time.Time {
		return time.Date(2023, 4, 5, 9, 8, 7, 0, time.UTC).Add(time.Duration(i) * 20 * time.Millisecond)
	}
	iso := func(i int) string { return at(i).Format("2006-01-02T15:04:05.000Z") }
	q, _ := swing(rows, 0.8, 0.1)
	along := func(n int) string { // the angles, so many to a line
		var b strings.Builder
		for i, v := range q {
			fmt.Fprintf(&b, " %13.6E%s", v, map[bool]string{true: "\n"}[i%n == n-1])
		}
		return b.String()
	}
	x0 := math.Sin(0.8)
	return []made{
		{name: "R's row names", q: "theta", p: "omega", first: 0.8, tolerance: 1e-6,
			text: each("\"\",\"time\",\"theta\",\"omega\"\n", func(i int, t, q, v float64) string { return fmt.Sprintf("\"%d\",%g,%.6f,%.6f\n", i+1, t, q, v) })},
		{name: "SPSS in German", q: "winkel", p: "winkelgeschw", first: 0.8, tolerance: 1e-5,
			text: each("zeit;winkel;winkelgeschw\n", func(i int, t, q, v float64) string { return comma(t) + ";" + comma(q) + ";" + comma(v) + "\n" })},
		{name: "Origin", q: "Angle", p: "Angular velocity", first: 0.8, tolerance: 1e-5,
			text: write("Long Name\tTime\tAngle\tAngular velocity\nUnits\ts\trad\trad/s\nComments\t\trun A\trun A\n", "\t%.2f\t%.5f\t%.5f\n", "")},
		{name: "Octave", q: "2", p: "3", first: 0.8, tolerance: 1e-6, text: write("# Created by Octave 8\n# name: x\n# type: matrix\n# rows: 9\n# columns: 3\n", " %g %.8f %.8f\n", "\n\n")},
		{name: "Mathematica's lists", q: "2", p: "3", first: 0.8, tolerance: 1e-6, text: write("", "{%.2f, %.6f, %.6f},\n", "")},
		{name: "MATLAB's display", err: "1.0e+03 *", text: write("x =\n\n   1.0e+03 *\n\n", "    %.7f   %.7f   %.7f\n", "")},
		{name: "a sensor's name in front", columns: Columns{Step: 0.02, Q: []string{"3"}}, q: "3", first: 0.8, tolerance: 1e-5,
			text: each("", func(i int, t, q, v float64) string {
				return fmt.Sprintf("ypr\t%.4f\t%.5f\t%.4f\n", noise(i, 1), q, noise(i, 2))
			})},
		{name: "ESP-IDF", q: "theta", p: "omega", first: 0.8, start: 1.234, tolerance: 1e-4, notes: []string{"milliseconds"},
			text: each("I (300) cpu_start: Starting scheduler.\n", func(i int, t, q, v float64) string {
				return fmt.Sprintf("I (%d) pendulum: theta=%.4f omega=%.4f\n", 1234+20*i, q, v)
			})},
		{name: "Science Journal", q: "PitchSensor", p: "RotationRate", first: 0.8, tolerance: 1e-5,
			text: each("timestamp,relative_time,PitchSensor,RotationRate\n", func(i int, t, q, v float64) string {
				return fmt.Sprintf("%d,%d,%.5f,%.5f\n", 1680685687123+20*i, 20*i, q, v)
			})},
		{name: "PHYWE measure", q: "Winkel φ / rad", p: "Winkelgeschwindigkeit ω / rad/s", first: 0.8, tolerance: 1e-5,
			text: each("Zeit t / s\tWinkel φ / °\tWinkelgeschwindigkeit ω / °/s\n", func(i int, t, q, v float64) string {
				return comma(t) + "\t" + comma(q/degree) + "\t" + comma(v/degree) + "\n"
			})},
		{name: "CASSY Lab", q: "&b_A1 / rad", p: "&w_A1 / rad/s", first: 0.8, tolerance: 1e-5,
			text: each("MIN=0\t-60\t-200\nMAX=6\t60\t200\nSCALE=1\t1\t1\nDEC=2\t4\t4\nDEF=\"t / s\"\t\"&b_A1 / °\"\t\"&w_A1 / °/s\"\n", func(i int, t, q, v float64) string {
				return comma(t) + "\t" + comma(q/degree) + "\t" + comma(v/degree) + "\n"
			})},
		{name: "BenchLink", q: "101 <Angle> (RAD)", p: "102 <Rate> (RAD/S)", first: 0.8, tolerance: 1e-5,
			text: each("Scan,Time,101 <Angle> (RAD),Alarm 101,102 <Rate> (RAD/S),Alarm 102\n", func(i int, t, q, v float64) string {
				return fmt.Sprintf("%d,%s,%.6f,0,%.6f,0\n", i+1, strings.Replace(at(i).Format("01/02/2006 15:04:05.000"), ".", ":", 1), q, v)
			})},
		{name: "Polytec", err: "--integrate", text: write("Source File Name:\tswing.pvd\nSignal:\tTime - Vib - Velocity \nTime\tVelocity\n[ s ]\t[ m/s ]\n", "%.5[1]f\t%.6[3]f\n", "")},
		{name: "Micro-Epsilon", q: "Distance1 [m]", first: 0.8, tolerance: 1e-5,
			text: each("sensorTOOL 1.9\nMeasuring rate;50 Hz\n\nTimestamp [s];Distance1 [mm]\n", func(i int, t, q, v float64) string { return comma(t) + ";" + comma(1000*q) + "\n" })},
		{name: "20-sim", q: "theta", p: "omega", first: 0.8, tolerance: 1e-6, text: write("time;theta;omega\n{s};{rad};{rad/s}\n", "%.3f;%.6f;%.6f\n", "")},
		{name: "ANY-maze", q: "Centre position X,Centre position Y", first: x0, tolerance: 1e-4, notes: []string{"left out: Speed"},
			text: each("Time,Centre position X,Centre position Y,Speed\n", func(i int, t, q, v float64) string {
				return fmt.Sprintf("0:00:%06.3f,%.5f,%.5f,%.4f\n", t, math.Sin(q), 1-math.Cos(q), math.Abs(v))
			})},
		{name: "BVH", q: "1", first: 0.8, tolerance: 1e-5, notes: []string{"\"Frame Time: 0.02\""},
			text: each("HIERARCHY\nROOT Arm\n{\n\tOFFSET 0.0 0.0 0.0\n\tCHANNELS 3 Zrotation Xrotation Yrotation\n}\nMOTION\nFrames: 9\nFrame Time: 0.02\n", func(i int, t, q, v float64) string { return fmt.Sprintf("%.5f 0.0 0.0\n", q) })},
		{name: "AndroSensor, one axis of each", q: "ORIENTATION Z (azimuth rad)", first: 0.8, tolerance: 1e-5, notes: []string{"of another axis"},
			text: each("sep=;\nGYROSCOPE X (rad/s);ORIENTATION Z (azimuth °);Time since start in ms ;YYYY-MO-DD HH-MI-SS_SSS\n", func(i int, t, q, v float64) string {
				return fmt.Sprintf("%.4f;%.5f;%d;%s\n", noise(i, 1), q/degree, 20*i, strings.Replace(at(i).Format("2006-01-02 15:04:05.000"), ".", ":", 1))
			})},
		{name: "LPMS", start: 12.5, q: "EulerX (rad)", p: "GyroX (rad/s)", first: 0.8, tolerance: 1e-5, notes: []string{"quaternion"},
			text: each("SensorId, TimeStamp (s), FrameNumber, AccX (g), GyroX (deg/s), GyroY (deg/s), EulerX (deg), EulerY (deg), QuatW, QuatX, QuatY, QuatZ\n", func(i int, t, q, v float64) string {
				return fmt.Sprintf("1, %.3f, %d, %.5f, %.4f, %.4f, %.4f, %.4f, %.6f, %.6f, 0, 0\n", 12.5+t, 100+i, math.Sin(q), v/degree, noise(i, 1), q/degree, noise(i, 2), math.Cos(q/2), math.Sin(q/2))
			})},
		{name: "WitMotion, a temperature T(°)", q: "AngleX(rad)", p: "wx(rad/s)", first: 0.8, tolerance: 1e-5,
			text: each("StartTime: 2023-04-05 09:08:07.125\naddress\tTime(s)\tax(g)\twx(deg/s)\tAngleX(deg)\tT(°)\n", func(i int, t, q, v float64) string {
				return fmt.Sprintf("0x50\t%s\t%.4f\t%.4f\t%.4f\t25.3%d\t\n", at(i).Format("15:04:05.000"), math.Sin(q), v/degree, q/degree, i%3)
			})},
		{name: "EC-Lab", q: "q/C", p: "I/A", first: 0.8, tolerance: 1e-6, text: write("EC-Lab ASCII FILE\nNb header lines : 4\n\ntime/s\tq/C\tI/A\n", "%.6E\t%.6E\t%.6E\n", "")},
		{name: "Racelogic", q: "angle", p: "omega", first: 0.8, start: 90807, tolerance: 1e-5,
			text: each("File created on 05/04/2023\n\n[header]\nsatellites\ntime\n\n[column names]\nsats time angle omega\n\n[data]\n", func(i int, t, q, v float64) string {
				return fmt.Sprintf("008 %.2f %+.6f %+.6f\n", 90807+t, q, v)
			})},
		{name: "MoTeC", q: "Swing Angle", p: "Swing Rate", first: 0.8, tolerance: 1e-5,
			text: each("\"Format\",\"MoTeC CSV File\",\"\",\"\",\"Workbook\"\n\"Sample Rate\",\"50.000\",\"Hz\"\n\"Range\",\"entire outing\"\n\n\n\"Time\",\"Swing Angle\",\"Swing Rate\"\n\"s\",\"deg\",\"deg/s\"\n\n", func(i int, t, q, v float64) string {
				return fmt.Sprintf("\"%.3f\",\"%.5f\",\"%.5f\"\n", t, q/degree, v/degree)
			})},
		{name: "InfluxDB", q: "angle", p: "rate", first: 0.8, tolerance: 1e-6, notes: []string{"long form"},
			text: each("#group,false,false,true,true,false,false,true\n#datatype,string,long,dateTime:RFC3339,dateTime:RFC3339,dateTime:RFC3339,double,string\n#default,mean,,,,,,\n,result,table,_start,_stop,_time,_value,_field\n", func(i int, t, q, v float64) string {
				return fmt.Sprintf(",,0,%s,%s,%s,%.6f,angle\n", iso(0), iso(rows), iso(i), q)
			}) + each("", func(i int, t, q, v float64) string {
				return fmt.Sprintf(",,1,%s,%s,%s,%.6f,rate\n", iso(0), iso(rows), iso(i), v)
			})},
		{name: "Foxglove", q: "/joint.position", p: "/joint.velocity", first: 0.8, tolerance: 1e-6,
			text: each("elapsed,receive_time,header_stamp,topic,value\n", func(i int, t, q, v float64) string {
				return fmt.Sprintf("%.3f,%.9f,,/joint.position,%.6f\n%[1]f,%.9[2]f,,/joint.velocity,%.6[4]f\n", t, 1680000000+t, q, v)
			})},
		{name: "Grafana", q: "theta", p: "omega", first: 0.8, tolerance: 1e-5,
			text: each("\"Time\",\"theta\",\"omega\"\n", func(i int, t, q, v float64) string {
				return fmt.Sprintf("\"%s\",%.5f,%.5f\n", at(i).Format("2006-01-02 15:04:05.000"), q, v)
			})},
		{name: "ThingSpeak", err: "--q field1 --v field2",
			text: each("created_at,entry_id,field1,field2,latitude,status\n", func(i int, t, q, v float64) string { return fmt.Sprintf("%s,%d,%.5f,%.5f,,\n", iso(i), i+1, q, v) })},
		{name: "Kollmorgen", q: "PL.FB [rad]", p: "VL.FB [rad/s]", first: 0.8, tolerance: 1e-5,
			text: each("Kollmorgen WorkBench\nGap: 16\nTime [ms],IL.CMD [Arms],VL.FB [rpm],PL.FB [deg]\n", func(i int, t, q, v float64) string {
				return fmt.Sprintf("%d,%.5f,%.5f,%.5f\n", 20*i, noise(i, 1), v*30/math.Pi, q/degree)
			})},
		{name: "Markdown", q: "theta", p: "omega", first: 0.8, tolerance: 1e-5, text: write("# Swing\n\n| t | theta | omega |\n|---|---:|---:|\n", "| %.2f | %.5f | %.5f |\n", "")},
		{name: "psql", q: "theta", p: "omega", first: 0.8, tolerance: 1e-5, text: write("  t   |  theta   |  omega   \n------+----------+----------\n", " %.2f | % .5f | % .5f\n", "(9 rows)\n\n")},
		{name: "OpenFOAM's vectors", q: "centreOfRotation_x,centreOfRotation_y", first: x0, tolerance: 1e-6,
			text: each("# Motion\n# Time          \tcentreOfRotation (x y z)   \tomega (x y z)\n", func(i int, t, q, v float64) string {
				return fmt.Sprintf("%.2f\t(%.6f %.6f 0)\t(%.6f 0 0)\n", t, math.Sin(q), 1-math.Cos(q), v)
			})},
		{name: "ATF", q: "Angle (rad)", p: "Rate (rad/s)", first: 0.8, tolerance: 1e-5, text: write("ATF\t1.0\n2\t3\n\"AcquisitionMode=Gap Free\"\n\"SignalsExported=Angle,Rate\"\n\"Time (s)\"\t\"Angle (rad)\"\t\"Rate (rad/s)\"\n", "%.4f\t%.5f\t%.5f\n", "")},
		{name: "Igor", q: "angle", p: "rate", first: 0.8, tolerance: 1e-5, text: write("IGOR\nWAVES/D\ttime_s\tangle\trate\nBEGIN\n", "\t%.4f\t%.5f\t%.5f\n", "END\nX SetScale/P x 0,0.02,\"s\", angle\n")},
		{name: "PEER, five to a line", err: "goes on from line to line", text: "PEER RECORD\nSwing, Lab, 90\nDISPLACEMENT TIME SERIES IN UNITS OF CM\nNPTS=   300, DT=   .0200 SEC\n" + along(5)},
		{name: "SLIST, six to a line", err: "goes on from line to line", text: "TIMESERIES XX_LAB__BHZ_R, 300 samples, 50 sps, 2023-04-05T09:08:07.000000, SLIST, FLOAT, M\n" + along(6)},
		{name: "no more than numbers, four to a line", err: "goes on from line to line", text: along(4), columns: Columns{Step: 0.02}},
		{name: "TSPAIR", q: "2", first: 0.8, tolerance: 1e-6, text: each("TIMESERIES XX_LAB__BHZ_R, 300 samples, 50 sps, 2023-04-05T09:08:07.000000, TSPAIR, FLOAT, M\n", func(i int, t, q, v float64) string {
			return fmt.Sprintf("%s  %+.10e\n", at(i).Format("2006-01-02T15:04:05.000000"), q)
		})},
		{name: "PhysioNet's quotes", q: "angle", p: "rate", first: 0.8, tolerance: 1e-4,
			text: each("'Elapsed time','angle','rate'\n'hh:mm:ss.mmm','rad','rad/s'\n", func(i int, t, q, v float64) string { return fmt.Sprintf("'0:%06.3f',%.4f,%.4f\n", t, q, v) })},
		{name: "Betaflight", err: "--integrate",
			text: each("loopIteration, time (us), axisP[0], gyroADC[0] (deg/s), gyroADC[1] (deg/s), accSmooth[0], flightModeFlags (flags)\n", func(i int, t, q, v float64) string {
				return fmt.Sprintf("%d, %d, 0, %.3f, %.3f, %d, ARM\n", i, 5000000+20000*i, v/degree, 100*noise(i, 1), int(2048*math.Sin(q)))
			})},
		{name: "HIOKI", q: "CH1-1[rad]", p: "CH1-2[rad/s]", first: 0.8, tolerance: 1e-5, text: write("\"File name\",\"swing.MEM\"\n\"Title\",\"\"\n\"Sampling\",\"20ms\"\n\"Trigger Time\",\"'23-04-05 09:08:07\"\n\n\"Time\",\"CH1-1[rad]\",\"CH1-2[rad/s]\"\n", "%+.9E,%+.5E,%+.5E\n", "")},
		{name: "CODESYS", q: "PLC_PRG.fAngle", p: "PLC_PRG.fOmega", first: 0.8, tolerance: 1e-5,
			text: each("TraceName;Trace1\nSampleRate;20 ms\n\nTimestamp (us);PLC_PRG.fAngle;PLC_PRG.fOmega\n", func(i int, t, q, v float64) string { return fmt.Sprintf("%d;%.5f;%.5f\n", 20000*i, q, v) })},
		{name: "GoPro, parts called 1 and 2", columns: Columns{Integrate: true}, q: "angle", p: "Gyroscope [rad/s]", first: 0.8, tolerance: 0.1,
			text: each("\"cts\",\"date\",\"Gyroscope [rad/s]\",\"1\",\"2\",\"temperature [°C]\"\n", func(i int, t, q, v float64) string {
				return fmt.Sprintf("%d,%s,%.6f,%.6f,%.6f,31.2\n", 20*i, iso(i), v, noise(i, 1)/100, noise(i, 2)/100)
			})},
		{name: "SensorLog", q: "motionRoll(rad)", p: "motionRotationRateY(rad/s)", first: 0.8, start: 5000.25, tolerance: 1e-5,
			text: each("loggingTime(txt),loggingSample(N),motionTimestamp_sinceReboot(s),motionYaw(rad),motionRoll(rad),motionRotationRateX(rad/s),motionRotationRateY(rad/s)\n", func(i int, t, q, v float64) string {
				return fmt.Sprintf("%s +0200,%d,%.4f,%.6f,%.6f,%.6f,%.6f\n", at(i).Format("2006-01-02 15:04:05.000"), i+1, 5000.25+t, noise(i, 1), q, noise(i, 2), v)
			})},
		{name: "a time code", q: "x", first: x0, tolerance: 1e-5, notes: []string{"frames, 50 a second"},
			text: each("Timecode,x\n", func(i int, t, q, v float64) string {
				return fmt.Sprintf("00:00:%02d:%02d,%.6f\n", i/50, i%50, math.Sin(q))
			})},
		{name: "the digits of a clock", q: "angle", p: "rate", first: 0.8, start: 9*3600 + 59*60 + 58, tolerance: 1e-5, notes: []string{"digits of a clock"},
			text: each("Logger 4\n\ntime,angle,rate\n", func(i int, t, q, v float64) string {
				return fmt.Sprintf("%s,%.5f,%.5f\n", at(i).Add(51*time.Minute+51*time.Second).Format("150405.00"), q, v)
			})},
		{name: "seconds of the day", q: "angle", p: "rate", first: 0.8, start: 43210.5, tolerance: 1e-5,
			text: each("Logger 4\n\ntime,angle,rate\n", func(i int, t, q, v float64) string { return fmt.Sprintf("%.2f,%.5f,%.5f\n", 43210.5+t, q, v) })},
		{name: "Excel in German", q: "Winkel in rad", p: "Drehrate in rad/s", first: 0.8, tolerance: 1e-5,
			text: each("Uhrzeit;Winkel in Grad;Drehrate in Grad/s\n", func(i int, t, q, v float64) string {
				return strings.Replace(at(i).Format("15:04:05.000"), ".", ",", 1) + ";" + comma(q/degree) + ";" + comma(v/degree) + "\n"
			})},
		{name: "millis for a name", q: "angle", first: 0.8, start: 1, tolerance: 1e-5,
			text: each("Logger\n\nmillis;angle\n", func(i int, t, q, v float64) string { return fmt.Sprintf("%d;%s\n", 1000+20*i, comma(q)) })},
		{name: "OpenSim's states", q: "/jointset/pin/angle/value", p: "/jointset/pin/angle/speed", first: 0.8, tolerance: 1e-6,
			text: write("states\nversion=1\nnRows=9\nnColumns=3\ninDegrees=no\nendheader\ntime\t/jointset/pin/angle/value\t/jointset/pin/angle/speed\n", "%.8f\t%.8f\t%.8f\n", "")},
		{name: "Simulink's data inspector", q: "theta", p: "omega", first: 0.8, tolerance: 1e-6,
			text: write("time,theta,omega\n,Type: double,Type: double\n,Unit: rad,Unit: rad/s\n,Interp: linear,Interp: linear\n", "%.2f,%.6f,%.6f\n", "")},
		{name: "SLEAP, frames alone", err: "no column is the time",
			text: each("track,frame_idx,instance.score,bob.x,bob.y,bob.score\n", func(i int, t, q, v float64) string {
				return fmt.Sprintf("track_0,%d,0.9%d,%.3f,%.3f,0.9%d\n", i, i%9, 200+160*math.Sin(q), 300-160*math.Cos(q), i%7)
			})},
		{name: "Stata's list", q: "4", p: "5", first: 0.8, tolerance: 1e-5,
			text: each("     +----------------------------+\n     | time     theta      omega |\n     |----------------------------|\n", func(i int, t, q, v float64) string {
				return fmt.Sprintf("%3d. | %5.2f  %8.5f  %8.5f |\n", i+1, t, q, v)
			})},
		{name: "sentences with checksums", q: "3", p: "4", first: 0.8, tolerance: 1e-5,
			text: each("", func(i int, t, q, v float64) string { return fmt.Sprintf("$PEND,%.2f,%.5f,%.5f*%02X\n", t, q, v, i%256) })},
		{name: "labels and units", q: "Angle", p: "Rate", first: 0.8, tolerance: 1e-5,
			text: each("", func(i int, t, q, v float64) string {
				return fmt.Sprintf("Time: %.2f s\tAngle: %.5f deg\tRate: %.5f deg/s\n", t, q/degree, v/degree)
			})},
		{name: "Python's logging", q: "theta", p: "omega", first: 0.8, tolerance: 1e-5,
			text: each("", func(i int, t, q, v float64) string {
				return fmt.Sprintf("%s INFO theta=%.5f omega=%.5f\n", strings.Replace(at(i).Format("2006-01-02 15:04:05.000"), ".", ",", 1), q, v)
			})},
		{name: "pandas, printed", q: "theta", p: "omega", first: 0.8, tolerance: 1e-5,
			text: each("       time     theta     omega\n", func(i int, t, q, v float64) string { return fmt.Sprintf("%-4d  %5.2f  %8.5f  %8.5f\n", i, t, q, v) })},
		{name: "Russian words", q: "угол", p: "скорость", first: 0.8, tolerance: 1e-5,
			text: each("время;угол;скорость\n", func(i int, t, q, v float64) string { return comma(t) + ";" + comma(q) + ";" + comma(v) + "\n" })},
		{name: "Chinese words", q: "角度", p: "角速度", first: 0.8, tolerance: 1e-5, text: write("时间,角度,角速度\n", "%.2f,%.5f,%.5f\n", "")},
		{name: "Portuguese words", q: "Ângulo", p: "Velocidade angular", first: 0.8, tolerance: 1e-5,
			text: each("Tempo (s);Ângulo;Velocidade angular\n", func(i int, t, q, v float64) string { return comma(t) + ";" + comma(q) + ";" + comma(v) + "\n" })},
		{name: "Kinovea's table", q: "Pendulum/0/X,Pendulum/0/Y", first: x0, tolerance: 1e-5,
			text: each("\"Time (ms)\",\"Pendulum/0/X\",\"Pendulum/0/Y\"\n", func(i int, t, q, v float64) string {
				return fmt.Sprintf("%d,%.6f,%.6f\n", 20*i, math.Sin(q), 1-math.Cos(q))
			})},
	}
}
