package schema

import (
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/notifygen/notifygen/diag"
)

// Limits of an input file. They keep hostile input (alias bombs, deep nesting)
// from costing more than a real file ever does.
const (
	maxFileBytes = 32 << 20
	maxDepth     = 100
	// A file may hold so many values besides one for each of its bytes, so that
	// aliases can repeat some of it, but not multiply it.
	spareNodes = 100_000
)

// Parse reads one YAML document. It reports syntax errors, duplicate keys and
// everything YAML allows that the file format does not; the result is nil only
// where nothing can be read.
func Parse(file string, src []byte, ds *diag.List) *Node {
	return parse(parser{file: file, ds: ds, most: len(src) + spareNodes}, src)
}

// ParseTagged is Parse for files whose tags mean something, such as
// CloudFormation's short forms: it keeps them in Node.Tag.
func ParseTagged(file string, src []byte, ds *diag.List) *Node {
	return parse(parser{file: file, ds: ds, most: len(src) + spareNodes, tagged: true}, src)
}

func parse(p parser, src []byte) *Node {
	file, ds := p.file, p.ds
	whole := diag.Pos{File: file, Line: 1, Col: 1}
	if len(src) > maxFileBytes {
		ds.Report(whole, diag.FileTooLarge, "the file has %d bytes, the limit is %d", len(src), maxFileBytes)
		return nil
	}
	if !utf8.Valid(src) {
		ds.Report(positionOf(file, src, invalidUTF8(src)), diag.YAMLSyntax, "the file is not UTF-8 text")
		return nil
	}
	dec := yaml.NewDecoder(strings.NewReader(string(src)))
	var doc yaml.Node
	if err := decode(dec, &doc); err != nil {
		if errors.Is(err, io.EOF) {
			ds.Report(whole, diag.EmptyFile, "the file is empty").WithHint("notifygen init writes a starter file")
			return nil
		}
		reportSyntax(file, err, ds)
		return nil
	}
	var next yaml.Node
	switch err := decode(dec, &next); {
	case err == nil:
		ds.Report(diag.Pos{File: file, Line: next.Line, Col: next.Column}, diag.YAMLUnsupported,
			"the file holds more than one YAML document").WithHint("keep one document a file; remove the `---` that starts the second")
	case !errors.Is(err, io.EOF):
		reportSyntax(file, err, ds)
		return nil
	}
	if len(doc.Content) == 0 {
		ds.Report(whole, diag.EmptyFile, "the file is empty").WithHint("notifygen init writes a starter file")
		return nil
	}
	return p.node(doc.Content[0], 0)
}

// decode turns the library's panics on odd input into errors.
func decode(dec *yaml.Decoder, into *yaml.Node) (err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("yaml: the document cannot be read")
		}
	}()
	return dec.Decode(into)
}

var syntaxLine = regexp.MustCompile(`line (\d+): `)

// reportSyntax passes on what the YAML reader says, less anything it quotes
// from the file.
func reportSyntax(file string, err error, ds *diag.List) {
	pos := diag.Pos{File: file, Line: 1, Col: 1}
	msg := strings.TrimPrefix(err.Error(), "yaml: ")
	if m := syntaxLine.FindStringSubmatchIndex(msg); m != nil {
		if n, convErr := strconv.Atoi(msg[m[2]:m[3]]); convErr == nil && n > 0 {
			pos.Line = n
		}
		msg = msg[:m[0]] + msg[m[1]:]
	}
	msg = quoted.ReplaceAllString(msg, "…")
	ds.Report(pos, diag.YAMLSyntax, "this is not YAML: %s", msg).
		WithHint("look at the indentation, and at the quotes around text with `: `, `#`, `{` or `*`, on this line and the one before")
}

var quoted = regexp.MustCompile("(\"[^\"]*\"|'[^']{2,}'|`[^`]*`)")

type parser struct {
	most   int // values before the file counts as hostile
	file   string
	ds     *diag.List
	tagged bool
	nodes  int
}

func (p *parser) pos(y *yaml.Node) diag.Pos {
	return diag.Pos{File: p.file, Line: y.Line, Col: y.Column}
}

func (p *parser) node(y *yaml.Node, depth int) *Node {
	p.nodes++
	if depth > maxDepth || p.nodes > p.most {
		if p.nodes <= p.most+1 {
			p.ds.Report(p.pos(y), diag.FileTooLarge, "the file nests or repeats (by aliases) more than %d levels or %d values", maxDepth, p.most)
			p.nodes = p.most + 2 // once is enough
		}
		return &Node{Pos: p.pos(y), Kind: Null}
	}
	switch y.Kind {
	case yaml.AliasNode:
		n := p.node(y.Alias, depth+1)
		n.Pos = p.pos(y)
		return n
	case yaml.SequenceNode:
		p.checkTag(y, "!!seq")
		n := &Node{Pos: p.pos(y), Kind: List, Tag: p.tag(y), Items: make([]*Node, 0, len(y.Content))}
		for _, item := range y.Content {
			n.Items = append(n.Items, p.node(item, depth+1))
		}
		return n
	case yaml.MappingNode:
		p.checkTag(y, "!!map")
		return p.mapping(y, depth)
	default:
		return p.scalar(y)
	}
}

// tag gives a tag of the file's own, "" for YAML's.
func (p *parser) tag(y *yaml.Node) string {
	if tag := y.ShortTag(); p.tagged && strings.HasPrefix(tag, "!") && !strings.HasPrefix(tag, "!!") {
		return tag
	}
	return ""
}

func keyKind(key *yaml.Node) Kind {
	switch key.ShortTag() {
	case "!!int":
		return Int
	case "!!float":
		return Float
	case "!!bool":
		return Bool
	case "!!null":
		return Null
	}
	return String
}

// checkTag refuses tags on lists and mappings, such as !Sub {…}.
func (p *parser) checkTag(y *yaml.Node, plain string) {
	if !p.tagged && y.ShortTag() != plain {
		p.ds.Report(p.pos(y), diag.YAMLUnsupported, "YAML tags (!NAME) are not understood here").
			WithHint("CloudFormation's short forms do not belong in this file; write {parameter: NAME} for a stack parameter")
	}
}

func (p *parser) mapping(y *yaml.Node, depth int) *Node {
	n := &Node{Pos: p.pos(y), Kind: Map, Tag: p.tag(y), Fields: make([]Field, 0, len(y.Content)/2)}
	seen := make(map[string]diag.Pos, len(y.Content)/2)
	merged := map[string]bool{}
	for i := 0; i+1 < len(y.Content); i += 2 {
		key, value := y.Content[i], y.Content[i+1]
		if key.Kind == yaml.AliasNode {
			key = key.Alias
		}
		if key.Kind != yaml.ScalarNode {
			p.ds.Report(p.pos(y.Content[i]), diag.YAMLUnsupported, "a key must be text, not a list or a mapping")
			continue
		}
		if key.Tag == "!!merge" {
			// Merged keys stand where the merge stands, and give way to own ones.
			for _, f := range p.mergedFields(value, depth) {
				if !n.Has(f.Key) {
					merged[f.Key] = true
					n.Fields = append(n.Fields, f)
				}
			}
			continue
		}
		if first, dup := seen[key.Value]; dup {
			p.ds.Report(p.pos(y.Content[i]), diag.DuplicateKey, "the key %s stands here twice", Quote(key.Value)).
				WithNote(first, "it stands here first")
			continue
		}
		seen[key.Value] = p.pos(y.Content[i])
		own := Field{Key: key.Value, KeyPos: p.pos(y.Content[i]), KeyKind: keyKind(key), Value: p.node(value, depth+1)}
		if merged[own.Key] {
			*n.Field(own.Key) = own
			continue
		}
		n.Fields = append(n.Fields, own)
	}
	return n
}

// mergedFields gives the fields that `<<: *alias` or `<<: [*a, *b]` brings.
func (p *parser) mergedFields(value *yaml.Node, depth int) []Field {
	from := p.node(value, depth+1)
	switch {
	case from.Kind == Map:
		return from.Fields
	case from.Kind == List:
		var all []Field
		for _, item := range from.Items {
			all = append(all, item.Fields...)
		}
		return all
	}
	p.ds.Report(from.Pos, diag.YAMLUnsupported, "`<<` merges a mapping or a list of mappings, not %s", from.Kind)
	return nil
}

// boolean11 are the booleans that only YAML 1.1 has, which is what CloudFormation
// reads
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html,
// https://yaml.org/type/bool.html).
var boolean11 = map[string]string{"yes": "true", "on": "true", "no": "false", "off": "false"}

func (p *parser) scalar(y *yaml.Node) *Node {
	n := &Node{Pos: p.pos(y), Kind: String, Text: y.Value, Tag: p.tag(y)}
	if n.Tag != "" {
		return n
	}
	switch y.ShortTag() {
	case "!!str", "!!timestamp", "!!merge":
		if value, ok := boolean11[strings.ToLower(y.Value)]; ok && p.tagged && y.Style == 0 {
			n.Kind, n.Text = Bool, value
		}
	case "!!null":
		n.Kind = Null
	case "!!bool":
		n.Kind = Bool
		n.Text = strings.ToLower(y.Value)
		if n.Text != "true" && n.Text != "false" { // only a tag makes such a boolean
			p.ds.Report(p.pos(y), diag.YAMLUnsupported, "this is tagged as a boolean and is none").WithHint("write true or false")
			n.Text = "false"
		}
	case "!!int":
		n.Kind = Int
	case "!!float":
		n.Kind = Float
	default:
		p.ds.Report(p.pos(y), diag.YAMLUnsupported, "YAML tags (!NAME) are not understood here").
			WithHint("CloudFormation's short forms do not belong in this file; write {parameter: NAME} for a stack parameter")
	}
	return n
}

func invalidUTF8(src []byte) int {
	for i := 0; i < len(src); {
		r, size := utf8.DecodeRune(src[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return len(src)
}

func positionOf(file string, src []byte, offset int) diag.Pos {
	before := string(src[:offset])
	line := 1 + strings.Count(before, "\n")
	col := 1 + utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:])
	return diag.Pos{File: file, Line: line, Col: col}
}
