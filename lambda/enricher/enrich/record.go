package enrich

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
)

// record is an SQS record as a pipe passes it on
// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-sqs.html).
type record struct {
	MessageID  json.RawMessage `json:"messageId"`
	Body       json.RawMessage `json:"body"`
	Attributes struct {
		ReceiveCount json.RawMessage `json:"ApproximateReceiveCount"`
	} `json:"attributes"`
	raw json.RawMessage
}

// readRecord reads what can be read of a record.
func readRecord(raw json.RawMessage) record {
	var r record
	// An error leaves the fields that could be read; the others are as if absent.
	_ = json.Unmarshal(raw, &r)
	r.raw = raw
	return r
}

// receives is how often the record was received, this time included; 1 where it
// is not told.
func (r record) receives() int {
	n, err := strconv.Atoi(string(bytes.Trim(r.Attributes.ReceiveCount, `"`)))
	if err != nil || n < 1 {
		return 1
	}
	return n
}

// id is the message's, for the log.
func (r record) id() string { return logged(r.MessageID) }

// remains is what is delivered of a record that holds no event: everything that
// is its own.
func (r record) remains() []byte {
	if r.Body == nil {
		return r.raw
	}
	id := r.MessageID
	if id == nil {
		id = json.RawMessage("null")
	}
	return encode(struct {
		MessageID json.RawMessage `json:"messageId"`
		Body      json.RawMessage `json:"body"`
	}{id, r.Body})
}

// event is what is read of an EventBridge event, and all its bytes.
type event struct {
	ID         json.RawMessage `json:"id"`
	Source     string          `json:"source"`
	DetailType string          `json:"detail-type"`
	Account    string          `json:"account"`
	Detail     detail          `json:"detail"`
	raw        []byte
}

// detail holds the fields of both services' events that name what to ask for
// (https://docs.aws.amazon.com/awssupport/latest/user/event-detail-support-case-update.html,
// https://docs.aws.amazon.com/health/latest/ug/aws-health-events-eventbridge-schema.html).
type detail struct {
	CaseID          string `json:"case-id"`
	EventARN        string `json:"eventArn"`
	EventScope      string `json:"eventScopeCode"`
	AffectedAccount string `json:"affectedAccount"`
}

func (e event) id() string { return logged(e.ID) }

// event is the event in the body. The errors tell nothing of the body.
func (r record) event() (event, error) {
	body := []byte(bytes.TrimSpace(r.Body))
	switch {
	case len(body) == 0 || string(body) == "null":
		return event{}, errors.New("the record has no body")
	case body[0] == '"':
		var text string
		if err := json.Unmarshal(body, &text); err != nil {
			return event{}, errors.New("the body cannot be read")
		}
		body = []byte(text)
	}
	var fields map[string]json.RawMessage
	if !json.Valid(body) {
		return event{}, errors.New("the body is not JSON")
	}
	if json.Unmarshal(body, &fields) != nil || fields == nil {
		return event{}, errors.New("the body is not a JSON object")
	}
	e := event{ID: fields["id"], raw: body}
	if json.Unmarshal(fields["source"], &e.Source) != nil || e.Source == "" ||
		json.Unmarshal(fields["detail-type"], &e.DetailType) != nil || e.DetailType == "" {
		return event{}, errors.New("the body has no source or no detail-type, as every event has")
	}
	// Whatever else is missing or of another type is not asked for.
	_ = json.Unmarshal(fields["account"], &e.Account)
	var d map[string]json.RawMessage
	_ = json.Unmarshal(fields["detail"], &d)
	for name, into := range map[string]*string{
		"case-id": &e.Detail.CaseID, "eventArn": &e.Detail.EventARN,
		"eventScopeCode": &e.Detail.EventScope, "affectedAccount": &e.Detail.AffectedAccount,
	} {
		_ = json.Unmarshal(d[name], into)
	}
	return e, nil
}

// logged is an ID for the log: AWS's own are short and plain, and whatever else
// stands in their place stays out of it.
func logged(raw json.RawMessage) string {
	var id string
	if json.Unmarshal(raw, &id) != nil || len(id) > 100 {
		return ""
	}
	for _, c := range id {
		if c != '-' && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') {
			return ""
		}
	}
	return id
}

// encode is compact JSON that leaves < and > alone.
func encode(v any) []byte {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		panic(err) // structs of strings always encode
	}
	return bytes.TrimRight(out.Bytes(), "\n")
}
