package plan_test

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/eventbridge"
	"github.com/notifygen/notifygen/plan"
	"github.com/notifygen/notifygen/stacks"
)

// The property: of the variants of a route, and of the cases of its mentions,
// exactly the rule fires that the file means: the first variant whose `when`
// matches, the case whose value the field holds. The oracle is EventBridge's
// own matching of the patterns as the author wrote them, one variant at a time.

// constant puts its value in the place of the parameter.
func constant(pattern string) []byte {
	pattern = strings.ReplaceAll(pattern, parameter, parameterValue)
	return []byte(strings.ReplaceAll(pattern, `{"Ref":"P"}`, parameterValue))
}

// oracle gives each variant's own pattern, without exclusions; ok is false where
// EventBridge refuses one.
func (cf config) oracle() (out [][]*eventbridge.Pattern, ok bool) {
	for _, fs := range cf.variants {
		var alternatives []*eventbridge.Pattern
		for _, r := range flat(fs, []map[string]string{{}}) {
			var parts []string
			for _, path := range slices.Sorted(maps.Keys(r)) {
				parts = append(parts, strconv.Quote(path)+":"+r[path])
			}
			p, err := eventbridge.ParsePattern(constant("{" + strings.Join(parts, ",") + "}"))
			if err != nil {
				return nil, false
			}
			alternatives = append(alternatives, p)
		}
		out = append(out, alternatives)
	}
	return out, true
}

func matches(alternatives []*eventbridge.Pattern, e *eventbridge.Event) bool {
	return slices.ContainsFunc(alternatives, func(p *eventbridge.Pattern) bool { return p.Match(e) })
}

// patternText gives a rule's pattern: an object, or text where it holds null.
func patternText(v cloudformation.Value) []byte {
	if sub, ok := v.(*cloudformation.Object); ok && sub.Get("Fn::Sub") != nil {
		v = strings.ReplaceAll(sub.Get("Fn::Sub").(string), `"${P}"`, parameterValue)
	}
	if text, ok := v.(string); ok {
		return []byte(text)
	}
	return constant(string(cloudformation.Compact(v)))
}

// A rule of the compiled template.
type rule struct {
	variant, text string // text holds the template: who is mentioned
	pattern       *eventbridge.Pattern
}

// rulesOf gives the rules of routes ("Route"), or those in front of sources
// ("EventSource").
func rulesOf(t testing.TB, c stacks.Compiled, of string) []rule {
	t.Helper()
	var out []rule
	for _, v := range c.Stacks[0].Template.Object("Resources").All() {
		r := v.(*cloudformation.Object)
		if r.Get("Type") != "AWS::Events::Rule" || r.Object("Metadata").Object("notifygen").Get(of) == nil {
			continue
		}
		text := patternText(r.Object("Properties").Get("EventPattern"))
		p, err := eventbridge.ParsePattern(text)
		if err != nil {
			t.Fatalf("EventBridge refuses %s: %v", text, err)
		}
		label, _ := r.Object("Metadata").Object("notifygen").Get("Match").(string)
		variant, _, _ := strings.Cut(label, "-")
		out = append(out, rule{variant, string(cloudformation.Compact(r.Object("Properties").Get("Targets"))), p})
	}
	return out
}

// outcomes counts what became of random files.
type outcomes struct {
	files, refused, compiled, excluding, split, inexpressible, needless, shadowed, events int
}

// A finding of the compiler about a variant and, where it names one, an earlier
// one.
type finding struct {
	code           diag.Code
	variant, other int
}

// findings gives what the compiler says of the variants; other is what it says
// beside that the generator did not mean to provoke.
func (cf config) findings(c stacks.Compiled) (of []finding, other []diag.Diagnostic) {
	for _, d := range c.Diagnostics {
		switch d.Code {
		case diag.Inexpressible, diag.ShadowedVariant:
			f := finding{d.Code, slices.Index(cf.lines, d.Pos.Line), -1}
			if len(d.Notes) > 0 {
				f.other = slices.Index(cf.lines, d.Notes[0].Pos.Line)
			}
			of = append(of, f)
		case diag.InvalidPattern, diag.FieldConstrainedTwice, diag.AbsenceInList, diag.ListVariants, diag.PerMinuteLimit, diag.PatternQuota, diag.PatternTooLong, diag.Unused, diag.RulesQuota:
		default:
			other = append(other, d)
		}
	}
	return of, other
}

// A sample is an event with its text.
type sample struct {
	text  string
	event *eventbridge.Event
	found *eventbridge.Event // as the rules of routes find it
}

func newSample(t testing.TB, k kind, c *choices) sample {
	t.Helper()
	text := k.event(c)
	e, err := eventbridge.ParseEvent([]byte(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	found, err := eventbridge.ParseEvent([]byte(k.found(text)))
	if err != nil {
		t.Fatalf("%s: %v", k.found(text), err)
	}
	return sample{text, e, found}
}

// check compiles a file and sends events through its rules. It says what went
// wrong, "" where all is well.
func (cf config) check(t testing.TB, o *outcomes, samples []sample) string {
	o.files++
	oracle, ok := cf.oracle()
	if !ok {
		o.refused++
		return ""
	}
	compiled := stacks.CompileFile("notifygen.yaml", []byte(cf.yaml), plan.Options{})
	found, other := cf.findings(compiled)
	if other != nil {
		return fmt.Sprintf("unexpected: %v", other)
	}
	var rules, entries []rule
	switch {
	case compiled.OK():
		rules = rulesOf(t, compiled, "Route")
		entries = rulesOf(t, compiled, "EventSource")
		o.compiled++
		o.split += min(1, len(cf.by))
	case len(found) == 0:
		o.refused++
		return ""
	default:
		o.inexpressible += min(1, count(found, diag.Inexpressible))
		o.shadowed += min(1, count(found, diag.ShadowedVariant))
	}
	excluding := false
	overlaps := map[finding]bool{}
	for _, s := range samples {
		o.events++
		matching := make([]bool, len(oracle))
		for i := range oracle {
			matching[i] = matches(oracle[i], s.event)
		}
		first := slices.Index(matching, true)
		excluding = excluding || first >= 0 && slices.Contains(matching[first+1:], true)
		for _, f := range found {
			if f.code == diag.ShadowedVariant && f.variant == first {
				return fmt.Sprintf("v%d is reported as shadowed, and wins %s", first, s.text)
			}
			if f.other >= 0 && matching[f.variant] && matching[f.other] {
				overlaps[f] = true
			}
		}
		if rules == nil {
			continue
		}
		if problem := cf.judge(rules, s, first); problem != "" {
			return problem
		}
		if problem := cf.judgeEntry(entries, s); problem != "" {
			return problem
		}
	}
	if rules != nil && excluding {
		o.excluding++
	}
	for _, f := range found {
		if f.code == diag.Inexpressible && f.other >= 0 && !overlaps[f] {
			o.needless++
		}
		if f.code == diag.Inexpressible && f.other >= 0 && cf.trivial(f.variant, f.other) {
			return fmt.Sprintf("v%d and v%d are kept apart by literals, yet reported as inexpressible", f.other, f.variant)
		}
	}
	return ""
}

func count(found []finding, code diag.Code) (n int) {
	for _, f := range found {
		if f.code == code {
			n++
		}
	}
	return n
}

// judge tells whether exactly the right rule fires for an event of which the
// variant first is the first to match.
func (cf config) judge(rules []rule, s sample, first int) string {
	var fired []string
	for _, r := range rules {
		if r.pattern.Match(s.found) {
			fired = append(fired, r.variant+cf.mentioned(r.text))
		}
	}
	var want []string
	if first >= 0 {
		want = []string{fmt.Sprintf("v%d", first) + cf.wanted(s.event)}
	}
	if slices.Equal(fired, want) || len(fired) == 0 && isLong(s.text) {
		return ""
	}
	return fmt.Sprintf("fires %v, want %v: %s", fired, want, s.text)
}

// judgeEntry tells whether every event of a source that has facts added or copies
// dropped gets in, once; or twice where the first value of the key is null.
func (cf config) judgeEntry(entries []rule, s sample) string {
	if cf.kind.origin == "" {
		return ""
	}
	in, want := 0, 0
	for _, r := range entries {
		if r.pattern.Match(s.event) {
			in++
		}
	}
	for _, r := range flat(cf.kind.base, []map[string]string{{}}) {
		var parts []string
		for path, values := range r {
			parts = append(parts, strconv.Quote(path)+":"+values)
		}
		if p, err := eventbridge.ParsePattern([]byte("{" + strings.Join(parts, ",") + "}")); err == nil && p.Match(s.event) {
			want = 1
		}
	}
	if in != want && !(want == 1 && in == 2 && cf.kind.nullKey(s.event)) {
		return fmt.Sprintf("%d rules let it in, want %d: %s", in, want, s.text)
	}
	return ""
}

// nullKey tells whether the first value by which copies are told is null.
func (k kind) nullKey(e *eventbridge.Event) bool {
	_, list, _ := strings.Cut(k.source, "dedupe: [")
	first, _, listed := strings.Cut(list, ",")
	if !listed {
		first = "detail.communicationId" // dedupe: true of aws.health
	}
	p, err := eventbridge.ParsePattern([]byte("{" + strconv.Quote(first) + ":[null]}"))
	return err == nil && strings.Contains(k.source, "dedupe") && p.Match(e)
}

// mentioned tells which case a rule is for, by the number it calls.
func (cf config) mentioned(target string) string {
	for i := range len(cf.cases) + 1 {
		if number := strings.TrimPrefix(mobile(i), "mobile:"); cf.by != "" && strings.Contains(target, number) {
			return " case " + strconv.Itoa(i)
		}
	}
	return ""
}

func (cf config) wanted(e *eventbridge.Event) string {
	if cf.by == "" {
		return ""
	}
	path := strconv.Quote(cf.by)
	for i, v := range cf.cases {
		p, err := eventbridge.ParsePattern([]byte("{" + path + `:[{"wildcard":"` + v + `"}]}`)) // the text, whatever it spells
		if err == nil && p.Match(e) {
			return " case " + strconv.Itoa(i)
		}
	}
	return " case " + strconv.Itoa(len(cf.cases))
}

// isLong tells whether an event holds a number that EventBridge does not
// compare: one that is in no range and outside none. It may get lost.
func isLong(event string) bool {
	return strings.Contains(event, "9007199254740993") || strings.Contains(event, "1e400") || strings.Contains(event, "0.1234567890123456789")
}

// trivial tells whether two variants want different literals of one field that
// holds no list: nothing needs to be excluded there.
func (cf config) trivial(i, j int) bool {
	literals := func(k int) map[string][]string {
		out := map[string][]string{}
		for _, f := range cf.variants[k] {
			if f.or == nil && slices.Contains(cf.kind.scalars, f.path) && !strings.ContainsAny(f.values, "{.:") {
				out[f.path] = strings.Split(strings.Trim(f.values, "[]"), ",")
			} else {
				delete(out, f.path)
			}
		}
		return out
	}
	if slices.ContainsFunc(slices.Concat(cf.variants[i], cf.variants[j]), func(f field) bool { return f.or != nil }) {
		return false
	}
	theirs := literals(j)
	for path, mine := range literals(i) {
		if theirs[path] != nil && !slices.ContainsFunc(mine, func(v string) bool { return slices.Contains(theirs[path], v) }) && same(mine) && same(theirs[path]) {
			return true
		}
	}
	return false
}

// same tells whether all values are strings: numbers have several spellings.
func same(values []string) bool {
	return !slices.ContainsFunc(values, func(v string) bool { return v[0] != '"' })
}

// samples gives the events that files with a source of this kind are tried on.
func (k kind) samples(t testing.TB) []sample {
	const n = 1500
	if known[k.source] == nil {
		for i := range uint64(n) {
			known[k.source] = append(known[k.source], newSample(t, k, &choices{seeded(i, 60)}))
		}
	}
	return known[k.source]
}

var known = map[string][]sample{}

func checkBytes(t testing.TB, o *outcomes, data []byte) (config, string) {
	cf := newConfig(&choices{data})
	return cf, cf.check(t, o, cf.kind.samples(t))
}

// TestVariants is the property on random files.
func TestVariants(t *testing.T) {
	const files = 400
	var o outcomes
	for seed := range uint64(files) {
		data := seeded(seed, 160)
		if _, problem := checkBytes(t, &o, data); problem != "" {
			cf, problem := checkBytes(t, new(outcomes), shrink(t, data))
			t.Fatalf("seed %d: %s\n%s", seed, problem, cf.yaml)
		}
	}
	t.Logf("%+v", o)
	for what, share := range map[string][2]int{
		"compile with exclusions that matter": {o.excluding, 30},
		"compile":                             {o.compiled, 40},
		"are inexpressible":                   {o.inexpressible, 5},
		"have a shadowed variant":             {o.shadowed, 3},
		"compile with mention cases":          {o.split, 5},
	} {
		if share[0]*100 < (o.files-o.refused)*share[1] {
			t.Errorf("only %d of %d files %s, want %d %%", share[0], o.files-o.refused, what, share[1])
		}
	}
}

// shrink leaves out bytes while the file they make still fails.
func shrink(t testing.TB, data []byte) []byte {
	until := time.Now().Add(20 * time.Second)
	for size := 32; size > 0; size /= 2 {
		for at := 0; at+size <= len(data) && time.Now().Before(until); at++ {
			less := slices.Delete(slices.Clone(data), at, at+size)
			if _, problem := checkBytes(t, new(outcomes), less); problem != "" {
				data = less
				at--
			}
		}
	}
	return data
}

// FuzzVariants is the property on the fuzzer's bytes: one half makes the file,
// the other an event.
func FuzzVariants(f *testing.F) {
	for seed := range uint64(20) {
		f.Add(seeded(seed, 160), seeded(seed, 60))
	}
	f.Fuzz(func(t *testing.T, file, event []byte) {
		cf := newConfig(&choices{file})
		problem := cf.check(t, new(outcomes), []sample{newSample(t, cf.kind, &choices{event})})
		if problem != "" {
			t.Fatalf("%s\n%s", problem, cf.yaml)
		}
	})
}
