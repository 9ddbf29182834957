package eventbridge

import "math"

// numeric compiles {"numeric": [operator, number]} and
// {"numeric": [lower, number, upper, number]}:
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html#eb-filtering-numeric-matching.
func (c *compiler) numeric(i int32) (condition, error) {
	if c.doc.nodes[i].kind != kindArray {
		return nil, c.fail(i, "Value of numeric must be an array.")
	}
	m := members{c: c, i: i + 1, end: c.doc.nodes[i].next, array: i}
	name, ok := m.word()
	if !ok {
		return nil, m.fail("Invalid member in numeric match: " + m.token())
	}
	m.advance()
	r := numericRange{low: math.Inf(-1), high: math.Inf(1)}
	shown := name
	switch name {
	case "=":
		shown = "equals"
	case "<", "<=", ">", ">=":
	default:
		return nil, m.failBefore("Unrecognized numeric range operator: " + name)
	}
	if !m.isNumber() {
		return nil, m.fail("Value of " + shown + " must be numeric")
	}
	first := m.i
	m.advance()
	lower := name == ">" || name == ">="
	if !m.atEnd() && !lower {
		return nil, m.fail("Too many elements in numeric expression")
	}
	if m.atEnd() {
		n, err := c.number(first)
		if err != nil {
			return nil, err
		}
		switch name {
		case "=":
			r.low, r.high = n, n
		case "<", "<=":
			r.high, r.openHigh = n, name == "<"
		default:
			r.low, r.openLow = n, name == ">"
		}
		return r, nil
	}
	upper, ok := m.word()
	if !ok {
		return nil, m.fail("Bad value in numeric range: " + m.token())
	}
	if upper != "<" && upper != "<=" {
		return nil, m.fail("Bad numeric range operator: " + upper)
	}
	m.advance()
	if !m.isNumber() {
		return nil, m.fail("Value of " + upper + " must be numeric")
	}
	second := m.i
	m.advance()
	if !m.atEnd() {
		return nil, m.fail("Too many terms in numeric range expression")
	}
	var err error
	if r.low, err = c.number(first); err != nil {
		return nil, err
	}
	if r.high, err = c.number(second); err != nil {
		return nil, err
	}
	if r.low >= r.high {
		return nil, c.fail(second, "Bottom must be less than top")
	}
	r.openLow, r.openHigh = name == ">", upper == "<"
	return r, nil
}

// number reads a number that EventBridge can compare.
func (c *compiler) number(i int32) (float64, error) {
	text := c.doc.text(i)
	n, ok := parseComparable(text)
	if !ok {
		return 0, c.fail(i, "Cannot compare number : %s", text)
	}
	return n, nil
}

// members walks the elements of an array.
type members struct {
	c             *compiler
	i, end, array int32
}

func (m *members) atEnd() bool { return m.i >= m.end }

func (m *members) advance() {
	if !m.atEnd() {
		m.i = m.c.doc.nodes[m.i].next
	}
}

func (m *members) isNumber() bool { return !m.atEnd() && m.c.doc.nodes[m.i].kind == kindNumber }

func (m *members) word() (string, bool) {
	if m.atEnd() || m.c.doc.nodes[m.i].kind != kindString {
		return "", false
	}
	return m.c.doc.text(m.i), true
}

// token is the text of the current token, "]" at the end.
func (m *members) token() string {
	if m.atEnd() {
		return "]"
	}
	switch m.c.doc.nodes[m.i].kind {
	case kindArray:
		return "["
	case kindObject:
		return "{"
	}
	return m.c.doc.text(m.i)
}

// fail makes the error for a fault at the current token.
func (m *members) fail(reason string) error {
	if m.atEnd() {
		return m.c.failAt(int(m.c.doc.nodes[m.array].end)-1, "%s", reason)
	}
	return m.c.fail(m.i, "%s", reason)
}

// failBefore makes the error for a fault at the first token.
func (m *members) failBefore(reason string) error {
	return m.c.fail(m.array+1, "%s", reason)
}

// A numericRange holds numbers only, never text that looks like one.
type numericRange struct {
	low, high         float64
	openLow, openHigh bool // the limit itself is outside
}

func (r numericRange) match(s *scalar) bool {
	n, ok := s.numeric()
	return ok && (n > r.low || n == r.low && !r.openLow) && (n < r.high || n == r.high && !r.openHigh)
}
