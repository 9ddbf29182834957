package filter

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/eventbridge"
)

// Pattern writes the filter as an event pattern: as the author spelled it where
// nothing had to be calculated, else with what all alternatives share in front
// and the rest under $or. It fails where EventBridge would refuse the pattern.
func (f *Filter) Pattern() (*cloudformation.Object, error) {
	switch {
	case f.written != nil && f.merged:
		return f.written, accepted(f.written)
	case f.written != nil:
		return f.written, nil
	case len(f.alternatives) == 0:
		return nil, errors.New("no event is selected")
	}
	leaves, err := leavesOf(relaxed(f.alternatives))
	if err != nil {
		return nil, err
	}
	shared, rest := factor(leaves)
	pattern := cloudformation.NewObject()
	place(pattern, shared)
	if rest == nil {
		return pattern, accepted(pattern)
	}
	below, prefix := pattern, ""
	if !slices.ContainsFunc(slices.Concat(rest...), func(l leaf) bool { return !strings.HasPrefix(l.path, "detail.") }) {
		below, prefix = within(pattern, "detail")
	}
	var or cloudformation.List
	for _, branch := range rest {
		for i, l := range branch {
			branch[i].path = strings.TrimPrefix(l.path, prefix)
			if word := reservedIn(l.path); word != "" {
				return nil, &InexpressibleError{Path: l.path, Reason: fmt.Sprintf("EventBridge does not allow a field named %q inside $or", word)}
			}
		}
		o := cloudformation.NewObject()
		place(o, branch)
		or = append(or, o)
	}
	below.Set("$or", or)
	return pattern, accepted(pattern)
}

// within gives the object at a key, and what the paths inside begin with.
// Where the key holds values it gives the pattern itself.
func within(pattern *cloudformation.Object, key string) (o *cloudformation.Object, prefix string) {
	if pattern.Get(key) == nil {
		pattern.Set(key, cloudformation.NewObject())
	}
	if o = pattern.Object(key); o != nil {
		return o, key + "."
	}
	return pattern, ""
}

// accepted asks EventBridge's own rules: wildcards may be too complex together,
// and combinations too many.
func accepted(pattern *cloudformation.Object) error {
	_, err := eventbridge.ParsePattern(cloudformation.Compact(constant(pattern)))
	var invalid *eventbridge.PatternError
	if errors.As(err, &invalid) {
		return errors.New("EventBridge would refuse the pattern: " + invalid.Reason)
	}
	return err
}

// constant puts a string in the place of every parameter.
func constant(v cloudformation.Value) cloudformation.Value {
	switch v := v.(type) {
	case cloudformation.List:
		out := make(cloudformation.List, len(v))
		for i, item := range v {
			out[i] = constant(item)
		}
		return out
	case *cloudformation.Object:
		if _, isString := v.Get("Ref").(string); isString && v.Len() == 1 {
			return "x"
		}
		out := cloudformation.NewObject()
		for key, value := range v.All() {
			out.Set(key, constant(value))
		}
		return out
	}
	return v
}

type leaf struct {
	path   string
	values cloudformation.List
	text   string
}

func leavesOf(alternatives []conjunction) ([][]leaf, error) {
	out := make([][]leaf, len(alternatives))
	for i, c := range alternatives {
		for _, l := range c {
			values := l.written
			if values == nil {
				var err error
				if values, err = l.set.values(); err != nil {
					return nil, &InexpressibleError{Path: l.path, Reason: err.Error()}
				}
			}
			out[i] = append(out[i], leaf{l.path, values, string(cloudformation.Compact(values))})
		}
	}
	return out, nil
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
		if len(own) == 0 {
			// It asks no more than the others, and yet does not contain them:
			// they tie what they want absent to one element of a list.
			return nil, alternatives
		}
		rest = append(rest, own)
	}
	return shared, rest
}

// place puts leaves into a pattern, an object for each segment of their paths.
// Where one leaf stands above another, the one below gets a key with a dot,
// which is the same to EventBridge.
func place(pattern *cloudformation.Object, leaves []leaf) {
	above := func(a leaf) bool {
		return slices.ContainsFunc(leaves, func(b leaf) bool { return strings.HasPrefix(b.path, a.path+".") })
	}
	if slices.ContainsFunc(leaves, above) {
		leaves = slices.Clone(leaves)
		slices.SortStableFunc(leaves, func(a, b leaf) int { return strings.Count(a.path, ".") - strings.Count(b.path, ".") })
	}
	for _, l := range leaves {
		o, rest := pattern, l.path
		for {
			segment, below, more := strings.Cut(rest, ".")
			_, taken := o.Get(segment).(cloudformation.List)
			if !more || taken {
				o.Set(rest, l.values)
				break
			}
			if o.Object(segment) == nil {
				o.Set(segment, cloudformation.NewObject())
			}
			o, rest = o.Object(segment), below
		}
	}
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

// values writes a set as the list of values of a field. Numbers that are too
// long to compare are left out where a range stands: no range holds them.
func (s Set) values() (cloudformation.List, error) {
	if s.opaque {
		return nil, errors.New(noWords)
	}
	var out cloudformation.List
	if s.missing {
		out = append(out, cloudformation.NewObject("exists", false))
	}
	negative := slices.ContainsFunc(s.strings, func(t term) bool { return t.not })
	numbersExcept, finite := s.numbers.complement().points()
	switch {
	case s.hasOthers() && s.hasEveryString():
		return append(out, cloudformation.NewObject("exists", true)), nil
	case s.null && s.yes && s.no && s.long && finite && s.hasEveryString():
		return append(out, cloudformation.NewObject("anything-but", numberList(numbersExcept))), nil
	case s.hasEveryString():
		return append(append(out, cloudformation.NewObject("prefix", "")), s.otherValues()...), nil
	case negative && !s.hasOthers():
		// anything-but lets every number, boolean and null through
		return nil, errors.New("EventBridge's anything-but excludes strings or numbers, not both, and never booleans")
	case !negative && s.hasOthers():
		out = append(out, exclude(wildcard, []atom{{kind: wildcard, text: "*"}}))
	case !negative:
		out = append(out, s.otherValues()...)
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
	allOf := func(is func(atom) bool) bool {
		return !slices.ContainsFunc(t.atoms, func(a atom) bool { return !is(a) })
	}
	for _, kind := range []atomKind{literal, prefix, suffix, wildcard} {
		if allOf(func(a atom) bool { return a.kind == kind && !a.fold }) {
			return exclude(kind, t.atoms), nil
		}
	}
	if allOf(func(a atom) bool { return a.kind == ignoreCase || a.isText() && isCaseless(a.text) }) {
		return exclude(ignoreCase, t.atoms), nil
	}
	if !allOf(func(a atom) bool { return a.kind != address && a.kind != cidr }) {
		return nil, errors.New("EventBridge cannot exclude IP addresses, only one spelling of them: {wildcard: ADDRESS}")
	}
	var globs []atom // different kinds meet in wildcards
	for _, a := range t.atoms {
		switch {
		case a.isText():
			a.text = escapeWildcard(a.text)
		case a.isPlain(prefix):
			a.text = escapeWildcard(a.text) + "*"
		case a.isPlain(suffix):
			a.text = "*" + escapeWildcard(a.text)
		case a.fold:
			return nil, errors.New("EventBridge cannot exclude a prefix or a suffix that ignores case")
		case a.kind != wildcard:
			return nil, errors.New("EventBridge cannot exclude these kinds of value together")
		}
		globs = append(globs, atom{kind: wildcard, text: a.text})
	}
	return exclude(wildcard, globs), nil
}

// isText tells whether the atom is one string that is known.
func (a atom) isText() bool { return a.kind == literal && a.param == "" }

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
	var arg cloudformation.Value = a.text
	switch {
	case a.isText() && bare(a.text).kind == address:
		// The text alone would stand for every spelling of the address.
		return cloudformation.NewObject("wildcard", a.text)
	case a.kind == literal || a.kind == address:
		return a.bare()
	case a.fold:
		arg = cloudformation.NewObject("equals-ignore-case", a.text)
	}
	return cloudformation.NewObject(operatorNames[a.kind], arg)
}
