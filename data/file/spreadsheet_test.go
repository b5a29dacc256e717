package file

import (
	"archive/zip"
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

// A spreadsheet is read by its longest sheet, whatever stands above the table; dates are
// times.
func TestReadSpreadsheet(t *testing.T) {
	const rows = 40
	q, v := swing(rows, 0.8, 0.1)
	f := excelize.NewFile()
	style, err := f.NewStyle(&excelize.Style{CustomNumFmt: ptr("yyyy-mm-dd hh:mm:ss.000")})
	if err != nil {
		t.Fatal(err)
	}
	set := func(column, row int, value any) {
		cell, err := excelize.CoordinatesToCellName(column, row)
		if err == nil {
			err = f.SetCellValue("Sheet1", cell, value)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	set(1, 1, "A swing")
	for k, name := range []string{"Zeit", "Winkel (rad)", "Winkelgeschwindigkeit (rad/s)"} {
		set(k+1, 3, name)
	}
	start := time.Date(2023, 4, 5, 9, 8, 7, 0, time.UTC)
	for i := range rows {
		days := start.Add(time.Duration(i)*20*time.Millisecond).Sub(time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)).Hours() / 24
		set(1, i+4, days)
		set(2, i+4, q[i])
		set(3, i+4, v[i])
	}
	if err := f.SetCellStyle("Sheet1", "A4", "A43", style); err != nil {
		t.Fatal(err)
	}
	if _, err := f.NewSheet("Notes"); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	s, m, err := Decode(&b, "d.xlsx", ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if s.Rows() != rows || m.Q[0] != "Winkel (rad)" || m.P[0] != "Winkelgeschwindigkeit (rad/s)" || !strings.Contains(m.Format, "sheet Sheet1") {
		t.Errorf("%d rows, %s", s.Rows(), m)
	}
	for i := range rows {
		if x, _ := s.Row(i); x[0] != q[i] || x[1] != v[i] {
			t.Fatalf("row %d is %v, want %v, %v", i, x, q[i], v[i])
		}
		if d := s.T[i] - 0.02*float64(i); d > 2e-6 || d < -2e-6 {
			t.Fatalf("the time of row %d is %v", i, s.T[i])
		}
	}
}

func ptr[T any](v T) *T { return &v }

// zipOf is an archive of the named texts.
func zipOf(t *testing.T, members ...string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(members); i += 2 {
		w, err := z.Create(members[i])
		if err == nil {
			_, err = w.Write([]byte(members[i+1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestReadZippedTable(t *testing.T) {
	s, m, err := Decode(strings.NewReader(zipOf(t, "meta/device.csv", "property,value\nname,x\n", "Raw Data.csv", csvText)), "d.zip", ReadOptions{})
	if err != nil || s.Rows() != 3 || !strings.Contains(m.Format, "Raw Data.csv") {
		t.Errorf("%v, %v, %v", s, m, err)
	}
	_, _, err = Decode(strings.NewReader(zipOf(t, "Gyroscope.csv", csvText, "Accelerometer.csv", csvText)), "d.zip", ReadOptions{})
	if err == nil || !strings.Contains(err.Error(), `"Gyroscope.csv", "Accelerometer.csv"`) {
		t.Errorf("two tables: %v", err)
	}
}

// What is not read says what it is, and how to convert it.
func TestForeignFormats(t *testing.T) {
	for _, test := range []struct{ text, name, want string }{
		{"MATLAB 5.0 MAT-file, Platform: GLNXA64", "run 'a'.mat", `scipy.io.loadmat('run \'a\'.mat'`},
		{"TDSm\x0e\x00\x00\x00", "a.tdms", "nptdms"},
		{"\x02P\x00\x00", "a.c3d", "c['parameters']['POINT']['LABELS']"},
		{"\x02P\x00\x00", "a.c3d", "to_csv('a.csv'"},
		{"\x89HDF\r\n\x1a\n", "a.h5", "h5py.File('a.h5')"},
		{"\x89MCAP0\r\n", "a.mcap", "MCAP"},
		{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.xls", "read_excel('a.xls')"},
		{`[{"t": 0, "q": 1}]`, "a.json", "read_json('a.json')"},
		{"{\"t\": 0}\n{\"t\": 1}\n", "a.jsonl", "lines=True"},
	} {
		_, _, err := Decode(strings.NewReader(test.text), test.name, ReadOptions{})
		if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "python3 -c") {
			t.Errorf("%s: %v, want %q in it", test.name, err, test.want)
		}
	}
}
