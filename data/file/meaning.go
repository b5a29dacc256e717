package file

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// quantity is what a column of a table holds, as its name and its unit have it.
type quantity uint8

const (
	unknownColumn      quantity = iota
	timeColumn                  // a time
	positionColumn              // a position or an angle
	velocityColumn              // the derivative of one
	accelerationColumn          // the second derivative, or what an accelerometer gives
	forceColumn                 // a force, a torque, or another input
	indexColumn                 // a number of the row
	trialColumn                 // what tells trials apart
	magnitudeColumn             // the length of a vector whose parts are there too
	qualityColumn               // what says how good a row is, or is of the surroundings
)

func (q quantity) String() string {
	return [...]string{"unknown", "time", "position", "velocity", "acceleration", "force", "row number", "trial", "magnitude", "quality"}[q]
}

// meaning is what a column's name says.
type meaning struct {
	quantity quantity
	// stem is what remains of the name without the words for the quantity, by which a
	// velocity is known to belong to a position.
	stem string
	// stamp says that a time is that of the measurement, not of its receipt.
	stamp bool
	// specific says that an acceleration is one that an accelerometer gives.
	specific bool
	// canonical says that a velocity is called a momentum.
	canonical bool
}

// words are those for a quantity; long ones count inside of others too, as in
// Winkelgeschwindigkeit.
var (
	words     = map[string]quantity{}
	longWords []string
)

// long is the length from which on a word counts within another.
const long = 7

func init() {
	for _, of := range []struct {
		q    quantity
		list string
	}{
		{timeColumn, "time t sec secs nsec nsecs nanosec nanosecs zeit temps tiempo tempo tijd tid czas zaman время 时间 時間 時刻 timestamp timestamps stamp seconds elapsed millis micros clock uhrzeit date datum datetime jd mjd jdtdb jdtt jdutc bjd hjd julian"},
		{positionColumn, "position positions pos angle angles displacement distance theta phi psi winkel weg auslenkung ausschlag lage ort strecke stellung positie hoek uitwijking angolo posizione spostamento posicion posición angulo ángulo desplazamiento elongacion elongación deplacement déplacement elongation height level hoehe höhe pitch roll yaw encoder deflection rotation euler ângulo deslocamento posição vinkel kąt położenie угол положение координата смещение 角度 位置 位移 変位 extension stroke crosshead qpos q x y z o"},
		{velocityColumn, "velocity velocities vel speed omega rate rates gyro gyroscope gyr gx gy gz angvel geschwindigkeit winkelgeschwindigkeit geschw winkelgeschw drehrate vitesse vitesses velocidad velocita velocità snelheid hoeksnelheid velocidade hastighet vinkelhastighet prędkość скорость 速度 角速度 v w vx vy vz qvel qdot thetadot xdot qd dq rollspeed pitchspeed yawspeed rollrate pitchrate yawrate"},
		{accelerationColumn, "acceleration accelerations acc accel accelerometer beschleunigung winkelbeschleunigung accélération aceleracion aceleración accelerazione versnelling a ax ay az qddot ddq alpha"},
		{forceColumn, "force forces torque torques effort efforts kraft kräfte drehmoment moment fuerza couple forza coppia input control voltage drive driving forcing excitation u f fx fy fz tau"},
		{indexColumn, "frame frames subframe sequence seq sample samples index idx no nr record entry line row scan counter count packet packetcounter samplenumber framenumber id"},
		{trialColumn, "trial trials episode run trajectory traj versuch lauf essai"},
		{magnitudeColumn, "absolute magnitude norm resultant betrag absolut"},
		{qualityColumn, "likelihood score magnetic magnetometer mag flags bits confidence residual residuals error quality status temperature temp pressure battery rssi visibility comment comments kommentar note notes stdev std sigma valid"},
	} {
		for _, w := range strings.Fields(of.list) {
			words[w] = of.q
			if len(w) >= long {
				longWords = append(longWords, w)
			}
		}
	}
}

// inputWords and currentWords are those of what acts on a system in files that have no other column that does: the voltage of
// a motor under its unit, its current where the voltage is not there, what a controller commands.
var (
	inputWords   = strings.Fields("volt volts spannung tension tensione voltaje 電圧 pwm duty dutycycle throttle thrust command commanded cmd actuator actuation")
	currentWords = strings.Fields("current amp amps ampere strom courant corriente corrente")
	// The ground's motion is one, and the acceleration of what a system stands on or hangs from.
	groundWords  = strings.Fields("ground road shaker floor foundation seismic excitation")
	supportWords = strings.Fields("base support pivot suspension table")
)

// perhapsInput tells of the columns without a known meaning, and of accelerations, which have such a word. A current beside a
// charge, q, is its rate.
func perhapsInput(all []string) func(name string) bool {
	words := slices.Concat(inputWords, groundWords)
	if !slices.ContainsFunc(all, func(name string) bool { bare, _ := unitOfName(name); return plainName(bare) == "q" }) {
		words = append(words, currentWords...)
	}
	return func(name string) bool {
		bare, unit := unitOfName(name)
		list := tokens(bare)
		has := func(words []string) bool {
			return slices.ContainsFunc(list, func(w string) bool { return slices.Contains(words, w) })
		}
		return has(words) || has(supportWords) && meaningOf(bare, unit).quantity == accelerationColumn
	}
}

// neutral words say nothing about which column belongs to which.
var neutral = map[string]bool{"angular": true, "linear": true, "angulaire": true, "field": true, "header": true, "value": true, "values": true, "latest": true, "data": true,
	"sensor": true, "measured": true, "the": true, "of": true, "without": true, "with": true, "signal": true, "channel": true, "winkel": true, "recording": true, "axis": true, "global": true, "local": true}

// greek letters by their names.
var greek = strings.NewReplacer("θ", " theta ", "ϑ", " theta ", "φ", " phi ", "ϕ", " phi ", "ψ", " psi ", "ω", " omega ", "α", " alpha ", "τ", " tau ", "Θ", " theta ", "Φ", " phi ", "Ω", " omega ", "µ", "u", "Δ", "delta", "ẋ", " xdot ", "θ̇", " thetadot ")

// tokens are the words of a name in lower case, cut at signs, at changes of case and in
// front of numbers.
func tokens(name string) []string {
	var out []string
	var word []rune
	flush := func() {
		text := string(word)
		if quoted := strings.TrimPrefix(text, "'"); len(quoted) < len(text) {
			text = strings.TrimSuffix(quoted, "'") // 'angle', in quotes and no derivative
		}
		if text != "" {
			out = append(out, strings.ToLower(text))
		}
		word = word[:0]
	}
	for _, r := range greek.Replace(name) {
		switch {
		case unicode.IsLetter(r):
			if n := len(word); n > 0 && (unicode.IsDigit(word[n-1]) || unicode.IsUpper(r) && unicode.IsLower(word[n-1])) {
				flush()
			}
			word = append(word, r)
		case unicode.IsDigit(r):
			if n := len(word); n > 0 && unicode.IsLetter(word[n-1]) {
				flush()
			}
			word = append(word, r)
		case unicode.Is(unicode.Mn, r):
		case r == '\'':
			word = append(word, r)
		default:
			flush()
		}
	}
	flush()
	return out
}

// gForce is what an accelerometer gives, in units of gravity.
var gForce = regexp.MustCompile(`^g[-_ ]?f(?:orce)?[-_ ]?[xyz]$`)

// rank is how much a word of each quantity weighs where a name has several.
var rank = [...]int{unknownColumn: 0, positionColumn: 1, timeColumn: 2, trialColumn: 2, forceColumn: 3, velocityColumn: 4, accelerationColumn: 5, indexColumn: 2, magnitudeColumn: 6, qualityColumn: 7}

// meaningOf reads a name without its unit, and the unit where there is one.
func meaningOf(bare, unitText string) meaning {
	var m meaning
	list := tokens(bare)
	// Within one name, the usual forms go first: vx, omega_1, p_theta, dq.
	plain := plainName(bare)
	switch {
	case plain == "t" && measures(unitText, unknownColumn, positionColumn):
		return meaning{quantity: qualityColumn} // a temperature, a tension
	case timeName.MatchString(plain):
		return meaning{quantity: timeColumn, stamp: plain == "timestamp"}
	case trialName.MatchString(plain) && plain != "id":
		return meaning{quantity: trialColumn}
	}
	if f := momentumName.FindStringSubmatch(plain); f != nil && !electrical[unitText] {
		return meaning{quantity: velocityColumn, stem: joined(f[2]), canonical: f[1][0] == 'p' || f[1][0] == 'm'}
	}
	if gForce.MatchString(plain) {
		return meaning{quantity: accelerationColumn, specific: true, stem: plain[len(plain)-1:]}
	}
	if plain == "x_value" || plain == "x-value" || plain == "x value" {
		return meaning{quantity: timeColumn}
	}
	// The last part of a path is the name: pendulum.w, rig/state/omega.
	if i := strings.LastIndexAny(bare, "./"); i > 0 && i+1 < len(bare) && !strings.ContainsAny(bare, " ") {
		if f := momentumName.FindStringSubmatch(plainName(bare[i+1:])); f != nil && len(f[1]) == 1 {
			return meaning{quantity: velocityColumn, stem: strings.TrimSpace(strings.Join(tokens(bare[:i]), " ") + " " + joined(f[2])), canonical: f[1] == "p"}
		}
	}
	var rest []string
	for i, token := range list {
		q := words[token]
		if q == unknownColumn && len(token) >= long {
			for _, word := range longWords {
				if of := words[word]; strings.Contains(token, word) && rank[of] > rank[q] {
					q = of
				}
			}
		}
		axis := len(token) == 1 && strings.Contains("xyz", token)
		switch {
		case len(token) == 1 && i > 0 && !axis, axis && i > 0:
			// One letter behind others is a part of a name: joint a, bob X.
			if token == "t" && i == len(list)-1 && m.quantity == unknownColumn {
				m.quantity = timeColumn // mass A t
			}
			if token == "q" && m.quantity == unknownColumn && variantWords[list[i-1]] {
				m.quantity = positionColumn // actual_q_0
				continue
			}
			rest = append(rest, token)
			if axis && m.quantity == unknownColumn {
				m.quantity = positionColumn
			}
			continue
		case q == unknownColumn || neutral[token] && q == unknownColumn:
			if !neutral[token] {
				rest = append(rest, token)
			}
			continue
		case q == positionColumn && axis:
			rest = append(rest, token)
		case q == velocityColumn || q == accelerationColumn:
			if len(token) == 2 && strings.ContainsAny(token[1:], "xyz") {
				rest = append(rest, token[1:])
			}
		}
		if rank[q] > rank[m.quantity] {
			m.quantity = q
		}
		m.stamp = m.stamp || token == "stamp"
		m.specific = m.specific || strings.HasPrefix(token, "accelerometer")
	}
	m.stem = strings.Join(rest, " ")
	if m.quantity == velocityColumn && electrical[unitText] {
		m.quantity = unknownColumn // V1 (V) is a voltage
	}
	if u, ok := knownUnit(unitText); ok && u.quantity != unknownColumn {
		switch {
		case m.quantity == indexColumn || m.quantity == magnitudeColumn || m.quantity == qualityColumn:
		case m.quantity == timeColumn && u.quantity != timeColumn && len(list) > 1, m.quantity != timeColumn:
			m.quantity = u.quantity
		}
	}
	return m
}

// electrical are units in which no velocity and no momentum is measured.
var electrical = map[string]bool{"V": true, "mV": true, "kV": true, "A": true, "mA": true, "µA": true, "uA": true}

// measures reports whether a unit is known, and of one of these quantities.
func measures(text string, of ...quantity) bool {
	u, ok := knownUnit(text)
	return ok && slices.Contains(of, u.quantity)
}

// resolveWords is resolve, which knows the usual names, and beside these the words for what
// columns hold.
func (c *Columns) resolveWords(list []string) (*roles, error) {
	r, err := c.resolve(list)
	if err == nil || c.Q != nil || c.P != nil {
		return r, err
	}
	s := &sheet{}
	var time []*column
	given := *c
	for _, name := range list {
		bare, unit := unitOfName(name)
		column := &column{full: name, name: name, unit: unit, meaning: meaningOf(bare, unit)}
		s.columns = append(s.columns, column)
		if column.quantity == timeColumn {
			time = append(time, column)
		}
	}
	if len(time) == 1 && c.Time == "" {
		given.Time = time[0].full
	}
	q, v, u, err2 := s.recognise(nil)
	if err2 != nil {
		return nil, err
	}
	given.Q, given.P, given.DP = names(q), append([]string{}, names(v)...), []string{}
	if c.Input == nil {
		given.Input = append([]string{}, names(u)...)
	}
	if r, err2 = given.resolve(list); err2 != nil {
		return nil, err
	}
	r.velocities = len(v) > 0
	return r, nil
}

// pairs are a quantity and its rate, or what goes with it as a momentum does, which are no state by themselves: words, with
// units that say the same.
var pairs = [4][2][]string{
	{{"charge", "ladung", "C", "mC", "µC", "uC", "nC"}, {"current", "strom", "A", "mA", "µA", "uA"}},
	{{"flux", "Wb", "mWb"}, {"voltage", "V", "mV"}},
	{{"pressure", "druck", "pression"}, {"flow", "fluss", "débit"}},
	{{"volume"}, {"flow"}},
}

// circuits takes a current beside a charge, and a voltage beside a flux, for its derivative: elsewhere they are inputs.
func circuits(columns []*column) {
	var all [4][2][]*column // of each pair
	for _, c := range columns {
		list := append(tokens(c.name), c.unit)
		for k, pair := range pairs {
			for i, words := range pair {
				if slices.ContainsFunc(words, func(word string) bool { return word != "" && slices.Contains(list, word) }) {
					all[k][i] = append(all[k][i], c)
				}
			}
		}
	}
	for _, of := range all {
		if len(of[0]) == 0 || len(of[0]) != len(of[1]) {
			continue
		}
		for i := range of[0] {
			of[0][i].quantity, of[1][i].quantity = positionColumn, velocityColumn
			of[0][i].stem, of[1][i].stem = "", ""
		}
	}
}

// derivatives finds the columns that are called the derivative of another, theta_dot and
// OpenSim's angle_u: by the place of each, that of the other.
func derivatives(names []string) map[int]int {
	at := make(map[string]int, len(names))
	for i, name := range names {
		at[strings.ToLower(name)] = i
	}
	of := map[int]int{}
	for i, name := range names {
		for _, d := range append(derivativeNames(strings.ToLower(name)), strings.ToLower(name)+"_u") {
			if j, ok := at[d]; ok && j != i && name != "" {
				of[j] = i
			}
		}
	}
	return of
}

// runTag finds the words by which runs that stand side by side are told apart.
var runTag = regexp.MustCompile(`(?i)[\s,;:_-]*\b(run|data ?set|set|trial|lauf|versuch|essai|messung|serie)\s*[#:]?\s*([0-9]+)\s*:?\s*`)

// cutRun cuts the number of a run out of a column's name, and "Latest:".
func cutRun(name string) (rest, run string) {
	if len(name) > 7 && strings.EqualFold(name[:7], "latest:") {
		name = strings.TrimSpace(name[7:])
	}
	if at := runTag.FindStringSubmatchIndex(name); at != nil {
		rest = strings.TrimSpace(strings.TrimSpace(name[:at[0]]) + " " + strings.TrimSpace(name[at[1]:]))
		if rest != "" {
			return rest, name[at[4]:at[5]]
		}
	}
	return name, ""
}
