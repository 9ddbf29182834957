package eventbridge

import (
	"fmt"
	"slices"
)

// A compiler turns the document of a pattern into flat rules. It reads the
// document in the order of the text and stops at the first fault, as
// EventBridge does.
type compiler struct {
	doc   document
	rules []map[string]*values // the alternatives so far: dotted path to list
	over  bool                 // there are too many of them to keep

	crash   error  // a fault that shows only when there is no other
	globs   []glob // the wildcards of the entry at hand
	weighed bool   // there is a wildcard somewhere
}

// reservedInOr are the names that no field below $or may have
// (https://github.com/aws/event-ruler#and-and-or-relationship-among-fields-with-ruler).
var reservedInOr = []string{
	"exactly", "equals-ignore-case", "prefix", "suffix", "anything-but", "exists", "wildcard", "numeric", "cidr",
	"=", "<", "<=", ">", ">=",
	"regex", "not-wildcard", "not-equals-ignore-case",
	"date-after", "date-on-or-after", "date-before", "date-on-or-before", "in-date-range",
	"ip-address-in-range", "ip-address-not-in-range",
}

// fail makes the error for a fault at a node.
func (c *compiler) fail(i int32, format string, args ...any) error {
	offset := int(c.doc.nodes[i].start)
	if c.doc.nodes[i].kind == kindString {
		offset-- // the quote
	}
	return c.failAt(offset, format, args...)
}

// failKey makes the error for a fault at the key of a node.
func (c *compiler) failKey(i int32, format string, args ...any) error {
	return c.failAt(int(c.doc.nodes[i].keyStart)-1, format, args...)
}

func (c *compiler) failAt(offset int, format string, args ...any) error {
	line, column := position(c.doc.src, offset)
	return &PatternError{Reason: fmt.Sprintf(format, args...), Offset: offset, Line: line, Column: column}
}

// pattern compiles the whole document.
func (c *compiler) pattern() ([]map[string]*values, error) {
	if c.doc.nodes[0].kind != kindObject {
		return nil, c.fail(0, "Filter is not an object")
	}
	c.rules = []map[string]*values{{}}
	if err := c.object(0, "", false); err != nil {
		return nil, err
	}
	if c.crash != nil {
		return nil, c.crash
	}
	if c.over {
		return nil, c.fail(0, "Or operator is producing over %d rule combinations", MaxRuleCombinations)
	}
	if err := c.checkComplexity(); err != nil {
		return nil, err
	}
	return c.rules, nil
}

// object compiles the fields of an object; prefix is its path with a dot.
func (c *compiler) object(i int32, prefix string, inOr bool) error {
	n := c.doc.nodes[i]
	if n.next == i+1 {
		return c.fail(i, "Empty objects are not allowed")
	}
	for child := i + 1; child < n.next; child = c.doc.nodes[child].next {
		if err := c.field(child, prefix, inOr); err != nil {
			return err
		}
	}
	return nil
}

func (c *compiler) field(i int32, prefix string, inOr bool) error {
	key := c.doc.key(i)
	if key == "$or" {
		return c.or(i, prefix)
	}
	if inOr && slices.Contains(reservedInOr, key) {
		return c.failKey(i, "%s is Ruler reserved fieldName which cannot be used inside $or.", key)
	}
	switch c.doc.nodes[i].kind {
	case kindObject:
		return c.object(i, prefix+key+".", inOr)
	case kindArray:
		list, err := c.list(i)
		if err != nil {
			return err
		}
		// A later list for the same path replaces an earlier one.
		for _, r := range c.rules {
			r[prefix+key] = list
		}
		return nil
	default:
		return c.fail(i, "\"%s\" must be an object or an array", key)
	}
}

// or multiplies the rules so far by the alternatives of a $or.
func (c *compiler) or(i int32, prefix string) error {
	n := c.doc.nodes[i]
	if n.kind != kindArray {
		return c.fail(i, "It must be an Array followed with $or.")
	}
	before := c.rules
	var after []map[string]*values
	branches := 0
	for child := i + 1; child < n.next; child = c.doc.nodes[child].next {
		if c.doc.nodes[child].kind != kindObject {
			return c.fail(child, "Only JSON object is allowed in array of $or relationship.")
		}
		branches++
		c.rules = nil
		for _, r := range before {
			branch := make(map[string]*values, len(r)+1)
			for path, list := range r {
				branch[path] = list
			}
			c.rules = append(c.rules, branch)
		}
		if err := c.object(child, prefix, true); err != nil {
			return err
		}
		after = append(after, c.rules...)
		if len(after) > MaxRuleCombinations {
			// The rest is checked as if there were one alternative: counting on
			// would take for ever.
			c.over = true
			before, after = before[:1], after[:1]
		}
	}
	if branches < 2 {
		return c.fail(i, "There must have at least 2 Objects in $or relationship.")
	}
	c.rules = after
	return nil
}

// list compiles the list of a field.
func (c *compiler) list(i int32) (*values, error) {
	n := c.doc.nodes[i]
	if n.next == i+1 {
		return nil, c.fail(i, "Empty arrays are not allowed")
	}
	list := &values{}
	for child := i + 1; child < n.next; child = c.doc.nodes[child].next {
		var cond condition
		var err error
		switch c.doc.nodes[child].kind {
		case kindObject:
			cond, err = c.expression(child)
		case kindArray:
			err = c.fail(child, "Match value must be String, number, true, false, or null")
		default:
			cond = newLiteral(&c.doc, child)
		}
		if err != nil {
			return nil, err
		}
		_, absent := cond.(absence)
		text := string(c.doc.appendCompact(nil, child))
		list.entries = append(list.entries, weighedEntry{text, c.globs, absent, child})
		c.globs = nil
		if absent {
			list.absent = true
			continue
		}
		list.conditions = append(list.conditions, cond)
	}
	return list, nil
}

// operator compiles the argument of one match expression, node i.
type operator func(c *compiler, i int32) (condition, error)

// operators returns what follows a name in a list:
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html.
func operators(name string) operator {
	switch name {
	case "anything-but":
		return (*compiler).anythingBut
	case "cidr":
		return (*compiler).cidr
	case "equals-ignore-case":
		return (*compiler).equalsIgnoreCase
	case "exactly":
		return (*compiler).exactly
	case "exists":
		return (*compiler).exists
	case "numeric":
		return (*compiler).numeric
	case "prefix":
		return (*compiler).prefix
	case "suffix":
		return (*compiler).suffix
	case "wildcard":
		return (*compiler).wildcard
	}
	return nil
}

// expression compiles {"operator": argument}.
func (c *compiler) expression(i int32) (condition, error) {
	first := i + 1
	if c.doc.nodes[i].next == first {
		return nil, c.fail(i, "Match expression name not found")
	}
	name := c.doc.key(first)
	op := operators(name)
	if op == nil {
		return nil, c.failKey(first, "Unrecognized match type %s", name)
	}
	cond, err := op(c, first)
	if err != nil {
		return nil, err
	}
	reason := "Only one key allowed in match expression"
	if name == "numeric" || name == "anything-but" {
		reason = "Too many elements in numeric expression"
	}
	if err := c.onlyKey(i, reason); err != nil {
		return nil, err
	}
	return cond, nil
}

// onlyKey refuses a second key in the object at node i.
func (c *compiler) onlyKey(i int32, reason string) error {
	if second := c.doc.nodes[i+1].next; second < c.doc.nodes[i].next {
		return c.failKey(second, "%s", reason)
	}
	return nil
}

// children calls f for every element of the array at node i.
func (c *compiler) children(i int32, f func(child int32) error) error {
	for child := i + 1; child < c.doc.nodes[i].next; child = c.doc.nodes[child].next {
		if err := f(child); err != nil {
			return err
		}
	}
	return nil
}
