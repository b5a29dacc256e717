package file

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// labMakers are files in the manner of oscilloscopes, loggers and testing machines.
func labMakers(rows int) []made {
	write := func(head, format, tail string) string {
		return head + perRow(rows, func(b *strings.Builder, i int, t, q, v float64) { fmt.Fprintf(b, format, t, q, v) }) + tail
	}
	epoch := time.Date(2023, 4, 5, 21, 8, 7, 0, time.UTC)
	at := func(i int) time.Time { return epoch.Add(time.Duration(i) * 20 * time.Millisecond) }
	return []made{
		{name: "Siglent", columns: Columns{Q: []string{"CH1"}}, q: "CH1", first: 0.8, tolerance: 1e-5, start: -0.06,
			text: "Record Length,Analog:300,\nSample Interval,Analog:2.000000E-02,\nVertical Units,CH1:V,,\nVertical Scale,CH1:1.000000E+00,,\nVertical Offset,CH1:0.000000E+00,,\nHorizontal Units,s,\nHorizontal Scale,5.0E-01,\nModel Number,SDS9,\nSerial Number,S1,\nSoftware Version,8.2,\nSource,CH1\nSecond,Value\n" +
				perRow(rows, func(b *strings.Builder, i int, t, q, v float64) { fmt.Fprintf(b, "%+.6E,%+.6E\n", t-0.06, q) })},
		{name: "LeCroy", columns: Columns{Q: []string{"Ampl"}}, q: "Ampl", first: 0.8, tolerance: 1e-5, start: -0.04, notes: []string{"NUL"},
			text: "LECROYWaveRunner\x00N,20113,Waveform\r\nSegments,1,SegmentSize,300\r\nSegment,TrigTime,TimeSinceSegment1\r\n#1,14-May-2019 13:29:30,0                 \r\nTime,Ampl\r\n" +
				perRow(rows, func(b *strings.Builder, i int, t, q, v float64) { fmt.Fprintf(b, "%.5f,%.6f\r\n", t-0.04, q) })},
		{name: "Digilent WaveForms", columns: Columns{Q: []string{"Channel 1"}, P: []string{"Channel 2"}}, q: "Channel 1 (V)", p: "Channel 2 (V)", first: 0.8, tolerance: 1e-5,
			text: write("#Digilent WaveForms Logger\n#Device Name: Discovery9\n#Serial Number: SN:21\n#Date Time: 2023-04-05 21:08:07.125\n#Sample rate: 50Hz\n#Samples: 300\n#Trigger: Source: Channel 1 Type: Edge Condition: Rise Level: 1 V\n\nTime (s),Channel 1 (V),Channel 2 (V)\n", "%g,%.6f,%.6f\n", "")},
		{name: "Moku", columns: Columns{Q: []string{"Input A"}, P: []string{"Input B"}}, q: "Input A (V)", p: "Input B (V)", first: 0.8, tolerance: 1e-5,
			text: write("% Moku:Go Data Logger\n% Input A, DC coupling, 10 Vpp range\n% Input B, DC coupling, 10 Vpp range\n% Acquisition rate: 5.0000000000e+01 Hz, Precision mode\n% 2023-04-05 T 21:08:07 +0100\n% Time (s), Input A (V), Input B (V)\n", "%.10e, %.10e, %.10e\n", "")},
		{name: "Rohde & Schwarz", columns: Columns{Q: []string{"C1"}, P: []string{"C2"}}, q: "C1 in V", p: "C2 in V", first: 0.8, tolerance: 1e-5, start: -0.02,
			text: "in s,C1 in V,C2 in V\n" + perRow(rows, func(b *strings.Builder, i int, t, q, v float64) { fmt.Fprintf(b, "%.8E,%.7E,%.7E\n", t-0.02, q, v) })},
		{name: "Owon", columns: Columns{Q: []string{"CH1 Volt"}, P: []string{"CH2 Volt"}}, q: "CH1 Volt(mV)", p: "CH2 Volt(mV)", first: 800, tolerance: 1e-2, notes: []string{"turned into seconds"},
			text: "Frequency:,0.65Hz,0.65Hz\nPeriod:,1.5s,1.5s\nPK-PK:,1.6V,6V\n\nIndex,Time(ms),CH1 Volt(mV),CH2 Volt(mV)\n" +
				perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
					fmt.Fprintf(b, "%d,%.3f,%.3f,%.3f\n", i, 1000*t, 1000*q, 1000*v)
				})},
		{name: "PicoScope, cells out of range", columns: Columns{Q: []string{"Channel A"}}, q: "Channel A", first: 0.8, tolerance: 1e-4,
			text: "Time,Channel A,Channel B\n(s),(V),(mV)\n\n" + perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
				over := fmt.Sprintf("%.4f", v)
				if math.Abs(v) > 2.5 {
					over = map[bool]string{true: "∞", false: "-∞"}[v > 0]
				}
				fmt.Fprintf(b, "%.5f,%.6f,%s\n", t, q, over)
			})},
		{name: "BIOPAC", q: "Angle, DA100C", p: "Angular rate", first: 0.8, tolerance: 1e-5, notes: []string{"0.02 s from row to row (line 2"},
			text: "swing.acq\r\n20 msec/sample\r\n2 channels\r\nAngle, DA100C\r\nrad\r\nAngular rate\r\nrad/s\r\nCH1\tCH2\t\r\n" + fmt.Sprintf("%d\t%d\t\r\n", rows, rows) +
				perRow(rows, func(b *strings.Builder, i int, t, q, v float64) { fmt.Fprintf(b, "%.6f\t%.6f\t\r\n", q, v) })},
		{name: "BIOPAC, with times", q: "Angle", p: "Angular rate", first: 0.8, tolerance: 1e-5,
			text: "swing.acq\n20 msec/sample\n2 channels\nAngle\nrad\nAngular rate\nrad/s\nmilliSec\tCH1\tCH2\t\n" + fmt.Sprintf("\t%d\t%d\t\n", rows, rows) +
				perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
					fmt.Fprintf(b, "%.0f\t%.6f\t%.6f\t\n", 1000*t, q, v)
				})},
		{name: "HOBO", q: "Angle, rad (LGR S/N: 1, SEN S/N: 2, LBL: swing)", p: "Velocity, rad/s (LGR S/N: 1, SEN S/N: 3)", first: 0.8, tolerance: 1e-5,
			text: "\ufeff\"Plot Title: swing\"\n\"#\",\"Date Time, GMT-07:00\",\"Angle, rad (LGR S/N: 1, SEN S/N: 2, LBL: swing)\",\"Velocity, rad/s (LGR S/N: 1, SEN S/N: 3)\",\"Coupler Attached (LGR S/N: 1)\",\"Stopped (LGR S/N: 1)\",\"End Of File (LGR S/N: 1)\"\n" +
				perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
					fmt.Fprintf(b, "%d,%s,%.5f,%.5f,,,\n", i+1, at(i).Format("01/02/06 03:04:05.00 PM"), q, v)
				}) + fmt.Sprintf("%d,04/05/23 09:09:59.0 PM,,,Logged,,\n%d,04/05/23 09:09:59.5 PM,,,,Logged,Logged\n", rows+1, rows+2)},
		{name: "Instron", q: "Extension", first: 0.0008, tolerance: 1e-8, notes: []string{"mm turned into m"},
			text: write("\"Specimen label\",\"swing 1\"\n\"Start Date\",\"4/5/2023 9:08:07 PM\"\n\n\"Time\",\"Extension\",\"Load\"\n\"(s)\",\"(mm)\",\"(N)\"\n", "\"%.3[1]f\",\"%[2]f\",\"0.5\"\n", "")},
		{name: "MTS", q: "Displacement", first: 0.0008, tolerance: 1e-7, notes: []string{"mm turned into m"}, trials: 2,
			text: write("MTS793|BTW|ENU|1|2|.|/|:|1|0|0|A\n\nData Header:\tTime:\t0.1\tSec\t4/5/2023 9:08:07 PM\nData Acquisition:\tTimed\tTime:\t0.2\tSec\nTime\tDisplacement\tAxial Force\nSec\tmm\tN\n", "%.4f\t%.6f\t%.4f\n", "\nData Acquisition:\tTimed\tTime:\t9\tSec\n") +
				write("Time\tDisplacement\tAxial Force\nSec\tmm\tN\n", "%.4f\t%.6f\t%.4f\n", "")},
		{name: "MTS, blocks that go on", q: "Axial Displacement", first: 0.0008, tolerance: 1e-7, notes: []string{"the time goes on"},
			text: "MTS793|MPT|ENU|1|2|.|/|:|1|0|0|A\n" + perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
				if i%100 == 0 {
					fmt.Fprintf(b, "\nData Acquisition\t\tTime:\t%.2f\ts\nRunning Time\tAxial Displacement\tAxial Load\ns\tmm\tN\n", t)
				}
				fmt.Fprintf(b, "%.3f\t%.6f\t-500\n", t, q)
			})},
		{name: "Zwick", q: "Standardweg", first: 0.8, tolerance: 1e-5,
			text: "\"Prüfer\";\"ich\"\r\n\"Prüfgeschwindigkeit\";\"10\";\"mm/min\"\r\n\r\n\"Prüfzeit\";\"Standardweg\";\"Standardkraft\"\r\n\"s\";\"mm\";\"N\"\r\n" +
				perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
					fmt.Fprintf(b, "%s;%s;%s\r\n", comma(t), comma(1000*q), comma(v))
				})},
		{name: "INCA", q: "angle", p: "rate", first: 0.8, tolerance: 1e-5,
			text: write("ETASAsciiItemFile\trecord\tfp_32\ttab_delimited\nsampleCount\t300\ntime\tangle\trate\tmode\nf8\tf8\tf8\tu1\ns\trad\trad/s\t\n", "%.6f\t%.6f\t%.6f\t1\n", "")},
		{name: "SignalExpress", q: "Angle", p: "Rate", first: 0.8, tolerance: 1e-5, notes: []string{"0.02 s from row to row"},
			text: "channel names: \nAngle\tRate\nstart times:\n4/5/2023 21:08:07.125000\t4/5/2023 21:08:07.125000\ndt:\n0.020000\t0.020000\ndata:\n" +
				perRow(rows, func(b *strings.Builder, i int, t, q, v float64) { fmt.Fprintf(b, "%.6f\t%.6f\n", q, v) })},
		{name: "LabVIEW waveform", columns: Columns{Q: []string{"Y[0]"}, P: []string{"Y[1]"}}, q: "Y[0]", p: "Y[1]", first: 0.8, tolerance: 1e-5,
			text: "waveform\t[0]\t\t[1]\t\nt0\t05.04.2023\t21:08:07,000\t05.04.2023\t21:08:07,000\ndelta t\t0,020000\t\t0,020000\t\n\ntime[0]\tY[0]\ttime[1]\tY[1]\n" +
				perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
					s := at(i).Format("02.01.2006 15:04:05,000")
					fmt.Fprintf(b, "%s\t%s\t%s\t%s\n", s, comma(q), s, comma(v))
				})},
		{name: "Graphtec", q: "Angle", p: "Velocity", first: 0.8, tolerance: 1e-4,
			text: "Vendor,recorder corp.\r\nModel,GL9\r\nSampling interval,20ms\r\nTotal data points,300\r\nData\r\nNumber,Date&Time,ms,Angle,Velocity,Alarm1\r\nNO.,Time,ms,rad,rad/s,A1\r\n" +
				perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
					fmt.Fprintf(b, "%d,%s,%d,%+9.5f,%+9.5f,LLLL\r\n", i+1, at(i).Format("2006/01/02 15:04:05"), at(i).Nanosecond()/1e6, q, v)
				})},
		{name: "LabJack", q: "angle", p: "rate", first: 0.8, tolerance: 1e-4,
			text: "LabJack log\n\nTime\tangle\trate\n" + perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
				fmt.Fprintf(b, "%.6f\t%.6f\t%.6f\n", 3763991287.125+t, q, v)
			})},
		{name: "Gamry", q: "Angle", p: "Rate", first: 0.8, tolerance: 1e-5,
			text: "EXPLAIN\nTAG\tSWING\nDATE\tLABEL\t4/5/2023\tDate\nTIME\tLABEL\t21:08:07\tTime\nCURVE\tTABLE\t300\n\tPt\tT\tAngle\tRate\tOver\n\t#\ts\trad\trad/s\tbits\n" +
				perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
					fmt.Fprintf(b, "\t%d\t%.5g\t%.6E\t%.6E\t...........\n", i, t, q, v)
				})},
		{name: "Dewesoft", q: "Angle (rad)", p: "Angular velocity (rad/s)", first: 0.8, tolerance: 1e-5,
			text: "\r\nFile name: swing.dxd\r\nStart time: 05.04.2023 21:08:07.125\r\nNumber of channels: 2\r\nSample rate: 50 Hz\r\nStore type: always fast\r\nGlobal header information:\r\nComments: none\r\nEvents\r\nEvent Type\tTime\tComment\r\n1\tstoring started\t0\r\n\r\nData1\r\nTime (s)\tAngle (rad)\tAngular velocity (rad/s)\r\n" +
				perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
					fmt.Fprintf(b, "%s\t%s\t%s\r\n", comma(t), comma(q), comma(v))
				})},
		{name: "catman, many lines in front", q: "Winkel [rad]", p: "Drehrate [rad/s]", first: 0.8, tolerance: 1e-4,
			text: "Datum/Uhrzeit:\t05.04.2023 21:08:07\t\t\r\nMessrate/Filter\t50 Hz/20 Hz BE\t\t\r\nMesspunkte:\t300\t\t\r\nKommentar:\t\t\t\r\n\r\nZeit  1 - Standardmessrate [s]\tWinkel [°]\tDrehrate [°/s]\r\nQuelle\tMX9 CH=1\tMX9 CH=2\r\nGerät\t4711\t4711\r\n" +
				perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
					fmt.Fprintf(b, "%s\t%s\t%s\r\n", comma(t), comma(q/degree), comma(v/degree))
				})},
		{name: "TwinCAT", q: "Angle", p: "Velocity", first: 0.8, tolerance: 1e-4,
			text: "Name\tProject\nFile\tswing.csv\nStarttime of export\t133251952871250000\nEndtime of export\t133251952931250000\n\nName\tAngle\tName\tVelocity\nSymbolComment\t\tSymbolComment\t\nData-Type\tREAL64\tData-Type\tREAL64\nSampleTime[ms]\t20\tSampleTime[ms]\t20\nVariableSize\t8\tVariableSize\t8\nSymbolName\tMAIN.Angle\tSymbolName\tMAIN.Velocity\nPort\t851\tPort\t851\nUnit\t(None)\tUnit\t(None)\n\n" +
				perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
					fmt.Fprintf(b, "%d\t%.6f\t%d\t%.6f\n", 20*i, q, 20*i, v)
				}) + "EOF\n"},
		{name: "micro:bit", q: "angle", p: "rate", first: 0.8, tolerance: 1e-5,
			text: "sep=\t\ntime (source1)\tangle\ttime (source1)\trate\n" + perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
				fmt.Fprintf(b, "%.3f\t%.6f\t%.3f\t%.6f\n", t, q, t, v)
			})},
		{name: "CANoe", q: "Encoder::Angle[rad]", p: "Encoder::Velocity[rad/s]", first: 0.8, tolerance: 1e-5,
			text: write("// Exported by the measuring tool;;\nTime[s];Encoder::Angle[rad];Encoder::Velocity[rad/s]\n", "%.6f;%.6f;%.6f\n", "")},
		{name: "pages", q: "angle [rad]", p: "rate [rad/s]", first: 0.8, tolerance: 1e-5,
			text: "SWING RECORDER                                PAGE\n\n" + perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
				if i%60 == 0 {
					if i > 0 {
						fmt.Fprintf(b, "\f\n")
					}
					b.WriteString("  time [s]   angle [rad]   rate [rad/s]\n ---------  ------------  -------------\n")
				}
				fmt.Fprintf(b, "%10.3f  %12.6f  %12.6f\n", t, q, v)
			})},
		{name: "quality and event columns", q: "Angle (rad)", p: "Velocity (rad/s)", first: 0.8, tolerance: 1e-5,
			text: "* recorder 7 *\n! checked\n;comment\nTime (µs);Angle (deg);Angle quality;Velocity (deg/s);Event;\n" + perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
				event := ""
				if i == 20 {
					event = "trigger, \"\"first\"\""
				}
				fmt.Fprintf(b, "%.0f;%.6f;OK;%.6f;\"%s\";\n", 1e6*t, q/degree, v/degree, event)
			}) + "\nMean;0,5;;0,1;;\n# end of record\n"},
		{name: "Fortran's exponents", q: "theta", p: "omega", first: 0.8, tolerance: 1e-6,
			text: " run of 5 April\n time theta omega\n" + perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
				b.WriteString(strings.ReplaceAll(fmt.Sprintf("  %14.7E  %14.7E  %14.7E\n", t, q, v), "E", "D"))
			})},
		{name: "two dates", q: "Angle [rad]", p: "Angular Velocity [rad·s⁻¹]", first: 0.8, tolerance: 1e-5,
			text: "Station 4\nDatum;Uhrzeit;Angle [rad];Angular Velocity [rad·s⁻¹]\n" + perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
				fmt.Fprintf(b, "%s;%s;%s;%s\n", at(i).Format("02.01.2006"), at(i).Format("15:04:05,000"), comma(q), comma(v))
			})},
		{name: "days first, over the end of a month", q: "Angle", p: "Rate", first: 0.8, tolerance: 1e-5,
			text: "Station 4\nTime,Angle,Rate\n" + perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
				fmt.Fprintf(b, "%s,%.6f,%.6f\n", time.Date(2023, 1, 31, 23, 59, 58, 0, time.UTC).Add(time.Duration(i)*20*time.Millisecond).Format("02/01/2006 15:04:05.000"), q, v)
			})},
		{name: "days first, by the last rows", q: "Angle", p: "Rate", first: 0.8, tolerance: 1e-5,
			text: "Station 4\nTime,Angle,Rate\n" + perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
				fmt.Fprintf(b, "%s,%.6f,%.6f\n", time.Date(2023, 3, 12, 23, 59, 58, 0, time.UTC).Add(time.Duration(i)*20*time.Millisecond).Format("02/01/2006 03:04:05.000 PM"), q, v)
			})},
		{name: "a monitor's times in brackets", q: "angle", p: "rate", first: 0.8, tolerance: 1e-4,
			text: perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
				fmt.Fprintf(b, "[%s] angle=%.5f rate=%.5f\n", at(i).Format("2006-01-02 15:04:05.000"), q, v)
			})},
		{name: "a terminal's times", q: "2", p: "3", first: 0.8, tolerance: 1e-4,
			text: perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
				fmt.Fprintf(b, "%s> %.5f %.5f\n", at(i).Format("15:04:05.000"), q, v)
			})},
		{name: "names and values", q: "q", p: "w", first: 0.8, tolerance: 1e-4, text: write("", "t=%.3f q=%.5f w=%.5f\n", "")},
		{name: "LabVIEW, times for each", q: "angle", p: "omega", first: 0.8, tolerance: 1e-5,
			text: write("LabVIEW Measurement\t\nX_Columns\tMulti\nMulti_Headings\tYes\n***End_of_Header***\t\n\t\nChannels\t2\t\t\t\nSamples\t300\t\t300\t\nDelta_X\t0.02\t\t0.02\t\n***End_of_Header***\t\t\t\t\nX_Value\tangle\tX_Value\tomega\tComment\n", "%.6[1]f\t%.6[2]f\t%.6[1]f\t%.6[3]f\n", "")},
		{name: "a header of several lines in quotes", q: "Angle (rad)", p: "Velocity (rad/s)", first: 0.8, tolerance: 1e-5, text: write("\"Time\n(s)\",\"Angle\n(rad)\",\"Velocity\n(rad/s)\"\n", "%.3f,%.6f,%.6f\n", "")},
		{name: "NOVALUE", q: "Winkel", p: "Drehrate", first: 0.8, tolerance: 1e-5, text: write("Zeit;Winkel;Drehrate\ns;rad;rad/s\n", "%.3f;%.6f;%.6f\n", "6.000;NOVALUE;NOVALUE\n")},
		{name: "paths by dots", q: "Arm.Angle.rad", p: "Arm.Rate.rad/s", first: 0.8, tolerance: 1e-5,
			text: "Time.s,Arm.Angle.deg,Arm.Rate.deg/s\n" + perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
				fmt.Fprintf(b, "%.3f,%.6f,%.6f\n", t, q/degree, v/degree)
			})},
		{name: "a table with bars", q: "theta", p: "omega", first: 0.8, tolerance: 1e-5, text: write("| t | theta | omega |\n|---|---|---|\n", "| %.3f | %.6f | %.6f |\n", "")},
	}
}
