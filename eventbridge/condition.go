package eventbridge

// A condition is one entry in the list of a field of a pattern. A list is
// satisfied when one of its entries is.
type condition interface {
	// match tells whether a value of the event satisfies the condition.
	match(*scalar) bool
}

// values is the compiled list of one field.
type values struct {
	conditions []condition
	absent     bool           // the list has {"exists": false}
	entries    []weighedEntry // as written, for the complexity of wildcards
}

func (v *values) match(s *scalar) bool {
	for _, c := range v.conditions {
		if c.match(s) {
			return true
		}
	}
	return false
}
