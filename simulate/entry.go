package simulate

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/eventbridge"
)

// Incoming is one event as it was given.
type Incoming struct {
	Event *eventbridge.Event // nil where PutEvents refuses the entry
	// Entry tells that it was a PutEvents entry, which goes to the bus it names,
	// or to the default one.
	Entry bool
	Bus   string // EventBusName of the entry
	Error *Failure
}

// Origin is what EventBridge adds to an entry.
type Origin struct {
	Now             time.Time
	Account, Region string
	// NewID makes up the id of an event; nil makes the same one for the same
	// entry at the same time.
	NewID func() string
	index int // of the entry in its list
}

// ReadEvents reads an EventBridge event or a PutEvents entry, or a list of
// either, or a PutEvents request ({"Entries": […]}).
func ReadEvents(text []byte, o Origin) ([]Incoming, error) {
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	// Most are events, and there may be millions of them.
	if event, err := eventbridge.ParseEvent(text); err == nil && !slices.ContainsFunc(requestMembers, event.Has) {
		return []Incoming{{Event: event}}, nil
	}
	items, err := eventItems(text)
	if err != nil {
		return nil, err
	}
	if len(items) == 0 {
		return nil, errors.New("there is no event in the list")
	}
	var all []Incoming
	for i, item := range items {
		o.index = i
		in, err := readEvent(item, o)
		if err != nil {
			if len(items) > 1 {
				err = fmt.Errorf("event %d: %w", i+1, err)
			}
			return nil, err
		}
		all = append(all, in)
	}
	return all, nil
}

// requestMembers tell an entry or a request from an event.
var requestMembers = []string{"Detail", "DetailType", "Source", "Entries"}

func eventItems(text []byte) ([]json.RawMessage, error) {
	if !json.Valid(text) {
		// eventbridge says where; a list is not its business.
		if _, err := eventbridge.ParseEvent(text); err != nil {
			return nil, err
		}
		return nil, errors.New("this is not JSON")
	}
	var list []json.RawMessage
	if json.Unmarshal(text, &list) == nil {
		return list, nil
	}
	fields := map[string]json.RawMessage{}
	if json.Unmarshal(text, &fields) == nil && len(fields) == 1 && fields["Entries"] != nil {
		if json.Unmarshal(fields["Entries"], &list) != nil {
			return nil, errors.New("`Entries` must be a list")
		}
		return list, nil
	}
	return []json.RawMessage{text}, nil
}

func readEvent(text []byte, o Origin) (Incoming, error) {
	event, err := eventbridge.ParseEvent(text)
	if err != nil {
		return Incoming{}, err
	}
	fields := map[string]json.RawMessage{} // unlike a struct, it minds the case of keys
	if err := json.Unmarshal(text, &fields); err != nil {
		return Incoming{}, err
	}
	if fields["Detail"] == nil && fields["DetailType"] == nil && fields["Source"] == nil {
		return Incoming{Event: event}, nil
	}
	entry, err := parseEntry(text, fields, o.Now)
	if err != nil {
		return Incoming{}, err
	}
	return entry.Incoming(o)
}

// Entry is an entry of a PutEvents request
// (https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html).
type Entry struct {
	Source, DetailType, Detail string
	Resources                  []string
	Bus                        string // EventBusName: a name or an ARN
	Time                       time.Time
	timed                      bool // Time was given
	text                       []byte
}

// ParseEntry reads an entry. It gives an error where a member has the wrong
// type, which no client of AWS sends. Members it does not know are ignored.
func ParseEntry(text []byte, now time.Time) (Entry, error) {
	fields := map[string]json.RawMessage{} // unlike a struct, it minds the case of keys
	if err := json.Unmarshal(text, &fields); err != nil || fields == nil {
		return Entry{}, errors.New("a PutEvents entry must be an object")
	}
	return parseEntry(text, fields, now)
}

func parseEntry(text []byte, fields map[string]json.RawMessage, now time.Time) (e Entry, err error) {
	e.text = text
	for _, text := range []struct {
		key  string
		into *string
		hint string
	}{
		{"Source", &e.Source, ""}, {"DetailType", &e.DetailType, ""}, {"EventBusName", &e.Bus, ""},
		{"Detail", &e.Detail, "; write an event with \"detail\" for an object"},
	} {
		if raw := fields[text.key]; raw != nil && json.Unmarshal(raw, text.into) != nil {
			return e, fmt.Errorf("%s of a PutEvents entry must be a string%s", text.key, text.hint)
		}
	}
	if raw := fields["Resources"]; raw != nil && json.Unmarshal(raw, &e.Resources) != nil {
		return e, errors.New("`Resources` of a PutEvents entry must be a list of strings")
	}
	e.Time, e.timed, err = entryTime(fields["Time"], now)
	return e, err
}

// Size is what EventBridge counts of an entry, in bytes
// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html#eb-putevent-size).
func (e Entry) Size() int {
	size := len(e.Source) + len(e.DetailType) + len(e.Detail)
	for _, r := range e.Resources {
		size += len(r)
	}
	if e.timed {
		size += 14
	}
	return size
}

// Incoming is the event that PutEvents makes of an entry, or why it makes none.
func (e Entry) Incoming(o Origin) (Incoming, error) {
	in := Incoming{Entry: true, Bus: e.Bus, Error: refusedEntry(e.Source, e.DetailType, e.Detail)}
	if in.Error != nil {
		return in, nil
	}
	id := ""
	if o.NewID != nil {
		id = o.NewID()
	} else {
		id = eventID(e.text, o.Now, o.index)
	}
	event := cloudformation.NewObject("version", "0", "id", id, "detail-type", e.DetailType, "source", e.Source,
		"account", o.Account, "time", e.Time.UTC().Format("2006-01-02T15:04:05Z"), "region", o.Region, "resources", cloudformation.Strings(e.Resources...),
		// the detail is pasted, so that duplicate keys and spellings of numbers survive
		"detail", cloudformation.Number(e.Detail))
	var err error
	in.Event, err = eventbridge.ParseEvent(cloudformation.Compact(event))
	return in, err
}

// refusedEntry gives EventBridge's codes for entries that fail.
func refusedEntry(source, detailType, detail string) *Failure {
	for _, field := range []struct{ name, value string }{{"Source", source}, {"DetailType", detailType}, {"Detail", detail}} {
		if field.value == "" {
			return &Failure{"InvalidArgument", "Parameter " + field.name + " is not valid. Reason: " + field.name + " is a required argument."}
		}
	}
	if strings.HasPrefix(source, "aws.") {
		return &Failure{"NotAuthorizedForSourceException", "Not authorized for the source."}
	}
	if _, err := eventbridge.ParseEvent([]byte(detail)); err != nil {
		return &Failure{"MalformedDetail", "Detail is malformed."}
	}
	return nil
}

// entryTime reads a time as the clients of AWS take it: RFC 3339, or seconds
// since 1970.
func entryTime(raw json.RawMessage, now time.Time) (at time.Time, given bool, err error) {
	if raw == nil || string(raw) == "null" {
		return now, false, nil
	}
	if seconds, err := strconv.ParseFloat(string(raw), 64); err == nil && seconds >= 0 && seconds < 1e11 {
		return time.Unix(int64(seconds), 0), true, nil
	}
	var text string
	if json.Unmarshal(raw, &text) == nil {
		if t, err := time.Parse(time.RFC3339, text); err == nil {
			return t, true, nil
		}
	}
	return now, false, errors.New("`Time` of a PutEvents entry must be a time such as 2026-03-02T10:15:30Z")
}

// eventID makes up an id that is the same for the same entry at the same time.
func eventID(text []byte, now time.Time, index int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d %s", now.UTC().Format(time.RFC3339Nano), index, text))
	d := hex.EncodeToString(sum[:16])
	return d[:8] + "-" + d[8:12] + "-4" + d[13:16] + "-8" + d[17:20] + "-" + d[20:]
}
