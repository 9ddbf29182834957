package eventbridge

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"unicode/utf8"
)

// maxDepth is the deepest nesting accepted. It is the limit of the JSON parser
// behind EventBridge
// (https://github.com/FasterXML/jackson-core, StreamReadConstraints).
const maxDepth = 1000

// A kind is the JSON type of a node.
type kind uint8

const (
	kindNull kind = iota
	kindTrue
	kindFalse
	kindNumber
	kindString
	kindObject
	kindArray
)

// A node is one JSON value of a document. A container is followed by the nodes
// it holds; next leads past them.
type node struct {
	start, end       int32 // the text of the value; without the quotes of a string
	keyStart, keyEnd int32 // the text of its key, without the quotes
	next             int32 // the first node that is not below this one
	kind             kind
	escaped          bool // the string holds backslash escapes
	keyEscaped       bool // the key holds backslash escapes
}

// A document is JSON text with its structure. It keeps what encoding/json
// loses and EventBridge sees: duplicate keys, the order of keys and how a
// number was written.
type document struct {
	src   string
	nodes []node
}

// A SyntaxError says that a text is not JSON.
type SyntaxError struct {
	Reason       string
	Offset       int // in bytes
	Line, Column int // from 1; the column counts bytes
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("%s at line %d, column %d", e.Reason, e.Line, e.Column)
}

// parseDocument parses exactly one JSON value (RFC 8259) with nothing but
// white space around it.
func parseDocument(src []byte) (document, error) {
	// Minified events hold a value in about every 28 bytes: one allocation.
	nodes, err := parseNodes(src, make([]node, 0, 4+len(src)/28))
	return document{string(src), nodes}, err
}

// parseNodes appends the nodes of a document.
func parseNodes(src []byte, nodes []node) ([]node, error) {
	if len(src) > 1<<30 {
		return nodes, syntaxError(src, 0, "Text is too long")
	}
	p := parser{src: src, nodes: nodes}
	p.skipSpace()
	if !p.value() {
		return p.nodes, syntaxError(src, p.pos, p.reason)
	}
	p.skipSpace()
	if p.pos != len(src) {
		return p.nodes, syntaxError(src, p.pos, "Unexpected text after the JSON value")
	}
	if !utf8.Valid(src) {
		return p.nodes, syntaxError(src, invalidUTF8(src), "Invalid UTF-8")
	}
	return p.nodes, nil
}

func syntaxError(src []byte, offset int, reason string) *SyntaxError {
	line, column := position(src, offset)
	return &SyntaxError{Reason: reason, Offset: offset, Line: line, Column: column}
}

// position turns an offset into a line and a column, both from 1.
func position[T []byte | string](src T, offset int) (line, column int) {
	line, column = 1, 1
	for i := range min(offset, len(src)) {
		column++
		if src[i] == '\n' {
			line, column = line+1, 1
		}
	}
	return line, column
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

// A parser reads JSON text into nodes. Its methods return false at a fault,
// with pos and reason telling where and why.
type parser struct {
	src    []byte
	pos    int
	depth  int
	nodes  []node
	reason string
}

func (p *parser) fail(offset int, reason string) bool {
	p.pos, p.reason = offset, reason
	return false
}

func (p *parser) unexpected(want string) bool {
	if p.pos >= len(p.src) {
		return p.fail(len(p.src), "Unexpected end of input, expected "+want)
	}
	r, _ := utf8.DecodeRune(p.src[p.pos:])
	return p.fail(p.pos, fmt.Sprintf("Unexpected character %q, expected %s", r, want))
}

func (p *parser) skipSpace() {
	for p.pos < len(p.src) {
		if c := p.src[p.pos]; c > ' ' || c != ' ' && c != '\n' && c != '\r' && c != '\t' {
			return
		}
		p.pos++
	}
}

// value appends the value at pos, which is not white space, and what it holds.
func (p *parser) value() bool {
	if p.pos >= len(p.src) {
		return p.unexpected("a value")
	}
	switch c := p.src[p.pos]; c {
	case '"':
		start, end, escaped, ok := p.quoted()
		if ok {
			p.nodes = append(p.nodes, node{start: start, end: end, next: int32(len(p.nodes) + 1), kind: kindString, escaped: escaped})
		}
		return ok
	case '{':
		return p.object()
	case '[':
		return p.array()
	case 't':
		return p.word("true", kindTrue)
	case 'f':
		return p.word("false", kindFalse)
	case 'n':
		return p.word("null", kindNull)
	default:
		if c == '-' || '0' <= c && c <= '9' {
			return p.number()
		}
		return p.unexpected("a value")
	}
}

func (p *parser) scalar(start int, k kind) bool {
	p.nodes = append(p.nodes, node{start: int32(start), end: int32(p.pos), next: int32(len(p.nodes) + 1), kind: k})
	return true
}

func (p *parser) word(w string, k kind) bool {
	start := p.pos
	if len(p.src)-start < len(w) || string(p.src[start:start+len(w)]) != w {
		return p.unexpected("a value")
	}
	p.pos += len(w)
	return p.scalar(start, k)
}

func (p *parser) number() bool {
	start := p.pos
	if p.src[p.pos] == '-' {
		p.pos++
	}
	switch {
	case p.pos < len(p.src) && p.src[p.pos] == '0':
		p.pos++
	case !p.digits():
		return p.unexpected("a digit")
	}
	if p.pos < len(p.src) && '0' <= p.src[p.pos] && p.src[p.pos] <= '9' {
		return p.fail(p.pos, "Invalid number: leading zeros are not allowed")
	}
	if p.pos < len(p.src) && p.src[p.pos] == '.' {
		p.pos++
		if !p.digits() {
			return p.unexpected("a digit")
		}
	}
	if p.pos < len(p.src) && p.src[p.pos]|0x20 == 'e' {
		p.pos++
		if p.pos < len(p.src) && (p.src[p.pos] == '+' || p.src[p.pos] == '-') {
			p.pos++
		}
		if !p.digits() {
			return p.unexpected("a digit")
		}
	}
	return p.scalar(start, kindNumber)
}

func (p *parser) digits() bool {
	start := p.pos
	for p.pos < len(p.src) && '0' <= p.src[p.pos] && p.src[p.pos] <= '9' {
		p.pos++
	}
	return p.pos > start
}

func (p *parser) object() bool {
	self, start := len(p.nodes), p.pos
	if p.depth++; p.depth > maxDepth {
		return p.fail(p.pos, "Nested too deeply")
	}
	p.nodes = append(p.nodes, node{start: int32(start), kind: kindObject})
	p.pos++
	p.skipSpace()
	for first := true; ; first = false {
		if first && p.pos < len(p.src) && p.src[p.pos] == '}' {
			break
		}
		if p.pos >= len(p.src) || p.src[p.pos] != '"' {
			return p.unexpected("a quoted name")
		}
		keyStart, keyEnd, keyEscaped, ok := p.quoted()
		if !ok {
			return false
		}
		p.skipSpace()
		if p.pos >= len(p.src) || p.src[p.pos] != ':' {
			return p.unexpected("':'")
		}
		p.pos++
		p.skipSpace()
		child := len(p.nodes)
		if !p.value() {
			return false
		}
		n := &p.nodes[child]
		n.keyStart, n.keyEnd, n.keyEscaped = keyStart, keyEnd, keyEscaped
		p.skipSpace()
		if p.pos < len(p.src) && p.src[p.pos] == ',' {
			p.pos++
			p.skipSpace()
			continue
		}
		if p.pos < len(p.src) && p.src[p.pos] == '}' {
			break
		}
		return p.unexpected("',' or '}'")
	}
	return p.close(self)
}

func (p *parser) array() bool {
	self, start := len(p.nodes), p.pos
	if p.depth++; p.depth > maxDepth {
		return p.fail(p.pos, "Nested too deeply")
	}
	p.nodes = append(p.nodes, node{start: int32(start), kind: kindArray})
	p.pos++
	p.skipSpace()
	if p.pos < len(p.src) && p.src[p.pos] == ']' {
		return p.close(self)
	}
	for {
		if !p.value() {
			return false
		}
		p.skipSpace()
		if p.pos < len(p.src) && p.src[p.pos] == ',' {
			p.pos++
			p.skipSpace()
			continue
		}
		if p.pos < len(p.src) && p.src[p.pos] == ']' {
			return p.close(self)
		}
		return p.unexpected("',' or ']'")
	}
}

// close ends the container at node self, at its closing bracket.
func (p *parser) close(self int) bool {
	p.pos++
	p.depth--
	p.nodes[self].end, p.nodes[self].next = int32(p.pos), int32(len(p.nodes))
	return true
}

const (
	lowBits  = 0x0101010101010101
	highBits = 0x8080808080808080
)

// special marks the bytes of a word that end plain string text: quotes,
// backslashes and control characters. The lowest mark is exact.
//
// Flipping the second bit puts the quote next to the control characters and
// the blank behind it, so that one comparison finds both.
func special(w uint64) uint64 {
	quote, backslash := w^(2*lowBits), w^('\\'*lowBits)
	return ((quote-'!'*lowBits)&^w | (backslash-lowBits)&^backslash) & highBits
}

// quoted reads the string at pos, eight bytes at a time while it is plain.
func (p *parser) quoted() (start, end int32, escaped, ok bool) {
	src, i := p.src, p.pos+1
	start = int32(i)
	for {
		if i+8 <= len(src) {
			mark := special(binary.LittleEndian.Uint64(src[i:]))
			if mark == 0 {
				i += 8
				continue
			}
			i += bits.TrailingZeros64(mark) / 8
		}
		if i >= len(src) {
			return 0, 0, false, p.fail(len(src), "Unexpected end of input in a string")
		}
		switch c := src[i]; {
		case c == '"':
			p.pos = i + 1
			return start, int32(i), escaped, true
		case c == '\\':
			n := escapeLength(src[i:])
			if n == 0 {
				return 0, 0, false, p.fail(i, "Unrecognized character escape")
			}
			escaped = true
			i += n
		case c < ' ':
			return 0, 0, false, p.fail(i, "Illegal unquoted character in a string")
		default:
			i++
		}
	}
}

// escapeLength is the length of the escape s begins with, 0 if it is none.
func escapeLength(s []byte) int {
	if len(s) < 2 {
		return 0
	}
	switch s[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		if _, ok := hex4(s[2:]); ok {
			return 6
		}
	}
	return 0
}
