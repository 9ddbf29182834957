package stacks

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// maxName is the length of the names of rules, connections, API destinations
// and targets (https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Rule.html).
const maxName = 64

// physicalName names a resource of a stack. An underscore, which no name of a
// stack or of the file holds, keeps names of different stacks apart: the route
// blue-orders of ops, and the route orders of ops-blue. A name that is too long
// keeps its beginning and ends in a digest of the whole.
func physicalName(limit int, stack, name string) string {
	name = prefix(stack) + name
	if len(name) <= limit {
		return name
	}
	return strings.TrimRight(name[:limit-9], "-_.") + "-" + digest(name)
}

// prefix begins the name of every resource of a stack, and of no other stack.
func prefix(stack string) string {
	const most = 40
	if len(stack) > most {
		stack = strings.TrimRight(stack[:most-9], "-") + "-" + digest(stack)
	}
	return stack + "_"
}

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:4])
}

// camel writes a name of the file the way logical IDs are written: payment-failed
// becomes PaymentFailed.
func camel(s string) string {
	var b strings.Builder
	up := true
	for _, r := range s {
		switch {
		case r >= 'a' && r <= 'z' && up:
			b.WriteRune(r - 'a' + 'A')
			up = false
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			b.WriteRune(r)
			up = false
		default:
			up = true
		}
	}
	return b.String()
}

// namer gives logical IDs: readable, and the same for the same name whatever
// else the file holds. Names of the file that read alike are a finding; names we
// derive from them (they hold a dot) give way with a digest.
type namer struct {
	names map[string][]string // by ID
}

func newNamer() *namer { return &namer{names: map[string][]string{}} }

// announce takes a name that will be asked for. It gives the name of the file
// that reads alike, "" for none.
func (n *namer) announce(kind, name string) (alike string) {
	id := kind + camel(name)
	for _, other := range n.names[id] {
		if other != name && !derived(other) && !derived(name) {
			alike = other
		}
	}
	n.names[id] = append(n.names[id], name)
	return alike
}

func (n *namer) id(kind, name string) string {
	id := kind + camel(name)
	if derived(name) && len(n.names[id]) > 1 {
		return id + camel(digest(name))
	}
	return id
}

func derived(name string) bool { return strings.Contains(name, ".") }
