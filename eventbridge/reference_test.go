package eventbridge

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/big"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
)

// The reference matcher says what a pattern means with as little machinery as
// possible: encoding/json, no compilation, no index and plain backtracking. It
// shares no code with the package but the table of special upper case forms.
// It takes patterns that ParsePattern accepts.

// A refMember is one member of an object, whose order and duplicates count.
type refMember struct {
	key   string
	value any // []refMember, []any, string, json.Number, bool or nil
}

func refParse(text string) any {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	return refValue(d)
}

func refValue(d *json.Decoder) any {
	token, err := d.Token()
	if err != nil {
		panic(err)
	}
	switch token {
	case json.Delim('{'):
		object := []refMember{}
		for d.More() {
			key, _ := d.Token()
			object = append(object, refMember{key.(string), refValue(d)})
		}
		d.Token()
		return object
	case json.Delim('['):
		array := []any{}
		for d.More() {
			array = append(array, refValue(d))
		}
		d.Token()
		return array
	}
	return token
}

// refRules expands $or: each rule is a map from path to list.
func refRules(object []refMember, prefix string, rules []map[string][]any) []map[string][]any {
	for _, m := range object {
		switch value := m.value.(type) {
		case []refMember:
			rules = refRules(value, prefix+m.key+".", rules)
		case []any:
			if m.key != "$or" {
				for _, r := range rules {
					r[prefix+m.key] = value
				}
				continue
			}
			var all []map[string][]any
			for _, branch := range value {
				var copies []map[string][]any
				for _, r := range rules {
					copies = append(copies, maps.Clone(r))
				}
				all = append(all, refRules(branch.([]refMember), prefix, copies)...)
			}
			rules = all
		}
	}
	return rules
}

type refLeaf struct {
	path  string
	value any
	seats map[int]int // array to element
}

type refFlattener struct {
	arrays int
	leaves []refLeaf
}

func (f *refFlattener) value(path string, v any, seats map[int]int) {
	switch v := v.(type) {
	case []refMember:
		for _, m := range v {
			next := m.key
			if path != "\x00" {
				next = path + "." + m.key
			}
			f.value(next, m.value, seats)
		}
	case []any:
		f.arrays++
		array := f.arrays
		for i, element := range v {
			inside := seats
			switch element.(type) {
			case []refMember, []any:
				inside = maps.Clone(seats)
				inside[array] = i
			}
			f.value(path, element, inside)
		}
	default:
		f.leaves = append(f.leaves, refLeaf{path, v, seats})
	}
}

func refMatch(pattern, event string) bool {
	f := &refFlattener{}
	f.value("\x00", refParse(event), map[int]int{})
	for _, rule := range refRules(refParse(pattern).([]refMember), "", []map[string][]any{{}}) {
		if refSatisfied(rule, slices.Sorted(maps.Keys(rule)), f.leaves, map[int]int{}) {
			return true
		}
	}
	return false
}

func refSatisfied(rule map[string][]any, paths []string, leaves []refLeaf, bound map[int]int) bool {
	if len(paths) == 0 {
		return true
	}
	absent := true
	for _, leaf := range leaves {
		if leaf.path != paths[0] || !refCompatible(leaf.seats, bound) {
			continue
		}
		absent = false
		for _, entry := range rule[paths[0]] {
			if refEntry(entry, leaf.value) {
				all := maps.Clone(bound)
				maps.Copy(all, leaf.seats)
				if refSatisfied(rule, paths[1:], leaves, all) {
					return true
				}
			}
		}
	}
	wanted := slices.ContainsFunc(rule[paths[0]], func(entry any) bool {
		object, ok := entry.([]refMember)
		return ok && object[0].key == "exists" && object[0].value == false
	})
	return absent && wanted && refSatisfied(rule, paths[1:], leaves, bound)
}

func refCompatible(seats, bound map[int]int) bool {
	for array, element := range seats {
		if taken, ok := bound[array]; ok && taken != element {
			return false
		}
	}
	return true
}

func refEntry(entry, value any) bool {
	text, isString := value.(string)
	switch entry := entry.(type) {
	case string:
		if hex, ok := refHex(entry); ok {
			other, ok := refHex(text)
			return isString && ok && strings.HasPrefix(other, hex)
		}
		return isString && entry == text
	case json.Number:
		number, isNumber := value.(json.Number)
		if !isNumber {
			return false
		}
		a, comparable := refNumber(entry)
		if !comparable {
			return entry == number && !strings.ContainsAny(string(entry), ".eE")
		}
		b, ok := refNumber(number)
		return ok && a == b
	case []refMember:
		return refOperator(entry[0].key, entry[0].value, value)
	default:
		return entry == value
	}
}

func refOperator(name string, argument, value any) bool {
	text, isString := value.(string)
	switch name {
	case "exists":
		return argument == true
	case "anything-but":
		return refAnythingBut(argument, value)
	case "numeric":
		return refNumeric(argument.([]any), value)
	}
	if !isString {
		return false
	}
	if object, ok := argument.([]refMember); ok { // prefix or suffix, ignoring case
		return refFold(object[0].value.(string), text, name)
	}
	quoted, wanted := `"`+text+`"`, argument.(string)
	switch name {
	case "exactly":
		return text == wanted
	case "prefix":
		return strings.HasPrefix(quoted, `"`+wanted)
	case "suffix":
		return strings.HasSuffix(quoted, wanted+`"`)
	case "equals-ignore-case":
		return refFold(wanted, text, "whole")
	case "wildcard":
		return refWildcard(wanted, text)
	case "cidr":
		return refCIDR(wanted, text)
	}
	panic("unknown operator " + name)
}

func refAnythingBut(argument, value any) bool {
	switch argument := argument.(type) {
	case string:
		return value != argument
	case json.Number:
		return !refEntry([]refMember{{"numeric", []any{"=", argument}}}, value)
	case []any:
		for _, excluded := range argument {
			if !refAnythingBut(excluded, value) {
				return false
			}
		}
		return true
	}
	operator := argument.([]refMember)[0]
	list, ok := operator.value.([]any)
	if !ok {
		list = []any{operator.value}
	}
	for _, excluded := range list {
		if refOperator(operator.key, excluded, value) {
			return false
		}
	}
	return true
}

func refNumeric(bounds []any, value any) bool {
	number, isNumber := value.(json.Number)
	if !isNumber {
		return false
	}
	n, ok := refNumber(number)
	for i := 0; i < len(bounds); i += 2 {
		limit, _ := refNumber(bounds[i+1].(json.Number))
		switch bounds[i] {
		case "=":
			ok = ok && n == limit
		case "<":
			ok = ok && n < limit
		case "<=":
			ok = ok && n <= limit
		case ">":
			ok = ok && n > limit
		case ">=":
			ok = ok && n >= limit
		}
	}
	return ok
}

func refNumber(text json.Number) (float64, bool) {
	f, err := strconv.ParseFloat(string(text), 64)
	if err != nil || math.IsInf(f, 0) {
		return 0, false
	}
	if f == 0 { // a huge negative exponent would be slow below
		mantissa, _, _ := strings.Cut(strings.ToLower(string(text)), "e")
		return 0, strings.Trim(mantissa, "-0.") == ""
	}
	shortest, _ := new(big.Rat).SetString(strconv.FormatFloat(f, 'g', -1, 64))
	exact, ok := new(big.Rat).SetString(string(text))
	return f, ok && exact.Cmp(shortest) == 0
}

// refFold tries both forms of every UTF-16 unit of the pattern.
func refFold(pattern, text, how string) bool {
	var forms [][2]string
	for _, unit := range utf16.Encode([]rune(pattern)) {
		s := "?"
		if !utf16.IsSurrogate(rune(unit)) {
			s = string(rune(unit))
		}
		upper, special := specialUpper[rune(unit)]
		if !special {
			upper = strings.ToUpper(s)
		}
		lower := strings.ToLower(s)
		if s == "İ" {
			lower = "i\u0307"
		}
		forms = append(forms, [2]string{lower, upper})
	}
	quoted := `"` + text + `"`
	switch how {
	case "prefix":
		return refConsume(append([][2]string{{`"`, `"`}}, forms...), quoted, false)
	case "whole":
		return refConsume(forms, text, true)
	}
	for i := range len(quoted) {
		if refConsume(append(slices.Clone(forms), [2]string{`"`, `"`}), quoted[i:], true) {
			return true
		}
	}
	return false
}

func refConsume(forms [][2]string, text string, whole bool) bool {
	if len(forms) == 0 {
		return !whole || text == ""
	}
	for i, form := range forms[0] {
		if i > 0 && form == forms[0][0] {
			break
		}
		if rest, ok := strings.CutPrefix(text, form); ok && refConsume(forms[1:], rest, whole) {
			return true
		}
	}
	return false
}

func refWildcard(pattern, text string) bool {
	switch {
	case pattern == "":
		return text == ""
	case pattern[0] == '*':
		return refWildcard(pattern[1:], text) || text != "" && refWildcard(pattern, text[1:])
	case pattern[0] == '\\':
		pattern = pattern[1:]
	}
	return text != "" && text[0] == pattern[0] && refWildcard(pattern[1:], text[1:])
}

// refHex is an IP address as event-ruler compares it: in hexadecimal.
func refHex(s string) (string, bool) {
	if strings.Contains(s, ":") {
		if strings.ContainsAny(s, ".%") {
			return "", false
		}
		var groups []string // netip refuses leading zeros beyond four digits
		for group := range strings.SplitSeq(s, ":") {
			if short := strings.TrimLeft(group, "0"); group != "" {
				group = short
				if short == "" {
					group = "0"
				}
			}
			groups = append(groups, group)
		}
		a, err := netip.ParseAddr(strings.Join(groups, ":"))
		if err != nil {
			return "", false
		}
		return fmt.Sprintf("%x", a.Unmap().AsSlice()), true
	}
	hex := ""
	parts := strings.Split(s, ".")
	for _, part := range parts {
		n, err := strconv.ParseUint(part, 10, 8)
		if err != nil {
			return "", false
		}
		hex += fmt.Sprintf("%02x", n)
	}
	return hex, len(parts) == 4 && len(s) <= 15
}

func refCIDR(block, text string) bool {
	hex, ok := refHex(text)
	base, bitsText, _ := strings.Cut(strings.TrimRight(block, "/"), "/")
	digits, _ := refHex(base)
	bits, _ := strconv.Atoi(bitsText)
	if !ok {
		return false
	}
	bottom, _ := new(big.Int).SetString(digits, 16)
	free := new(big.Int).Lsh(big.NewInt(1), uint(4*len(digits)-bits))
	free.Sub(free, big.NewInt(1))
	bottom.AndNot(bottom, free)
	top := new(big.Int).Or(bottom, free)
	low, high := fmt.Sprintf("%0*x", len(digits), bottom), fmt.Sprintf("%0*x", len(digits), top)
	if len(hex) >= len(low) {
		hex = hex[:len(low)]
		return low <= hex && hex <= high
	}
	return low[:len(hex)] < hex && hex < high[:len(hex)]
}
