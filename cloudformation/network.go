package cloudformation

import (
	"math/big"
	"net/netip"
	"strconv"

	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/schema"
)

// maxCIDRs is how many blocks Fn::Cidr gives at most.
const maxCIDRs = 256

// cidr is Fn::Cidr: blocks of addresses within a block
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-cidr.html).
func (s *Stack) cidr(pos diag.Pos, arg *schema.Node) *schema.Node {
	const wanted = "a list of a block of addresses, a count of 1 to 256 and the number of bits of each block"
	if arg.Kind != schema.List || len(arg.Items) < 2 || len(arg.Items) > 3 {
		return s.malformed(pos, "Fn::Cidr", wanted)
	}
	given := s.ResolveText(arg.Items[0])
	if unknownText(given) {
		return sequence(pos, text(pos, given))
	}
	block, err := netip.ParsePrefix(given)
	count, countErr := strconv.Atoi(s.ResolveText(arg.Items[1]))
	bits := 8
	if len(arg.Items) == 3 {
		var bitsErr error
		if bits, bitsErr = strconv.Atoi(s.ResolveText(arg.Items[2])); bitsErr != nil {
			return s.malformed(pos, "Fn::Cidr", wanted)
		}
	}
	length := 0
	if err == nil {
		length = block.Addr().BitLen() - bits
	}
	if err != nil || countErr != nil || count < 1 || count > maxCIDRs || bits < 1 || length < block.Bits() {
		return s.malformed(pos, "Fn::Cidr", wanted)
	}
	out := sequence(pos)
	base := new(big.Int).SetBytes(block.Masked().Addr().AsSlice())
	for i := range count {
		at := new(big.Int).Add(base, new(big.Int).Lsh(big.NewInt(int64(i)), uint(bits)))
		address, ok := netip.AddrFromSlice(at.FillBytes(make([]byte, max(block.Addr().BitLen()/8, len(at.Bytes())))))
		if !ok || !block.Contains(address) {
			return s.unresolved(pos, "Fn::Cidr", "the block has no room for %d blocks of %d bits", count, bits)
		}
		out.Items = append(out.Items, text(pos, netip.PrefixFrom(address, length).String()))
	}
	return out
}

// zones is Fn::GetAZs. Which zones an account has is not known here: they are
// called as the first three of most Regions are.
func (s *Stack) zones(pos diag.Pos, arg *schema.Node) *schema.Node {
	region := s.ResolveText(arg)
	if region == "" {
		region = s.Region()
	}
	return sequence(pos, text(pos, region+"a"), text(pos, region+"b"), text(pos, region+"c"))
}
