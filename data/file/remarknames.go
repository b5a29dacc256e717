package file

import (
	"bytes"
	"regexp"
	"slices"
)

// remarkNumber is that of a column in front of its name: "column 2: theta", "2) theta".
var remarkNumber = regexp.MustCompile(`^(?i)(?:col(?:umn)?\s*#?)?\d+\s*[:=.)]\s*`)

// namesInRemarks are the names of a table whose header is a remark that others follow, as of
// events, or stands one name to a remark, as some simulators write it; nil where the lines in front
// of the rows hold none. Remarks may say anything: names have to be of a time with its unit and of
// positions.
func namesInRemarks(lines [][]byte, width int, separator byte) []string {
	var single []string // the last remarks that are one after the other
	var row []string
	for _, line := range lines {
		if isBlank(line) {
			continue
		}
		if !isComment(line) {
			single = nil
			continue
		}
		text := trimRemark(line)
		single = append(single, string(remarkNumber.ReplaceAll(text, nil)))
		cells, err := splitFields(nil, text, separator)
		if separator == 0 && len(cells) != width && bytes.Contains(text, []byte("  ")) {
			cells = splitWide(text)
		}
		if err != nil || len(cells) != width {
			continue
		}
		var names []string
		for _, c := range cells {
			names = append(names, string(c))
		}
		if wideNames(names, false) {
			row = names
		}
	}
	if n := len(single) - width; row == nil && n >= 0 && width > 1 && wideNames(single[n:], false) && !slices.Contains(single[n:], "") {
		row = single[n:]
	}
	return row
}
