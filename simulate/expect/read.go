package expect

import (
	"path/filepath"
	"slices"
	"time"

	"github.com/notifygen/notifygen/contract"
	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/schema"
)

// Read reads a test file. The result is nil where the file cannot be read as
// YAML; otherwise it holds what could be understood, and findings tell the rest.
func Read(path string, src []byte, ds *diag.List) *File {
	var found diag.List
	root := schema.Parse(path, src, &found)
	if root != nil && root.Kind == schema.Map {
		schema.Check(root, schema.Of(Object()), &found)
	}
	relay(found.Sorted(), ds)
	if root == nil {
		return nil
	}
	if root.Kind != schema.Map {
		ds.Report(root.Pos, diag.WrongType, "the file must be a mapping with `tests`, this is %s", root.Kind).WithHint(startHint)
		return nil
	}
	r := reader{ds: ds, file: &File{Path: path}}
	r.top(root)
	return r.file
}

const startHint = "a test file begins with `tests:`; docs/tests.md has every key"

const secretHint = "keep it out of the file: secrets show as ***, and *** is what expectations say of them. " +
	"Replace the one that stood here: it has leaked"

// relay passes findings on, with hints for a test file where those of a file of
// routes would mislead.
func relay(found []diag.Diagnostic, ds *diag.List) {
	for _, d := range found {
		r := ds.Report(d.Pos, d.Code, "%s", d.Message)
		r.Hint, r.Notes = d.Hint, d.Notes
		switch d.Code {
		case diag.EmptyFile:
			r.Hint = startHint
		case diag.SecretInFile:
			r.Hint = secretHint
		}
	}
}

type reader struct {
	ds   *diag.List
	file *File
}

func (r *reader) top(root *schema.Node) {
	f := r.file
	if n := text(root, "file"); n != nil {
		f.Config = r.path(n)
	}
	for _, n := range items(root.Get("templates")) {
		if n.Kind == schema.String {
			f.Templates = append(f.Templates, r.path(n))
		}
	}
	if both := root.Field("templates"); both != nil && root.Has("file") {
		r.ds.Report(both.KeyPos, diag.ConflictingKeys, "`templates` stand instead of `file`").
			WithNote(root.Field("file").KeyPos, "the other one stands here")
	}
	for _, p := range fields(root.Get("parameters")) {
		if p.Value.IsScalar() {
			f.Parameters = append(f.Parameters, Parameter{p.Key, p.Value.Text, p.KeyPos})
		}
	}
	for _, secret := range fields(root.Get("secrets")) {
		if secret.Value.IsScalar() {
			f.Secrets = append(f.Secrets, Parameter{secret.Key, secret.Value.Text, secret.KeyPos})
		}
	}
	f.Stored = scalars(root.Get("ssm"))
	f.fakes, f.fail = r.fakes(root.Get("fakes")), failures(root, "fail")
	f.Now, _ = time.Parse(time.RFC3339, standardNow)
	if n := text(root, "now"); n != nil {
		now, err := time.Parse(time.RFC3339, n.Text)
		if err != nil && !r.ds.HasErrors() { // the form is checked; the 30th of February is not
			r.ds.Report(n.Pos, diag.BadValue, "there is no such time").WithHint(timeHint)
		}
		f.Now = now
	}
	r.tests(root.Get("tests"))
}

func (r *reader) path(n *schema.Node) Path {
	path := n.Text
	if !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(r.file.Path), path)
	}
	return Path{path, n.Pos}
}

func (r *reader) tests(n *schema.Node) {
	names := map[string]diag.Pos{}
	for _, item := range items(n) {
		if item.Kind != schema.Map {
			continue
		}
		t := r.test(item)
		if first, taken := names[t.Name]; taken && t.Name != "" {
			r.ds.Report(t.Pos, diag.DuplicateTest, "there is a test %s already", schema.Quote(t.Name)).
				WithHint("give each test a name of its own").WithNote(first, "it stands here")
		} else {
			names[t.Name] = t.Pos
		}
		r.file.Tests = append(r.file.Tests, t)
	}
}

func (r *reader) test(n *schema.Node) *Test {
	t := &Test{Pos: n.Pos, event: n.Get("event"), with: n.Get("with"), Exact: n.Has("expect")}
	if name := text(n, "name"); name != nil {
		t.Name, t.Pos = name.Text, name.Pos
	}
	if bus := text(n, "bus"); bus != nil {
		t.Bus = bus.Text
	}
	if t.event != nil && t.event.Kind == schema.String {
		t.file = r.path(t.event).Path
		if !slices.Contains(r.file.Events, t.file) {
			r.file.Events = append(r.file.Events, t.file)
		}
	}
	t.stored, t.fakes, t.fail = scalars(n.Get("ssm")), r.fakes(n.Get("fakes")), failures(n, "fail")
	for _, item := range append(slices.Clip(items(n.Get("expect"))), items(n.Get("delivers"))...) {
		t.Expect = append(t.Expect, r.delivery(item))
	}
	for _, item := range items(n.Get("not")) {
		if item.Kind == schema.Map && len(item.Fields) == 0 {
			r.ds.Report(item.Pos, diag.EmptyValue, "nothing is said of the delivery that must not be").
				WithHint("name a route or a destination; `expect: []` wants no delivery at all")
		}
		t.Not = append(t.Not, r.delivery(item))
	}
	for _, code := range list(n.Get("refused")) {
		t.Refused = append(t.Refused, code.Text)
	}
	if delivers := n.Field("delivers"); delivers != nil && t.Exact {
		r.ds.Report(delivers.KeyPos, diag.ConflictingKeys, "`expect` are all deliveries and `delivers` are some: a test takes only one of them").
			WithNote(n.Field("expect").KeyPos, "the other one stands here")
	}
	if !t.Exact && !n.Has("delivers") && !n.Has("not") && !n.Has("refused") {
		r.ds.Report(n.Pos, diag.MissingKey, "a test needs `expect`, `delivers`, `not` or `refused`").
			WithHint("`expect: []` wants no delivery")
	}
	return t
}

func (r *reader) delivery(n *schema.Node) *Delivery {
	d := &Delivery{
		Pos: n.Pos, route: text(n, "route"), rule: text(n, "rule"), pipe: text(n, "pipe"), to: text(n, "to"), method: text(n, "method"), url: text(n, "url"),
		headers: fields(n.Get("headers")), body: n.Get("body"), outcome: text(n, "outcome"), undeliverable: n.Get("undeliverable"),
		errorCode: n.Get("error-code"), attempts: n.Get("attempts"),
	}
	if rule := n.Field("rule"); rule != nil && d.route != nil {
		r.ds.Report(rule.KeyPos, diag.ConflictingKeys, "a delivery takes only one of `route` or `rule`").
			WithNote(n.Field("route").KeyPos, "the other one stands here")
	}
	if d.undeliverable.IsFalse() {
		d.undeliverable = nil
	}
	if f := n.Field("error-code"); f != nil && d.outcome != nil && d.outcome.Text != contract.DeadLettered {
		r.ds.Report(f.KeyPos, diag.ConflictingKeys, "only what is dead-lettered has an `error-code`").
			WithHint("write `outcome: dead-lettered`, or leave it out")
	}
	if f := n.Field("outcome"); f != nil && d.undeliverable != nil {
		r.ds.Report(f.KeyPos, diag.ConflictingKeys, "what is undeliverable has no outcome")
	}
	if d.body != nil && d.body.Kind == schema.Map {
		if len(d.body.Fields) == 0 {
			r.ds.Report(d.body.Pos, diag.EmptyValue, "nothing is said of the body").WithHint("give `equals`, `contains`, `text` or `lacks`")
		}
		if d.body.Has("equals") && len(d.body.Fields) > 1 {
			r.ds.Report(d.body.Field("equals").KeyPos, diag.ConflictingKeys, "`equals` is the whole body and stands alone").
				WithHint("use `contains` beside other keys")
		}
	}
	return d
}

// text gives the value of a key where it is text.
func text(n *schema.Node, key string) *schema.Node {
	if v := n.Get(key); v != nil && v.Kind == schema.String {
		return v
	}
	return nil
}

func items(n *schema.Node) []*schema.Node {
	if n == nil || n.Kind != schema.List {
		return nil
	}
	return n.Items
}

// list is the items of a list, or the one text that stands for it.
func list(n *schema.Node) []*schema.Node {
	if n != nil && n.Kind == schema.String {
		return []*schema.Node{n}
	}
	return items(n)
}

func fields(n *schema.Node) []schema.Field {
	if n == nil || n.Kind != schema.Map {
		return nil
	}
	return n.Fields
}

// scalars are the values of a mapping, nil where there is none.
func scalars(n *schema.Node) map[string]string {
	var out map[string]string
	for _, f := range fields(n) {
		if f.Value.IsScalar() {
			if out == nil {
				out = map[string]string{}
			}
			out[f.Key] = f.Value.Text
		}
	}
	return out
}
