package schema

import (
	"bytes"
	"encoding/json"
)

// JSONSchema writes the declaration as a JSON Schema, draft 2020-12
// (https://json-schema.org/draft/2020-12). It accepts whatever Check accepts.
func JSONSchema(o *Object, id, title string) []byte {
	g := generator{defs: map[string]any{}}
	root := g.object(o)
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["$id"] = id
	root["title"] = title
	root["$defs"] = g.defs
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(root); err != nil {
		panic("schema: " + err.Error())
	}
	return b.Bytes()
}

type generator struct {
	defs map[string]any
}

func (g *generator) object(o *Object) map[string]any {
	out := g.keys(o.Keys, o.OneOf)
	out["description"] = o.Doc
	if o.Discriminator == "" {
		out["additionalProperties"] = false
		return out
	}
	// The keys allowed depend on the variant, so each branch closes the object.
	var branches []any
	var values []string
	for _, v := range o.Variants {
		branch := g.keys(append(append([]Key{}, o.Keys...), v.Keys...), append(append([][]string{}, o.OneOf...), v.OneOf...))
		branch["title"] = v.Value
		branch["description"] = v.Doc
		branch["additionalProperties"] = false
		branch["properties"].(map[string]any)[o.Discriminator] = map[string]any{"const": v.Value}
		branches = append(branches, map[string]any{
			"if":   map[string]any{"properties": map[string]any{o.Discriminator: map[string]any{"const": v.Value}}},
			"then": branch,
		})
		values = append(values, v.Value)
	}
	out["properties"].(map[string]any)[o.Discriminator] = map[string]any{"enum": values, "description": o.Key(o.Discriminator).Doc}
	out["allOf"] = branches
	return out
}

func (g *generator) keys(keys []Key, oneOf [][]string) map[string]any {
	properties := map[string]any{}
	var required []string
	for _, k := range keys {
		p := g.typ(k.Type)
		p["description"] = k.Doc
		if k.Default != "" {
			p["default"] = json.RawMessage(defaultJSON(k))
		}
		properties[k.Name] = p
		if k.Required {
			required = append(required, k.Name)
		}
	}
	out := map[string]any{"type": "object", "properties": properties}
	if required != nil {
		out["required"] = required
	}
	var all []any
	for _, group := range oneOf {
		var choices []any
		for _, name := range group {
			choices = append(choices, map[string]any{"required": []string{name}})
		}
		all = append(all, map[string]any{"oneOf": choices})
	}
	if all != nil {
		out["allOf"] = all
	}
	return out
}

// defaultJSON writes a default as a boolean or number where it is one.
func defaultJSON(k Key) string {
	if json.Valid([]byte(k.Default)) {
		return k.Default
	}
	text, _ := json.Marshal(k.Default)
	return string(text)
}

func (g *generator) typ(t *Type) map[string]any {
	if t.Any {
		return map[string]any{}
	}
	var choices []any
	for _, kind := range t.Accept {
		choices = append(choices, g.kind(t, kind))
	}
	if t.Param {
		g.defs["parameter"] = map[string]any{
			"description":          "a stack parameter",
			"type":                 "object",
			"properties":           map[string]any{"parameter": map[string]any{"type": "string", "pattern": parameterName.String()}},
			"required":             []string{"parameter"},
			"additionalProperties": false,
		}
		choices = append(choices, map[string]any{"$ref": "#/$defs/parameter"})
	}
	if len(choices) == 1 {
		return choices[0].(map[string]any)
	}
	return map[string]any{"anyOf": choices}
}

func (g *generator) kind(t *Type, k Kind) map[string]any {
	switch k {
	case Null:
		return map[string]any{"type": "null"}
	case Bool:
		return map[string]any{"type": "boolean"}
	case Float:
		return map[string]any{"type": "number"}
	case Int:
		out := map[string]any{"type": "integer"}
		if t.Min != 0 || t.Max != 0 {
			out["minimum"] = t.Min
			if t.Max != 0 {
				out["maximum"] = t.Max
			}
		}
		return out
	case String:
		return t.stringSchema()
	case List:
		out := map[string]any{"type": "array", "items": g.typ(t.Elem)}
		if t.NonEmpty {
			out["minItems"] = 1
		}
		if t.Max > 0 {
			out["maxItems"] = t.Max
		}
		return out
	}
	if t.Object != nil {
		if _, done := g.defs[t.Object.Name]; !done {
			g.defs[t.Object.Name] = true // breaks cycles
			g.defs[t.Object.Name] = g.object(t.Object)
		}
		return map[string]any{"$ref": "#/$defs/" + pointer(t.Object.Name)}
	}
	out := map[string]any{"type": "object", "additionalProperties": g.typ(t.Elem)}
	if t.Names != nil && t.Names.Pattern != "" {
		out["propertyNames"] = map[string]any{"pattern": "^(?:" + portable(t.Names.Pattern) + ")$"}
	}
	if t.NonEmpty {
		out["minProperties"] = 1
	}
	return out
}

func (t *Type) stringSchema() map[string]any {
	out := map[string]any{"type": "string"}
	if len(t.Enum) > 0 {
		out["enum"] = t.Enum
	}
	if t.Pattern != "" {
		out["pattern"] = "^(?:" + portable(t.Pattern) + ")$"
	}
	if t.NonEmpty {
		out["minLength"] = 1
	}
	return out
}

// portable drops RE2's (?s), which ECMA 262 lacks.
func portable(pattern string) string {
	if len(pattern) > 5 && pattern[:5] == "(?s)." {
		return `[\s\S]` + pattern[5:]
	}
	return pattern
}

func pointer(name string) string {
	var b []byte
	for i := 0; i < len(name); i++ {
		switch name[i] {
		case ' ':
			b = append(b, "%20"...)
		default:
			b = append(b, name[i])
		}
	}
	return string(b)
}
