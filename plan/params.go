package plan

import (
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/notifygen/notifygen/config"
	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/redact"
	"github.com/notifygen/notifygen/schema"
)

func itoa(i int) string { return strconv.Itoa(i) }

// use says what a stack parameter is used for in one place.
type use struct {
	secret   bool // NoEcho
	template bool // pasted into JSON text, where CloudFormation escapes nothing
	open     bool // everybody can read it: a tag, a description, a name
	pattern  string
	hint     string
}

// params collects the stack parameters in use.
type params struct {
	file *config.File
	ds   *diag.List
	seen map[string]*usage
}

type usage struct {
	pos      diag.Pos
	number   bool
	asText   bool
	use      use
	min, max int
	patterns []string
}

func newParams(f *config.File, ds *diag.List) *params {
	return &params{file: f, ds: ds, seen: map[string]*usage{}}
}

// text notes the use of a parameter as text; constants are ignored.
func (p *params) text(s schema.Scalar, u use) {
	if !s.IsParam() {
		return
	}
	known := p.note(s)
	known.asText = true
	known.use.secret = known.use.secret || u.secret
	known.use.template = known.use.template || u.template
	known.use.open = known.use.open || u.open || u.template
	if u.pattern != "" && !slices.Contains(known.patterns, u.pattern) {
		known.patterns = append(known.patterns, u.pattern)
		known.use.hint = u.hint
	}
}

// number notes the use of a parameter as a whole number in [lowest, highest];
// highest 0 means no bound.
func (p *params) number(s schema.Scalar, lowest, highest int) {
	if !s.IsParam() {
		return
	}
	known := p.note(s)
	known.number, known.min = true, max(known.min, lowest)
	if known.max == 0 || highest > 0 && highest < known.max {
		known.max = highest
	}
}

func (p *params) note(s schema.Scalar) *usage {
	known := p.seen[s.Param]
	if known == nil {
		known = &usage{pos: s.Pos}
		p.seen[s.Param] = known
		p.checkDeclared(s)
	}
	return known
}

// checkDeclared lets a parameter be used without a declaration (it is then
// required), but not where it looks like a slip of the keyboard.
func (p *params) checkDeclared(s schema.Scalar) {
	if !schema.ValidParameterName(s.Param) {
		p.ds.Report(s.Pos, diag.BadName, "this is no name for a stack parameter").
			WithHint("CloudFormation parameter names are letters and digits and start with a letter")
		return
	}
	if p.file.Parameters[s.Param] != nil || redact.Kind(s.Param) != "" {
		return // declared, or told by the reader
	}
	var names []string
	for name := range p.file.Parameters {
		names = append(names, name)
	}
	if near := diag.Suggest(s.Param, names); near != "" {
		p.ds.Report(s.Pos, diag.UnknownParameter, "no parameter %s is declared", schema.Quote(s.Param)).
			WithHint("did you mean %s? If not, declare it under `parameters:`", near)
	}
}

func (p *params) unused() {
	for name, d := range p.file.Parameters {
		if p.seen[name] == nil {
			p.ds.Report(d.Pos, diag.Unused, "the parameter %s is never used", schema.Quote(name)).WithHint("remove it, or use it: {parameter: %s}", name)
		}
	}
}

// What a parameter that is pasted into JSON text may not hold: CloudFormation
// escapes nothing, and EventBridge reads angle brackets as placeholders.
const (
	unsafeInJSON   = "\"\\<>"
	safeInJSON     = `[^"\\<>\x00-\x1f]*`
	safeInJSONHint = `no quotes, backslashes, angle brackets or control characters: the value is pasted into JSON`
)

func hasUnsafe(s string) bool {
	return strings.ContainsAny(s, unsafeInJSON) || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' })
}

// list gives the parameters in use, sorted by name.
func (p *params) list() []Parameter {
	var out []Parameter
	for name, u := range p.seen {
		out = append(out, p.parameter(name, u))
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}

func (p *params) parameter(name string, u *usage) Parameter {
	out := Parameter{Name: name, Pos: u.pos, Number: u.number, NoEcho: u.use.secret, MinValue: u.min, MaxValue: u.max}
	d := p.file.Parameters[name]
	if d != nil {
		out.Description, out.Default, out.AllowedValues, out.AllowedPattern = d.Description, d.Default, d.AllowedValues, d.AllowedPattern
	}
	if u.number && u.asText {
		p.ds.Report(u.pos, diag.ParameterType, "the parameter %s is a number in one place and text in another", schema.Quote(name)).WithHint("use two parameters")
	}
	if u.use.secret && (u.use.open || u.number) {
		p.ds.Report(u.pos, diag.SecretInText, "the parameter %s carries a secret and is also used where everybody can read it", schema.Quote(name)).WithHint("use another parameter there")
	}
	if d != nil && u.use.secret && (len(d.AllowedValues) > 0 || d.AllowedPattern != "") {
		p.ds.Report(d.Pos, diag.SecretDefault, "the parameter %s carries a secret: allowed values or a pattern would tell it to everybody who reads the template", schema.Quote(name)).
			WithHint("remove them; the deployment passes the value")
	}
	if u.number && u.max > 0 && u.min > u.max {
		p.ds.Report(u.pos, diag.ParameterType, "no value of the parameter %s suits all its uses", schema.Quote(name)).WithHint("use two parameters")
	}
	if out.Default != nil {
		p.checkDefault(out, u)
	}
	for _, v := range out.AllowedValues {
		if u.number {
			p.wholeNumber(v, out, u)
		}
	}
	p.constrain(&out, u)
	return out
}

func (p *params) checkDefault(param Parameter, u *usage) {
	d := param.Default
	switch {
	case u.use.secret:
		p.ds.Report(d.Pos, diag.SecretDefault, "the parameter %s carries a secret: a default would stand in the template", schema.Quote(param.Name)).
			WithHint("remove the default; the deployment passes the value")
	case u.number && !p.wholeNumber(d, param, u):
	case len(param.AllowedValues) > 0 && !slices.ContainsFunc(param.AllowedValues, func(v *schema.Node) bool { return v.Text == d.Text }):
		p.ds.Report(d.Pos, diag.BadValue, "the default of %s is not among its allowed values", schema.Quote(param.Name)).WithHint("choose one of them")
	case u.number:
	case !matchesAll(d.Text, append(slices.Clone(u.patterns), param.AllowedPattern)):
		d := p.ds.Report(d.Pos, diag.BadValue, "the default of %s is not what its use wants", schema.Quote(param.Name))
		if u.use.hint != "" {
			d.WithHint("%s", u.use.hint)
		} else {
			d.WithHint("it must match %s", param.AllowedPattern)
		}
	case u.use.template && hasUnsafe(d.Text):
		p.ds.Report(d.Pos, diag.UnsafeDefault, "the default of %s cannot be pasted into JSON", schema.Quote(param.Name)).WithHint("%s", safeInJSONHint)
	}
}

// matchesAll tells whether a value matches every pattern whole. Java's regular
// expressions have more than ours: those we cannot read are left to
// CloudFormation.
func matchesAll(value string, patterns []string) bool {
	for _, pattern := range patterns {
		pattern = strings.TrimPrefix(pattern, notDefault) // our regular expressions do not look ahead
		re, err := regexp.Compile("^(?:" + strings.TrimSuffix(strings.TrimPrefix(pattern, "^"), "$") + ")$")
		if pattern != "" && err == nil && !re.MatchString(value) {
			return false
		}
	}
	return true
}

// wholeNumber reports a default or allowed value that is no number within the
// limits of the parameter's uses.
func (p *params) wholeNumber(v *schema.Node, param Parameter, u *usage) bool {
	n, err := strconv.Atoi(v.Text)
	switch {
	case err != nil:
		p.ds.Report(v.Pos, diag.ParameterType, "the parameter %s is used as a whole number, and this is none", schema.Quote(param.Name)).WithHint("%s", bounds(u))
	case n < u.min || u.max > 0 && n > u.max:
		p.ds.Report(v.Pos, diag.OutOfRange, "a value of the parameter %s is outside its limits", schema.Quote(param.Name)).WithHint("%s", bounds(u))
	default:
		return true
	}
	return false
}

func bounds(u *usage) string {
	if u.max > 0 {
		return itoa(u.min) + " to " + itoa(u.max)
	}
	return itoa(u.min) + " or more"
}

// constrain lets CloudFormation itself refuse values that could not work.
func (p *params) constrain(out *Parameter, u *usage) {
	if u.number {
		return
	}
	var ahead []string
	if u.use.template {
		ahead = append(ahead, safeInJSON)
		out.ConstraintDescription = safeInJSONHint
	}
	for _, pattern := range u.patterns {
		ahead = append(ahead, strings.TrimSuffix(strings.TrimPrefix(pattern, "^"), "$"))
	}
	if u.use.hint != "" {
		out.ConstraintDescription = u.use.hint
	}
	if len(ahead) == 0 {
		return
	}
	author := out.AllowedPattern
	if author == "" && len(ahead) == 1 {
		out.AllowedPattern = "^" + ahead[0] + "$"
		return
	}
	var b strings.Builder
	b.WriteString("^")
	for _, a := range ahead {
		b.WriteString("(?=(?:" + a + ")$)")
	}
	if author == "" {
		author = ".*"
	}
	b.WriteString("(?:" + strings.TrimSuffix(strings.TrimPrefix(author, "^"), "$") + ")$")
	out.AllowedPattern = b.String()
}
