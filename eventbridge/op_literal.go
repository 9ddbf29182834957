package eventbridge

// newLiteral compiles a value that stands for itself.
func newLiteral(doc *document, i int32) condition {
	text := doc.text(i)
	switch k := doc.nodes[i].kind; k {
	case kindString:
		// A string that is an IP address stands for the address.
		if a, _ := parseAddress(text); a != nil {
			return addressRange{a, a}
		}
		return literalString(text)
	case kindNumber:
		n := literalNumber{text: text}
		n.number, n.comparable = parseComparable(text)
		return n
	default:
		return literalWord(k)
	}
}

// exactly compiles {"exactly": string}. event-ruler has it, EventBridge does
// not document it, and unlike a bare string it does not read addresses.
func (c *compiler) exactly(i int32) (condition, error) {
	if c.doc.nodes[i].kind != kindString {
		return nil, c.fail(i, "exact match pattern must be a string")
	}
	return literalString(c.doc.text(i)), nil
}

type literalString string

func (l literalString) match(s *scalar) bool {
	return s.kind == kindString && s.text == string(l)
}

// literalWord is true, false or null.
type literalWord kind

func (l literalWord) match(s *scalar) bool { return s.kind == kind(l) }

// literalNumber is a number, equal to every other spelling of the same value.
type literalNumber struct {
	text       string
	number     float64
	comparable bool
}

// match compares values, and texts where a number is too long to compare: an
// account number must match itself. Numbers with a fraction or an exponent
// that binary64 cannot hold match nothing in the service, not even themselves.
func (l literalNumber) match(s *scalar) bool {
	if !l.comparable {
		return s.kind == kindNumber && isInteger(l.text) && l.text == s.text
	}
	n, ok := s.numeric()
	return ok && n == l.number
}
