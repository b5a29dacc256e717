// Package notices holds the licences and notices of what the program is linked with, which
// their authors ask to be passed on with it.
package notices

import _ "embed"

//go:generate go run ./generate notices.txt

// Text begins with the modules by name and version and goes on with the text of each licence
// once, under the modules that it is of.
//
//go:embed notices.txt
var Text string
