package eventbridge

import (
	"bytes"
	"strconv"
	"strings"
)

// An address is the 4 or 16 bytes of an IP address.
type address []byte

// parseAddress reads an IP address as EventBridge does, which is as Java does:
// leading zeros are decimal, an IPv4-mapped IPv6 address is an IPv4 address,
// and the dotted form inside IPv6 is not accepted
// (https://github.com/aws/event-ruler/blob/main/src/main/software/amazon/event/ruler/CIDR.java,
// https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/net/Inet6Address.html).
// looksLike tells whether s has the characters of an address, valid or not.
func parseAddress(s string) (a address, looksLike bool) {
	if strings.IndexByte(s, ':') >= 0 {
		for i := range len(s) {
			if _, hex := hexDigit(s[i]); !hex && s[i] != ':' {
				return nil, false
			}
		}
		return parseIPv6(s), true
	}
	parts := strings.Split(s, ".")
	if len(parts) != 4 {
		return nil, false
	}
	for _, part := range parts {
		if part == "" || strings.Trim(part, "0123456789") != "" {
			return nil, false
		}
	}
	if len(s) > 15 { // Java looks no further: 010.000.000.001 is the longest form
		return nil, true
	}
	for _, part := range parts {
		n, err := strconv.ParseUint(part, 10, 8)
		if err != nil {
			return nil, true
		}
		a = append(a, byte(n))
	}
	return a, true
}

func hexDigit(c byte) (value byte, ok bool) {
	switch {
	case '0' <= c && c <= '9':
		return c - '0', true
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10, true
	}
	return 0, false
}

// parseIPv6 reads colons and hexadecimal digits; nil where they are no address.
func parseIPv6(s string) address {
	head, tail, short := strings.Cut(s, "::")
	front, ok := parseGroups(head)
	if !ok {
		return nil
	}
	if !short {
		if len(front) != 16 {
			return nil
		}
		return unmap(front)
	}
	back, ok := parseGroups(tail)
	if !ok || len(front)+len(back) > 14 {
		return nil
	}
	a := make(address, 16)
	copy(a, front)
	copy(a[16-len(back):], back)
	return unmap(a)
}

func parseGroups(s string) (bytes []byte, ok bool) {
	if s == "" {
		return nil, true
	}
	for _, group := range strings.Split(s, ":") {
		group = strings.TrimLeft(group[:max(0, len(group)-1)], "0") + group[max(0, len(group)-1):]
		n, err := strconv.ParseUint(group, 16, 16)
		if err != nil {
			return nil, false
		}
		bytes = append(bytes, byte(n>>8), byte(n))
	}
	return bytes, true
}

func unmap(a address) address {
	if bytes.Equal(a[:12], []byte{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}) {
		return a[12:]
	}
	return a
}

// An addressRange is a CIDR block, or one address.
type addressRange struct {
	bottom, top address // both inside, and of one length
}

// contains compares addresses the way event-ruler does, as hexadecimal text
// from the left: the longer address counts only as far as the range is long,
// so that 10.0.0.0/8 holds a00::1; a shorter one is inside only when it is
// strictly between the limits.
func (r addressRange) contains(a address) bool {
	n := min(len(a), len(r.bottom))
	low, high := bytes.Compare(a[:n], r.bottom[:n]), bytes.Compare(a[:n], r.top[:n])
	if n == len(r.bottom) {
		return low >= 0 && high <= 0
	}
	return low > 0 && high < 0
}
