package filter

import (
	"net/netip"
	"strconv"
	"strings"
)

// span is the addresses of a CIDR block, or one address: 4 or 16 bytes each.
// EventBridge compares addresses of different lengths as far as the shorter one
// goes: a block of IPv4 holds every IPv6 address that begins like it, a block
// of IPv6 holds an IPv4 address only strictly between its own beginnings.
type span struct{ low, high string }

// span gives what an address or a CIDR block covers; false for other atoms.
func (a atom) span() (span, bool) {
	switch a.kind {
	case address:
		ip, ok := parseAddress(a.text)
		return span{ip, ip}, ok
	case cidr:
		block := strings.TrimRight(a.text, "/")
		slash := strings.LastIndexByte(block, '/')
		bits, err := strconv.Atoi(block[slash+1:])
		ip, ok := parseAddress(block[:max(slash, 0)])
		if err != nil || !ok {
			return span{}, false
		}
		low, high := []byte(ip), []byte(ip)
		for i := range ip {
			fixed := byte(0xff << max(0, min(8, 8*(i+1)-bits)))
			low[i], high[i] = ip[i]&fixed, ip[i]|^fixed
		}
		return span{string(low), string(high)}, true
	}
	return span{}, false
}

// holds tells whether an address is in the span.
func (s span) holds(ip string) bool { return span{ip, ip}.within(s) }

// within tells whether every address of s is in t.
func (s span) within(t span) bool {
	if len(s.low) < len(t.low) {
		return t.low[:4] < s.low && s.high < t.high[:4]
	}
	n := len(t.low)
	return t.low <= s.low[:n] && s.high[:n] <= t.high
}

// meets tells whether some address is in both.
func (s span) meets(t span) bool {
	n := min(len(s.low), len(t.low))
	return s.low[:n] <= t.high[:n] && t.low[:n] <= s.high[:n]
}

// parseAddress reads an IP address as EventBridge does: leading zeros are
// decimal, an IPv4 address within IPv6 is written in hexadecimal and is the IPv4
// address.
func parseAddress(s string) (ip string, ok bool) {
	if strings.Contains(s, ":") {
		return parseIPv6(s)
	}
	parts := strings.Split(s, ".")
	if len(parts) != 4 || len(s) > 15 {
		return "", false
	}
	var out []byte
	for _, p := range parts {
		n, err := strconv.ParseUint(p, 10, 8)
		if err != nil {
			return "", false
		}
		out = append(out, byte(n))
	}
	return string(out), true
}

func parseIPv6(s string) (ip string, ok bool) {
	if strings.Trim(s, "0123456789abcdefABCDEF:") != "" {
		return "", false
	}
	groups := strings.Split(s, ":")
	for i, g := range groups {
		if g != "" { // netip wants four digits at most
			groups[i] = strings.TrimLeft(g[:len(g)-1], "0") + g[len(g)-1:]
		}
	}
	addr, err := netip.ParseAddr(strings.Join(groups, ":"))
	if err != nil {
		return "", false
	}
	return string(addr.Unmap().AsSlice()), true
}

// beginning gives the addresses that may begin with a text, as far as it holds
// whole numbers of an IPv4 address: 10.0. begins those of 10.0.0.0/16.
func beginning(text string) (span, bool) {
	numbers := strings.Split(text, ".")
	numbers = numbers[:len(numbers)-1]
	missing := max(0, 4-len(numbers))
	first, ok := parseAddress(strings.Join(numbers, ".") + strings.Repeat(".0", missing))
	last, okToo := parseAddress(strings.Join(numbers, ".") + strings.Repeat(".255", missing))
	return span{first, last}, ok && okToo && len(numbers) > 0
}

// addressBytes are the characters that addresses are written with.
const addressBytes = "0123456789abcdefABCDEF:."
