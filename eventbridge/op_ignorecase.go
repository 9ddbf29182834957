package eventbridge

// equalsIgnoreCase compiles {"equals-ignore-case": string}:
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html#eb-filtering-equals-ignore-case-matching.
func (c *compiler) equalsIgnoreCase(i int32) (condition, error) {
	if c.doc.nodes[i].kind != kindString {
		return nil, c.fail(i, "equals-ignore-case match pattern must be a string")
	}
	return equalFold{newFolded(c.doc.text(i))}, nil
}

// ignoringCase reads the object form of prefix and suffix.
func (c *compiler) ignoringCase(i int32, title, name string) (string, error) {
	first := i + 1
	if c.doc.nodes[i].next == first {
		return "", c.fail(i, "%s expression name not found", title)
	}
	if key := c.doc.key(first); key != "equals-ignore-case" {
		return "", c.failKey(first, "Unsupported %s pattern: %s", name, key)
	}
	if c.doc.nodes[first].kind != kindString {
		return "", c.fail(first, "equals-ignore-case match pattern must be a string")
	}
	return c.doc.text(first), c.onlyKey(i, "Only one key allowed in match expression")
}

type equalFold struct{ folded }

func (f equalFold) match(s *scalar) bool {
	return s.kind == kindString && f.matchWhole(s.text)
}
