package simulate

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
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
}

// ReadEvents reads an EventBridge event or a PutEvents entry, or a list of
// either, or a PutEvents request ({"Entries": […]}).
func ReadEvents(text []byte, o Origin) ([]Incoming, error) {
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	items, err := eventItems(text)
	if err != nil {
		return nil, err
	}
	if len(items) == 0 {
		return nil, errors.New("there is no event in the list")
	}
	var all []Incoming
	for i, item := range items {
		in, err := readEvent(item, o, i)
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

func readEvent(text []byte, o Origin, index int) (Incoming, error) {
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
	return readEntry(text, fields, o, index)
}

// readEntry makes the event that PutEvents makes of an entry
// (https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html).
func readEntry(text []byte, fields map[string]json.RawMessage, o Origin, index int) (Incoming, error) {
	in := Incoming{Entry: true}
	var source, detailType, detail string
	for key, into := range map[string]*string{"Source": &source, "DetailType": &detailType, "Detail": &detail, "EventBusName": &in.Bus} {
		if raw := fields[key]; raw != nil && json.Unmarshal(raw, into) != nil {
			return in, fmt.Errorf("%s of a PutEvents entry must be a string; write an event with \"detail\" for an object", key)
		}
	}
	resources := []string{}
	if raw := fields["Resources"]; raw != nil && json.Unmarshal(raw, &resources) != nil {
		return in, errors.New("`Resources` of a PutEvents entry must be a list of strings")
	}
	at, err := entryTime(fields["Time"], o.Now)
	if err != nil {
		return in, err
	}
	if in.Error = refusedEntry(source, detailType, detail); in.Error != nil {
		return in, nil
	}
	event := cloudformation.NewObject("version", "0", "id", eventID(text, o.Now, index), "detail-type", detailType, "source", source,
		"account", o.Account, "time", at.UTC().Format("2006-01-02T15:04:05Z"), "region", o.Region, "resources", cloudformation.Strings(resources...),
		// the detail is pasted, so that duplicate keys and spellings of numbers survive
		"detail", cloudformation.Number(detail))
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
func entryTime(raw json.RawMessage, now time.Time) (time.Time, error) {
	if raw == nil || string(raw) == "null" {
		return now, nil
	}
	if seconds, err := strconv.ParseFloat(string(raw), 64); err == nil && seconds >= 0 && seconds < 1e11 {
		return time.Unix(int64(seconds), 0), nil
	}
	var text string
	if json.Unmarshal(raw, &text) == nil {
		if t, err := time.Parse(time.RFC3339, text); err == nil {
			return t, nil
		}
	}
	return now, errors.New("`Time` of a PutEvents entry must be a time such as 2026-03-02T10:15:30Z")
}

// eventID makes up an id that is the same for the same entry at the same time.
func eventID(text []byte, now time.Time, index int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d %s", now.UTC().Format(time.RFC3339Nano), index, text))
	d := hex.EncodeToString(sum[:16])
	return d[:8] + "-" + d[8:12] + "-4" + d[13:16] + "-8" + d[17:20] + "-" + d[20:]
}
