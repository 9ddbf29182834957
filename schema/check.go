package schema

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/redact"
)

// Check reports every place where a node is not what the declaration says.
// After a Check without errors the accessors of Node need no second look.
func Check(n *Node, t *Type, ds *diag.List) {
	c := checker{ds: ds, patterns: map[string]*regexp.Regexp{}}
	c.value(n, t, "")
}

type checker struct {
	ds       *diag.List
	patterns map[string]*regexp.Regexp
}

func (c *checker) value(n *Node, t *Type, key string) {
	if t.Any {
		c.secrets(n)
		return
	}
	if name, ok := n.ParameterName(); ok && (t.Param || t.Object == nil) {
		c.parameter(n, name, t, key)
		return
	}
	if !t.accepts(n.Kind) {
		if n.Kind == Float && t.counts() && strings.Trim(n.Text, "+-0123456789") == "" { // whole, and too large for YAML's
			c.bounds(n, t, key)
			return
		}
		c.wrongKind(n, t, key)
		return
	}
	switch n.Kind {
	case List:
		c.list(n, t, key)
	case Map:
		c.mapping(n, t, key)
	default:
		c.scalar(n, t, key)
	}
}

// counts tells whether a number is meant as one, and not as a text that was left
// without quotes.
func (t *Type) counts() bool {
	return t.accepts(Int) && (!t.accepts(String) || t.Min != 0 || t.Max != 0)
}

func (c *checker) wrongKind(n *Node, t *Type, key string) {
	d := c.ds.Report(n.Pos, diag.WrongType, "%swants %s, this is %s", of(key), t.describe(), n.Kind)
	switch {
	case t.Secret:
		d.WithHint("declare the secret under `secrets:` and write its name here")
	case n.Kind == Float && t.counts():
		d.WithHint("write a whole number")
	case n.IsScalar() && n.Kind != Null && t.accepts(String) && len(t.Enum) == 0:
		d.WithHint("quote it to make it text")
	case n.Kind == String && t.accepts(Bool):
		d.WithHint("write true or false")
	case n.Kind == Map && n.Has("parameter") && t.Param:
		d.WithHint("a stack parameter is written {parameter: NAME}, with nothing beside it")
	}
}

// of gives "`key` " where there is a key to name.
func of(key string) string {
	if key == "" {
		return ""
	}
	return "`" + redact.Text(key) + "` "
}

func (t *Type) describe() string {
	var words []string
	for _, k := range t.Accept {
		switch {
		case t.Secret && k == String:
			words = append(words, "the name of a secret")
		case k == Map && t.Object != nil:
			words = append(words, t.Object.Name)
		default:
			words = append(words, k.String())
		}
	}
	return strings.Join(words, " or ")
}

var parameterName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]{0,254}$`)

// ValidParameterName tells whether CloudFormation accepts the name.
func ValidParameterName(s string) bool { return parameterName.MatchString(s) }

func (c *checker) parameter(n, name *Node, t *Type, key string) {
	switch {
	case !t.Param:
		c.ds.Report(n.Pos, diag.ParameterNotAllowed, "%scannot be a stack parameter: its value shapes the template", of(key)).
			WithHint("write the value itself")
	case redact.Kind(name.Text) != "":
		c.ds.Report(name.Pos, diag.SecretInFile, "this looks like %s, not like the name of a stack parameter", redact.Kind(name.Text)).WithHint(secretHint)
	case !ValidParameterName(name.Text):
		c.ds.Report(name.Pos, diag.BadName, "this is no name for a stack parameter").
			WithHint("CloudFormation parameter names are letters and digits and start with a letter")
	}
}

func (c *checker) list(n *Node, t *Type, key string) {
	if t.NonEmpty && len(n.Items) == 0 {
		c.ds.Report(n.Pos, diag.EmptyValue, "%sis an empty list", of(key))
	}
	if t.Max > 0 && len(n.Items) > t.Max {
		c.ds.Report(n.Items[t.Max].Pos, diag.OutOfRange, "%sholds more than %d", of(key), t.Max).WithHint("%d at most", t.Max)
	}
	for _, item := range n.Items {
		c.value(item, t.Elem, key)
	}
}

func (c *checker) mapping(n *Node, t *Type, key string) {
	if t.Object != nil {
		c.object(n, t.Object)
		return
	}
	if t.NonEmpty && len(n.Fields) == 0 {
		c.ds.Report(n.Pos, diag.EmptyValue, "%sis empty", of(key))
	}
	for _, f := range n.Fields {
		if t.Names != nil {
			c.name(f, t.Names)
		}
		c.value(f.Value, t.Elem, f.Key)
	}
}

func (c *checker) name(f Field, t *Type) {
	if kind := redact.Kind(f.Key); kind != "" {
		c.ds.Report(f.KeyPos, diag.SecretInFile, "this name looks like %s", kind).WithHint(secretHint)
		return
	}
	if t.Pattern != "" && !c.matches(t.Pattern, f.Key) {
		c.ds.Report(f.KeyPos, diag.BadName, "%s is not a valid name", Quote(f.Key)).WithHint("%s", t.PatternHint)
	}
}

func (c *checker) object(n *Node, o *Object) {
	keys := o.Keys
	oneOf := o.OneOf
	if o.Discriminator != "" {
		v := c.discriminate(n, o)
		if v == nil {
			return
		}
		keys = append(append([]Key{}, o.Keys...), v.Keys...)
		oneOf = append(append([][]string{}, o.OneOf...), v.OneOf...)
	}
	all := &Object{Name: o.Name, Keys: keys}
	for _, f := range n.Fields {
		k := all.Key(f.Key)
		if k == nil {
			c.unknownKey(f, all, o)
			continue
		}
		c.value(f.Value, k.Type, f.Key)
	}
	for _, k := range keys {
		if k.Required && !n.Has(k.Name) {
			c.ds.Report(n.Pos, diag.MissingKey, "%s needs `%s`", o.Name, k.Name).WithHint("%s", k.Doc)
		}
	}
	for _, group := range oneOf {
		c.exactlyOne(n, o, group)
	}
}

func (c *checker) exactlyOne(n *Node, o *Object, group []string) {
	var present []*Field
	for _, name := range group {
		if f := n.Field(name); f != nil {
			present = append(present, f)
		}
	}
	choices := "`" + strings.Join(group, "` or `") + "`"
	switch {
	case len(present) == 0:
		c.ds.Report(n.Pos, diag.MissingKey, "%s needs %s", o.Name, choices)
	case len(present) > 1:
		c.ds.Report(present[1].KeyPos, diag.ConflictingKeys, "%s takes only one of %s", o.Name, choices).
			WithNote(present[0].KeyPos, "the other one stands here")
	}
}

func (c *checker) discriminate(n *Node, o *Object) *Object {
	f := n.Field(o.Discriminator)
	var known []string
	for _, v := range o.Variants {
		known = append(known, v.Value)
	}
	if f == nil {
		c.ds.Report(n.Pos, diag.MissingKey, "%s needs `%s`", o.Name, o.Discriminator).
			WithHint("one of %s", strings.Join(known, ", "))
		return nil
	}
	if f.Value.Kind != String {
		c.wrongKind(f.Value, Word(), f.Key)
		return nil
	}
	v := o.Variant(f.Value.Text)
	if v == nil {
		c.notInEnum(f.Value, known, f.Key, diag.UnknownType)
	}
	return v
}

// notInEnum never repeats what it cannot vouch for being harmless.
func (c *checker) notInEnum(n *Node, enum []string, key string, code diag.Code) {
	d := c.ds.Report(n.Pos, code, "%sdoes not know %s", of(key), Quote(n.Text))
	if key == "message" {
		d.WithHint("write a mapping such as message: {text: …}; the word `event` passes the whole event")
		return
	}
	if s := diag.Suggest(n.Text, enum); s != "" {
		d.WithHint("did you mean %s? (one of %s)", s, strings.Join(enum, ", "))
	} else {
		d.WithHint("one of %s", strings.Join(enum, ", "))
	}
}

func (c *checker) unknownKey(f Field, all, o *Object) {
	var names []string
	for _, k := range all.Keys {
		names = append(names, k.Name)
	}
	written := Quote(f.Key)
	if o.HideKeys {
		written = "such as this"
	}
	d := c.ds.Report(f.KeyPos, diag.UnknownKey, "%s has no key %s", o.Name, written)
	if s := diag.Suggest(f.Key, names); s != "" {
		d.WithHint("did you mean `%s`?", s)
	} else {
		d.WithHint("it knows %s", strings.Join(names, ", "))
	}
}

func (c *checker) scalar(n *Node, t *Type, key string) {
	if strings.Contains(n.Text, "{{resolve:") {
		c.ds.Report(n.Pos, diag.SecretInText, "CloudFormation would resolve this dynamic reference into plain sight").
			WithHint("declare it under `secrets:` and use it where a secret belongs, such as `token`")
		return
	}
	if t.Secret { // whether it names a secret is for the reader of `secrets` to say
		if kind := redact.Kind(n.Text); kind != "" {
			c.ds.Report(n.Pos, diag.SecretInFile, "%sholds %s itself", of(key), kind).WithHint(secretHint)
		}
		return
	}
	if n.Kind == String && t.NonEmpty && strings.TrimSpace(n.Text) == "" {
		c.ds.Report(n.Pos, diag.EmptyValue, "%sis empty", of(key))
		return
	}
	if kind := redact.Kind(n.Text); kind != "" {
		c.ds.Report(n.Pos, diag.SecretInFile, "this looks like %s", kind).WithHint(secretHint)
		return
	}
	switch {
	case n.Kind == String && len(t.Enum) > 0 && !contains(t.Enum, n.Text):
		c.notInEnum(n, t.Enum, key, diag.UnknownValue)
	case n.Kind == String && t.Pattern != "" && !c.matches(t.Pattern, n.Text):
		written := Quote(n.Text)
		if t.Hide {
			written = "what stands here"
		}
		c.ds.Report(n.Pos, diag.BadValue, "%scannot be %s", of(key), written).WithHint("%s", t.PatternHint)
	case n.Kind == Int && (t.Min != 0 || t.Max != 0):
		c.bounds(n, t, key)
	}
}

func (c *checker) bounds(n *Node, t *Type, key string) {
	i, err := strconv.Atoi(n.Text)
	if err != nil || i < t.Min || (t.Max != 0 && i > t.Max) {
		limit := fmt.Sprintf("%d or more", t.Min)
		if t.Max != 0 {
			limit = fmt.Sprintf("%d to %d", t.Min, t.Max)
			if t.Min == t.Max {
				limit = fmt.Sprintf("%d", t.Min)
			}
		}
		c.ds.Report(n.Pos, diag.OutOfRange, "%scannot be %s", of(key), Quote(n.Text)).WithHint("%s", limit)
	}
}

func (c *checker) matches(pattern, s string) bool {
	re := c.patterns[pattern]
	if re == nil {
		re = regexp.MustCompile(`^(?:` + pattern + `)$`)
		c.patterns[pattern] = re
	}
	return re.MatchString(s)
}

const secretHint = "keep it out of the file: put it into AWS Secrets Manager and declare it under\n" +
	"secrets: {NAME: {secretsmanager: SECRET-NAME, key: JSON-KEY}}  (resolved at deploy time), or\n" +
	"secrets: {NAME: {parameter: STACK-PARAMETER}}  (NoEcho); then write NAME here. Replace the one that stood here: it has leaked"

// secrets looks for credentials anywhere below a node that other readers check.
func (c *checker) secrets(n *Node) {
	switch n.Kind {
	case List:
		for _, item := range n.Items {
			c.secrets(item)
		}
	case Map:
		for _, f := range n.Fields {
			if kind := redact.Kind(f.Key); kind != "" {
				c.ds.Report(f.KeyPos, diag.SecretInFile, "this key looks like %s", kind).WithHint(secretHint)
			}
			c.secrets(f.Value)
		}
	default:
		c.scalar(n, &Type{}, "")
	}
}

func contains(list []string, s string) bool {
	for _, l := range list {
		if l == s {
			return true
		}
	}
	return false
}
