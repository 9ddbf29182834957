package eventbridge

import "fmt"

const (
	// MaxPatternLength is the longest pattern PutRule takes, in characters: an
	// adjustable quota
	// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html).
	// [ParsePattern] does not enforce it.
	MaxPatternLength = 2048
	// MaxPatternLengthHard is the longest pattern in any request, whatever the
	// quota
	// (https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html).
	// [ParsePattern] does not enforce it.
	MaxPatternLengthHard = 4096
	// MaxRuleCombinations is the number of alternatives that the $or of one
	// pattern may multiply to.
	MaxRuleCombinations = 1000
)

// A Pattern is a compiled event pattern
// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html).
type Pattern struct {
	paths *trie
	rules []rule
	text  string
}

// A PatternError says why EventBridge refuses a pattern.
type PatternError struct {
	// Reason is EventBridge's own text, the part after "Reason: ". For a text
	// that is no JSON it begins with "Invalid JSON: "; EventBridge gives the
	// message of its JSON library there.
	Reason string
	// Offset is where the offending token begins in the pattern, in bytes.
	Offset int
	// Line and Column are the same place, both from 1; columns count bytes.
	Line, Column int
}

// Error is the message of the service's InvalidEventPatternException, with a
// shorter form of the location.
func (e *PatternError) Error() string {
	return fmt.Sprintf("Event pattern is not valid. Reason: %s at [line: %d, column: %d]", e.Reason, e.Line, e.Column)
}

// ParsePattern compiles an event pattern. The error is a [*PatternError] where
// EventBridge would refuse the pattern.
func ParsePattern(text []byte) (*Pattern, error) {
	doc, err := parseDocument(text)
	if err != nil {
		s := err.(*SyntaxError)
		return nil, &PatternError{Reason: "Invalid JSON: " + s.Reason, Offset: s.Offset, Line: s.Line, Column: s.Column}
	}
	c := compiler{doc: doc}
	rules, err := c.pattern()
	if err != nil {
		return nil, err
	}
	p := &Pattern{paths: newTrie(), text: doc.src}
	for _, r := range rules {
		p.rules = append(p.rules, newRule(r, p.paths))
	}
	return p, nil
}

// JSON is the text the pattern was parsed from.
func (p *Pattern) JSON() string { return p.text }

// Match tells whether an event matches the pattern.
func (p *Pattern) Match(e *Event) bool {
	s := borrowScratch()
	defer s.release()
	s.leaves.collect(&e.doc, p.paths)
	for i := range p.rules {
		if p.rules[i].match(&s.leaves) {
			return true
		}
	}
	return false
}
