package cloudformation

import (
	"strconv"

	"github.com/notifygen/notifygen/jsontext"
)

// Size gives the number of bytes that JSON writes, without writing them.
func Size(v Value) int { return size(v, 0) + 1 }

// size mirrors printer.value with indentation.
func size(v Value, depth int) int {
	inner := 1 + 2*(depth+1) // the line break and indentation before a member
	switch v := v.(type) {
	case nil:
		return len("null")
	case string:
		return jsontext.QuotedLen(v)
	case bool:
		return len(strconv.FormatBool(v))
	case int:
		return len(strconv.Itoa(v))
	case Number:
		return len(v)
	case List:
		if len(v) == 0 {
			return 2
		}
		n := 2 + len(v) - 1 + inner - 2
		for _, item := range v {
			n += inner + size(item, depth+1)
		}
		return n
	case *Object:
		if v.Len() == 0 {
			return 2
		}
		n := 2 + v.Len() - 1 + inner - 2
		for _, m := range v.members {
			n += inner + jsontext.QuotedLen(m.key) + 2 + size(m.value, depth+1)
		}
		return n
	}
	return 0
}
