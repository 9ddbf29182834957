package stepfunctions

import "strings"

// A token is a word of a JSONata expression. Only what checks need is told
// apart.
type token struct {
	kind tokenKind
	text string // a variable without its $; a pattern with its slashes
}

type tokenKind uint8

const (
	tokenName tokenKind = iota // a name, a number or a keyword
	tokenVariable
	tokenString
	tokenRegex
	tokenSymbol
)

// symbols of two characters. The last two came after the JSONata of Step
// Functions.
var symbols = []string{"..", ":=", "!=", ">=", "<=", "**", "~>", "?:", "??"}

// lex splits an expression into tokens, and leaves syntax errors for the parser
// to tell. Signatures of functions are left out: "?:" means something else there.
func lex(source string) []token {
	var tokens []token
	operand := false // the last token ends an operand, so that "/" divides
	var signature []bool
	add := func(kind tokenKind, text string, ends bool) {
		tokens = append(tokens, token{kind, text})
		operand = ends
	}
	for i := 0; i < len(source); {
		rest := source[i:]
		switch c := source[i]; {
		case strings.IndexByte(" \t\n\r\v", c) >= 0:
			i++
		case strings.HasPrefix(rest, "/*"):
			end := strings.Index(rest[2:], "*/")
			if end < 0 {
				return tokens
			}
			i += 2 + end + 2
		case c == '/' && !operand:
			n := regexLength(rest)
			add(tokenRegex, rest[:n], true)
			i += n
		case c == '"' || c == '\'':
			n := quotedLength(rest)
			add(tokenString, rest[:n], true)
			i += n
		case c == '`':
			end := strings.IndexByte(rest[1:], '`')
			if end < 0 {
				return tokens
			}
			add(tokenName, rest[:end+2], true)
			i += end + 2
		case isSymbol(c):
			text := rest[:1]
			if c == '(' {
				last := len(tokens) - 1
				signature = append(signature, last >= 0 && tokens[last].kind == tokenName && (tokens[last].text == "function" || tokens[last].text == "λ"))
			}
			lambda := false
			if c == ')' && len(signature) > 0 {
				lambda, signature = signature[len(signature)-1], signature[:len(signature)-1]
			}
			for _, s := range symbols {
				if strings.HasPrefix(rest, s) {
					text = s
				}
			}
			// "*", "**" and "%" stand for values where an operand is expected.
			add(tokenSymbol, text, strings.ContainsAny(text, ")]}") || !operand && strings.ContainsAny(text, "*%"))
			i += len(text)
			if lambda {
				if brace := strings.IndexByte(source[i:], '{'); brace >= 0 && strings.HasPrefix(strings.TrimSpace(source[i:]), "<") {
					i += brace
				}
			}
		default:
			n := wordLength(rest)
			word := rest[:n]
			i += n
			switch {
			case word[0] == '$':
				add(tokenVariable, word[1:], true)
			case operand && (word == "and" || word == "or" || word == "in"):
				add(tokenSymbol, word, false)
			default:
				add(tokenName, word, true)
			}
		}
	}
	return tokens
}

func isSymbol(c byte) bool { return strings.IndexByte(".[]{}(),@#;:?+-*/%|=<>^&!~", c) >= 0 }

// wordLength is the length of the name, number or variable at the start of s.
func wordLength(s string) int {
	for i := 0; i < len(s); i++ {
		c := s[i]
		// A decimal point belongs to its number.
		if c == '.' && isDigit(s[0]) && i+1 < len(s) && isDigit(s[i+1]) {
			continue
		}
		if strings.IndexByte(" \t\n\r\v", c) >= 0 || isSymbol(c) {
			return i
		}
	}
	return len(s)
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// quotedLength is the length of the string at the start of s.
func quotedLength(s string) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case s[0]:
			return i + 1
		}
	}
	return len(s)
}

// regexLength is the length of the pattern at the start of s, flags included. A
// slash inside brackets does not end it, nor does one behind a backslash
// (https://github.com/jsonata-js/jsonata/blob/v2.0.6/src/parser.js, scanRegex).
func regexLength(s string) int {
	depth := 0
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case strings.IndexByte("([{", c) >= 0 && s[i-1] != '\\':
			depth++
		case strings.IndexByte(")]}", c) >= 0 && s[i-1] != '\\':
			depth--
		case c == '/' && depth == 0 && backslashes(s[1:i])%2 == 0:
			i++
			for i < len(s) && (s[i] == 'i' || s[i] == 'm') {
				i++
			}
			return i
		}
	}
	return len(s)
}

// backslashes counts those at the end of s.
func backslashes(s string) int { return len(s) - len(strings.TrimRight(s, "\\")) }
