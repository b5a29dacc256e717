package file

import (
	"math"
	"regexp"
	"strings"
)

// unit is one that a file may give: its name, what it measures and its size in the unit of
// this module, which is the second, the radian, the metre and what is made of them.
type unit struct {
	name     string
	quantity quantity // what a column in this unit is, or unknown
	factor   float64
	angular  bool
}

const degree = math.Pi / 180

// unitNames are the ways to write units, in lower case but where case tells them apart.
var unitNames = map[string]unit{}

func init() {
	add := func(q quantity, factor float64, angular bool, names string) {
		all := strings.Fields(names)
		for _, name := range all {
			unitNames[name] = unit{all[0], q, factor, angular}
		}
	}
	add(timeColumn, 1, false, "s sec secs second seconds sek sekunde sekunden seconde secondes segundo segundos secondi")
	add(timeColumn, 1e-3, false, "ms msec msecs millisecond milliseconds millis millisekunden millisec")
	add(timeColumn, 1e-6, false, "us usec µs μs microsecond microseconds micros microsec")
	add(timeColumn, 1e-9, false, "ns nsec nanosecond nanoseconds nanos nanosec")
	add(timeColumn, 1e-12, false, "ps picoseconds")
	add(timeColumn, 60, false, "min minute minutes minuten")
	add(timeColumn, 3600, false, "h hour hours stunden")
	add(timeColumn, secondsOfDay, false, "d day days tag tage jour jours dia dias")
	add(positionColumn, 1, true, "rad radian radians")
	add(positionColumn, degree, true, "deg degree degrees ° grad grd degré degrés degre degres grado grados gradi graden grader graus")
	add(positionColumn, 2*math.Pi, true, "rev revs revolution revolutions turn turns rot")
	add(positionColumn, 1, false, "m meter meters metre metres mètre mètres metro metros metri")
	add(positionColumn, 1e3, false, "km kilometer kilometers kilometres")
	add(positionColumn, 149597870700, false, "au") // by the definition of the International Astronomical Union
	add(positionColumn, 1e-2, false, "cm centimeter centimeters")
	add(positionColumn, 1e-3, false, "mm millimeter millimeters millimetre millimetres")
	add(positionColumn, 0.0254, false, "in inch inches")
	add(velocityColumn, 1, true, "rad/s rad/sec radians/s radians/second rad*s^-1 rad.s-1 1/s")
	add(velocityColumn, degree, true, "deg/s deg/sec grad/s grad/sek °/s degrees/s degrees/second dps")
	add(velocityColumn, 2*math.Pi/60, true, "rpm rev/min u/min")
	add(velocityColumn, 1, false, "m/s m/sec meters/second")
	add(velocityColumn, 1e-2, false, "cm/s")
	add(velocityColumn, 1/3.6, false, "km/h kph")
	add(velocityColumn, 1e-3, false, "mm/s")
	add(velocityColumn, 1e3, false, "km/s km/sec")
	add(velocityColumn, 149597870700.0/secondsOfDay, false, "au/d au/day")
	add(accelerationColumn, 1, true, "rad/s² rad/s^2 rad/s2 rad/s/s rad/sec^2")
	add(accelerationColumn, degree, true, "deg/s² deg/s^2 deg/s2 °/s² °/s^2 °/s2 deg/s/s")
	add(accelerationColumn, 1, false, "m/s² m/s^2 m/s2 m/s/s")
	add(accelerationColumn, 1e-3, false, "mm/s² mm/s^2 mm/s2")
	add(accelerationColumn, 9.80665, false, "g_n gn")
	add(forceColumn, 1, false, "n newton newtons nm n*m n·m n.m n-m newton-meters")
	add(unknownColumn, 1, false, "v volt volts mv a amp amps ampere ma pixel pixels px counts count hz khz mhz % c °c k pa kpa hpa bar mbar w kg t mt ut µt μt nt gauss lux lx db dbm m² m^2 cm² cm^2 ohm ω kohm psi")
}

// knownUnit looks a unit up as a file writes it.
func knownUnit(text string) (unit, bool) {
	text = strings.TrimSpace(unitSigns.Replace(text))
	if u, ok := unitNames[text]; ok {
		return u, true
	}
	if u, ok := unitNames[strings.ToLower(text)]; ok {
		return u, true
	}
	if m := perSecond.FindStringSubmatch(text); m != nil { // rad·s⁻¹, m/(s^2)
		u, ok := unitNames[strings.ToLower(m[1])+"/s"+map[bool]string{true: "²"}[strings.ContainsAny(m[2]+m[3], "2²")]]
		return u, ok
	}
	return unit{}, false
}

// unitSigns are the ways to write the signs of a unit.
var unitSigns = strings.NewReplacer("\u00a0", "", " ", "", "\u2103", "°c", "º", "°", "\u02da", "°", "⁻", "-", "−", "-", "¹", "1", "⋅", "·")

// perSecond are units by a second, or by its square.
var perSecond = regexp.MustCompile(`(?i)^(.+?)(?:/\(s\^?(1|2|²)?\)|[·*.]?s(?:ec)?\^?\(?-(1|2|²)\)?)$`)

// TimeUnit is how many seconds the times of a file count in: 1 where they were turned into seconds, else by the unit in the
// name of their column. It reports false where neither says it.
func (m *Mapping) TimeUnit() (seconds float64, known bool) {
	if m.Seconds {
		return 1, true
	}
	_, text := unitOfName(m.Time)
	u, ok := knownUnit(text)
	return u.factor, ok && u.quantity == timeColumn
}

// unitOfName finds the unit in a column's name: in brackets anywhere, behind a slash that
// stands between blanks, or, where it is one of these, behind the last underscore. bare is
// the name without it.
func unitOfName(name string) (bare, text string) {
	if m := bracketed.FindAllStringSubmatchIndex(name, -1); m != nil {
		for _, at := range m {
			inside := strings.TrimSpace(name[at[2]:at[3]])
			if _, ok := knownUnit(inside); ok {
				return strings.TrimSpace(name[:at[0]] + " " + name[at[1]:]), inside
			}
			if i := strings.LastIndexByte(inside, ' '); i > 0 {
				if _, ok := knownUnit(inside[i+1:]); ok { // Orientation (azimuth °)
					return strings.TrimSpace(name[:at[0]] + " " + inside[:i] + " " + name[at[1]:]), inside[i+1:]
				}
			}
		}
		if at := m[0]; len(m) == 1 && at[1] == len(name) {
			// Angle, rad (LGR S/N: 1): no unit in brackets, but one in front of them.
			outside := strings.TrimSpace(name[:at[0]])
			if bare, text := unitOfName(outside); text != "" && at[0] > 0 {
				return bare, text
			}
			return outside, strings.TrimSpace(name[at[2]:at[3]])
		}
	}
	if text, ok := strings.CutPrefix(name, "in "); ok {
		if u, ok := knownUnit(text); ok && u.quantity == timeColumn {
			return "", text // in s
		}
	}
	if m := underscored.FindStringSubmatchIndex(name); m != nil && strings.ContainsAny(name[m[2]:m[3]], "/") {
		return name[:m[0]], name[m[2]:m[3]] // Rate_deg/s
	}
	// Behind a sign: the first behind which a unit stands, so that m/s stays whole.
	for i := 1; i < len(name); i++ {
		for _, sign := range []string{" / ", " in ", "/", ", ", ","} {
			if !strings.HasPrefix(name[i:], sign) {
				continue
			}
			if u, ok := knownUnit(name[i+len(sign):]); ok && u.name != "in" && !(sign == "/" && u.quantity == timeColumn && endsInUnit(name[:i])) {
				return strings.TrimSpace(name[:i]), name[i+len(sign):]
			}
		}
	}
	if m := underscored.FindStringSubmatchIndex(name); m != nil {
		return name[:m[0]], strings.Replace(strings.Replace(name[m[2]:m[3]], "_per_", "/", 1), "_s", "/s", 1) // rate_deg_s
	}
	if m := glued.FindStringSubmatch(name); m != nil {
		return m[1], m[2]
	}
	return name, ""
}

// SplitUnit returns a column's name without its unit and the unit, "" for none: in one spelling where it is of times, positions
// and their rates, else as it stands.
func SplitUnit(name string) (bare, text string) {
	bare, text = unitOfName(name)
	if u, ok := knownUnit(text); ok && u.quantity != unknownColumn && u.quantity != forceColumn {
		text = u.name
	}
	return bare, text
}

// endsInUnit reports whether the last of several words is a unit: what is divided by a time behind
// it is a rate, as in speed km/h.
func endsInUnit(text string) bool {
	i := strings.LastIndexByte(text, ' ')
	if i < 0 {
		return false
	}
	_, ok := knownUnit(text[i+1:])
	return ok
}

var (
	bracketed   = regexp.MustCompile(`[\[(]([^\])]*)[\])]`)
	underscored = regexp.MustCompile(`(?i)[_.](rad/s|deg/s|rad_per_s|deg_per_s|m/s|m_per_s|km/s|km_per_s|(?:rad|deg|mm|cm|km|m)_s2?|rad|deg|mm|cm|km|m|s|ms|us|ns|sec|msec|usec|nsec|secs|nsecs)$`)
	// glued units follow a word for time without a sign, as in timeMs and Time(ms.
	glued = regexp.MustCompile(`^(time|Time|t)(Ms|Us|Ns|Sec|MS|US|NS)$`)
)
