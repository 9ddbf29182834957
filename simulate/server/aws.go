package server

import (
	"compress/gzip"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// awsError is an error as AWS's clients read it: its code is the name of the
// exception (https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html).
type awsError struct {
	Status  int    `json:"-"`
	Code    string `json:"__type"`
	Message string `json:"message"`
}

func (e *awsError) Error() string { return e.Code + ": " + e.Message }

func refused(code, format string, args ...any) *awsError {
	return &awsError{http.StatusBadRequest, code, fmt.Sprintf(format, args...)}
}

// operations are those of EventBridge's API that there are here
// (https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Operations.html).
var operations = map[string]func(*Server, []byte) (any, error){
	"PutEvents":         call((*Server).putEvents),
	"TestEventPattern":  call((*Server).testEventPattern),
	"ListRules":         call((*Server).listRules),
	"ListTargetsByRule": call((*Server).listTargetsByRule),
	"ListEventBuses":    call((*Server).listEventBuses),
	"DescribeRule":      call((*Server).describeRule),
	"DescribeEventBus":  call((*Server).describeEventBus),
}

// call reads the request of an operation.
func call[Request any](operation func(*Server, *Request) (any, error)) func(*Server, []byte) (any, error) {
	return func(s *Server, body []byte) (any, error) {
		var request Request
		if err := readMembers(body, &request); err != nil {
			return nil, refused("SerializationException", "%s", err)
		}
		return operation(s, &request)
	}
}

// readMembers reads a JSON object into a struct. Unlike encoding/json it minds
// the case of names, as AWS does; members without a field are ignored.
func readMembers(text []byte, into any) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(text, &members); err != nil {
		return serialization("the request", err)
	}
	fields := reflect.ValueOf(into).Elem()
	for i := range fields.NumField() {
		name := fields.Type().Field(i).Name
		if member, ok := members[name]; ok {
			if err := json.Unmarshal(member, fields.Field(i).Addr().Interface()); err != nil {
				return serialization(name, err)
			}
		}
	}
	return nil
}

// serialization says why a JSON value cannot be read.
func serialization(name string, err error) error {
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		return fmt.Errorf("%s must not be a JSON %s", name, kind.Value)
	}
	return errors.New("the request is not JSON")
}

const (
	targetPrefix = "AWSEvents."
	awsJSON      = "application/x-amz-json-1.1"
	// maxRequest bounds the body of a request, in bytes: entries of 1 MB in all,
	// with every character escaped.
	maxRequest = 8 << 20
)

// aws answers a request of EventBridge's API. Signatures are not checked: any
// credentials will do.
func (s *Server) aws(w http.ResponseWriter, r *http.Request) {
	result, err := s.operate(r)
	h := w.Header()
	h.Set("Content-Type", awsJSON)
	h.Set("X-Amzn-RequestId", newID())
	if err == nil {
		body := encode(result)
		h.Set("Content-Length", strconv.Itoa(len(body)))
		w.Write(body)
		return
	}
	var e *awsError
	if !errors.As(err, &e) {
		e = &awsError{http.StatusInternalServerError, "InternalException", s.World.Conceal(err.Error())}
	}
	h.Set("X-Amzn-ErrorType", e.Code)
	w.WriteHeader(e.Status)
	w.Write(encode(e))
}

func (s *Server) operate(r *http.Request) (any, error) {
	known := strings.Join(slices.Sorted(maps.Keys(operations)), ", ")
	target := r.Header.Get("X-Amz-Target")
	if target == "" {
		return nil, refused("UnknownOperationException", "the header X-Amz-Target is missing: it names an operation of EventBridge, such as %sPutEvents", targetPrefix)
	}
	name, ok := strings.CutPrefix(target, targetPrefix)
	operation := operations[name]
	if !ok || operation == nil {
		return nil, refused("UnknownOperationException", "notifygen serve has no operation %.100q; it has %s. Rules and targets come from the templates it was started with", target, known)
	}
	body, err := readBody(r)
	if err != nil {
		return nil, err
	}
	return operation(s, body)
}

// readBody reads a body that clients may have compressed.
func readBody(r *http.Request) ([]byte, error) {
	var from io.Reader = r.Body
	switch encoding := r.Header.Get("Content-Encoding"); encoding {
	case "", "identity":
	case "gzip":
		unzip, err := gzip.NewReader(from)
		if err != nil {
			return nil, refused("SerializationException", "the body is not compressed with gzip")
		}
		from = unzip
	default:
		return nil, refused("SerializationException", "the body may be compressed with gzip, not with %.20q", encoding)
	}
	body, err := io.ReadAll(io.LimitReader(from, maxRequest+1))
	if len(body) > maxRequest {
		return nil, &awsError{http.StatusRequestEntityTooLarge, "RequestEntityTooLargeException", fmt.Sprintf("the request is longer than %d bytes", maxRequest)}
	}
	if err != nil {
		return nil, refused("SerializationException", "the body cannot be read")
	}
	return body, nil
}

// newID makes up an identifier of the usual form (UUID version 4).
func newID() string {
	var b [16]byte
	rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	d := hex.EncodeToString(b[:])
	return d[:8] + "-" + d[8:12] + "-" + d[12:16] + "-" + d[16:20] + "-" + d[20:]
}

// isJSON tells whether a request says that its body is JSON, which no form and
// no simple request of another page can say.
func isJSON(r *http.Request) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && kind == "application/json"
}
