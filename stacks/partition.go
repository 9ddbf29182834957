package stacks

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/parallel"
	"github.com/notifygen/notifygen/plan"
)

// A plan that does not fit into one template is spread over several: the event
// buses and, where they fit, the destinations stay in the stack of the plan's
// name; routes go to stacks of their own, chosen by a digest of the route's
// name. The digest's bits lead down a binary tree whose leaves are the stacks: a
// leaf that would overflow splits in two, all others keep what they hold. So a
// new route moves no other one, unless it is the one too many for its leaf; then
// half of that leaf's routes move, the other half keeps the stack.

// item is a route or destination to be placed.
type item struct {
	name string
	hash uint64
	size size
	what any
}

func newItem(name string, s size, what any) item {
	sum := sha256.Sum256([]byte(name))
	return item{name, binary.BigEndian.Uint64(sum[:8]), s, what}
}

// leaf is a stack with its items, in the order they were given. Suffix ends its
// name.
type leaf struct {
	suffix string
	items  []item
}

const maxDepth = 64

// suffixOf names a leaf of the tree by its path. The left half of a leaf that
// splits keeps its name, because trailing zeros do not count.
func suffixOf(path string) string {
	if bits := strings.TrimRight(path, "0"); bits != "" {
		return "-" + bits
	}
	return ""
}

// grow gives the leaves of the tree for the items.
func (b *builder) grow(items []item, path string) []leaf {
	total := overhead
	for _, i := range items {
		total = total.plus(i.size)
	}
	if total.fits() || len(items) == 0 || len(path) == maxDepth {
		return []leaf{{suffixOf(path), items}}
	}
	if len(items) == 1 {
		b.tooLarge(items[0])
		return []leaf{{suffixOf(path), items}}
	}
	var halves [2][]item
	for _, i := range items {
		bit := i.hash >> (63 - len(path)) & 1
		halves[bit] = append(halves[bit], i)
	}
	var out []leaf
	for bit, half := range halves {
		if len(half) > 0 {
			out = append(out, b.grow(half, path+string(rune('0'+bit)))...)
		}
	}
	return out
}

// pinned spreads the items over the number of stacks the author asked for. Each
// item goes to the stack for which its digest is highest, so that no item
// depends on another, and one stack more takes only its own share from the rest.
func (b *builder) pinned(items []item) []leaf {
	byStack := map[int][]item{}
	for _, i := range items {
		best, highest := 0, uint64(0)
		for n := range b.plan.RouteStacks {
			if h := newItem(fmt.Sprintf("%s\x00%d", i.name, n), size{}, nil).hash; h > highest {
				best, highest = n, h
			}
		}
		byStack[best] = append(byStack[best], i)
	}
	var out []leaf
	for _, n := range slices.Sorted(maps.Keys(byStack)) {
		total := overhead
		for _, i := range byStack[n] {
			total = total.plus(i.size)
		}
		if !total.fits() {
			b.ds.Report(b.plan.RouteStacksPos, diag.StackLimit, "%d routes do not fit into %d stacks", len(items), b.plan.RouteStacks).
				WithHint("raise `route-stacks`; one more moves about one route in %d", b.plan.RouteStacks+1)
			break
		}
		out = append(out, leaf{fmt.Sprintf("-%d", n+1), byStack[n]})
	}
	return out
}

func (b *builder) tooLarge(i item) {
	var pos diag.Pos
	switch what := i.what.(type) {
	case *plan.Route:
		pos = what.Pos
	case *plan.Destination:
		pos = what.Pos
	}
	b.ds.Report(pos, diag.StackLimit, "%s alone takes %d resources and %d bytes; a template holds %d resources and %d bytes",
		i.name, i.size.resources, i.size.bytes, templateLimit.resources, templateLimit.bytes).
		WithHint("split it into several")
}

// single gives the plan as one stack, nil where that does not fit.
func (b *builder) single() *Stack {
	if b.plan.RouteStacks > 0 || len(b.plan.Routes) > templateLimit.resources {
		return nil // spread on request, or surely too large: every route has a rule
	}
	s := b.scope(b.plan.Name)
	s.buses(b.plan.Buses)
	s.hops(b.plan.Hops)
	b.noteUsers(s.stack, b.plan.Routes)
	s.destinations(b.plan.Destinations)
	s.routes(b.plan.Routes)
	if !s.measure().plus(size{bytes: 2000 + 500*len(b.plan.Parameters)}).fits() {
		return nil
	}
	return s.finish()
}

func (s *scope) buses(buses []*plan.Bus) {
	for _, bus := range buses {
		if bus.Create {
			s.eventBus(bus)
		}
	}
}

// split gives the plan as several stacks, in the order of deployment.
func (b *builder) split() []Stack {
	var out []Stack
	clear(b.users)
	base := b.scope(b.plan.Name)
	base.buses(b.plan.Buses)
	for _, bus := range b.plan.Buses {
		if bus.Create {
			b.home[bus] = base.stack
			base.export(b.busResource(bus), "Name", base.busName(bus))
		}
	}
	base.hops(b.plan.Hops)
	base.routes(nil) // what hops set aside
	if len(b.plan.Hops) > 0 && !base.measure().fits() {
		b.ds.Report(b.plan.Hops[0].Pos, diag.StackLimit, "%d enriched or deduplicated sources do not fit into one template", len(b.plan.Hops)).
			WithHint("write some of them into another file")
	}
	var items []item
	for _, d := range b.plan.Destinations {
		probe := b.scope(b.plan.Name)
		probe.destinations([]*plan.Destination{d})
		probe.exports(d)
		size := probe.measure()
		if d.Queue != nil {
			size.bytes += maxQueuePolicy // its rules are not known yet
		}
		items = append(items, newItem("destination "+d.Name, size, d))
	}
	homes := []*scope{base}
	placed := b.grow(append([]item{{size: base.measure()}}, items...), "")
	if len(placed) == 1 {
		placed = []leaf{{items: items}}
	} else {
		placed = b.grow(items, "")
		homes = nil
		for _, l := range placed {
			homes = append(homes, b.scope(b.plan.Name+"-destinations"+l.suffix))
		}
	}
	held := make([][]*plan.Destination, len(placed))
	for i, l := range placed {
		for _, item := range l.items {
			d := item.what.(*plan.Destination)
			held[i] = append(held[i], d)
			b.home[d] = homes[i].stack
		}
	}
	routes := b.routeLeaves()
	for i, home := range homes {
		home.destinations(held[i])
		for _, d := range held[i] {
			home.exports(d)
		}
		if home != base {
			out = append(out, *home.finish())
		}
	}
	if base.resources.Len() > 0 {
		out = append([]Stack{*base.finish()}, out...)
	}
	return append(out, b.routeStacks(routes)...)
}

// destinations adds destinations, and the function that signs for some.
func (s *scope) destinations(all []*plan.Destination) {
	for _, d := range all {
		if d.Queue != nil {
			s.queued(d)
		} else {
			s.apiDestination(d)
		}
	}
	s.signer(all)
}

// exports lets the rules of other stacks name a destination's exact ARN.
func (s *scope) exports(d *plan.Destination) {
	if d.Queue != nil {
		s.export(s.b.names.id(queueKind, d.Name), "Arn", s.queueArn(d))
		return
	}
	s.export(s.b.names.id("ApiDestination", d.Name), "Arn", s.apiDestinationArn(d))
}

// noteUsers notes which queues the rules of a stack use.
func (b *builder) noteUsers(stack string, routes []*plan.Route) {
	for _, r := range routes {
		for _, p := range b.pieces(r) {
			for _, d := range p.deliveries {
				if d.Destination.Queue != nil {
					b.users[d.Destination] = append(b.users[d.Destination], placedRule{stack, p})
				}
			}
		}
	}
}

// routeLeaf is a stack of routes.
type routeLeaf struct {
	stack  string
	routes []*plan.Route
}

// routeLeaves gives the routes their stacks. They are measured several at a time:
// by now the builder is only read, and every body has been lowered.
func (b *builder) routeLeaves() []routeLeaf {
	items := make([]item, len(b.plan.Routes))
	parallel.Do(len(items), func(i int) {
		probe := b.scope(b.plan.Name + "-routes-0000")
		probe.route(b.plan.Routes[i])
		items[i] = newItem("route "+b.plan.Routes[i].Name, probe.measure(), b.plan.Routes[i])
	})
	var leaves []leaf
	if b.plan.RouteStacks > 0 {
		leaves = b.pinned(items)
	} else {
		leaves = b.grow(items, "")
	}
	out := make([]routeLeaf, len(leaves))
	for i, l := range leaves {
		out[i].stack = b.plan.Name + "-routes" + l.suffix
		for _, item := range l.items {
			out[i].routes = append(out[i].routes, item.what.(*plan.Route))
		}
		b.noteUsers(out[i].stack, out[i].routes)
	}
	return out
}

// routeStacks builds the stacks of the routes, several at a time.
func (b *builder) routeStacks(leaves []routeLeaf) []Stack {
	scopes := make([]*scope, len(leaves))
	parallel.Do(len(leaves), func(i int) {
		scopes[i] = b.scope(leaves[i].stack)
		scopes[i].routes(leaves[i].routes)
	})
	var out []Stack
	for _, s := range scopes {
		out = append(out, *s.finish())
	}
	return out
}
