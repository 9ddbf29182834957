package eventbridge

import (
	"strconv"
	"strings"
)

// cidr compiles {"cidr": "address/bits"}:
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html#eb-filtering-ip-matching.
// A mask of all bits is refused; a plain string stands for one address.
func (c *compiler) cidr(i int32) (condition, error) {
	if c.doc.nodes[i].kind != kindString {
		// Sic: the service names the wrong operator.
		return nil, c.fail(i, "prefix match pattern must be a string")
	}
	block := c.doc.text(i)
	// Empty parts at the end do not count, as in Java's String.split.
	parts := strings.Split(strings.TrimRight(block, "/"), "/")
	if len(parts) != 2 {
		return nil, c.fail(i, "Malformed CIDR, one '/' required")
	}
	bits, err := strconv.ParseInt(parts[1], 10, 32)
	if err != nil {
		return nil, c.fail(i, "Malformed CIDR, mask bits must be an integer")
	}
	if bits < 0 {
		return nil, c.fail(i, "Malformed CIDR, mask bits must not be negative")
	}
	a, looksLike := parseAddress(parts[0])
	switch {
	case a == nil && looksLike:
		return nil, c.fail(i, "Invalid IP address: %s", parts[0])
	case a == nil:
		return nil, c.fail(i, "Nonstandard IP address: %s", parts[0])
	case len(a) == 4 && bits > 31:
		return nil, c.fail(i, "IPv4 mask bits must be < 32")
	case len(a) == 16 && bits > 127:
		return nil, c.fail(i, "IPv6 mask bits must be < 128")
	}
	r := addressRange{make(address, len(a)), make(address, len(a))}
	for n := range a {
		fixed := byte(0xff << max(0, min(8, 8*(n+1)-int(bits))))
		r.bottom[n], r.top[n] = a[n]&fixed, a[n]|^fixed
	}
	return r, nil
}

func (r addressRange) match(s *scalar) bool {
	a := s.ip()
	return a != nil && r.contains(a)
}
