package eventbridge

import (
	"strconv"
	"strings"
)

// parseComparable reads a JSON number the way EventBridge compares numbers: as
// a binary64 value, provided the shortest decimal form of that value is the
// number as it was written. It fails on 1e309, 1e-400, 9007199254740993 and
// 0.1234567890123456789, which binary64 would silently change.
//
// The documentation promises less, ±5e9 with six decimals
// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html#eb-filtering-numeric-matching);
// this is what event-ruler 2 does
// (https://github.com/aws/event-ruler/blob/main/src/main/software/amazon/event/ruler/ComparableNumber.java).
func parseComparable(text string) (f float64, ok bool) {
	if f, ok := smallInteger(text); ok {
		return f, true
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0, false
	}
	var buf [32]byte
	shortest := strconv.AppendFloat(buf[:0], f, 'e', -1, 64)
	if newDecimal(text) != newDecimal(string(shortest)) {
		return 0, false
	}
	return f, true
}

// smallInteger reads what most numbers are without strconv.
func smallInteger(text string) (float64, bool) {
	digits := strings.TrimPrefix(text, "-")
	if len(digits) == 0 || len(digits) > 15 {
		return 0, false
	}
	n := 0
	for i := range len(digits) {
		c := digits[i]
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	if len(digits) < len(text) {
		n = -n
	}
	return float64(n), true
}

// A decimal is the value of a decimal numeral: 0.digits × 10^exponent.
// Equal values are equal structs.
type decimal struct {
	digits   string // without leading and trailing zeros; "" is zero
	exponent int
	negative bool
}

func newDecimal(text string) decimal {
	var d decimal
	text, negative := strings.CutPrefix(text, "-")
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		// An exponent beyond int is out of range for binary64 as well, and
		// Atoi saturates.
		d.exponent, _ = strconv.Atoi(text[i+1:])
		text = text[:i]
	}
	whole, fraction, _ := strings.Cut(text, ".")
	digits := whole + fraction
	significant := strings.TrimLeft(digits, "0")
	d.exponent += len(whole) - (len(digits) - len(significant))
	d.digits = strings.TrimRight(significant, "0")
	if d.digits == "" {
		return decimal{}
	}
	d.negative = negative
	return d
}

// isInteger tells whether a number is written without fraction and exponent.
func isInteger(text string) bool { return !strings.ContainsAny(text, ".eE") }
