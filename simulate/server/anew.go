package server

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/notifygen/notifygen/eventbridge"
)

// anew gives an event that was put before, or that has the id of another one of the
// same request, an id of its own, as every event on AWS has one: else FIFO queues
// would take it for the same one.
func (s *Server) anew(e *eventbridge.Event, others map[string]bool) *eventbridge.Event {
	id := e.Field("id")
	if !others[id] && !s.store.has(id) {
		others[id] = true
		return e
	}
	fresh, err := eventbridge.ParseEvent(withID(e.Compact(), newID()))
	if err != nil { // it holds no id
		return e
	}
	return fresh
}

// withID replaces the id of an event, which stays as it is in everything else.
func withID(event []byte, id string) []byte {
	d := json.NewDecoder(bytes.NewReader(event))
	if _, err := d.Token(); err != nil {
		return event
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return event
		}
		begin := d.InputOffset()
		var value json.RawMessage
		if d.Decode(&value) != nil {
			return event
		}
		if key == "id" {
			return slices.Concat(event[:begin], []byte(`:"`+id+`"`), event[d.InputOffset():])
		}
	}
	return event
}
