package eventbridge

// A scalar is a value that a pattern can test: anything but an object or an
// array.
type scalar struct {
	kind kind
	text string // a string decoded, anything else as written

	number        float64
	comparable    bool // number is valid
	numberChecked bool
	addressDone   bool
	address       address // nil where the string is no IP address
}

// numeric is the value as a number; ok is false for every other type and for
// numbers that EventBridge cannot compare.
func (s *scalar) numeric() (f float64, ok bool) {
	if s.kind != kindNumber {
		return 0, false
	}
	if !s.numberChecked {
		s.number, s.comparable = parseComparable(s.text)
		s.numberChecked = true
	}
	return s.number, s.comparable
}

// ip is the value as an address, nil where it is none.
func (s *scalar) ip() address {
	if s.kind != kindString {
		return nil
	}
	if !s.addressDone {
		s.addressDone = true
		if n := len(s.text); n >= 2 && n <= 256 {
			s.address, _ = parseAddress(s.text)
		}
	}
	return s.address
}
