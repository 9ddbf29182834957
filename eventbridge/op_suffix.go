package eventbridge

import "strings"

// suffix compiles {"suffix": string} and {"suffix": {"equals-ignore-case": string}}:
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html#eb-filtering-suffix-matching.
func (c *compiler) suffix(i int32) (condition, error) {
	if c.doc.nodes[i].kind == kindObject {
		text, err := c.ignoringCase(i, "Suffix", "suffix")
		return suffixFold{newFolded(text)}, err
	}
	if c.doc.nodes[i].kind != kindString {
		return nil, c.fail(i, "suffix match pattern must be a string")
	}
	return suffix(c.doc.text(i)), nil
}

type suffix string

func (p suffix) match(s *scalar) bool {
	return s.kind == kindString && hasSuffix(s.text, string(p))
}

// hasSuffix compares as EventBridge does, with the quotes around the value:
// a pattern that begins with a quote can reach the opening one.
func hasSuffix(s, p string) bool {
	return strings.HasSuffix(s, p) || len(p) == len(s)+1 && p[0] == '"' && p[1:] == s
}

type suffixFold struct{ folded }

func (p suffixFold) match(s *scalar) bool {
	return s.kind == kindString && p.matchSuffix(s.text)
}
