package enrich

import "unicode/utf8"

// maxOutput is the size an answer stays below, in bytes, unless the event alone is
// larger: Step Functions takes 262,144 bytes of input
// (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html), and the
// bus and the state machine wrap the answer. A bus itself takes 1 MB.
const maxOutput = 240_000

// enriched is what stands in the field of that name.
type enriched interface {
	refusal() *Refusal
	// within is the same with texts of at most so many bytes and so many entities.
	within(text, entities int) enriched
}

// facts are those of an event of which nothing is known, and a part of all others.
type facts struct {
	Error *Refusal `json:"error,omitempty"`
}

func (f facts) refusal() *Refusal        { return f.Error }
func (f facts) within(_, _ int) enriched { return f }

// fit encodes the facts with as much text and as many entities as there is room
// for beside the event.
func (e *Enricher) fit(all enriched, event int) []byte {
	room := maxOutput - event
	for _, limit := range []struct{ text, entities int }{{e.MaxText, e.MaxEntities}, {e.MaxText, 50}, {2000, 10}, {200, 0}} {
		encoded := encode(all.within(min(limit.text, e.MaxText), min(limit.entities, e.MaxEntities)))
		if len(encoded) <= room {
			return encoded
		}
	}
	reason := all.refusal()
	if reason == nil {
		reason = &Refusal{TooLarge, "the event leaves no room for more"}
	}
	return encode(facts{reason})
}

// cut is a text of at most limit bytes, whole characters only, and whether
// something is missing.
func cut(text string, limit int) (string, bool) {
	if len(text) <= limit {
		return text, false
	}
	end := limit
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end], true
}
