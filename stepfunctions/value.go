package stepfunctions

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"

	"github.com/recolabs/gnata"
)

// Values are those of the JSONata library: an object, []any, string, float64,
// json.Number, bool, its null, and nil for undefined.

// An object keeps the order of its members.
type object interface {
	Keys() []string
	Get(name string) (any, bool)
	Set(name string, value any)
}

func newObject() object {
	v, err := gnata.DecodeJSON(json.RawMessage("{}"))
	if err != nil {
		panic(err)
	}
	return v.(object)
}

// objectOf makes an object of names and values in turn.
func objectOf(members ...any) object {
	o := newObject()
	for i := 0; i < len(members); i += 2 {
		o.Set(members[i].(string), members[i+1])
	}
	return o
}

var errNotJSON = errors.New("not JSON")

// decode reads exactly one JSON value. Of two members with one name the last one
// counts.
func decode(text []byte) (any, error) {
	// It also bounds the depth.
	if !json.Valid(text) {
		return nil, errNotJSON
	}
	v, err := gnata.DecodeJSON(text)
	if err != nil {
		return nil, err
	}
	return canonical(v), nil
}

// canonical writes numbers as JSONata would: "1.0" and "1e2" are 1 and 100.
// Whole numbers stay as they are, also where binary64 would round them.
func canonical(v any) any {
	switch v := v.(type) {
	case object:
		for _, name := range v.Keys() {
			member, _ := v.Get(name)
			v.Set(name, canonical(member))
		}
	case []any:
		for i := range v {
			v[i] = canonical(v[i])
		}
	case json.Number:
		if _, ok := wholeNumber(v.String()); !ok {
			if f, err := v.Float64(); err == nil {
				return f
			}
		}
	}
	return v
}

// wholeNumber tells whether a number is written with digits only.
func wholeNumber(text string) (digits string, ok bool) {
	digits = text
	if len(digits) > 0 && digits[0] == '-' {
		digits = digits[1:]
	}
	for i := range len(digits) {
		if !isDigit(digits[i]) {
			return "", false
		}
	}
	return digits, digits != "" && (digits != "0" || text == "0")
}

// encode writes a value as JSON, without escaping what HTML would want escaped.
// It fails for functions, and for numbers that JSON has no words for.
func encode(v any) (json.RawMessage, error) {
	var b bytes.Buffer
	if err := appendValue(&b, v); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func appendValue(b *bytes.Buffer, v any) error {
	switch v := v.(type) {
	case nil:
		b.WriteString("null")
	case string:
		appendString(b, v)
	case bool:
		b.WriteString(strconv.FormatBool(v))
	case json.Number:
		b.WriteString(v.String())
	case float64:
		return appendNumber(b, v)
	case []any:
		b.WriteByte('[')
		for i, item := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			if err := appendValue(b, item); err != nil {
				return err
			}
		}
		b.WriteByte(']')
	case object:
		return appendMembers(b, v.Keys(), func(name string) any { member, _ := v.Get(name); return member })
	case map[string]any:
		if isPattern(v) {
			return errors.New("a regular expression is no JSON")
		}
		return appendMembers(b, slices.Sorted(maps.Keys(v)), func(name string) any { return v[name] })
	default:
		if gnata.IsNull(v) {
			b.WriteString("null")
			return nil
		}
		return errors.New("a function is no JSON")
	}
	return nil
}

// isPattern tells a regular expression, which the library has as a map; the
// objects of data are no maps.
func isPattern(m map[string]any) bool {
	_, pattern := m["pattern"]
	_, flags := m["flags"]
	return len(m) == 2 && pattern && flags
}

// appendMembers leaves undefined members out.
func appendMembers(b *bytes.Buffer, names []string, get func(string) any) error {
	b.WriteByte('{')
	first := true
	for _, name := range names {
		member := get(name)
		if member == nil {
			continue
		}
		if !first {
			b.WriteByte(',')
		}
		first = false
		appendString(b, name)
		b.WriteByte(':')
		if err := appendValue(b, member); err != nil {
			return err
		}
	}
	b.WriteByte('}')
	return nil
}

func appendString(b *bytes.Buffer, s string) {
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a string into a buffer
	b.Truncate(b.Len() - 1)
}

// appendNumber writes the shortest text that is read as the same number.
func appendNumber(b *bytes.Buffer, f float64) error {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return errors.New("a number is out of range")
	}
	if f == 0 {
		f = 0 // JSON.stringify knows no -0
	}
	text, err := json.Marshal(f)
	b.Write(text)
	return err
}

// settle makes data of what an expression gave: nothing that the library goes on
// using, and nothing that is no JSON.
func settle(v any) (any, error) {
	text, err := encode(v)
	if err != nil {
		return nil, err
	}
	return decode(text)
}

// typeName names the type of a value as messages do.
func typeName(v any) string {
	switch v.(type) {
	case nil:
		return "undefined"
	case string:
		return "string"
	case bool:
		return "boolean"
	case json.Number, float64:
		return "number"
	case []any:
		return "array"
	case object, map[string]any:
		return "object"
	}
	return "null"
}

func number(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case json.Number:
		f, err := v.Float64()
		return f, err == nil
	}
	return 0, false
}

// whole gives a number without a fraction.
func whole(v any) (int64, bool) {
	f, ok := number(v)
	if !ok {
		return 0, false
	}
	// Beyond this, binary64 skips whole numbers.
	if f != math.Trunc(f) || math.Abs(f) > 1<<53 {
		return 0, false
	}
	return int64(f), true
}

// scalarText gives a scalar as the text of a header or a parameter.
func scalarText(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case bool, float64, json.Number:
		text, err := encode(v)
		return string(text), err == nil
	}
	return "", false
}

func quote(s string) string { return fmt.Sprintf("%q", s) }
