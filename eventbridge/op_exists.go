package eventbridge

// exists compiles {"exists": true} and {"exists": false}, which speak of
// leaves only: an object or an array of objects does not exist
// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html#eb-filtering-exists-matching).
func (c *compiler) exists(i int32) (condition, error) {
	switch c.doc.nodes[i].kind {
	case kindTrue:
		return presence{}, nil
	case kindFalse:
		return absence{}, nil
	}
	return nil, c.fail(i, "exists match pattern must be either true or false.")
}

type presence struct{}

func (presence) match(*scalar) bool { return true }

// absence is satisfied by no value; see values.absent.
type absence struct{}

func (absence) match(*scalar) bool { return false }
