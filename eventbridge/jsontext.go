package eventbridge

import (
	"unicode/utf16"
	"unicode/utf8"
)

// hex4 reads the four hexadecimal digits s begins with.
func hex4[T []byte | string](s T) (r rune, ok bool) {
	if len(s) < 4 {
		return 0, false
	}
	for i := range 4 {
		c := s[i]
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// unescape appends the decoded form of the text between the quotes of a valid
// JSON string. A lone surrogate becomes "?", which is what the Java runtime of
// EventBridge makes of it in UTF-8
// (https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/lang/String.html#getBytes(java.nio.charset.Charset)).
func unescape(dst []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			dst = append(dst, s[i])
			continue
		}
		i++
		switch c := s[i]; c {
		case 'b':
			dst = append(dst, '\b')
		case 'f':
			dst = append(dst, '\f')
		case 'n':
			dst = append(dst, '\n')
		case 'r':
			dst = append(dst, '\r')
		case 't':
			dst = append(dst, '\t')
		case 'u':
			r, _ := hex4(s[i+1:])
			i += 4
			if utf16.IsSurrogate(r) {
				pair := utf8.RuneError
				if i+2 < len(s) && s[i+1] == '\\' && s[i+2] == 'u' {
					low, _ := hex4(s[i+3:])
					pair = utf16.DecodeRune(r, low)
				}
				if pair == utf8.RuneError {
					r = '?'
				} else {
					r, i = pair, i+6
				}
			}
			dst = utf8.AppendRune(dst, r)
		default: // the quote, the backslash and the slash stand for themselves
			dst = append(dst, c)
		}
	}
	return dst
}

const hexDigits = "0123456789ABCDEF"

// appendEscaped appends text as the content of a JSON string: only the quote,
// the backslash and control characters are escaped.
func appendEscaped(dst []byte, text string) []byte {
	for i := range len(text) {
		switch c := text[i]; c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\b':
			dst = append(dst, '\\', 'b')
		case '\f':
			dst = append(dst, '\\', 'f')
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			if c < ' ' {
				dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
			} else {
				dst = append(dst, c)
			}
		}
	}
	return dst
}

// appendQuoted appends text as a JSON string.
func appendQuoted(dst []byte, text string) []byte {
	dst = append(dst, '"')
	dst = appendEscaped(dst, text)
	return append(dst, '"')
}

// key is the decoded key of a node.
func (d *document) key(i int32) string {
	n := &d.nodes[i]
	return decoded(d.src[n.keyStart:n.keyEnd], n.keyEscaped)
}

// text is the decoded content of a string and the text of any other value.
func (d *document) text(i int32) string {
	n := &d.nodes[i]
	return decoded(d.src[n.start:n.end], n.escaped)
}

// decoded is small enough to be inlined: escapes are rare.
func decoded(raw string, escaped bool) string {
	if escaped {
		return unescaped(raw)
	}
	return raw
}

func unescaped(raw string) string { return string(unescape(make([]byte, 0, len(raw)), raw)) }

// appendCompact appends the value of a node without white space. Strings are
// written with the fewest escapes; numbers, duplicate keys and the order of
// keys stay as they are.
func (d *document) appendCompact(dst []byte, i int32) []byte {
	n := &d.nodes[i]
	switch n.kind {
	case kindObject:
		dst = append(dst, '{')
		for c := i + 1; c < n.next; c = d.nodes[c].next {
			if c > i+1 {
				dst = append(dst, ',')
			}
			dst = d.appendMember(dst, c)
		}
		return append(dst, '}')
	case kindArray:
		dst = append(dst, '[')
		for c := i + 1; c < n.next; c = d.nodes[c].next {
			if c > i+1 {
				dst = append(dst, ',')
			}
			dst = d.appendCompact(dst, c)
		}
		return append(dst, ']')
	case kindString:
		return d.appendString(dst, n.start, n.end, n.escaped)
	default:
		return append(dst, d.src[n.start:n.end]...)
	}
}

// appendMember appends the key and the value of a node.
func (d *document) appendMember(dst []byte, i int32) []byte {
	n := &d.nodes[i]
	dst = d.appendString(dst, n.keyStart, n.keyEnd, n.keyEscaped)
	dst = append(dst, ':')
	return d.appendCompact(dst, i)
}

func (d *document) appendString(dst []byte, start, end int32, escaped bool) []byte {
	if escaped {
		return appendQuoted(dst, decoded(d.src[start:end], true))
	}
	dst = append(dst, '"')
	dst = append(dst, d.src[start:end]...)
	return append(dst, '"')
}

// member is the last child of object i with the given key.
func (d *document) member(i int32, key string) (child int32, found bool) {
	for c := i + 1; c < d.nodes[i].next; c = d.nodes[c].next {
		if d.key(c) == key {
			child, found = c, true
		}
	}
	return child, found
}
