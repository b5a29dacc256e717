package file

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// motionMakers are files in the manner of motion capture, video analysis, phones and sensors
// that are worn.
func motionMakers(rows int) []made {
	write := func(head, format, tail string) string {
		return head + perRow(rows, func(b *strings.Builder, i int, t, q, v float64) { fmt.Fprintf(b, format, t, q, v) }) + tail
	}
	epoch := time.Date(2023, 4, 5, 21, 8, 7, 0, time.UTC)
	at := func(i int) time.Time { return epoch.Add(time.Duration(i) * 20 * time.Millisecond) }
	marker := func(q float64) (x, y float64) { return 0.4 * math.Sin(q), 1 - 0.4*math.Cos(q) }
	x0, _ := marker(0.8)
	return []made{
		{name: "Qualisys, with a header", q: "ball X,ball Y", first: x0, tolerance: 1e-3,
			text: "NO_OF_FRAMES\t300\nNO_OF_CAMERAS\t8\nNO_OF_MARKERS\t2\nFREQUENCY\t50\nNO_OF_ANALOG\t0\nANALOG_FREQUENCY\t0\nDESCRIPTION\t--\nTIME_STAMP\t2023-04-05, 21:08:07.125\t12.5\nDATA_INCLUDED\t3D\nMARKER_NAMES\tball\thinge\nTRAJECTORY_TYPES\tMeasured\tMeasured\nFrame\tTime\tball X\tball Y\tball Z\thinge X\thinge Y\thinge Z\n" +
				perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
					x, y := marker(q)
					fmt.Fprintf(b, "%d\t%.5f\t%.6f\t%.6f\t%.6f\t%.6f\t%.6f\t%.6f\n", i+1, t, x, y, noise(i, 1)/5, noise(i, 2)/5, noise(i, 3)/5, noise(i, 4)/5)
				})},
		{name: "Qualisys, types behind names", q: "ball X,ball Y", first: x0, tolerance: 1e-3, notes: []string{"0.02 s from row to row"},
			text: "NO_OF_FRAMES\t300\nNO_OF_CAMERAS\t8\nNO_OF_MARKERS\t2\nFREQUENCY\t50\nNO_OF_ANALOG\t0\nDATA_INCLUDED\t3D\nMARKER_NAMES\tball\thinge\nTRAJECTORY_TYPES\tMeasured\tMixed\n" +
				perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
					x, y := marker(q)
					fmt.Fprintf(b, "%.6f\t%.6f\t%.6f\t%.6f\t%.6f\t%.6f\n", x, y, noise(i, 1)/5, noise(i, 2)/5, noise(i, 3)/5, noise(i, 4)/5)
				})},
		{name: "Motive, a rigid body", q: "ball Position X,ball Position Y", first: x0, tolerance: 1e-6, notes: []string{"quaternion"},
			text: "Format Version,1.23,Take Name,take,Take Notes,,Capture Frame Rate,50.000000,Export Frame Rate,50.000000,Capture Start Time,2023-04-05 09.08.07.125 PM,Total Frames in Take,300,Total Exported Frames,300,Rotation Type,Quaternion,Length Units,Meters,Coordinate Space,Global\n\n,,Rigid Body,Rigid Body,Rigid Body,Rigid Body,Rigid Body,Rigid Body,Rigid Body,Rigid Body\n,,ball,ball,ball,ball,ball,ball,ball,ball\n,,\"5B6A2C\",5B6A2C,5B6A2C,5B6A2C,5B6A2C,5B6A2C,5B6A2C,5B6A2C\n,,Rotation,Rotation,Rotation,Rotation,Position,Position,Position,Mean Marker Error\nFrame,Time (Seconds),X,Y,Z,W,X,Y,Z,\n" +
				perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
					x, y := marker(q)
					fmt.Fprintf(b, "%d,%.6f,%.6f,%.6f,%.6f,%.6f,%.6f,%.6f,%.6f,%.6f\n", i, t, 0.001, 0.002, math.Sin(q/2), math.Cos(q/2), x, y, 0.1*noise(i, 5), 3e-4+noise(i, 6))
				})},
		{name: "Motive, a marker lost", q: "ball X,ball Y", first: x0, tolerance: 1e-3,
			text: "Format Version,1.23,Take Name,take,Capture Frame Rate,50.000000,Length Units,Meters\n\n,,Marker,Marker,Marker,Marker,Marker,Marker\n,,ball,ball,ball,Unlabeled 12,Unlabeled 12,Unlabeled 12\n,,\"3F\",3F,3F,4A,4A,4A\n,,Position,Position,Position,Position,Position,Position\nFrame,Time (Seconds),X,Y,Z,X,Y,Z\n" +
				perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
					x, y := marker(q)
					if fmt.Fprintf(b, "%d,%.6f,%.6f,%.6f,%.6f,", i, t, x, y, 0.1*noise(i, 5)); i > 10 && i < 15 {
						fmt.Fprintf(b, "0.1,0.2,0.3\n")
					} else {
						b.WriteString(",,\n")
					}
				})},
		{name: "Motive, a later version", q: "ball Position X,ball Position Y", first: x0, tolerance: 1e-6, notes: []string{"quaternion", "Millimeters"},
			text: "Format Version,1.25,Take Name,take,Take Notes,,Capture Frame Rate,50.000000,Export Frame Rate,50.000000,Rotation Type,Quaternion,Length Units,Millimeters,Coordinate Space,Global\n\n,Type,Rigid Body,Rigid Body,Rigid Body,Rigid Body,Rigid Body,Rigid Body,Rigid Body\n,Name,ball,ball,ball,ball,ball,ball,ball\n,ID,5B6A,5B6A,5B6A,5B6A,5B6A,5B6A,5B6A\n,Parent,,,,,,,\n,,Rotation,Rotation,Rotation,Rotation,Position,Position,Position\nFrame,Time (Seconds),X,Y,Z,W,X,Y,Z\n" +
				perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
					x, y := marker(q)
					fmt.Fprintf(b, "%d,%.6f,%.6f,%.6f,%.6f,%.6f,%.6f,%.6f,%.6f\n", i, t, 0.001, 0.002, math.Sin(q/2), math.Cos(q/2), 1000*x, 1000*y, 100*noise(i, 5))
				})},
		{name: "Vicon, with velocities", q: "swing:ball X,swing:ball Y", p: "swing:ball X',swing:ball Y'", first: x0, tolerance: 1e-3, notes: []string{"mm turned into m"},
			text: "Trajectories\n50\n,,swing:ball,,,,,\nFrame,Sub Frame,X,Y,Z,X',Y',Z'\n,,mm,mm,mm,mm/s,mm/s,mm/s\n" +
				perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
					x, y := marker(q)
					fmt.Fprintf(b, "%d,0,%.3f,%.3f,%.3f,%.3f,%.3f,%.3f\n", i+1, 1000*x, 1000*y, 100*noise(i, 1), 400*v*math.Cos(q), 400*v*math.Sin(q), 100*noise(i, 4))
				})},
		{name: "Noraxon", q: "Pendulum Angle,rad", p: "Pendulum Angular Velocity,rad/s", first: 0.8, tolerance: 1e-5,
			text: "Name;swing\nDate;4/5/2023\nFrequency;50\n\nTime,s;Pendulum Angle,deg;Pendulum Angular Velocity,deg/s\n" + perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
				fmt.Fprintf(b, "%.3f;%.6f;%.6f\n", t, q/degree, v/degree)
			})},
		{name: "Delsys", q: "Goniometer 1: Angle 1 [rad]", p: "Goniometer 1: Rate 1 [rad/s]", first: 0.8, tolerance: 3e-3,
			text: "X[s],\"Goniometer 1: Angle 1 [rad]\",X[s],\"Goniometer 1: Rate 1 [rad/s]\"\n" +
				perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
					if fmt.Fprintf(b, "%.6f,%.6f,", t, q); i <= rows/2 {
						_, w := swing(2*i+1, 0.8, 0.1)
						fmt.Fprintf(b, "%.6f,%.6f\n", 2*t, w[2*i])
					} else {
						b.WriteString(",\n")
					}
				})},
		{name: "Kinovea, decimal commas", q: "X,Y", first: x0, tolerance: 1e-3,
			text: "#Kinovea Trajectory data export\n#" + "T X Y\n" + perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
				x, y := marker(q)
				fmt.Fprintf(b, "0:00:%02d:%02d %s %s \n", i*20/1000, i*20%1000/10, comma(x), comma(y))
			})},
		{name: "Tracker, decimal commas", q: "massa A x,massa A y", first: x0, tolerance: 1e-6,
			text: "\tmassa A\t\nt\tx\ty\n" + perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
				x, y := marker(q)
				fmt.Fprintf(b, "%s\t%s\t%s\n", comma(t), strings.Replace(fmt.Sprintf("%.7E", x), ".", ",", 1), strings.Replace(fmt.Sprintf("%.7E", y), ".", ",", 1))
			})},
		{name: "Vernier Video Analysis", q: "X (m),Y (m)", p: "X Velocity (m/s),Y Velocity (m/s)", first: x0, tolerance: 1e-5,
			text: "\"Time (s)\",\"X (m)\",\"Y (m)\",\"X Velocity (m/s)\",\"Y Velocity (m/s)\"\n" + perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
				x, y := marker(q)
				fmt.Fprintf(b, "%.4f,%.6f,%.6f,%.6f,%.6f\n", t, x, y, 0.4*v*math.Cos(q), 0.4*v*math.Sin(q))
			})},
		{name: "SPARKvue", q: "Angle (rad)", p: "Angular velocity (rad/s)", first: 0.8, tolerance: 1e-5, trials: 2,
			text: "\ufeffRun 1,,,Run 2,,\nTime (s),Angle (rad),Angular velocity (rad/s),Time (s),Angle (rad),Angular velocity (rad/s)\n" + perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
				if fmt.Fprintf(b, "%.2f,%.5f,%.5f,", t, q, v); i < rows/2 {
					fmt.Fprintf(b, "%.2f,%.5f,%.5f\n", t, q/2, v/2)
				} else {
					b.WriteString(",,\n")
				}
			})},
		{name: "TrackMate", q: "POSITION_X,POSITION_Y", first: x0, tolerance: 1e-5,
			text: "LABEL,ID,TRACK_ID,QUALITY,POSITION_X,POSITION_Y,POSITION_Z,POSITION_T,FRAME,VISIBILITY\nLabel,Spot ID,Track ID,Quality,X,Y,Z,T,Frame,Visibility\nLabel,Spot ID,Track ID,Quality,X,Y,Z,T,Frame,Visibility\n,,,(quality),(m),(m),(m),(sec),,\n" +
				perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
					x, y := marker(q)
					fmt.Fprintf(b, "ID%d,%d,0,%.3f,%.6f,%.6f,0.0,%.3f,%d,1\n", 4000+i, 4000+i, 9+noise(i, 2), x, y, t, i)
				})},
		{name: "EthoVision", q: "X center,Y center", first: x0, tolerance: 1e-5, notes: []string{"turned into m"},
			text: "\"Number of header lines:\";\"7\"\n\"Experiment\";\"swing\"\n\"Start time\";\"4/5/2023 21:08:07\"\n\"\"\n\n\"Trial time\";\"Recording time\";\"X center\";\"Y center\";\"Area\"\n\"s\";\"s\";\"cm\";\"cm\";\"cm²\"\n" +
				perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
					x, y := marker(q)
					if i == rows-1 {
						fmt.Fprintf(b, "%.4f;%.4f;-;-;-\n", t, t)
						return
					}
					fmt.Fprintf(b, "%.4f;%.4f;%.5f;%.5f;1.5\n", t, t, 100*x, 100*y)
				}), columns: Columns{}, skip: true},
		{name: "SLEAP", columns: Columns{Step: 0.02}, q: "ball.x,ball.y", first: 1000 * x0, tolerance: 0.1,
			text: "track,frame_idx,instance.score,ball.x,ball.y,ball.score\n" + perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
				x, y := marker(q)
				fmt.Fprintf(b, "track_0,%d,0.9%d,%.3f,%.3f,0.9%d\n", i, i%7, 1000*x, 1000*y, i%9)
			})},
		{name: "Bonsai", q: "Item1.X,Item1.Y", first: x0, tolerance: 1e-5,
			text: "Timestamp,Item1.X,Item1.Y\n" + perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
				x, y := marker(q)
				fmt.Fprintf(b, "%s,%.6f,%.6f\n", at(i).Format("2006-01-02T15:04:05.0000000")+"+01:00", x, y)
			})},
		{name: "Shimmer", columns: Columns{Integrate: true}, q: "angle_imu_x_cal", p: "imu_Gyro_X_CAL", first: 0.8, tolerance: 0.1,
			text: "\"sep=,\"\nimu_Timestamp_Unix_CAL,imu_Accel_WR_X_CAL,imu_Gyro_X_CAL,\nms,m/(s^2),deg/s,\n" + perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
				fmt.Fprintf(b, "%.6f,%.6f,%.6f,\n", float64(at(i).UnixMilli()), 9.8*math.Sin(q), v/degree)
			})},
		{name: "Xsens DOT", q: "Euler_X", first: 0.8, tolerance: 1e-4, notes: []string{"0.02 s from row to row"},
			text: "sep=,\nDeviceTag:,D9\nFirmwareVersion:,2.0\nAppVersion:,2.1\nSyncStatus:,Unsynced\nOutputRate:,50Hz\nFilterProfile:,General\nMeasurement Mode:,Sensor fusion\nStartTime:,2023-04-05_21-08-07\n© maker. All rights reserved.\n\nPacketCounter,SampleTimeFine,Euler_X,Euler_Y,Euler_Z,FreeAcc_X,FreeAcc_Y,FreeAcc_Z\n" +
				perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
					fmt.Fprintf(b, "%d,%d,%.6f,0.1,0.2,%.6f,%.6f,%.6f\n", i, 192856375+20000*i, q, noise(i, 1), noise(i, 2), noise(i, 3))
				})},
		{name: "Sensor Logger", file: "Gyroscope.csv", err: "--integrate",
			text: "time,seconds_elapsed,z,y,x\n" + perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
				fmt.Fprintf(b, "%d,%.7f,%.9f,%.9f,%.9f\n", at(i).UnixNano(), t, noise(i, 1), noise(i, 2), v)
			})},
		{name: "Sensor Logger, integrated", file: "2023/Gyroscope.csv", columns: Columns{Integrate: true}, q: "angle_x", p: "x", first: 0.8, tolerance: 0.1,
			text: "time,seconds_elapsed,z,y,x\n" + perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
				fmt.Fprintf(b, "%d,%.7f,%.9f,%.9f,%.9f\n", at(i).UnixNano(), t, noise(i, 1), noise(i, 2), v)
			})},
		{name: "Sensor Logger, an accelerometer", file: "Accelerometer.csv", err: "specific force",
			text: "time,seconds_elapsed,z,y,x\n" + perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
				fmt.Fprintf(b, "%d,%.7f,%.9f,%.9f,%.9f\n", at(i).UnixNano(), t, noise(i, 1), noise(i, 2), v)
			})},
		{name: "Physics Toolbox", columns: Columns{Integrate: true}, q: "angle_x", p: "wx", first: 0.8, tolerance: 0.1,
			text: write("time,wx,wy,wz\n", "%.3[1]f,%.5[3]f,0.001,0.002\n", "")},
		{name: "MATLAB Mobile", q: "Angle", p: "Rate", first: 0.8, tolerance: 1e-5,
			text: "Timestamp,Angle,Rate\n" + perRow(rows, func(b *strings.Builder, i int, t, q, v float64) {
				fmt.Fprintf(b, "%s,%.6f,%.6f\n", at(i).Format("02-Jan-2006 15:04:05.000"), q, v)
			})},
		{name: "Opal", columns: Columns{Integrate: true}, q: "angle_x", p: "Angular Velocity X (rad/s)", first: 0.8, tolerance: 0.1,
			text: write("Time (s),Acceleration X (m/s^2),Angular Velocity X (rad/s),Magnetic Field X (uT)\n", "%.4[1]f,%.5[2]f,%.5[3]f,30.5\n", "")},
	}
}
