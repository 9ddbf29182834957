package eventbridge

import "slices"

// anythingBut compiles {"anything-but": …}: a value, a list of values of one
// type, or one operator with a string or a list of strings
// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html#eb-filtering-anything-but).
func (c *compiler) anythingBut(i int32) (condition, error) {
	switch c.doc.nodes[i].kind {
	case kindObject:
		return c.anythingButOperator(i)
	case kindArray:
		return c.anythingButList(i)
	case kindString:
		return anythingButStrings{c.doc.text(i)}, nil
	case kindNumber:
		n, err := c.number(i)
		return anythingButNumbers{n}, err
	}
	return nil, c.fail(i, "Value of anything-but must be an array or single string/number value.")
}

func (c *compiler) anythingButList(i int32) (condition, error) {
	var texts anythingButStrings
	var numbers anythingButNumbers
	err := c.children(i, func(child int32) error {
		switch c.doc.nodes[child].kind {
		case kindString:
			texts = append(texts, c.doc.text(child))
		case kindNumber:
			n, err := c.number(child)
			numbers = append(numbers, n)
			return err
		default:
			return c.fail(child, "Inside anything but list, start|null|boolean is not supported.")
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if (texts == nil) == (numbers == nil) {
		return nil, c.fail(i, "Inside anything but list, either all values are number or string, mixed type is not supported")
	}
	if texts != nil {
		return texts, nil
	}
	return numbers, nil
}

// anythingButOperator compiles {"anything-but": {"operator": …}}.
func (c *compiler) anythingButOperator(i int32) (condition, error) {
	first := i + 1
	if c.doc.nodes[i].next == first {
		return nil, c.fail(i, "Anything-But expression name not found")
	}
	name := c.doc.key(first)
	var one func(i int32) (condition, error)
	switch name {
	case "prefix":
		one = func(i int32) (condition, error) {
			text, err := c.affix(i)
			return prefix(text), err
		}
	case "suffix":
		one = func(i int32) (condition, error) {
			text, err := c.affix(i)
			return suffix(text), err
		}
	case "equals-ignore-case":
		one = func(i int32) (condition, error) {
			if c.doc.nodes[i].kind != kindString {
				return nil, c.fail(i, "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.")
			}
			return c.equalsIgnoreCase(i)
		}
	case "wildcard":
		one = c.wildcard
	default:
		return nil, c.failKey(first, "Unsupported anything-but pattern: %s", name)
	}

	var excluded anythingBut
	switch c.doc.nodes[first].kind {
	case kindArray:
		err := c.children(first, func(child int32) error {
			cond, err := one(child)
			excluded = append(excluded, cond)
			return err
		})
		if err != nil {
			return nil, err
		}
		if excluded == nil && c.crash == nil {
			// The service answers HTTP 500 without a reason, after it has
			// found no other fault.
			c.crash = c.fail(first, "InternalFailure")
		}
	case kindString, kindNumber:
		cond, err := one(first)
		if err != nil {
			return nil, err
		}
		excluded = anythingBut{cond}
	default:
		return nil, c.fail(first, "Value of anything-but must be an array or single string/number value.")
	}
	return excluded, c.onlyKey(i, "Too many elements in numeric expression")
}

// affix reads the argument of prefix or suffix below anything-but.
func (c *compiler) affix(i int32) (string, error) {
	if c.doc.nodes[i].kind != kindString {
		return "", c.fail(i, "prefix/suffix match pattern must be a string")
	}
	text := c.doc.text(i)
	if text == "" {
		return "", c.fail(i, "Null prefix/suffix not allowed")
	}
	return text, nil
}

// The three forms match every value that is present and not excluded, of
// whatever type.
type (
	anythingButStrings []string
	anythingButNumbers []float64
	anythingBut        []condition
)

func (a anythingButStrings) match(s *scalar) bool {
	return s.kind != kindString || !slices.Contains(a, s.text)
}

func (a anythingButNumbers) match(s *scalar) bool {
	n, ok := s.numeric()
	return !ok || !slices.Contains(a, n)
}

func (a anythingBut) match(s *scalar) bool {
	return !slices.ContainsFunc(a, func(c condition) bool { return c.match(s) })
}
