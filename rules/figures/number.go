package figures

import (
	"errors"
	"math"
	"math/big"
	"regexp"
	"strconv"
	"strings"
)

// Number is a figure of zero or more with up to four decimals, exact. The zero Number is 0.
type Number struct{ tenThousandths int64 }

// ErrNotNumber tells that a text is no number written the Vietnamese way, or one of more than 12 digits before the comma or more than
// four behind it.
var ErrNotNumber = errors.New("not a number")

const scale = 10_000

var numberForm = regexp.MustCompile(`^(\d{1,12}|\d{1,3}(?:\.\d{3}){1,3})(?:,(\d{1,4}))?$`)

// ParseNumber reads "1.234,5", "1234,5" or "1234". A dot stands before three digits only, so that "1.5" is refused rather than read
// as 15 or as one and a half. Signs are refused. The error is [ErrNotNumber].
func ParseNumber(s string) (Number, error) {
	m := numberForm.FindStringSubmatch(strings.TrimSpace(s))
	if m == nil {
		return Number{}, ErrNotNumber
	}
	whole, err := strconv.ParseInt(strings.ReplaceAll(m[1], ".", ""), 10, 64)
	if err != nil {
		return Number{}, ErrNotNumber
	}
	decimals, err := strconv.ParseInt((m[2] + "0000")[:4], 10, 64)
	if err != nil {
		return Number{}, ErrNotNumber
	}
	return Number{whole*scale + decimals}, nil
}

// Count is the Number n; a negative n is 0.
func Count(n int64) Number { return Number{max(n, 0) * scale} }

// Whole is the number before the comma, and whether nothing stands behind it.
func (n Number) Whole() (int64, bool) { return n.tenThousandths / scale, n.tenThousandths%scale == 0 }

// Add is the sum of both.
func (n Number) Add(o Number) Number { return Number{n.tenThousandths + o.tenThousandths} }

// Compare is -1, 0 or +1 as n is less than, equal to or more than o.
func (n Number) Compare(o Number) int {
	switch {
	case n.tenThousandths < o.tenThousandths:
		return -1
	case n.tenThousandths > o.tenThousandths:
		return 1
	default:
		return 0
	}
}

// Far tells whether n is further from was than so many percent of it. Zero percent, and a was of zero, compare with nothing.
func Far(n, was Number, percent int32) bool {
	if percent <= 0 || was.tenThousandths == 0 {
		return false
	}
	apart := new(big.Int).Abs(big.NewInt(n.tenThousandths - was.tenThousandths))
	allowed := new(big.Int).Mul(big.NewInt(was.tenThousandths), big.NewInt(int64(percent)))
	return apart.Mul(apart, big.NewInt(100)).Cmp(allowed) > 0
}

// Vietnamese is "1.234,5", as pages and letters write it.
func (n Number) Vietnamese() string { return n.text(".", ",") }

// English is "1,234.5".
func (n Number) English() string { return n.text(",", ".") }

// Wire is "1234,5": what [ParseNumber] reads, without groups. It is the form in which a figure is stored.
func (n Number) Wire() string { return n.text("", ",") }

func (n Number) text(group, comma string) string {
	whole := grouped(strconv.FormatInt(n.tenThousandths/scale, 10), group)
	decimals := strings.TrimRight(strconv.FormatInt(n.tenThousandths%scale+scale, 10)[1:], "0")
	if decimals == "" {
		return whole
	}
	return whole + comma + decimals
}

func grouped(digits, group string) string {
	if group == "" || len(digits) <= 3 {
		return digits
	}
	return grouped(digits[:len(digits)-3], group) + group + digits[len(digits)-3:]
}

// Share is part of whole in percent with one decimal, "85,3%", rounded half up; "–" when whole is not positive. It says "100%"
// only of all and "0%" only of none, so that rounding never shows as done what is not.
func Share(part, whole int64) string {
	if whole <= 0 || part < 0 {
		return "–"
	}
	tenths := (part*2000 + whole) / (2 * whole)
	if part < whole {
		tenths = min(tenths, 999)
	}
	if part > 0 {
		tenths = max(tenths, 1)
	}
	return Number{tenths * (scale / 10)}.Vietnamese() + "%"
}

// ShareOf is [Share] of two Numbers.
func ShareOf(part, whole Number) string {
	a, b := part.tenThousandths, whole.tenThousandths
	for max(a, b) > math.MaxInt64/4000 { // what is rounded away is far below a tenth of a percent
		a, b = a/10, b/10
	}
	return Share(a, b)
}
