package file

import (
	"bytes"
	"encoding/binary"
	"path/filepath"
	"strings"
)

// A foreign format is one that is known by its first bytes and not read: no well-kept
// library in plain Go reads it. python is the line that converts it, with {in} and {out} for
// the names of the files.
type foreign struct {
	magic, what string
	python      string
	to          string // the suffix of {out}
}

// fromBag writes the joint states of a recording of ROS, by the stamps of the measurement.
const fromBag = "import pandas; from pathlib import Path; from rosbags.highlevel import AnyReader; r = AnyReader([Path('{in}')]); r.open(); m = [r.deserialize(b, c.msgtype) for c, _, b in r.messages([c for c in r.connections if c.topic == '/joint_states'])]; t = [x.header.stamp.sec * 10**9 + x.header.stamp.nanosec for x in m]; pandas.DataFrame([[(s - t[0]) / 1e9, *x.position, *x.velocity] for s, x in zip(t, m)], columns=['t', *[n + ' position' for n in m[0].name], *[n + ' velocity' for n in m[0].name]]).to_csv('{out}', index=False)"

var foreigns = []foreign{
	{"MATLAB 5.0 MAT-file", "a MAT-file of MATLAB 4 to 7", "import scipy.io, numpy; numpy.savez('{out}', **{k: v for k, v in scipy.io.loadmat('{in}', squeeze_me=True).items() if k[0] != '_'})", ".npz"},
	{"MATLAB 7.3 MAT-file", "a MAT-file of MATLAB 7.3, which is HDF5", "import h5py, numpy; f = h5py.File('{in}'); numpy.savez('{out}', **{k: numpy.squeeze(f[k][()].T) for k in f if isinstance(f[k], h5py.Dataset)})", ".npz"},
	{"\x89HDF\r\n\x1a\n", "an HDF5 file (or one of MATLAB 7.3)", "import h5py, numpy; f = h5py.File('{in}'); numpy.savez('{out}', **{k: f[k][()] for k in f if isinstance(f[k], h5py.Dataset)})", ".npz"},
	{"TDSm", "a TDMS file of LabVIEW", "import nptdms; d = nptdms.TdmsFile.read('{in}').as_dataframe(time_index=True); d.columns = [c.rsplit('/', 1)[-1][1:-1] for c in d]; d.to_csv('{out}', index_label='time')", ".csv"},
	{"\x89MCAP0\r\n", "an MCAP recording of ROS", fromBag, ".csv"},
	{"#ROSBAG V", "a bag of ROS 1", fromBag, ".csv"},
	{"SQLite format 3\x00", "an SQLite database, as a bag of ROS 2 is", fromBag, ".csv"},
	{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a spreadsheet of the old Excel (.xls)", "import pandas; pandas.read_excel('{in}').to_csv('{out}', index=False)", ".csv"},
	{"ARROW1", "a file of Arrow or Feather", "import pandas; pandas.read_feather('{in}').to_parquet('{out}')", ".parquet"},
	{"\x80\x02", "a pickle of Python", fromPickle, ".npz"},
	{"\x80\x03", "a pickle of Python", fromPickle, ".npz"},
	{"\x80\x04\x95", "a pickle of Python", fromPickle, ".npz"},
	{"\x80\x05\x95", "a pickle of Python", fromPickle, ".npz"},
	{"(dp0\n", "a pickle of Python", fromPickle, ".npz"},
	{"BZh", "compressed by bzip2", "import bz2; open('{out}', 'wb').write(bz2.open('{in}').read())", ".csv"},
	{"\xfd7zXZ\x00", "compressed by xz", "import lzma; open('{out}', 'wb').write(lzma.open('{in}').read())", ".csv"},
}

// fromPickle writes the arrays of a dictionary. Loading a pickle runs what it holds.
const fromPickle = "import pickle, numpy; numpy.savez('{out}', **{k: numpy.asarray(v) for k, v in pickle.load(open('{in}', 'rb')).items()})"

// matlab4 reports whether a file begins with the header of a matrix of MATLAB 4: its type, of which the thousands are the byte
// order, rows, columns, whether it is complex, and the length of its name, which ends in a zero byte.
func matlab4(head []byte) bool {
	const header, longest = 20, 64
	if len(head) < header {
		return false
	}
	var order binary.ByteOrder = binary.LittleEndian
	if head[0] == 0 && head[1] == 0 && binary.BigEndian.Uint32(head) >= 1000 {
		order = binary.BigEndian
	}
	var v [5]uint32
	for i := range v {
		v[i] = order.Uint32(head[4*i:])
	}
	kind, name := v[0], v[4]
	return kind < 5000 && kind%1000/100 == 0 && kind%100/10 <= 5 && kind%10 <= 2 && v[1] > 0 && v[1] < 1<<31 && v[2] > 0 && v[2] < 1<<31 && v[3] <= 1 &&
		name > 1 && name <= longest && len(head) >= header+int(name) && head[header+name-1] == 0 && (head[header]|0x20 >= 'a' && head[header]|0x20 <= 'z')
}

// refuseForeign says what a file is that is not read, and how to convert it, or nothing.
func refuseForeign(head []byte, name string) error {
	// A C3D file begins with the block of its parameters and the letter P.
	if len(head) > 2 && head[1] == 'P' && head[0] >= 1 && head[0] < 9 {
		return foreign{what: "a C3D file of motion capture", to: ".csv",
			python: "import ezc3d, pandas; c = ezc3d.c3d('{in}'); p = c['data']['points']; n = c['parameters']['POINT']['LABELS']['value']; d = pandas.DataFrame({f'{m} {a}': p[i, k] for k, m in enumerate(n) for i, a in enumerate('XYZ')}); d.insert(0, 'time', d.index / c['header']['points']['frame_rate']); d.to_csv('{out}', index=False)"}.error(name)
	}
	if matlab4(head) {
		return foreigns[0].error(name)
	}
	for _, f := range foreigns {
		if bytes.HasPrefix(head, []byte(f.magic)) {
			return f.error(name)
		}
	}
	return nil
}

// refuseJSON is refuseForeign for JSON, which has no first bytes of its own.
func refuseJSON(head []byte, name string) error {
	head = bytes.TrimLeft(head, "\ufeff \t\r\n")
	f := foreign{what: "JSON", to: ".csv", python: "import pandas; pandas.read_json('{in}').to_csv('{out}', index=False)"}
	rest := bytes.TrimLeft(head[min(1, len(head)):], " \t\r\n")
	switch {
	case bytes.HasPrefix(head, []byte("{")) && bytes.HasPrefix(rest, []byte(`"`)):
		if line, after, found := bytes.Cut(head, []byte("\n")); found && bytes.HasSuffix(bytes.TrimSpace(line), []byte("}")) && bytes.HasPrefix(bytes.TrimSpace(after), []byte("{")) {
			f.what, f.python = "JSON, an object a line", "import pandas; pandas.read_json('{in}', lines=True).to_csv('{out}', index=False)"
		}
	case bytes.HasPrefix(head, []byte("[")) && len(rest) > 0 && bytes.IndexByte([]byte(`{["`), rest[0]) >= 0:
	default:
		return nil
	}
	return f.error(name)
}

func (f foreign) error(name string) error {
	in := strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(name)
	out := strings.TrimSuffix(in, filepath.Ext(in))
	if strings.TrimSuffix(out, f.to) == out { // as in run.csv.bz2
		out += f.to
	}
	line := strings.NewReplacer("{in}", in, "{out}", out).Replace(f.python)
	return &ParseError{File: name, Problem: "this is " + f.what, Advice: `convert it, as with python3 -c "` + line + `"`}
}
