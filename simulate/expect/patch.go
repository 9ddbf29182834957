package expect

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/jsontext"
	"github.com/notifygen/notifygen/schema"
)

// member is a member of a JSON object, with its value as it is written.
type member struct {
	key   string
	value json.RawMessage
}

// merge applies a JSON Merge Patch (https://www.rfc-editor.org/rfc/rfc7386).
// Members that the patch does not name keep their order and spelling.
func merge(target []byte, patch *schema.Node, ds *diag.List) []byte {
	if patch.Kind != schema.Map {
		return patch.JSON(ds, nil).Text
	}
	all := members(target)
	for _, f := range patch.Fields {
		at := slices.IndexFunc(all, func(m member) bool { return m.key == f.Key })
		switch {
		case f.Value.Kind == schema.Null:
			all = slices.DeleteFunc(all, func(m member) bool { return m.key == f.Key })
		case at >= 0:
			all[at].value = merge(all[at].value, f.Value, ds)
		default:
			all = append(all, member{f.Key, merge(nil, f.Value, ds)})
		}
	}
	out := []byte{'{'}
	for i, m := range all {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, jsontext.Quote(m.key)...)
		out = append(out, ':')
		out = append(out, m.value...)
	}
	return append(out, '}')
}

// members gives those of a JSON object in order, none for all else. Of members
// with the same name the last one counts, as everywhere in JSON's ecosystem.
func members(text []byte) []member {
	dec := json.NewDecoder(bytes.NewReader(text))
	if open, err := dec.Token(); err != nil || open != json.Delim('{') {
		return nil
	}
	var all []member
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return all
		}
		m := member{key: key.(string)}
		if dec.Decode(&m.value) != nil {
			return all
		}
		all = slices.DeleteFunc(all, func(o member) bool { return o.key == m.key })
		all = append(all, m)
	}
	return all
}
