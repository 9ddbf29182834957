package plan_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
)

// choices makes random things out of bytes, so that seeds, the fuzzer and
// shrinking share the generators. Where the bytes end, choices are the simplest.
type choices struct{ data []byte }

func seeded(seed uint64, size int) []byte {
	r := rand.New(rand.NewPCG(seed, 11))
	data := make([]byte, size)
	for i := range data {
		data[i] = byte(r.Uint32())
	}
	return data
}

func (c *choices) n(k int) int {
	if len(c.data) == 0 {
		return 0
	}
	b := int(c.data[0])
	c.data = c.data[1:]
	return b % k
}

func (c *choices) pick(from ...string) string { return from[c.n(len(from))] }

func (c *choices) list(most int, element func() string) string {
	out := []string{element()}
	for len(out) < most && c.n(2) == 1 {
		out = append(out, element())
	}
	return strings.Join(out, ",")
}

// parameterValue is what the stack parameter P holds: a string that patterns
// also name.
const parameterValue, parameter = `"ab"`, `{"parameter":"P"}`

func (c *choices) text() string {
	switch c.n(16) {
	case 1:
		return c.pick(`"10.0.0.1"`, `"010.0.0.1"`, `"::ffff:a00:1"`, `"a00:1::"`)
	case 2:
		return c.pick(`"a*"`, `"a\\b"`, `"a\""`, `"\"a"`, `"é"`, `"É"`, `""`, `"1"`, `"true"`)
	}
	return c.pick(`"a"`, `"b"`, `"c"`, `"ab"`, `"abc"`, `"A"`, `"aB"`, `"bab"`)
}

func (c *choices) number() string {
	return c.pick("0", "1", "-1", "-0", "1.0", "1e0", "10", "9.999999", "10.000001", "-0.5", "1e2", "100", "5e9", "0.1")
}

func (c *choices) scalar() string {
	switch c.n(12) {
	case 0, 1, 2, 3, 4, 5, 6:
		return c.text()
	case 7, 8, 9:
		return c.number()
	case 10:
		return c.pick("9007199254740993", "1e400", "0.1234567890123456789") // EventBridge compares none of them
	}
	return c.pick("null", "true", "false")
}

// value is an entry in the list of a field, as JSON; EventBridge refuses some.
func (c *choices) value() string {
	op := func(name, arg string) string { return `{"` + name + `":` + arg + `}` }
	glob := func() string { return c.pick(`"a*"`, `"*b"`, `"a*b"`, `"*b*"`, `"*"`, `"a\\*"`) }
	switch c.n(22) {
	default:
		return c.text()
	case 5, 6:
		return c.number()
	case 7:
		return c.pick("null", "true", "false")
	case 8, 9:
		return op("exists", c.pick("true", "false"))
	case 10:
		return op("prefix", c.text())
	case 11:
		return op("suffix", c.text())
	case 12:
		return op("equals-ignore-case", c.text())
	case 13:
		return op("wildcard", glob())
	case 14:
		return op(c.pick("prefix", "suffix"), op("equals-ignore-case", c.text()))
	case 15:
		return op("cidr", c.pick(`"10.0.0.0/8"`, `"10.0.0.0/31"`, `"a00::/16"`, `"11.0.0.0/8"`))
	case 16, 17:
		if c.n(2) == 1 {
			return op("numeric", "["+c.pick(`">"`, `">="`)+","+c.number()+","+c.pick(`"<"`, `"<="`)+","+c.number()+"]")
		}
		return op("numeric", "["+c.pick(`"<"`, `"<="`, `">"`, `">="`, `"="`)+","+c.number()+"]")
	case 18:
		return op("anything-but", "["+c.list(2, c.text)+"]")
	case 19:
		return op("anything-but", "["+c.list(2, c.number)+"]")
	case 20:
		if c.n(3) == 1 {
			return op("anything-but", op("wildcard", "["+c.list(2, glob)+"]"))
		}
		return op("anything-but", op(c.pick("prefix", "suffix", "equals-ignore-case"), "["+c.list(2, c.text)+"]"))
	case 21:
		return parameter
	}
}

// A flavour is what the patterns of a file mostly ask of a field: authors know
// what type a field has.
type flavour int

const (
	words flavour = iota
	amounts
	flags
	anything
	listed
)

func (c *choices) values(f flavour) string {
	op := func(name, arg string) string { return `[{"` + name + `":` + arg + `}]` }
	switch c.n(16) {
	case 1, 2:
		return op("exists", c.pick("true", "false"))
	case 3:
		f = anything
	}
	plain := func() string { return c.pick(`"a"`, `"b"`, `"c"`, `"ab"`, `"abc"`, `"A"`, `"bab"`) }
	switch f {
	case words:
		switch c.n(8) {
		default:
			return "[" + c.list(3, plain) + "]"
		case 5:
			return op("prefix", plain())
		case 6:
			return op("anything-but", "["+c.list(2, plain)+"]")
		case 7:
			return op(c.pick("suffix", "equals-ignore-case"), plain())
		}
	case amounts:
		switch c.n(4) {
		case 0:
			return "[" + c.list(2, c.number) + "]"
		case 1:
			return op("anything-but", "["+c.list(2, c.number)+"]")
		}
		return op("numeric", "["+c.pick(`"<"`, `"<="`, `">"`, `">="`)+","+c.number()+"]")
	case flags:
		return c.pick("[true]", "[false]", "[null]", "[true,false]")
	case listed:
		if c.n(4) != 1 {
			return op("exists", c.pick("true", "false"))
		}
		return "[" + c.list(3, plain) + "]"
	}
	return "[" + c.list(3, c.value) + "]"
}

// A field asks of a path, or is a $or of several lists of fields.
type field struct {
	path, values string
	or           [][]field
}

// A picker chooses fields to ask of.
type picker struct {
	paths    []string
	flavours map[string]flavour
}

// fields asks of some paths, each once; below $or a path may come again, as
// EventBridge allows.
func (c *choices) fields(most int, from picker) []field {
	var out []field
	for len(out) == 0 || len(out) < most && c.n(2) == 1 {
		p := from.paths[c.n(len(from.paths))]
		if slices.ContainsFunc(out, func(f field) bool { return f.path == p }) {
			break
		}
		out = append(out, field{path: p, values: c.values(from.flavours[p])})
	}
	return out
}

func (c *choices) when(from picker) []field {
	out := c.fields(2, from)
	if c.n(5) == 1 {
		or := field{or: [][]field{c.fields(2, from), c.fields(2, from)}}
		if c.n(2) == 1 {
			or.or = append(or.or, c.fields(1, from))
		}
		switch c.n(3) {
		case 0:
			return []field{or}
		case 1:
			return append(out, or)
		}
		return append([]field{or}, out...)
	}
	return out
}

// written gives a pattern as the author may write it, with dots or nested.
func written(fs []field, below string) string {
	var parts []string
	for _, f := range fs {
		if f.or == nil {
			parts = append(parts, strconv.Quote(strings.TrimPrefix(f.path, below))+": "+f.values)
			continue
		}
		var branches []string
		for _, branch := range f.or {
			branches = append(branches, written(branch, below))
		}
		parts = append(parts, `"$or": [`+strings.Join(branches, ", ")+"]")
	}
	out := "{" + strings.Join(parts, ", ") + "}"
	if below == "" && len(fs)%2 == 1 && !asksOutside(fs) {
		return `{"detail": ` + written(fs, "detail.") + "}"
	}
	return out
}

func asksOutside(fs []field) bool {
	return slices.ContainsFunc(fs, func(f field) bool {
		return f.or == nil && !strings.HasPrefix(f.path, "detail.") || slices.ContainsFunc(f.or, asksOutside)
	})
}

// flat gives the alternatives of patterns that must all match, path by path, as
// EventBridge expands them: left to right, the last word on a path counts.
func flat(fs []field, rules []map[string]string) []map[string]string {
	for _, f := range fs {
		var next []map[string]string
		for _, r := range rules {
			if f.or == nil {
				r = maps.Clone(r)
				r[f.path] = f.values
				next = append(next, r)
				continue
			}
			for _, branch := range f.or {
				next = append(next, flat(branch, []map[string]string{r})...)
			}
		}
		rules = next
	}
	return rules
}

// A kind of source, with the fields that its events have.
type kind struct {
	source  string // YAML
	base    []field
	scalars []string
	lists   []string            // hold scalars, or lists of them
	objects map[string][]string // hold objects, or lists of them, with these keys
	// origin is the source of the events in which routes find those of the kind,
	// "" where they find them as they were published.
	origin string
}

var kinds = []kind{
	{`{pattern: {"source": ["app"]}, lists: []}`, asks("source", `["app"]`),
		[]string{"detail.a", "detail.b", "detail.o.c", "detail.o", "account"}, nil, nil, ""},
	{`{pattern: {"source": ["app"], "$or": [{"detail.z": ["a", 1]}, {"detail-type": ["T"]}]}, lists: [detail.l, detail.m]}`,
		append(asks("source", `["app"]`), field{or: [][]field{asks("detail.z", `["a",1]`), asks("detail-type", `["T"]`)}}),
		[]string{"detail.a", "detail.b", "detail.o.c", "detail.a", "detail.b"}, []string{"detail.l"}, map[string][]string{"detail.m": {"p", "q"}}, ""},
	{`{pattern: {"source": ["app"]}, lists: []}`, asks("source", `["app"]`), []string{"detail.a", "detail.b"}, nil, nil, ""},
	{`{preset: aws.health, backup-region-copies: drop}`,
		slices.Concat(asks("source", `["aws.health"]`), asks("detail-type", `["AWS Health Event"]`), asks("detail.backupEvent", `["false",{"exists":false}]`)),
		[]string{"detail.service", "detail.statusCode", "detail.eventTypeCategory", "detail.service"}, []string{"detail.personas", "resources"},
		map[string][]string{"detail.affectedEntities": {"status", "entityValue"}}, ""},
	{`{preset: aws.support}`, append(asks("source", `["aws.support"]`), asks("detail-type", `["Support Case Update"]`)...),
		[]string{"detail.event-name", "detail.origin", "detail.case-id"}, nil, nil, ""},
	{`{preset: aws.cases}`, append(asks("source", `["aws.cases"]`), asks("detail-type", `["Amazon Connect Cases Change"]`)...),
		[]string{"detail.eventType", "detail.case.templateId", "detail.case.fields.x"}, []string{"detail.changedFieldIds"}, nil, ""},
	{`{preset: aws.support, enrich: true}`, append(asks("source", `["aws.support"]`), asks("detail-type", `["Support Case Update"]`)...),
		[]string{"detail.event-name", "enriched.severityCode", "enriched.status", "enriched.latestCommunication.body", "enriched.error.code"}, nil, nil, "notifygen.enriched"},
	{`{preset: aws.health, enrich: true, dedupe: true, backup-region-copies: drop}`,
		slices.Concat(asks("source", `["aws.health"]`), asks("detail-type", `["AWS Health Event"]`), asks("detail.backupEvent", `["false",{"exists":false}]`)),
		[]string{"detail.service", "enriched.category", "detail.communicationId", "enriched.metadata.x"}, []string{"detail.personas", "resources"},
		map[string][]string{"enriched.affectedEntities": {"statusCode", "entityValue"}}, "notifygen.enriched"},
	{`{pattern: {"source": ["app"], "$or": [{"detail.z": ["a", 1]}, {"detail-type": ["T"]}]}, dedupe: [detail.a, id], lists: [detail.l, detail.m]}`,
		append(asks("source", `["app"]`), field{or: [][]field{asks("detail.z", `["a",1]`), asks("detail-type", `["T"]`)}}),
		[]string{"detail.a", "detail.b", "detail.o.c"}, []string{"detail.l"}, map[string][]string{"detail.m": {"p", "q"}}, "notifygen.deduplicated"},
	{`{pattern: {"source": ["app"], "detail-type": ["Support Case Update"], "$or": [{"detail.z": ["a", 1]}, {"account": ["a"]}]}, enrich: {as: aws.support}, lists: [detail.l]}`,
		append(append(asks("source", `["app"]`), asks("detail-type", `["Support Case Update"]`)...), field{or: [][]field{asks("detail.z", `["a",1]`), asks("account", `["a"]`)}}),
		[]string{"detail.a", "enriched.severityCode", "enriched.status"}, []string{"detail.l"}, nil, "notifygen.enriched"},
}

// found is an event as routes find it.
func (k kind) found(event string) string {
	if k.origin == "" {
		return event
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal([]byte(event), &members); err != nil {
		panic(err)
	}
	detail := map[string]any{"event": members}
	if facts := members["enriched"]; facts != nil {
		detail["enriched"] = facts
		delete(members, "enriched")
	}
	text, err := json.Marshal(map[string]any{"source": k.origin, "detail-type": "s", "detail": detail})
	if err != nil {
		panic(err)
	}
	return string(text)
}

func asks(path, values string) []field { return []field{{path: path, values: values}} }

func (k kind) paths() []string {
	out := slices.Concat(k.scalars, k.scalars, k.scalars, k.lists)
	for _, list := range slices.Sorted(maps.Keys(k.objects)) {
		for _, key := range k.objects[list] {
			out = append(out, list+"."+key)
		}
	}
	return out
}

// A config is a file with one route, and what it means.
type config struct {
	kind     kind
	yaml     string
	variants [][]field // author's patterns: source, route and variant
	lines    []int     // where the variants stand in the file
	by       string    // mentions depend on it; "" where there are none
	cases    []string
}

func newConfig(c *choices) config {
	out := config{kind: kinds[c.n(len(kinds))]}
	from := picker{out.kind.paths(), map[string]flavour{}}
	for _, p := range from.paths {
		from.flavours[p] = []flavour{words, words, words, amounts, amounts, flags, anything}[c.n(7)]
		if !slices.Contains(out.kind.scalars, p) {
			from.flavours[p] = listed
		}
	}
	var route []field
	if c.n(4) == 1 {
		route = c.fields(1, from)
		from.paths = slices.DeleteFunc(from.paths, func(p string) bool { return p == route[0].path })
	}
	mentions := ""
	if c.n(4) == 1 {
		out.by = out.kind.scalars[c.n(len(out.kind.scalars))]
		for i, v := range []string{"a", "b", "10.0.0.1", "true"}[c.n(3):] {
			out.cases = append(out.cases, v)
			mentions += fmt.Sprintf("%s: [%q], ", strconv.Quote(v), mobile(i))
		}
		mentions = fmt.Sprintf(", mentions: {by: %s, cases: {%s}, else: [%q]}", out.by, strings.TrimSuffix(mentions, ", "), mobile(len(out.cases)))
	}
	var b strings.Builder
	fmt.Fprintf(&b, "version: 1\nname: t\nparameters: {P: {default: %s}}\nsecrets: {robot: {parameter: Token}}\nsources: {s: %s}\n", parameterValue, out.kind.source)
	fmt.Fprintf(&b, "destinations: {d: {type: dingtalk, security: keyword, keyword: K, access-token: robot%s}}\nroutes:\n  r:\n    from: s\n    to: [d]\n", mentions)
	if route != nil {
		fmt.Fprintf(&b, "    when: %s\n", written(route, ""))
	}
	b.WriteString("    variants:\n")
	n := 2 + c.n(4)
	for i := range n {
		when, words := []field(nil), "else: true"
		if i < n-1 || c.n(2) == 1 {
			when = c.when(from)
			words = "when: " + written(when, "")
		}
		out.variants = append(out.variants, slices.Concat(out.kind.base, route, when))
		out.lines = append(out.lines, 1+strings.Count(b.String(), "\n"))
		fmt.Fprintf(&b, "      - {name: v%d, %s, message: {title: K}}\n", i, words)
	}
	out.yaml = b.String()
	return out
}

func mobile(i int) string { return fmt.Sprintf("mobile:1390000000%d", i) }

// event gives an event that is likely one of the source's; lists stand only
// where the source has them.
func (k kind) event(c *choices) string {
	root := map[string]any{}
	set := func(path, value string) {
		keys := strings.Split(path, ".")
		at := root
		for _, key := range keys[:len(keys)-1] {
			below, ok := at[key].(map[string]any)
			if !ok {
				below = map[string]any{}
				at[key] = below
			}
			at = below
		}
		at[keys[len(keys)-1]] = json.RawMessage(value)
	}
	one := func() string {
		if c.n(8) == 1 {
			return c.pick("{}", `{"y":1}`, `{"c":"a"}`)
		}
		return c.scalar()
	}
	some := func() string {
		switch c.n(4) {
		case 1:
			return "[" + c.list(3, c.scalar) + "]"
		case 2:
			return c.pick("[]", "[["+c.scalar()+"],"+c.scalar()+"]", `[{"x":1}]`, `[{},`+c.scalar()+"]")
		}
		return one()
	}
	for _, f := range k.base {
		if f.or != nil {
			f = f.or[c.n(len(f.or))][0]
		}
		var values []json.RawMessage
		if json.Unmarshal([]byte(f.values), &values); c.n(10) != 1 {
			set(f.path, string(values[0]))
		}
	}
	for _, p := range k.scalars {
		if c.n(4) != 1 {
			set(p, one())
		}
	}
	for _, p := range k.lists {
		if c.n(4) != 1 {
			set(p, some())
		}
	}
	for _, p := range slices.Sorted(maps.Keys(k.objects)) {
		object := func() string {
			parts := []string{}
			for _, key := range k.objects[p] {
				if c.n(3) != 1 {
					parts = append(parts, strconv.Quote(key)+":"+some())
				}
			}
			return "{" + strings.Join(parts, ",") + "}"
		}
		switch c.n(4) {
		case 0:
			set(p, object())
		case 1, 2:
			set(p, "["+c.list(3, object)+"]")
		case 3:
			set(p, c.pick("[]", "null", `["a"]`))
		}
	}
	text, err := json.Marshal(root)
	if err != nil {
		panic(err)
	}
	return string(text)
}
