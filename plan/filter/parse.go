package filter

import (
	"fmt"
	"math"
	"strconv"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/eventbridge"
	"github.com/notifygen/notifygen/schema"
)

// Parse reads a pattern that EventBridge would accept; {parameter: NAME} stands
// for a string that is only known at deploy time.
func Parse(n *schema.Node) *Filter {
	var p parser
	f := &Filter{alternatives: p.add([]conjunction{nil}, "", n)}
	if !p.replaced {
		f.written = written(n).(*cloudformation.Object)
	}
	return f
}

type parser struct {
	// replaced tells that the pattern asks of a field several times, so that
	// its meaning depends on the order of its keys.
	replaced bool
}

// add adds what an object of a pattern asks to every alternative, key by
// key as EventBridge does: each $or multiplies the alternatives, and what is
// asked of one path later replaces what was asked before.
func (p *parser) add(alternatives []conjunction, path string, n *schema.Node) []conjunction {
	for _, f := range n.Fields {
		below := f.Key
		if path != "" {
			below = path + "." + f.Key
		}
		switch {
		case f.Key == "$or" && f.Value.Kind == schema.List && isOr(f.Value):
			var next []conjunction
			for _, branch := range f.Value.Items {
				next = append(next, p.add(alternatives, path, branch)...)
			}
			alternatives = next
		case f.Value.Kind == schema.Map:
			alternatives = p.add(alternatives, below, f.Value)
		case f.Value.Kind == schema.List:
			leaf := constraint{path: below, set: values(f.Value), written: written(f.Value).(cloudformation.List)}
			next := make([]conjunction, len(alternatives))
			for i, c := range alternatives {
				p.replaced = p.replaced || c.find(below) >= 0
				next[i] = c.with(leaf)
			}
			alternatives = next
		}
	}
	return alternatives
}

func isOr(n *schema.Node) bool {
	for _, item := range n.Items {
		if item.Kind != schema.Map {
			return false
		}
	}
	return len(n.Items) > 1
}

// values reads the list of values of a field.
func values(list *schema.Node) Set {
	var s Set
	for _, v := range list.Items {
		s = s.union(value(v))
	}
	return s
}

func value(v *schema.Node) Set {
	if name, ok := v.ParameterName(); ok {
		return Set{strings: []term{only(atom{kind: literal, param: name.Text})}}
	}
	switch v.Kind {
	case schema.Null:
		return Set{null: true}
	case schema.Bool:
		return Set{yes: v.IsTrue(), no: v.IsFalse()}
	case schema.Int, schema.Float:
		return number(v)
	case schema.String:
		return Set{strings: []term{only(bare(v.Text))}}
	case schema.Map:
		if len(v.Fields) == 1 {
			return operator(v.Fields[0].Key, v.Fields[0].Value)
		}
	}
	return Set{opaque: true}
}

// number reads a number. EventBridge compares spellings where binary64 cannot
// hold the value, so nothing is concluded about those.
func number(n *schema.Node) Set {
	text := n.JSON(nil, nil).Text // YAML writes some numbers in its own way
	if _, err := eventbridge.ParsePattern(fmt.Appendf(nil, `{"x":[{"anything-but":%s}]}`, text)); err != nil {
		return Set{opaque: true}
	}
	f, err := strconv.ParseFloat(string(text), 64)
	if err != nil {
		return Set{opaque: true}
	}
	if f == 0 {
		f = 0 // -0 is 0, and is written so
	}
	return Set{numbers: numbers{point(f)}}
}

func operator(name string, arg *schema.Node) Set {
	switch name {
	case "exists":
		if arg.IsTrue() {
			return present()
		}
		return absent()
	case "numeric":
		return numeric(arg)
	case "anything-but":
		return anythingBut(arg)
	}
	if a, ok := stringOperator(name, arg); ok {
		return Set{strings: []term{a.term()}}
	}
	return Set{opaque: true}
}

func stringOperator(name string, arg *schema.Node) (atom, bool) {
	kinds := map[string]atomKind{"prefix": prefix, "suffix": suffix, "equals-ignore-case": ignoreCase, "wildcard": wildcard, "cidr": cidr, "exactly": literal}
	kind, known := kinds[name]
	switch {
	case !known:
		return atom{}, false
	case arg.Kind == schema.String:
		return atom{kind: kind, text: arg.Text}, true
	case arg.Kind == schema.Map && len(arg.Fields) == 1 && arg.Fields[0].Key == "equals-ignore-case":
		return atom{kind: kind, text: arg.Fields[0].Value.Text, fold: true}, true
	}
	return atom{}, false
}

func numeric(arg *schema.Node) Set {
	i := interval{lo: math.Inf(-1), hi: math.Inf(1), loOpen: true, hiOpen: true}
	for k := 0; k+1 < len(arg.Items); k += 2 {
		at := number(arg.Items[k+1])
		if at.opaque {
			return at
		}
		f := at.numbers[0].lo
		switch arg.Items[k].Text {
		case "=":
			i = point(f)
		case ">":
			i.lo, i.loOpen = f, true
		case ">=":
			i.lo, i.loOpen = f, false
		case "<":
			i.hi, i.hiOpen = f, true
		case "<=":
			i.hi, i.hiOpen = f, false
		}
	}
	if i.isEmpty() {
		return Set{}
	}
	return Set{numbers: numbers{i}}
}

// anythingBut is every value that is there and is not excluded, whatever its
// type.
func anythingBut(arg *schema.Node) Set {
	var excluded Set
	if _, isParameter := arg.ParameterName(); arg.Kind == schema.Map && !isParameter {
		for _, f := range arg.Fields {
			for _, item := range items(f.Value) {
				a, ok := stringOperator(f.Key, item)
				if !ok {
					return Set{opaque: true}
				}
				excluded.strings = append(excluded.strings, a.term())
			}
		}
	} else {
		for _, item := range items(arg) {
			excluded = excluded.union(excludedValue(item))
		}
	}
	out, ok := excluded.complement()
	if !ok {
		return Set{opaque: true}
	}
	out.missing = false
	return out
}

func items(n *schema.Node) []*schema.Node {
	if n.Kind == schema.List {
		return n.Items
	}
	return []*schema.Node{n}
}

// excludedValue is a value below anything-but, where an IP address is text.
func excludedValue(v *schema.Node) Set {
	if v.Kind == schema.String {
		return literals(v.Text)
	}
	return value(v)
}

// written gives the pattern as a template holds it, with Ref for parameters.
func written(n *schema.Node) cloudformation.Value {
	if name, ok := n.ParameterName(); ok {
		return cloudformation.Ref(name.Text)
	}
	switch n.Kind {
	case schema.List:
		out := cloudformation.List{}
		for _, item := range n.Items {
			out = append(out, written(item))
		}
		return out
	case schema.Map:
		out := cloudformation.NewObject()
		for _, f := range n.Fields {
			out.Set(f.Key, written(f.Value))
		}
		return out
	case schema.Null:
		return nil
	case schema.Bool:
		return n.IsTrue()
	case schema.Int, schema.Float:
		return cloudformation.Number(n.JSON(nil, nil).Text)
	}
	return n.Text
}
