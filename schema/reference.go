package schema

import (
	"fmt"
	"strings"
)

// Reference writes the declaration as a Markdown page: every key, once.
func Reference(o *Object, heading, intro string) []byte {
	r := &referencer{done: map[string]bool{}}
	r.b.WriteString("# " + heading + "\n\n" + intro + "\n")
	r.object(o, "The file")
	for len(r.queue) > 0 {
		next := r.queue[0]
		r.queue = r.queue[1:]
		r.object(next, strings.ToUpper(next.Name[:1])+next.Name[1:])
	}
	return []byte(r.b.String())
}

type referencer struct {
	b     strings.Builder
	done  map[string]bool
	queue []*Object
}

func (r *referencer) object(o *Object, title string) {
	fmt.Fprintf(&r.b, "\n## %s\n\n%s\n", title, o.Doc)
	for _, group := range o.OneOf {
		fmt.Fprintf(&r.b, "\nExactly one of `%s`.\n", strings.Join(group, "`, `"))
	}
	r.keys(o.Keys)
	for _, v := range o.Variants {
		fmt.Fprintf(&r.b, "\n### `%s: %s`\n\n%s\n", o.Discriminator, v.Value, v.Doc)
		r.keys(v.Keys)
	}
}

func (r *referencer) keys(keys []Key) {
	if len(keys) == 0 {
		return
	}
	r.b.WriteString("\n| key | value | default | meaning |\n| --- | --- | --- | --- |\n")
	for _, k := range keys {
		standard := k.Default
		if standard != "" {
			standard = "`" + standard + "`"
		}
		if k.Required {
			standard = "required"
		}
		fmt.Fprintf(&r.b, "| `%s` | %s | %s | %s |\n", k.Name, cell(r.typ(k.Type)), standard, cell(k.Doc))
	}
}

func cell(s string) string { return strings.ReplaceAll(s, "|", "\\|") }

func (r *referencer) typ(t *Type) string {
	if t.Any {
		return "any"
	}
	var words []string
	for _, k := range t.Accept {
		switch {
		case k == Map && t.Object != nil:
			words = append(words, t.Object.Name)
			if !r.done[t.Object.Name] {
				r.done[t.Object.Name] = true
				r.queue = append(r.queue, t.Object)
			}
		case k == Map:
			words = append(words, "names → "+r.typ(t.Elem))
		case k == List:
			words = append(words, "list of "+r.typ(t.Elem))
		case k == String && t.Secret:
			words = append(words, "name of a secret")
		case k == String && len(t.Enum) > 0:
			words = append(words, "`"+strings.Join(t.Enum, "`, `")+"`")
		case k == Int && t.Max != 0:
			words = append(words, fmt.Sprintf("%d to %d", t.Min, t.Max))
		default:
			words = append(words, strings.TrimPrefix(k.String(), "a "))
		}
	}
	if t.Param {
		words = append(words, "*parameter*")
	}
	return strings.Join(words, " or ")
}
