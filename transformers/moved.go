package transformers

// Moved gives the document with every value of the event taken from another
// path, and another value in the place of the event as a whole. What is moved
// must not have been lowered.
func (v *Value) Moved(path func(string) string, event *Value) *Value {
	if v == nil {
		return nil
	}
	part := func(p Part) Part {
		if p.Path != "" {
			p.Path = path(p.Path)
		}
		return p
	}
	out := &Value{kind: v.kind, whole: part(v.whole), raw: v.raw}
	if v.kind == wholeValue && v.whole.Reserved == wholeEvent {
		return event
	}
	for _, p := range v.text {
		out.text = append(out.text, part(p))
	}
	for _, f := range v.fields {
		out.fields = append(out.fields, Member{f.Key, f.Value.Moved(path, event)})
	}
	for _, item := range v.items {
		out.items = append(out.items, item.Moved(path, event))
	}
	return out
}

// wholeEvent is the reserved variable that holds the event.
const wholeEvent = "aws.events.event.json"

// Event gives the members of an event, each taken from its path, and others
// after them.
func Event(more ...string) *Value {
	out := Obj()
	for _, member := range append([]string{"version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail"}, more...) {
		out.Set(member, Whole(Part{Path: member, Compound: true}))
	}
	return out
}
