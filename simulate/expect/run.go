package expect

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/notifygen/notifygen/contract"
	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/redact"
	"github.com/notifygen/notifygen/simulate"
)

// Subject is what is tested.
type Subject struct {
	Name  string // the file of routes, or the templates
	World *simulate.World
	// Dir is where the file of routes is: the templates know its base name.
	Dir string
	// Fakes are the recorded answers of those APIs for which the file has none.
	Fakes *simulate.Fakes
}

// Run runs the tests of a file for which LoadEvents, LoadFakes and Resolve found
// nothing wrong.
func (f *File) Run(s Subject, services []*contract.Service) ([]TestResult, []Covered) {
	p := simulate.Player{World: s.World, Now: f.Now, Services: services, Parameters: f.Stored, Fakes: f.fakes.over(s.Fakes)}
	cover := newCover(s)
	var results []TestResult
	for _, t := range f.Tests {
		began := time.Now()
		run := testRun{test: t, world: s.World}
		p.Failures = f.failures(t, services)
		run.play(p)
		run.warnUnused(p.Failures)
		run.judge()
		run.warnBus()
		cover.add(run.deliveries)
		for i := range run.failures {
			run.failures[i] = run.failures[i].masked()
		}
		slices.SortStableFunc(run.failures, func(a, b Failure) int {
			return cmp.Or(cmp.Compare(a.Pos.Line, b.Pos.Line), cmp.Compare(a.Pos.Col, b.Pos.Col))
		})
		results = append(results, TestResult{
			Name: t.Name, Pos: t.Pos, Took: time.Since(began),
			Failures: append([]Failure{}, run.failures...), Warnings: append([]string{}, run.warnings...),
		})
	}
	return results, cover.rows
}

type testRun struct {
	test       *Test
	world      *simulate.World
	deliveries []simulate.Delivery
	refused    []*simulate.Failure
	failures   []Failure
	warnings   []string
}

func (r *testRun) fail(f Failure) { r.failures = append(r.failures, f) }

func (r *testRun) play(p simulate.Player) {
	p.Received = &simulate.Received{}
	p.Fakes = r.test.fakes.over(p.Fakes)
	if r.test.stored != nil {
		stored := maps.Clone(p.Parameters)
		if stored == nil {
			stored = map[string]string{}
		}
		maps.Copy(stored, r.test.stored)
		p.Parameters = stored
	}
	for _, in := range r.test.incoming {
		if in.Error != nil {
			r.refused = append(r.refused, in.Error)
			continue
		}
		r.deliveries = append(r.deliveries, p.Play(in, r.test.Bus)...)
	}
}

func (r *testRun) judge() {
	r.judgeRefused()
	p := pair(r.test.Expect, r.deliveries)
	passing := simulate.OnTheWay(r.deliveries)
	for i, met := range p.met() {
		if met {
			continue
		}
		if j := p.nearest(i); j >= 0 {
			r.failures = append(r.failures, p.differences[i][j]...)
			continue
		}
		e := r.test.Expect[i]
		r.fail(Failure{Pos: e.Pos, Delivery: e.label(), Message: "nothing is delivered", Notes: r.explain(e)})
	}
	for j, d := range r.deliveries {
		switch {
		case p.pairOf[j] >= 0:
			r.warn(d)
		case r.test.Exact && !passing[j]:
			r.fail(Failure{Pos: r.test.Pos, Delivery: label(d), Message: "this delivery is not expected", Notes: shown(d)})
		}
	}
	for _, never := range r.test.Not {
		for j, d := range r.deliveries {
			if never.selects(d) && (!passing[j] || never.names(d)) && len(never.differences(d, true)) == 0 {
				r.fail(Failure{Pos: never.Pos, Delivery: label(d), Message: "this must not be delivered", Notes: shown(d)})
			}
		}
	}
}

// judgeRefused compares the entries that PutEvents refuses.
func (r *testRun) judgeRefused() {
	var codes []string
	for _, f := range r.refused {
		codes = append(codes, f.Code)
	}
	want, got := strings.Join(r.test.Refused, ", "), strings.Join(codes, ", ")
	switch {
	case want == got:
	case want == "":
		for _, f := range r.refused {
			r.fail(Failure{Pos: r.test.Pos, Message: "PutEvents refuses an entry: " + reason(f)})
		}
	default:
		r.fail(Failure{Pos: r.test.Pos, Message: "what PutEvents refuses differs", Expected: want, Got: got})
	}
}

// warn tells what the service does with a message that arrives.
func (r *testRun) warn(d simulate.Delivery) {
	if d.Contract == nil || d.Contract.Refused() || d.Refused() {
		return
	}
	for _, p := range d.Contract.Problems {
		r.warnings = append(r.warnings, redact.Text(label(d)+": "+remark(p)))
	}
}

// warnUnused tells of failures that met no request.
func (r *testRun) warnUnused(f *contract.Failures) {
	if r.test.fail == nil { // those of the file are for whatever test they fit
		return
	}
	for _, text := range f.Unused() {
		r.warnings = append(r.warnings, "the failure "+text+" did not happen: no such request is sent")
	}
}

// warnBus tells of buses that nothing can come from: a test that wants no
// delivery would always pass.
func (r *testRun) warnBus() {
	buses := []string{r.test.Bus}
	for _, in := range r.test.incoming {
		buses = append(buses, in.Bus)
	}
	slices.Sort(buses)
	buses = slices.DeleteFunc(slices.Compact(buses), func(bus string) bool { return bus == "" })
	if len(buses) == 0 || len(r.deliveries) > 0 {
		return
	}
	all := r.world.Describe()
	var names []string
	for _, b := range all.Buses {
		names = append(names, b.Name)
	}
	for _, bus := range buses {
		if _, known := all.FindBus(bus); known {
			continue
		}
		text := "there is no event bus " + bus
		if near := diag.Suggest(bus, names); near != "" {
			text += ", did you mean " + near + "?"
		}
		r.warnings = append(r.warnings, redact.Text(text))
	}
}

// shown is a delivery in a few lines.
func shown(d simulate.Delivery) []string {
	var out []string
	if d.Error != nil {
		out = append(out, "it cannot be delivered: "+reason(d.Error))
	}
	if d.Request != nil {
		out = append(out, d.Request.Method+" "+d.Request.URL)
	}
	if text := content(d); text != "" {
		out = append(out, text)
	}
	return append(out, missing(d)...)
}
