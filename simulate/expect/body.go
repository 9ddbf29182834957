package expect

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/jsontext"
	"github.com/notifygen/notifygen/schema"
)

// received is a body or message as it is compared.
type received struct {
	text  string
	value any  // the JSON value, numbers as json.Number
	json  bool // it is JSON at all
}

func receive(text string) received {
	r := received{text: text}
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	if dec.Decode(&r.value) == nil {
		_, err := dec.Token()
		r.json = err == io.EOF
	}
	return r
}

// body tells how a body differs from what is expected of it.
func (c *comparison) body(n *schema.Node, got received) {
	if want := n.Get("equals"); want != nil {
		c.json(want, got, false)
	}
	if want := n.Get("contains"); want != nil {
		c.json(want, got, true)
	}
	for _, want := range list(n.Get("text")) {
		if !got.has(want.Text) {
			c.add(Failure{Pos: want.Pos, Message: "the body does not hold this text", Expected: jsontext.Quote(want.Text), Got: got.text})
		}
	}
	for _, never := range list(n.Get("lacks")) {
		if got.has(never.Text) {
			c.add(Failure{Pos: never.Pos, Message: "the body holds the text " + jsontext.Quote(never.Text), Got: got.text})
		}
	}
}

func (c *comparison) json(want *schema.Node, got received, part bool) {
	switch {
	case got.json:
		c.value(want, got.value, "body", part)
	case want.Kind == schema.String && want.Text == got.text: // a message may be bare text
	default:
		c.add(Failure{Pos: want.Pos, Message: "the body is not JSON", Expected: c.written(want), Got: got.text})
	}
}

// has tells whether a text occurs in a string of the body, or in the body as it
// is sent.
func (r received) has(text string) bool {
	return strings.Contains(r.text, text) || r.json && holds(r.value, text)
}

func holds(v any, text string) bool {
	switch v := v.(type) {
	case string:
		return strings.Contains(v, text)
	case []any:
		return slices.ContainsFunc(v, func(item any) bool { return holds(item, text) })
	case map[string]any:
		for key, member := range v {
			if strings.Contains(key, text) || holds(member, text) {
				return true
			}
		}
	}
	return false
}

// value compares a value with the node that is expected: the whole of it, or a
// part.
func (c *comparison) value(want *schema.Node, got any, path string, part bool) {
	if c.full() {
		return
	}
	switch object, isObject := got.(map[string]any); {
	case want.Kind == schema.Map && isObject:
		c.object(want, object, path, part)
		return
	case want.Kind == schema.List:
		if items, ok := got.([]any); ok {
			c.list(want, items, path, part)
			return
		}
	}
	if !c.sameScalar(want, got) {
		c.add(Failure{Pos: want.Pos, Message: path + " differs", Expected: c.written(want), Got: compact(got)})
	}
}

func (c *comparison) object(want *schema.Node, got map[string]any, path string, part bool) {
	for _, f := range want.Fields {
		member, there := got[f.Key]
		if !there {
			c.add(Failure{Pos: f.KeyPos, Message: join(path, f.Key) + " is missing", Expected: c.written(f.Value)})
			continue
		}
		c.value(f.Value, member, join(path, f.Key), part)
	}
	if part {
		return
	}
	for _, key := range slices.Sorted(maps.Keys(got)) {
		if !want.Has(key) {
			c.add(Failure{Pos: want.Pos, Message: join(path, key) + " is not expected", Got: compact(got[key])})
		}
	}
}

func (c *comparison) list(want *schema.Node, got []any, path string, part bool) {
	if part {
		c.sublist(want, got, path)
		return
	}
	if len(want.Items) != len(got) {
		c.add(Failure{Pos: want.Pos, Message: fmt.Sprintf("%s has %d items, not %d", path, len(got), len(want.Items)), Expected: c.written(want), Got: compact(got)})
		return
	}
	for i, item := range want.Items {
		c.value(item, got[i], path+"["+strconv.Itoa(i)+"]", false)
	}
}

// sublist wants the items in this order, others anywhere between them. Where
// one is not found, it is compared with the item that differs least of those it
// could have been.
func (c *comparison) sublist(want *schema.Node, got []any, path string) {
	from := 0
	for _, item := range want.Items {
		var closest []Failure
		found := false
		for i := from; i < len(got) && !found; i++ {
			try := comparison{ds: c.ds}
			try.value(item, got[i], path+"["+strconv.Itoa(i)+"]", true)
			switch {
			case len(try.failures) == 0:
				from, found = i+1, true
			case closest == nil || len(try.failures) < len(closest):
				closest = try.failures
			}
		}
		switch {
		case found:
		case item.IsScalar() || closest == nil:
			c.add(Failure{Pos: item.Pos, Message: path + " has no such item", Expected: c.written(item), Got: compact(got)})
		default:
			for _, f := range closest {
				c.add(f)
			}
		}
	}
}

func (c *comparison) sameScalar(want *schema.Node, got any) bool {
	switch got := got.(type) {
	case nil:
		return want.Kind == schema.Null
	case bool:
		return want.Kind == schema.Bool && want.IsTrue() == got
	case string:
		return want.Kind == schema.String && want.Text == got
	case json.Number:
		return (want.Kind == schema.Int || want.Kind == schema.Float) && sameNumber(c.written(want), string(got))
	}
	return false
}

// sameNumber tells whether two JSON numbers have one value, however they are
// written and however many digits they have.
func sameNumber(a, b string) bool {
	da, ea, na := decimal(a)
	db, eb, nb := decimal(b)
	return da == db && ea == eb && na == nb
}

// decimal gives a number as 0.digits × 10^exponent.
func decimal(text string) (digits string, exponent int, negative bool) {
	text, negative = strings.CutPrefix(text, "-")
	mantissa, power, _ := strings.Cut(strings.ToLower(text), "e")
	exponent, _ = strconv.Atoi(power)
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits = strings.TrimLeft(whole+fraction, "0")
	exponent += len(digits) - len(fraction)
	digits = strings.TrimRight(digits, "0")
	if digits == "" {
		return "", 0, false
	}
	return digits, exponent, negative
}

// written is an expected value as compact JSON.
func (c *comparison) written(n *schema.Node) string { return string(n.JSON(c.ds, nil).Text) }

// compact is a value as JSON, with angle brackets as they are.
func compact(v any) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(v) // of what was decoded
	return strings.TrimSuffix(b.String(), "\n")
}

// join is the path of a member.
func join(path, key string) string {
	if strings.ContainsAny(key, ".[]\"' ") || key == "" {
		return path + "[" + jsontext.Quote(key) + "]"
	}
	return path + "." + key
}

// maxFailures of one delivery are shown: the first ones tell what is wrong.
const maxFailures = 20

// comparison collects what differs.
type comparison struct {
	failures []Failure
	ds       *diag.List // for numbers that JSON lacks
}

func (c *comparison) full() bool { return len(c.failures) >= maxFailures }

func (c *comparison) add(f Failure) {
	if !c.full() {
		c.failures = append(c.failures, f)
	}
}
