package schema

import (
	"sort"
	"strconv"
	"strings"

	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/jsontext"
)

// JSON is a node as JSON text that still knows where each byte came from, so
// that what another reader says of the text can be said of the file.
type JSON struct {
	Text  []byte
	marks []mark
}

type mark struct {
	offset int
	pos    diag.Pos
}

// PosAt gives the place in the file of the byte at offset.
func (j JSON) PosAt(offset int) diag.Pos {
	i := sort.Search(len(j.marks), func(i int) bool { return j.marks[i].offset > offset })
	if i == 0 {
		return diag.Pos{}
	}
	return j.marks[i-1].pos
}

// JSON writes the node as compact JSON. Numbers keep their spelling where JSON
// has it too; parameter is asked for the value of each {parameter: NAME}, nil
// leaves them as objects. Values JSON does not have (.inf, .nan) are reported.
func (n *Node) JSON(ds *diag.List, parameter func(name string) (value string, ok bool)) JSON {
	w := jsonWriter{ds: ds, parameter: parameter}
	w.node(n)
	return w.out
}

type jsonWriter struct {
	out       JSON
	ds        *diag.List
	parameter func(string) (string, bool)
}

func (w *jsonWriter) at(pos diag.Pos) {
	w.out.marks = append(w.out.marks, mark{len(w.out.Text), pos})
}

func (w *jsonWriter) raw(s string) { w.out.Text = append(w.out.Text, s...) }

func (w *jsonWriter) node(n *Node) {
	w.at(n.Pos)
	if name, ok := n.ParameterName(); ok && w.parameter != nil {
		if value, known := w.parameter(name.Text); known {
			w.raw(jsontext.Quote(value))
			return
		}
	}
	switch n.Kind {
	case Null:
		w.raw("null")
	case Bool:
		w.raw(n.Text)
	case Int, Float:
		text, ok := jsonNumber(n.Text)
		if !ok {
			w.ds.Report(n.Pos, diag.YAMLUnsupported, "JSON has no number %s", Quote(n.Text)).WithHint("quote it if it is text")
			text = "0"
		}
		w.raw(text)
	case String:
		w.raw(jsontext.Quote(n.Text))
	case List:
		w.raw("[")
		for i, item := range n.Items {
			if i > 0 {
				w.raw(",")
			}
			w.node(item)
		}
		w.at(n.Pos)
		w.raw("]")
	case Map:
		w.raw("{")
		for i, f := range n.Fields {
			if i > 0 {
				w.raw(",")
			}
			w.at(f.KeyPos)
			w.raw(jsontext.Quote(f.Key))
			w.raw(":")
			w.node(f.Value)
		}
		w.at(n.Pos)
		w.raw("}")
	}
}

// JSONNumber gives a YAML number in JSON's spelling, unchanged where it already is JSON.
func jsonNumber(text string) (string, bool) {
	if isJSONNumber(text) {
		return text, true
	}
	clean := strings.ReplaceAll(strings.TrimPrefix(text, "+"), "_", "")
	if i, err := strconv.ParseInt(clean, 0, 64); err == nil {
		return strconv.FormatInt(i, 10), true
	}
	f, err := strconv.ParseFloat(clean, 64)
	if err != nil || strings.ContainsAny(strings.ToLower(clean), "inxp") {
		return "", false
	}
	return strconv.FormatFloat(f, 'g', -1, 64), true
}

func isJSONNumber(s string) bool {
	i := 0
	digits := func() bool {
		start := i
		for i < len(s) && s[i] >= '0' && s[i] <= '9' {
			i++
		}
		return i > start
	}
	if i < len(s) && s[i] == '-' {
		i++
	}
	if i < len(s) && s[i] == '0' {
		i++
	} else if !digits() {
		return false
	}
	if i < len(s) && s[i] == '.' {
		i++
		if !digits() {
			return false
		}
	}
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		i++
		if i < len(s) && (s[i] == '+' || s[i] == '-') {
			i++
		}
		if !digits() {
			return false
		}
	}
	return i == len(s)
}
