package report

import (
	"image/color"
	"math"
	"strconv"
	"strings"

	xfont "golang.org/x/image/font"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"hnn/internal/printable"
)

// svgFamily is the font's name as vgsvg writes it.
const svgFamily = "Liberation Sans"

// Font sizes.
const (
	titleSize  vg.Length = 12
	panelSize  vg.Length = 9.5
	labelSize  vg.Length = 9
	tickSize   vg.Length = 8
	legendSize vg.Length = 7.5
)

func textStyle(size vg.Length, color color.Color) text.Style {
	return text.Style{
		Color:   color,
		Font:    font.Font{Typeface: "Liberation", Variant: "Sans", Size: size},
		XAlign:  draw.XLeft,
		YAlign:  draw.YBottom,
		Handler: plot.DefaultTextHandler,
	}
}

func boldStyle(size vg.Length, color color.Color) text.Style {
	s := textStyle(size, color)
	s.Font.Weight = xfont.WeightBold
	return s
}

// shown is a name as a figure has it: every character can be seen, and there are not more of
// them than any figure has room for, whose widths would take long to find.
func shown(s string) string {
	const most = 200
	if n := 0; len(s) > most {
		for i := range s {
			if n++; n == most {
				s = s[:i] + "…"
				break
			}
		}
	}
	return printable.Name(s)
}

// fit returns s, cut short with an ellipsis if it is wider than width.
func fit(style text.Style, s string, width vg.Length) string {
	if style.Width(s) <= width {
		return s
	}
	runes := []rune(s)
	for len(runes) > 0 && style.Width(string(runes)+"…") > width {
		runes = runes[:len(runes)-1]
	}
	return string(runes) + "…"
}

// number formats a value for people, to three digits.
func number(v float64) string {
	return trueMinus(strconv.FormatFloat(v, 'g', 3, 64))
}

// trueMinus replaces hyphens by minus signs, which are as wide as a plus.
func trueMinus(s string) string { return strings.ReplaceAll(s, "-", "\u2212") }

// label returns the text for an axis that shows the quantity.
func (q Quantity) label() string {
	if q.Unit == "" {
		return q.Name
	}
	return q.Name + " (" + strings.NewReplacer("^2", "²", "^3", "³").Replace(q.Unit) + ")"
}

// ticks marks an axis at multiples of 1, 2 or 5 times a power of ten. It implements
// plot.Ticker. (plot.DefaultTicks prefers three marks, too few to read values off.)
type ticks struct {
	most int  // number of marks at the most
	bare bool // without numbers
}

func (t ticks) Ticks(min, max float64) []plot.Tick {
	exponent := int(math.Floor(math.Log10((max - min) / float64(t.most))))
	for ; ; exponent++ {
		for _, digit := range []int{1, 2, 5} {
			step := float64(digit) * math.Pow10(exponent)
			first, last := math.Ceil(min/step), math.Floor(max/step)
			if last-first >= float64(t.most) {
				continue
			}
			var list []plot.Tick
			for i := first; i <= last; i++ {
				// A mark at an end must not be lost to rounding. It has a blank, since
				// a tick without a label is drawn half as long.
				tick := plot.Tick{Value: math.Max(min, math.Min(i*step, max)), Label: " "}
				if !t.bare {
					tick.Label = t.format(i*step, exponent)
				}
				list = append(list, tick)
			}
			return list
		}
	}
}

// format writes a multiple of a power of ten with the digits that it needs.
func (t ticks) format(v float64, exponent int) string {
	switch {
	case v == 0:
		return "0"
	case math.Abs(v) >= 1e5 || exponent < -4:
		return trueMinus(strconv.FormatFloat(v, 'g', 6, 64))
	}
	return trueMinus(strconv.FormatFloat(v, 'f', max(-exponent, 0), 64))
}
