package experiment

import (
	"strings"

	"hnn/data"
)

// heldEnds is what to do with a chain whose first or last sites stay at 0 in every row, "" of others: they are its walls.
func heldEnds(set *data.Set, names []string) string {
	n, ok := numbering(names)
	if !ok || n.space != 1 || n.grid() != nil || set.PositionsOnly || set.FirstOrder || set.Dim != 2*n.sites || n.sites < leastSites || set.Rows() == 0 {
		return ""
	}
	held := func(i int) bool {
		for r := i; r < len(set.X); r += set.Dim {
			if set.X[r] != 0 {
				return false
			}
		}
		return true
	}
	from, to := 0, n.sites
	for from < to && held(from) {
		from++
	}
	for to > from && held(to-1) {
		to--
	}
	if from > 1 || n.sites-to > 1 || from == 0 && to == n.sites || to-from < 2 {
		return ""
	}
	columns := "give --q " + strings.Join(names[from:to], ",") + " --p " + strings.Join(names[n.sites+from:n.sites+to], ",")
	switch {
	case from == 1 && to < n.sites:
		return names[0] + " and " + names[n.sites-1] + " are held at 0, as the walls of a fixed chain are: " + columns + " --lattice fixed-chain"
	case from == 1:
		return names[0] + " is held at 0, as a wall is: " + columns + " and --edges FILE with a line 0,1 for it, counting the sites that are left from 1"
	}
	return names[n.sites-1] + " is held at 0, as a wall is: " + columns + " and --edges FILE with its last site's line to 0"
}
