package simulate

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
)

// recording answers the requests of the enricher's clients from fakes, for one
// invocation of it: an http.RoundTripper.
type recording struct {
	fakes *Fakes
	calls []APICall
	// lacks is the operation of which no answer is known.
	lacks string
	// stop ends the invocation, which has nothing to go on with.
	stop func()
}

// APICall is a call that the enricher makes of an AWS API.
type APICall struct {
	Operation string `json:"operation"`       // support:DescribeCases
	Error     string `json:"error,omitempty"` // code
}

var errNoAnswer = errors.New("there is no recorded answer")

// RoundTrip answers a request of the protocol JSON 1.1
// (https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html).
func (r *recording) RoundTrip(request *http.Request) (*http.Response, error) {
	name := ""
	for key, of := range operations {
		if of.target == request.Header.Get("X-Amz-Target") {
			name = key
		}
	}
	asked := map[string]any{}
	decoder := json.NewDecoder(request.Body)
	defer request.Body.Close()
	if err := decoder.Decode(&asked); err != nil {
		return nil, err
	}
	var found *answer
	if r.fakes != nil {
		found = r.fakes.answers[name]
	}
	if found == nil {
		r.lacks = name
		r.stop()
		return nil, errNoAnswer
	}
	if found.code == "" {
		found = operations[name].find(found.reply, asked)
	}
	r.calls = append(r.calls, APICall{name, found.code})
	status, body := http.StatusOK, any(found.reply)
	if found.code != "" {
		status, body = statusOf(found.code), map[string]string{"__type": found.code, "message": found.message}
	}
	text, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	return &http.Response{
		StatusCode: status, Status: strconv.Itoa(status) + " " + http.StatusText(status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/x-amz-json-1.1"}},
		Body:   io.NopCloser(bytes.NewReader(text)), ContentLength: int64(len(text)), Request: request,
	}, nil
}

// statusOf is the status that an error has: 400, unless AWS fails
// (https://docs.aws.amazon.com/awssupport/latest/APIReference/CommonErrors.html).
func statusOf(code string) int {
	switch code {
	case "InternalFailure", "InternalServerError", "InternalServiceError":
		return http.StatusInternalServerError
	case "ServiceUnavailable", "ServiceUnavailableException":
		return http.StatusServiceUnavailable
	}
	return http.StatusBadRequest
}

// findCases answers with the cases asked for. One that is not recorded is none of
// the account's
// (https://docs.aws.amazon.com/awssupport/latest/APIReference/API_DescribeCases.html#API_DescribeCases_Errors).
func findCases(reply, request map[string]any) *answer {
	found := []any{}
	for _, id := range list(request["caseIdList"]) {
		matching := having(list(reply["cases"]), "caseId", id)
		if matching == nil {
			return &answer{code: "CaseIdNotFound", message: "The requested CaseId could not be located."}
		}
		found = append(found, matching...)
	}
	return &answer{reply: map[string]any{"cases": found}}
}

// findEvents answers with the events asked for, in whichever set they are. One
// that is not recorded is in none.
func findEvents(reply, request map[string]any) *answer {
	out := map[string]any{}
	for set, arn := range map[string]func(map[string]any) any{
		"successfulSet": func(item map[string]any) any { return object(item["event"])["arn"] },
		"failedSet":     func(item map[string]any) any { return item["eventArn"] },
	} {
		found := []any{}
		for _, item := range list(reply[set]) {
			if wanted(request, arn(object(item)), object(item)["awsAccountId"]) {
				found = append(found, item)
			}
		}
		out[set] = found
	}
	return &answer{reply: out}
}

// findEntities answers with a page of the entities that are affected by the events
// asked for. One that does not say by which is affected by any.
func findEntities(reply, request map[string]any) *answer {
	found, failed := []any{}, []any{}
	for _, item := range list(reply["entities"]) {
		if entity := object(item); entity["eventArn"] == nil || wanted(request, entity["eventArn"], entity["awsAccountId"]) {
			found = append(found, item)
		}
	}
	for _, item := range list(reply["failedSet"]) {
		if wanted(request, object(item)["eventArn"], object(item)["awsAccountId"]) {
			failed = append(failed, item)
		}
	}
	token, _ := request["nextToken"].(string)
	first, _ := strconv.Atoi(token)
	first = min(first, len(found))
	last := len(found)
	if size, given := request["maxResults"].(float64); given {
		last = min(first+int(size), last)
	}
	out := map[string]any{"entities": found[first:last], "failedSet": failed}
	if last < len(found) {
		out["nextToken"] = strconv.Itoa(last)
	}
	return &answer{reply: out}
}

// wanted tells whether a request asks for an event, of an account where both say
// which.
func wanted(request map[string]any, arn, account any) bool {
	for _, id := range append(list(request["eventArns"]), list(object(request["filter"])["eventArns"])...) {
		if id == arn {
			return true
		}
	}
	for _, item := range append(list(request["organizationEventDetailFilters"]), list(request["organizationEntityFilters"])...) {
		of := object(item)
		if of["eventArn"] == arn && (of["awsAccountId"] == nil || account == nil || of["awsAccountId"] == account) {
			return true
		}
	}
	return false
}

// having gives the objects of a list that have a member.
func having(items []any, member string, value any) []any {
	var found []any
	for _, item := range items {
		if object(item)[member] == value {
			found = append(found, item)
		}
	}
	return found
}

func list(v any) []any            { l, _ := v.([]any); return l }
func object(v any) map[string]any { o, _ := v.(map[string]any); return o }
