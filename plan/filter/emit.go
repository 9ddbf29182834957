package filter

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/notifygen/notifygen/cloudformation"
)

// Pattern writes the filter as an event pattern: as the author spelled it where
// nothing had to be calculated, else with what all alternatives share in front
// and the rest under $or.
func (f *Filter) Pattern() (*cloudformation.Object, error) {
	if f.written != nil {
		return f.written, nil
	}
	if len(f.alternatives) == 0 {
		return nil, errors.New("no event is selected")
	}
	leaves := make([][]leaf, len(f.alternatives))
	for i, c := range f.alternatives {
		for _, l := range c {
			values := l.written
			if values == nil {
				var err error
				if values, err = l.set.values(); err != nil {
					return nil, &InexpressibleError{Path: l.path, Reason: err.Error()}
				}
			}
			if l.set.isUnconstrained() {
				continue
			}
			leaves[i] = append(leaves[i], leaf{l.path, values, string(cloudformation.Compact(values))})
		}
	}
	shared, rest := factor(leaves)
	pattern := cloudformation.NewObject()
	for _, l := range shared {
		place(pattern, l)
	}
	if rest == nil {
		return pattern, nil
	}
	var or cloudformation.List
	for _, branch := range rest {
		o := cloudformation.NewObject()
		for _, l := range branch {
			if word := reservedIn(l.path); word != "" {
				return nil, &InexpressibleError{Path: l.path, Reason: fmt.Sprintf("EventBridge does not allow a field named %q inside $or", word)}
			}
			place(o, l)
		}
		or = append(or, o)
	}
	pattern.Set("$or", or)
	return pattern, nil
}

func (s Set) isUnconstrained() bool {
	return s.missing && !s.opaque && s.null && s.yes && s.no && s.numbers.isAll() && s.hasEveryString()
}

type leaf struct {
	path   string
	values cloudformation.List
	text   string
}

// factor takes out the leaves that every alternative has. rest is nil where
// nothing else is asked.
func factor(alternatives [][]leaf) (shared []leaf, rest [][]leaf) {
	for _, l := range alternatives[0] {
		everywhere := !slices.ContainsFunc(alternatives[1:], func(other []leaf) bool {
			return !slices.ContainsFunc(other, func(o leaf) bool { return o.path == l.path && o.text == l.text })
		})
		if everywhere {
			shared = append(shared, l)
		}
	}
	if len(alternatives) == 1 {
		return shared, nil
	}
	for _, leaves := range alternatives {
		var own []leaf
		for _, l := range leaves {
			if !slices.ContainsFunc(shared, func(s leaf) bool { return s.path == l.path }) {
				own = append(own, l)
			}
		}
		if len(own) == 0 { // this alternative asks no more than all do
			return shared, nil
		}
		rest = append(rest, own)
	}
	return shared, rest
}

// place puts a leaf into a pattern, an object for each segment of its path.
func place(pattern *cloudformation.Object, l leaf) {
	segments := strings.Split(l.path, ".")
	o := pattern
	for _, s := range segments[:len(segments)-1] {
		below := o.Object(s)
		if below == nil {
			below = cloudformation.NewObject()
			o.Set(s, below)
		}
		o = below
	}
	o.Set(segments[len(segments)-1], l.values)
}

// Field names that event-ruler reserves inside $or.
var reserved = []string{
	"exactly", "equals-ignore-case", "prefix", "suffix", "anything-but", "exists", "wildcard", "numeric", "cidr",
	"=", "<", "<=", ">", ">=", "regex", "not-wildcard", "not-equals-ignore-case", "date-after", "date-on-or-after",
	"date-before", "date-on-or-before", "in-date-range", "ip-address-in-range", "ip-address-not-in-range",
}

func reservedIn(path string) string {
	for s := range strings.SplitSeq(path, ".") {
		if slices.Contains(reserved, s) {
			return s
		}
	}
	return ""
}

// values writes a set as the list of values of a field.
func (s Set) values() (cloudformation.List, error) {
	if s.opaque {
		return nil, errors.New(noWords)
	}
	var out cloudformation.List
	if s.missing {
		out = append(out, cloudformation.NewObject("exists", false))
	}
	negative := slices.ContainsFunc(s.strings, func(t term) bool { return t.not })
	others := s.null && s.yes && s.no
	numbersExcept, finite := s.numbers.complement().points()
	switch {
	case s.hasEveryString() && others && s.numbers.isAll():
		return append(out, cloudformation.NewObject("exists", true)), nil
	case s.hasEveryString() && others && finite && len(numbersExcept) > 0:
		return append(out, cloudformation.NewObject("anything-but", numberList(numbersExcept))), nil
	case s.hasEveryString():
		out = append(out, cloudformation.NewObject("prefix", ""))
	case negative && !(others && s.numbers.isAll()):
		// anything-but lets every number, boolean and null through
		return nil, errors.New("EventBridge's anything-but excludes strings or numbers, not both, and never booleans")
	}
	if !negative || s.hasEveryString() {
		out = append(out, s.otherValues()...)
	}
	if s.hasEveryString() {
		return out, nil
	}
	for _, t := range s.strings {
		v, err := t.value()
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

func (s Set) otherValues() cloudformation.List {
	var out cloudformation.List
	if s.null {
		out = append(out, nil)
	}
	if s.yes {
		out = append(out, true)
	}
	if s.no {
		out = append(out, false)
	}
	for _, i := range s.numbers {
		switch {
		case i.isPoint():
			out = append(out, numberValue(i.lo))
		case math.IsInf(i.lo, -1) && math.IsInf(i.hi, 1):
			out = append(out, numericValue("<", 0), numericValue(">=", 0))
		case math.IsInf(i.lo, -1):
			out = append(out, numericValue(upperOp(i), i.hi))
		case math.IsInf(i.hi, 1):
			out = append(out, numericValue(lowerOp(i), i.lo))
		default:
			out = append(out, cloudformation.NewObject("numeric",
				cloudformation.List{lowerOp(i), numberValue(i.lo), upperOp(i), numberValue(i.hi)}))
		}
	}
	return out
}

func lowerOp(i interval) string {
	if i.loOpen {
		return ">"
	}
	return ">="
}

func upperOp(i interval) string {
	if i.hiOpen {
		return "<"
	}
	return "<="
}

func numericValue(op string, f float64) *cloudformation.Object {
	return cloudformation.NewObject("numeric", cloudformation.List{op, numberValue(f)})
}

func numberValue(f float64) cloudformation.Number {
	return cloudformation.Number(strconv.FormatFloat(f, 'g', -1, 64))
}

func numberList(fs []float64) cloudformation.List {
	var out cloudformation.List
	for _, f := range fs {
		out = append(out, numberValue(f))
	}
	return out
}

func (t term) value() (cloudformation.Value, error) {
	if !t.not {
		return t.atoms[0].value(), nil
	}
	first := t.atoms[0]
	if !slices.ContainsFunc(t.atoms, func(a atom) bool { return a.kind != first.kind || a.fold }) && first.kind != cidr {
		return exclude(first.kind, t.atoms), nil
	}
	// Different kinds meet in wildcards.
	var globs []atom
	for _, a := range t.atoms {
		switch {
		case a.param != "" || a.fold || a.kind == ignoreCase || a.kind == cidr:
			return nil, errors.New("EventBridge cannot exclude these kinds of value together")
		case a.kind == literal:
			a.text = escapeWildcard(a.text)
		case a.kind == prefix:
			a.text = escapeWildcard(a.text) + "*"
		case a.kind == suffix:
			a.text = "*" + escapeWildcard(a.text)
		}
		globs = append(globs, atom{kind: wildcard, text: a.text})
	}
	return exclude(wildcard, globs), nil
}

var operatorNames = map[atomKind]string{prefix: "prefix", suffix: "suffix", ignoreCase: "equals-ignore-case", wildcard: "wildcard", cidr: "cidr"}

func exclude(kind atomKind, atoms []atom) cloudformation.Value {
	list := cloudformation.List{}
	for _, a := range atoms {
		list = append(list, a.bare())
	}
	if kind == literal {
		return cloudformation.NewObject("anything-but", list)
	}
	return cloudformation.NewObject("anything-but", cloudformation.NewObject(operatorNames[kind], list))
}

func (a atom) bare() cloudformation.Value {
	if a.param != "" {
		return cloudformation.Ref(a.param)
	}
	return a.text
}

func (a atom) value() cloudformation.Value {
	if a.kind == literal {
		return a.bare()
	}
	var arg cloudformation.Value = a.text
	if a.fold {
		arg = cloudformation.NewObject("equals-ignore-case", a.text)
	}
	return cloudformation.NewObject(operatorNames[a.kind], arg)
}
