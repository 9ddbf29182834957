package eventbridge

import (
	"math/rand/v2"
	"strconv"
	"strings"
)

// A random writes patterns and events that are likely to concern each other,
// and that hold whatever EventBridge treats in its own way.
type random struct{ *rand.Rand }

func newRandom(seed uint64) random { return random{rand.New(rand.NewPCG(seed, 1))} }

var (
	randomKeys    = []string{"a", "b", "c", "a.b", "d"}
	randomStrings = []string{
		"a", "ab", "A", "aB", "", "abcabc", "a*b", `a\"b`, `\"`, `a\"`, `\u0061`, `\/`, "1", "true", "é", "É", "ß", "SS", "ss",
		"😀", "??", "ǅ", "ǆ", "İ", "i̇", "ﬁ", "FI", "σ", "ς", "Σ", "10.0.0.1", "010.0.0.1", "10.0.0.0", "10.0.0.255",
		"a00::1", "a00::", "::1", "0:0:0:0:0:0:0:1", "::ffff:10.0.0.1", "::ffff:a00:1", "2001:db8::1", "32.1.13.184",
		"33.1.1.1", "300.1.1.1", ":", "dead:beef",
	}
	randomNumbers = []string{
		"0", "-0", "-0.0", "1", "1.0", "1e0", "10e-1", "2", "-1", "0.1", "5", "300", "3.0e2", "1e300", "2.5e-8", "1E2",
		"9007199254740993", "9007199254740992", "123456789012345678901", "0.30000000000000004", "1e309", "1.0000000000000001",
	}
	randomGlobs = []string{"a*", "*", "*b", "a*b", "*a*", `a\\*b`, `\\\\`, "*é", "", "*b*c", "abc*abc", "*?*"}
	randomCIDRs = []string{
		"10.0.0.0/8", "10.0.0.77/24", "10.0.0.0/31", "0.0.0.0/0", "10.0.0.0/9", "2001:db8::/32", "2000::/3", "::/0",
		"a00::/12", "a00::/127", "::ffff:a00:0/8", "10.0.0.0/+8", "10.0.0.0/8/",
	}
)

func (r random) pick(from []string) string  { return from[r.IntN(len(from))] }
func (r random) quote(from []string) string { return `"` + r.pick(from) + `"` }
func (r random) text() string               { return r.quote(randomStrings) }
func (r random) number() string             { return r.pick(randomNumbers) }
func (r random) glob() string               { return r.quote(randomGlobs) }

func (r random) scalar() string {
	switch r.IntN(6) {
	case 0:
		return r.number()
	case 1:
		return r.pick([]string{"true", "false", "null"})
	}
	return r.text()
}

func (r random) list(least, most int, element func() string) string {
	var list []string
	for range least + r.IntN(most-least+1) {
		list = append(list, element())
	}
	return "[" + strings.Join(list, ",") + "]"
}

func (r random) object(least, most int, member func() string) string {
	list := r.list(least, most, member)
	return "{" + list[1:len(list)-1] + "}"
}

func (r random) expression() string {
	oneOrList := func(element func() string) string {
		if r.IntN(2) == 0 {
			return element()
		}
		return r.list(1, 3, element)
	}
	switch r.IntN(11) {
	case 0:
		return `{"prefix":` + r.text() + `}`
	case 1:
		return `{"suffix":` + r.text() + `}`
	case 2:
		return `{"prefix":{"equals-ignore-case":` + r.text() + `}}`
	case 3:
		return `{"suffix":{"equals-ignore-case":` + r.text() + `}}`
	case 4:
		return `{"equals-ignore-case":` + r.text() + `}`
	case 5:
		return `{"wildcard":` + r.glob() + `}`
	case 6:
		return `{"anything-but":` + oneOrList(r.text) + `}`
	case 7:
		return `{"anything-but":` + oneOrList(r.number) + `}`
	case 8:
		operator := r.pick([]string{"prefix", "suffix", "equals-ignore-case", "wildcard"})
		element := r.text
		if operator == "wildcard" {
			element = r.glob
		}
		return `{"anything-but":{"` + operator + `":` + oneOrList(element) + `}}`
	case 9:
		return `{"exists":` + strconv.FormatBool(r.IntN(2) == 0) + `}`
	default:
		if r.IntN(3) == 0 {
			return `{"cidr":` + r.quote(randomCIDRs) + `}`
		}
		if r.IntN(2) == 0 {
			return `{"numeric":[` + r.quote([]string{"=", "<", "<=", ">", ">="}) + `,` + r.number() + `]}`
		}
		return `{"numeric":[` + r.quote([]string{">", ">="}) + `,` + r.number() + `,` + r.quote([]string{"<", "<="}) + `,` + r.number() + `]}`
	}
}

// pattern is valid more often than not.
func (r random) pattern(depth int) string {
	return r.object(1, 3, func() string {
		switch {
		case depth > 0 && r.IntN(7) == 0:
			return `"$or":` + r.list(2, 3, func() string { return r.pattern(depth - 1) })
		case depth > 0 && r.IntN(3) == 0:
			return r.quote(randomKeys) + ":" + r.pattern(depth-1)
		}
		return r.quote(randomKeys) + ":" + r.list(1, 2, func() string {
			if r.IntN(2) == 0 {
				return r.expression()
			}
			return r.scalar()
		})
	})
}

func (r random) event(depth int) string {
	return r.object(1, 4, func() string { return r.quote(randomKeys) + ":" + r.value(depth) })
}

func (r random) value(depth int) string {
	if depth > 0 {
		switch r.IntN(4) {
		case 0:
			return r.event(depth - 1)
		case 1:
			return r.list(0, 3, func() string { return r.value(depth - 1) })
		}
	}
	return r.scalar()
}
