package server

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/notifygen/notifygen/simulate"
)

// Limits of PutEvents. The size is that of all entries, in bytes; it was 256 KB
// until January 2026
// (https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html).
const (
	maxEntries     = 10
	maxEntriesSize = 1 << 20
)

type putEventsRequest struct {
	Entries    *[]json.RawMessage
	EndpointId *string
}

type putEventsReply struct {
	FailedEntryCount int
	Entries          []putEventsResult
}

// putEventsResult is what became of an entry: it has an id or an error.
type putEventsResult struct {
	EventId      string `json:",omitempty"`
	ErrorCode    string `json:",omitempty"`
	ErrorMessage string `json:",omitempty"`
}

// putEvents accepts events. Entries for a bus that does not exist are accepted
// too and reach nobody, as on AWS.
func (s *Server) putEvents(r *putEventsRequest) (any, error) {
	entries, err := s.readEntries(r)
	if err != nil {
		return nil, err
	}
	reply := putEventsReply{Entries: make([]putEventsResult, len(entries))}
	var accepted []arrival
	for i, e := range entries {
		in, err := e.Incoming(s.origin())
		if err != nil {
			return nil, refused("SerializationException", "entry %d: %s", i+1, err)
		}
		if in.Error != nil {
			reply.FailedEntryCount++
			reply.Entries[i] = putEventsResult{ErrorCode: in.Error.Code, ErrorMessage: in.Error.Message}
			continue
		}
		reply.Entries[i].EventId = in.Event.Field("id")
		accepted = append(accepted, arrival{event: in.Event, bus: s.busOf(in, s.Bus), origin: OriginPutEvents})
	}
	if _, err := s.accept(accepted); err != nil {
		return nil, err
	}
	return reply, nil
}

// readEntries reads the entries and checks what fails the request as a whole.
func (s *Server) readEntries(r *putEventsRequest) ([]simulate.Entry, error) {
	if r.EndpointId != nil {
		return nil, refused("ValidationException", "notifygen serve has no global endpoints: leave EndpointId out")
	}
	var v violations
	if r.Entries == nil {
		v.say("null", "entries", "Member must not be null")
		return nil, v.err()
	}
	var entries []simulate.Entry
	size := 0
	for i, text := range *r.Entries {
		entry, err := simulate.ParseEntry(text, s.now())
		if err != nil {
			return nil, refused("SerializationException", "entry %d: %s", i+1, err)
		}
		var optional struct{ EventBusName, TraceHeader *string }
		if err := readMembers(text, &optional); err != nil {
			return nil, refused("SerializationException", "entry %d: %s", i+1, err)
		}
		member := fmt.Sprintf("entries.%d.member.", i+1)
		v.optional(member+"eventBusName", optional.EventBusName, busNameOrARN)
		v.optional(member+"traceHeader", optional.TraceHeader, traceHeader)
		entries = append(entries, entry)
		size += entry.Size()
	}
	if len(entries) == 0 {
		v.say("'[]'", "entries", "Member must have length greater than or equal to 1")
	}
	if len(entries) > maxEntries {
		v.say("'"+listed(entries)+"'", "entries", fmt.Sprintf("Member must have length less than or equal to %d", maxEntries))
	}
	if err := v.err(); err != nil {
		return nil, err
	}
	if size > maxEntriesSize {
		return nil, refused("ValidationException", "Total size of the entries in the request is over the limit.")
	}
	return entries, nil
}

// maxListed bounds what is repeated of entries, in bytes each.
const maxListed = 200

// listed repeats entries as EventBridge does, shortened.
func listed(entries []simulate.Entry) string {
	or := func(text string) string {
		switch {
		case text == "":
			return "null"
		case len(text) > maxListed:
			return strings.ToValidUTF8(text[:maxListed], "") + "…"
		}
		return text
	}
	var all []string
	for _, e := range entries {
		all = append(all, fmt.Sprintf("PutEventsRequestEntry(source=%s, detailType=%s, detail=%s, eventBusName=%s)", or(e.Source), or(e.DetailType), or(e.Detail), or(e.Bus)))
	}
	return "[" + strings.Join(all, ", ") + "]"
}

// origin is what EventBridge adds to an entry now.
func (s *Server) origin() simulate.Origin {
	return simulate.Origin{Now: s.now(), Account: s.Account, Region: s.Region, NewID: newID}
}

// busOf is the bus that an event goes to: the one that the entry names, else the
// given one, else the default one for an entry, "" (every bus) for an event.
func (s *Server) busOf(in simulate.Incoming, given string) string {
	switch {
	case in.Bus != "":
		return in.Bus
	case given != "":
		return given
	case in.Entry:
		return "default"
	}
	return ""
}
