package simulate

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/schema"
)

// Fakes are recorded answers of the APIs that the enricher asks: of each
// operation one reply, in which what is asked for is looked up, or one error. The
// zero value holds none; nobody may change it while events are played.
//
// The answers of an API are an object, {"DescribeCases": {"cases": […]}}. Those
// of Support may be the bare reply, {"cases": […]}, and those of any API an error
// as it is on the wire, which every operation answers:
//
//	{"__type": "SubscriptionRequiredException", "message": "…"}
type Fakes struct {
	answers map[string]*answer // by API and operation: "support:DescribeCases"
}

// answer is what an operation answers: an error, or a reply.
type answer struct {
	code, message string
	reply         map[string]any
	pos           diag.Pos
}

// operation is one that the enricher calls.
type operation struct {
	target string // X-Amz-Target
	reply  *shape
	bare   string // member that tells the bare reply from a mapping of operations
	// find looks up in a reply what a request asks for.
	find func(reply, request map[string]any) *answer
}

var eventSets = wireObject("", "", map[string]*shape{"successfulSet": wireList(eventDetails), "failedSet": failedEvents})

// operations are those of the enricher, by API and name
// (https://docs.aws.amazon.com/awssupport/latest/APIReference/API_DescribeCases.html,
// https://docs.aws.amazon.com/health/latest/APIReference/API_Operations.html).
var operations = map[string]*operation{
	"support:DescribeCases": {
		target: "AWSSupport_20130415.DescribeCases", reply: wireObject("cases", "", map[string]*shape{"cases": wireList(supportCase)}),
		bare: "cases", find: findCases,
	},
	"health:DescribeEventDetails":                    {target: "AWSHealth_20160804.DescribeEventDetails", reply: eventSets, find: findEvents},
	"health:DescribeEventDetailsForOrganization":     {target: "AWSHealth_20160804.DescribeEventDetailsForOrganization", reply: eventSets, find: findEvents},
	"health:DescribeAffectedEntities":                {target: "AWSHealth_20160804.DescribeAffectedEntities", reply: wireObject("entities", "", map[string]*shape{"entities": wireList(affectedEntity)}), find: findEntities},
	"health:DescribeAffectedEntitiesForOrganization": {target: "AWSHealth_20160804.DescribeAffectedEntitiesForOrganization", reply: wireObject("", "", map[string]*shape{"entities": wireList(affectedEntity), "failedSet": failedEvents}), find: findEntities},
}

// FakeAPIs are the APIs whose answers can be recorded.
func FakeAPIs() []string {
	var all []string
	for name := range operations {
		api, _, _ := strings.Cut(name, ":")
		all = append(all, api)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Read adds the answers of an API from a file of JSON. It reports what is wrong
// with them.
func (f *Fakes) Read(api, file string, src []byte, ds *diag.List) {
	src = bytes.TrimPrefix(src, []byte("\ufeff"))
	var syntax *json.SyntaxError
	if err := json.Unmarshal(src, new(any)); errors.As(err, &syntax) {
		offset := max(0, min(int(syntax.Offset)-1, len(src)))
		before := string(src[:offset])
		line := strings.Count(before, "\n") + 1
		col := len([]rune(before[strings.LastIndexByte(before, '\n')+1:])) + 1
		ds.Report(diag.Pos{File: file, Line: line, Col: col}, diag.BadValue, "this is not JSON: %s", strings.TrimPrefix(syntax.Error(), "json: ")).
			WithHint("%s", fakeHint(api))
		return
	}
	if root := cloudformation.ReadJSON(file, src, ds); root != nil {
		f.Add(api, root, ds)
	}
}

// Add adds the answers of an API. It reports what is wrong with them.
func (f *Fakes) Add(api string, root *schema.Node, ds *diag.List) {
	if root.Kind != schema.Map || len(root.Fields) == 0 {
		ds.Report(root.Pos, diag.WrongType, "the answers of %s must be an object with an operation", api).WithHint("%s", fakeHint(api))
		return
	}
	whole := false
	for _, name := range operationsOf(api) {
		if of := operations[api+":"+name]; root.Has("__type") || of.bare != "" && root.Has(of.bare) {
			f.add(api, name, root.Pos, root, ds)
			whole = true
		}
	}
	if whole {
		return
	}
	for _, field := range root.Fields {
		if operations[api+":"+field.Key] != nil {
			f.add(api, field.Key, field.KeyPos, field.Value, ds)
			continue
		}
		d := ds.Report(field.KeyPos, diag.UnknownKey, "%s is no operation of %s that the enricher calls", schema.Quote(field.Key), api).WithHint("%s", fakeHint(api))
		if near := diag.Suggest(field.Key, operationsOf(api)); near != "" {
			d.WithHint("did you mean %s?", near)
		}
	}
}

func (f *Fakes) add(api, name string, pos diag.Pos, n *schema.Node, ds *diag.List) {
	key := api + ":" + name
	if first := f.answers[key]; first != nil {
		ds.Report(pos, diag.DuplicateKey, "there is an answer of %s already", name).WithHint("leave one of them out").WithNote(first.pos, "it stands here")
		return
	}
	a := &answer{pos: pos}
	if code := n.Get("__type"); code != nil {
		if code.Kind != schema.String || code.Text == "" {
			ds.Report(code.Pos, diag.WrongType, "`__type` must be the code of an error").WithHint(`such as "ThrottlingException"`)
		}
		a.code = code.Text[strings.LastIndexByte(code.Text, '#')+1:] // without its namespace
		for _, member := range []string{"message", "Message"} {
			if m := n.Get(member); m != nil {
				a.message = m.Text
			}
		}
	} else {
		a.reply, _ = operations[key].reply.read(n, "the answer of "+name, ds).(map[string]any)
	}
	if f.answers == nil {
		f.answers = map[string]*answer{}
	}
	f.answers[key] = a
}

// Override are fakes with the answers of others for every API that those answer
// for.
func (f *Fakes) Override(others *Fakes) *Fakes {
	out := &Fakes{answers: maps.Clone(f.answers)}
	for key := range others.answers {
		api, _, _ := strings.Cut(key, ":")
		maps.DeleteFunc(out.answers, func(of string, _ *answer) bool { return strings.HasPrefix(of, api+":") })
	}
	if out.answers == nil {
		out.answers = map[string]*answer{}
	}
	maps.Copy(out.answers, others.answers)
	return out
}

func operationsOf(api string) []string {
	var names []string
	for _, key := range slices.Sorted(maps.Keys(operations)) {
		if name, ok := strings.CutPrefix(key, api+":"); ok {
			names = append(names, name)
		}
	}
	return names
}

// FakeForms tells which forms the answers of an API have, beside that of an error.
func FakeForms(api string) string {
	if api == "health" {
		return `{"DescribeEventDetails": {"successfulSet": […]}, "DescribeAffectedEntities": {"entities": […]}}, or those of the same operations …ForOrganization`
	}
	return `{"DescribeCases": {"cases": […]}}, or what ` + "`aws support describe-cases`" + ` prints`
}

// fakeHint tells what the answers of an API look like.
func fakeHint(api string) string {
	return "write " + FakeForms(api) + `, or an error: {"__type": "ThrottlingException", "message": "…"}`
}
