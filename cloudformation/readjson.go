package cloudformation

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/schema"
)

// maxJSONDepth is that of package schema for YAML.
const maxJSONDepth = 100

// jsonReader turns JSON text into nodes. It knows where it is because it only
// ever moves forward.
type jsonReader struct {
	dec    *json.Decoder
	src    []byte
	file   string
	ds     *diag.List
	offset int // of line and col
	line   int
	col    int
}

// ReadJSON reads valid JSON; nil where it nests too deep.
func ReadJSON(file string, src []byte, ds *diag.List) *schema.Node {
	r := &jsonReader{dec: json.NewDecoder(bytes.NewReader(src)), src: src, file: file, ds: ds, line: 1, col: 1}
	r.dec.UseNumber()
	token, pos := r.next()
	return r.value(token, pos, 0)
}

// next gives a token and where it begins.
func (r *jsonReader) next() (json.Token, diag.Pos) {
	start := int(r.dec.InputOffset())
	for start < len(r.src) && strings.IndexByte(" \t\r\n,:", r.src[start]) >= 0 {
		start++
	}
	pos := r.advance(start)
	token, err := r.dec.Token()
	if err != nil {
		return nil, pos // cannot be: the text is valid
	}
	return token, pos
}

func (r *jsonReader) advance(to int) diag.Pos {
	passed := r.src[r.offset:to]
	if n := bytes.Count(passed, []byte("\n")); n > 0 {
		r.line += n
		r.col = 1
		passed = passed[bytes.LastIndexByte(passed, '\n')+1:]
	}
	r.col += utf8.RuneCount(passed)
	r.offset = to
	return diag.Pos{File: r.file, Line: r.line, Col: r.col}
}

func (r *jsonReader) value(token json.Token, pos diag.Pos, depth int) *schema.Node {
	if depth > maxJSONDepth {
		r.ds.Report(pos, diag.FileTooLarge, "the file nests more than %d levels", maxJSONDepth)
		return nil
	}
	n := &schema.Node{Pos: pos}
	switch token := token.(type) {
	case json.Delim:
		if token == '[' {
			return r.list(n, depth)
		}
		return r.object(n, depth)
	case string:
		n.Kind, n.Text = schema.String, token
	case json.Number:
		n.Kind, n.Text = schema.Int, token.String()
		if strings.ContainsAny(n.Text, ".eE") {
			n.Kind = schema.Float
		}
	case bool:
		n.Kind, n.Text = schema.Bool, "false"
		if token {
			n.Text = "true"
		}
	}
	return n
}

func (r *jsonReader) list(n *schema.Node, depth int) *schema.Node {
	n.Kind = schema.List
	for r.dec.More() {
		token, pos := r.next()
		item := r.value(token, pos, depth+1)
		if item == nil {
			return nil
		}
		n.Items = append(n.Items, item)
	}
	r.next()
	return n
}

func (r *jsonReader) object(n *schema.Node, depth int) *schema.Node {
	n.Kind = schema.Map
	seen := map[string]diag.Pos{}
	for r.dec.More() {
		token, keyPos := r.next()
		key, _ := token.(string)
		token, pos := r.next()
		value := r.value(token, pos, depth+1)
		if value == nil {
			return nil
		}
		if first, dup := seen[key]; dup {
			r.ds.Report(keyPos, diag.DuplicateKey, "the key %s stands here twice", schema.Quote(key)).WithNote(first, "it stands here first")
			continue
		}
		seen[key] = keyPos
		n.Fields = append(n.Fields, schema.Field{Key: key, KeyPos: keyPos, Value: value})
	}
	r.next()
	return n
}
