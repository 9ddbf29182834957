// Package jsontext writes JSON strings. Unlike encoding/json it leaves `<`, `>`
// and `&` alone: EventBridge looks for placeholders in the text itself.
package jsontext

import "unicode/utf8"

const hex = "0123456789abcdef"

// Quote gives s as a JSON string.
func Quote(s string) string { return string(AppendQuoted(nil, s)) }

// AppendQuoted appends s as a JSON string.
func AppendQuoted(b []byte, s string) []byte {
	b = append(b, '"')
	b = AppendEscaped(b, s)
	return append(b, '"')
}

// AppendEscaped appends s as the inside of a JSON string. Bytes that are not
// UTF-8 become U+FFFD.
func AppendEscaped(b []byte, s string) []byte {
	start := 0 // of what needs no escape
	for i := 0; i < len(s); {
		c := s[i]
		if isPlain(c) {
			i++
			continue
		}
		size := 1
		if c >= utf8.RuneSelf {
			var r rune
			if r, size = utf8.DecodeRuneInString(s[i:]); r != utf8.RuneError || size > 1 {
				i += size
				continue
			}
		}
		b = append(b, s[start:i]...)
		b = appendEscape(b, c)
		i += size
		start = i
	}
	return append(b, s[start:]...)
}

func isPlain(c byte) bool {
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'
}

func appendEscape(b []byte, c byte) []byte {
	switch {
	case c == '"' || c == '\\':
		return append(b, '\\', c)
	case c == '\n':
		return append(b, '\\', 'n')
	case c == '\r':
		return append(b, '\\', 'r')
	case c == '\t':
		return append(b, '\\', 't')
	case c >= utf8.RuneSelf:
		return append(b, `\ufffd`...)
	}
	return append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
}

// QuotedLen gives the length of Quote(s).
func QuotedLen(s string) int {
	n := len(s) + 2
	for i := 0; i < len(s); {
		c := s[i]
		size := 1
		switch {
		case isPlain(c):
		case c == '"' || c == '\\' || c == '\n' || c == '\r' || c == '\t':
			n++
		case c < utf8.RuneSelf:
			n += 5
		default:
			var r rune
			if r, size = utf8.DecodeRuneInString(s[i:]); r == utf8.RuneError && size == 1 {
				n += 5
			}
		}
		i += size
	}
	return n
}
