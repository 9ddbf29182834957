package eventbridge

import "strings"

// A segment of a template is literal text or a placeholder.
type segment struct {
	text          string // as written, "<name>" for a placeholder
	name          string // of a placeholder; "" for literal text
	inString      bool   // a placeholder between the quotes of a JSON string
	isPlaceholder bool
}

// lexTemplate splits a template. A placeholder is a name of letters, digits,
// "_", "-" and "." in angle brackets; all other text is literal, angle brackets
// included. The service's own lexer has not been captured; configurations with
// literal Slack links such as <https://example.com|text> are known to work.
func lexTemplate(template string) []segment { return lex(template, ruleName) }

// ruleName is the length of the name that a text begins with.
func ruleName(text string) int {
	n := 0
	for n < len(text) && isPlaceholderByte(text[n]) {
		n++
	}
	return n
}

// lex splits a template whose placeholders are names in angle brackets; nameAt
// tells how long the name is that a text begins with, 0 for none.
func lex(template string, nameAt func(text string) int) []segment {
	var segments []segment
	inString, literal := false, 0
	for i := 0; i < len(template); i++ {
		switch c := template[i]; {
		case c == '"':
			inString = !inString
		case c == '\\' && inString && i+1 < len(template) && template[i+1] != '<':
			i++
		case c == '<':
			end := i + 1 + nameAt(template[i+1:])
			if end == i+1 || end == len(template) || template[end] != '>' {
				continue
			}
			if literal < i {
				segments = append(segments, segment{text: template[literal:i]})
			}
			segments = append(segments, segment{
				text: template[i : end+1], name: template[i+1 : end], inString: inString, isPlaceholder: true,
			})
			literal, i = end+1, end
		}
	}
	if literal < len(template) {
		segments = append(segments, segment{text: template[literal:]})
	}
	return segments
}

func isPlaceholderByte(c byte) bool {
	return 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' || c == '_' || c == '-' || c == '.'
}

// isObjectTemplate tells whether a template renders in object mode, where
// values are quoted and escaped.
func isObjectTemplate(template string) bool {
	return strings.HasPrefix(strings.TrimLeft(template, " \t\r\n"), "{")
}

// checkTemplate checks the text of a template with every placeholder replaced
// by null, as the service does, and that none is the key of an object.
func checkTemplate(segments []segment) *AdmissionError {
	var text []byte
	var places []int32
	for _, s := range segments {
		if s.isPlaceholder {
			places = append(places, int32(len(text)))
			text = append(text, "null"...)
			continue
		}
		text = append(text, s.text...)
	}
	doc, err := parseDocument(text)
	if err != nil {
		if isQuotedLines(text) {
			return nil
		}
		return refuse("Invalid InputTemplate for target ", " : "+err.Error())
	}
	for _, n := range doc.nodes {
		for _, at := range places {
			if n.keyStart <= at && at < n.keyEnd {
				return refuse("InputTemplate placeholder present as a JSON object key for target ", ".")
			}
		}
	}
	return nil
}

// isQuotedLines tells whether a text is JSON strings with white space between
// them, which is how a template spells a message of several lines.
func isQuotedLines(text []byte) bool {
	p := parser{src: text}
	p.skipSpace()
	if p.pos == len(text) {
		return false
	}
	for p.pos < len(text) {
		if text[p.pos] != '"' {
			return false
		}
		if _, _, _, ok := p.quoted(); !ok {
			return false
		}
		end := p.pos
		if p.skipSpace(); p.pos == end && p.pos < len(text) {
			return false
		}
	}
	return true
}
