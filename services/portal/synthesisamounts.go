package portal

import (
	"strconv"
	"strings"
)

// amount is a figure of a synthesis in ten-thousandths: sums are longer than any figure that a form takes.
type amount int64

const amountScale = 10_000

// amountOf reads a figure as it travels, "1234,5"; false for none.
func amountOf(wire string) (amount, bool) {
	whole, decimals, _ := strings.Cut(wire, ",")
	digits, err := strconv.ParseInt(whole+(decimals + "0000")[:4], 10, 64)
	if err != nil || whole == "" || len(decimals) > 4 {
		return 0, false
	}
	return amount(digits), true
}

// Words is the figure as a page shows it, "1.234,5".
func (a amount) Words() string {
	sign := ""
	if a < 0 {
		sign, a = "-", -a
	}
	text := sign + number(int64(a/amountScale))
	if decimals := strings.TrimRight(strconv.FormatInt(int64(a%amountScale)+amountScale, 10)[1:], "0"); decimals != "" {
		text += "," + decimals
	}
	return text
}

// cell is the figure in a workbook: a number.
func (a amount) cell() any {
	if a%amountScale == 0 {
		return int64(a / amountScale)
	}
	return float64(a) / amountScale
}

// amountWords shows a figure as it travels; nothing was given where it is empty.
func amountWords(wire string) string {
	if a, ok := amountOf(wire); ok {
		return a.Words()
	}
	return wire
}

// amountCell is a figure as it travels in a workbook; an empty cell where there is none.
func amountCell(wire string) any {
	if a, ok := amountOf(wire); ok {
		return a.cell()
	}
	return nil
}

// amountChange says how a figure changed: "tăng 34 (19,1%)", "giảm 3", "không đổi", "mới"; nothing where there is nothing to compare.
func amountChange(before, after string) string {
	was, had := amountOf(before)
	is, has := amountOf(after)
	switch {
	case !had && !has:
		return ""
	case !had:
		return "mới"
	case !has:
		return "không còn"
	case is == was:
		return "không đổi"
	case is > was:
		return "tăng " + (is - was).Words() + percentOf(is-was, was)
	default:
		return "giảm " + (was - is).Words() + percentOf(was-is, was)
	}
}

// percentOf is a change in percent of what was, with one decimal; nothing of nothing.
func percentOf(change, was amount) string {
	if was == 0 {
		return ""
	}
	return " (" + changePoints(float64(change)/float64(was)*100) + "%)"
}
