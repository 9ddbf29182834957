package contract

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
)

// Members are those of a JSON object. Numbers are json.Number.
type Members map[string]any

// Has tells whether there is such a member, null included.
func (m Members) Has(key string) bool {
	_, ok := m[key]
	return ok
}

// Text is a member that is a string, "" for all else.
func (m Members) Text(key string) string {
	s, _ := m[key].(string)
	return s
}

// Object is a member that is an object, nil for all else.
func (m Members) Object(key string) Members { return AsMembers(m[key]) }

// List is a member that is an array, nil for all else.
func (m Members) List(key string) []any {
	list, _ := m[key].([]any)
	return list
}

// AsMembers gives the members of a value that is an object, nil for all else.
func AsMembers(v any) Members {
	m, _ := v.(map[string]any)
	return m
}

// Decode reads a body. A secret that stands in it without quotes counts as text.
func Decode(body []byte) (any, error) {
	v, err := decode(body)
	if err != nil && bytes.Contains(body, []byte(Masked)) {
		if masked, again := decode(quoteMasks(body)); again == nil {
			return masked, nil
		}
	}
	return v, err
}

func decode(body []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("there is something after the JSON value")
	}
	return v, nil
}

// quoteMasks puts quotes around the masks that are not in a string.
func quoteMasks(body []byte) []byte {
	var b bytes.Buffer
	text, quoted := string(body), false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\' && quoted && i+1 < len(text):
			b.WriteString(text[i : i+2])
			i++
		case c == '"':
			quoted = !quoted
			b.WriteByte(c)
		case !quoted && strings.HasPrefix(text[i:], Masked):
			b.WriteString(`"` + Masked + `"`)
			i += len(Masked) - 1
		default:
			b.WriteByte(c)
		}
	}
	return b.Bytes()
}

// Object gives the members of a body that is a JSON object, nil for all else.
func (r Request) Object() Members {
	v, err := Decode(r.Body)
	if err != nil {
		return nil
	}
	return AsMembers(v)
}

// IsMasked tells whether a secret stands in a text, which is then not known.
func IsMasked(text string) bool { return strings.Contains(text, Masked) }
