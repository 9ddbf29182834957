package eventbridge

import "strings"

// wildcard compiles {"wildcard": string}, where * stands for any bytes:
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html#eb-filtering-wildcard-matching.
func (c *compiler) wildcard(i int32) (condition, error) {
	return c.glob(i, c.doc.nodes[i].kind == kindString)
}

func (c *compiler) glob(i int32, isString bool) (glob, error) {
	if !isString {
		return nil, c.fail(i, "wildcard match pattern must be a string")
	}
	g, reason, at := parseGlob(c.doc.text(i))
	if reason != "" {
		// The service counts the opening quote.
		return nil, c.fail(i, "%s at pos %d", reason, at+1)
	}
	c.globs, c.weighed = append(c.globs, g), true
	return g, nil
}

// A glob is the literal runs between the stars of a wildcard; one run has no
// star.
type glob []string

// parseGlob reads the text of a wildcard. Where it is at fault, reason says
// why and at where, in bytes.
func parseGlob(text string) (g glob, reason string, at int) {
	var run []byte
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '*':
			if i+1 < len(text) && text[i+1] == '*' {
				return nil, "Consecutive wildcard characters", i
			}
			g, run = append(g, string(run)), nil
		case '\\':
			if i+1 >= len(text) || text[i+1] != '*' && text[i+1] != '\\' {
				return nil, "Invalid escape character", i
			}
			i++
			run = append(run, text[i])
		default:
			run = append(run, text[i])
		}
	}
	return append(g, string(run)), "", 0
}

func (g glob) match(s *scalar) bool {
	return s.kind == kindString && g.matchText(s.text)
}

// matchText takes the leftmost place for every run, which is never wrong.
func (g glob) matchText(s string) bool {
	first, last := g[0], g[len(g)-1]
	if len(g) == 1 {
		return s == first
	}
	if len(s) < len(first)+len(last) || s[:len(first)] != first || s[len(s)-len(last):] != last {
		return false
	}
	s = s[len(first) : len(s)-len(last)]
	for _, run := range g[1 : len(g)-1] {
		i := strings.Index(s, run)
		if i < 0 {
			return false
		}
		s = s[i+len(run):]
	}
	return true
}
