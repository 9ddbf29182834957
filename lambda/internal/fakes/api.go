package fakes

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// API is an AWS API of the protocol JSON 1.1
// (https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html). It refuses what
// the API's model does not know.
type API struct {
	URL string

	service  string
	mu       sync.Mutex
	play     func(operation string, request map[string]any) Reply
	requests []Request
}

// Request is a call that was made.
type Request struct {
	Operation string
	Region    string // it was signed for
	Body      map[string]any
}

// Reply is what an operation answers. An Error has a status of 400 unless another is given.
type Reply struct {
	Status int
	Error  string // code
	Text   string // of the error
	Body   any
	Hang   bool // nothing is answered until the caller gives up
	Raw    string
}

// model is what the public API models say of the operations in use: the fields of
// their input, a * before the required ones
// (https://github.com/boto/botocore/tree/develop/botocore/data).
var model = map[string]string{
	"secretsmanager.GetSecretValue":                              "*SecretId VersionId VersionStage",
	"AWSSupport_20130415.DescribeCases":                          "caseIdList displayId afterTime beforeTime includeResolvedCases nextToken maxResults language includeCommunications",
	"AWSHealth_20160804.DescribeEventDetails":                    "*eventArns locale",
	"AWSHealth_20160804.DescribeEventDetailsForOrganization":     "*organizationEventDetailFilters locale",
	"AWSHealth_20160804.DescribeAffectedEntities":                "*filter locale nextToken maxResults",
	"AWSHealth_20160804.DescribeAffectedEntitiesForOrganization": "organizationEntityFilters locale nextToken maxResults organizationEntityAccountFilters",
}

var signedFor = regexp.MustCompile(`^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/\d{8}/([a-z0-9-]+)/([a-z]+)/aws4_request, SignedHeaders=[a-z0-9;-]+, Signature=[0-9a-f]{64}$`)

// NewAPI serves an API, named as it is in a signature, until the test ends.
func NewAPI(t testing.TB, service string, play func(operation string, request map[string]any) Reply) *API {
	t.Helper()
	a := &API{service: service, play: play}
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	a.URL = server.URL
	return a
}

// Play changes what is answered.
func (a *API) Play(play func(operation string, request map[string]any) Reply) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.play = play
}

// Requests are the calls that were made.
func (a *API) Requests() []Request {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.requests)
}

func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	target := r.Header.Get("X-Amz-Target")
	fields, known := model[target]
	_, operation, _ := strings.Cut(target, ".")
	signature := signedFor.FindStringSubmatch(r.Header.Get("Authorization"))
	var body map[string]any
	err := json.NewDecoder(r.Body).Decode(&body)
	switch {
	case !known || r.Method != http.MethodPost || r.URL.Path != "/":
		answer(w, Reply{Error: "UnknownOperationException"})
		return
	case r.Header.Get("Content-Type") != "application/x-amz-json-1.1" || err != nil:
		answer(w, Reply{Error: "SerializationException"})
		return
	case signature == nil || signature[2] != a.service || r.Header.Get("X-Amz-Security-Token") != "session":
		answer(w, Reply{Error: "IncompleteSignatureException"})
		return
	}
	if wrong := check(fields, body); wrong != "" {
		answer(w, Reply{Error: "ValidationException", Text: wrong})
		return
	}
	a.mu.Lock()
	a.requests = append(a.requests, Request{operation, signature[1], body})
	play := a.play
	a.mu.Unlock()
	reply := play(operation, body)
	if reply.Hang {
		<-r.Context().Done()
		return
	}
	answer(w, reply)
}

func check(fields string, body map[string]any) string {
	known := map[string]bool{}
	for field := range strings.FieldsSeq(fields) {
		name, required := strings.CutPrefix(field, "*")
		known[name] = true
		if required && body[name] == nil {
			return name + " is missing"
		}
	}
	for name := range body {
		if !known[name] {
			return name + " is not a parameter"
		}
	}
	return ""
}

func answer(w http.ResponseWriter, r Reply) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.Header().Set("X-Amzn-RequestId", "request")
	if r.Error != "" {
		if r.Status == 0 {
			r.Status = http.StatusBadRequest
		}
		w.WriteHeader(r.Status)
		json.NewEncoder(w).Encode(map[string]string{"__type": r.Error, "message": r.Text})
		return
	}
	if r.Status != 0 {
		w.WriteHeader(r.Status)
	}
	if r.Raw != "" {
		fmt.Fprint(w, r.Raw)
		return
	}
	json.NewEncoder(w).Encode(r.Body)
}

func decode(body []byte, into any) {
	if err := json.Unmarshal(body, into); err != nil {
		panic(fmt.Sprintf("not JSON: %q", body))
	}
}
