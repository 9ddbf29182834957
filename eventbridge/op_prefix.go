package eventbridge

import "strings"

// prefix compiles {"prefix": string} and {"prefix": {"equals-ignore-case": string}}:
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html#eb-filtering-prefix-matching.
func (c *compiler) prefix(i int32) (condition, error) {
	if c.doc.nodes[i].kind == kindObject {
		text, err := c.ignoringCase(i, "Prefix", "prefix")
		return prefixFold{newFolded(text)}, err
	}
	if c.doc.nodes[i].kind != kindString {
		return nil, c.fail(i, "prefix match pattern must be a string")
	}
	return prefix(c.doc.text(i)), nil
}

type prefix string

func (p prefix) match(s *scalar) bool {
	return s.kind == kindString && hasPrefix(s.text, string(p))
}

// hasPrefix compares as EventBridge does, with the quotes around the value:
// a pattern that ends in a quote can reach the closing one.
func hasPrefix(s, p string) bool {
	return strings.HasPrefix(s, p) || len(p) == len(s)+1 && p[len(s)] == '"' && p[:len(s)] == s
}

type prefixFold struct{ folded }

func (p prefixFold) match(s *scalar) bool {
	return s.kind == kindString && p.matchPrefix(s.text)
}
