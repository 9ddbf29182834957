package eventbridge

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// A RequestSpec is all that makes the request of an API destination.
type RequestSpec struct {
	Destination APIDestination
	Connection  Connection
	Parameters  HTTPParameters
	Event       *Event // the original event, for the paths in Parameters; may be nil
	Body        []byte // the rendered input of the target
}

// A Request is the HTTP request that an API destination receives.
type Request struct {
	Method string
	URL    string
	Header []HeaderField // the service's own headers last
	Body   []byte
}

// A HeaderField is one header of a request.
type HeaderField struct{ Name, Value string }

// Get is the value of a header, "" where there is none.
func (r *Request) Get(name string) string {
	if i := indexHeader(r.Header, name); i >= 0 {
		return r.Header[i].Value
	}
	return ""
}

// BuildRequest builds the request of an API destination. No wire capture of
// one has been found; the rules are those of the documentation
// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html,
// https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_HttpParameters.html):
//
//   - the k-th "*" in the path becomes the k-th path value, percent-encoded;
//   - parameters of the connection win over those of the target, and those over
//     the query of the endpoint;
//   - headers that the service keeps for itself are dropped, its own are added;
//   - body parameters of the connection are set in the JSON object of the body.
//
// The error is a [FieldError] where a value of the event makes the request
// impossible, or where the service's behaviour is unknown: path values that do
// not fit the endpoint, body parameters for a body that is no object.
func BuildRequest(spec RequestSpec) (*Request, error) {
	r := &Request{Method: spec.Destination.Method}
	var err error
	if r.URL, err = requestURL(spec); err != nil {
		return nil, err
	}
	if r.Body, err = requestBody(spec); err != nil {
		return nil, err
	}
	if r.Header, err = requestHeader(spec); err != nil {
		return nil, err
	}
	r.Header = append(r.Header, serviceHeader(r.Header, spec.Destination.Endpoint, len(r.Body))...)
	return r, nil
}

func countWildcards(endpoint string) int {
	path, _, _ := strings.Cut(endpoint, "?")
	return strings.Count(path, "*")
}

func requestURL(spec RequestSpec) (string, error) {
	endpoint, query, _ := strings.Cut(spec.Destination.Endpoint, "?")
	parts, values := strings.Split(endpoint, "*"), spec.Parameters.PathParameterValues
	if len(parts)-1 != len(values) {
		return "", FieldError{"PathParameterValues", fmt.Sprintf("has %d values for %d \"*\"", len(values), len(parts)-1)}
	}
	var u strings.Builder
	for i, part := range parts {
		u.WriteString(part)
		if i < len(values) {
			value := dynamic(values[i], spec.Event)
			if value == "" {
				return "", FieldError{fmt.Sprintf("PathParameterValues[%d]", i), "is empty for this event"}
			}
			u.WriteString(url.PathEscape(value))
		}
	}
	if query = requestQuery(query, spec); query != "" {
		u.WriteString("?" + query)
	}
	return u.String(), nil
}

// requestQuery merges query parameters. Those of the endpoint stay as they are
// written unless they are overridden.
func requestQuery(query string, spec RequestSpec) string {
	var pairs []string
	set := func(name, value string) {
		pairs = slices.DeleteFunc(pairs, func(pair string) bool {
			key, _, _ := strings.Cut(pair, "=")
			decoded, err := url.QueryUnescape(key)
			return err == nil && decoded == name
		})
		pairs = append(pairs, url.QueryEscape(name)+"="+url.QueryEscape(value))
	}
	if query != "" {
		pairs = strings.Split(query, "&")
	}
	for _, name := range sortedKeys(spec.Parameters.QueryStringParameters) {
		set(dynamic(name, spec.Event), dynamic(spec.Parameters.QueryStringParameters[name], spec.Event))
	}
	for _, p := range spec.Connection.Invocation.QueryString {
		set(p.Key, p.Value)
	}
	return strings.Join(pairs, "&")
}

// dropped are the headers that the service removes from a request
// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html#eb-api-destination-headers).
var dropped = []string{
	"A-IM", "Accept-Charset", "Accept-Datetime", "Accept-Encoding", "Cache-Control", "Connection", "Content-Encoding",
	"Content-Length", "Content-MD5", "Date", "Expect", "Forwarded", "From", "Host", "HTTP2-Settings", "If-Match",
	"If-Modified-Since", "If-None-Match", "If-Range", "If-Unmodified-Since", "Max-Forwards", "Origin", "Pragma",
	"Proxy-Authorization", "Range", "Referer", "TE", "Trailer", "Transfer-Encoding", "User-Agent", "Upgrade", "Via", "Warning",
}

// DroppedHeader tells whether the service removes a header from requests.
func DroppedHeader(name string) bool {
	return slices.ContainsFunc(dropped, func(d string) bool { return strings.EqualFold(d, name) })
}

func requestHeader(spec RequestSpec) ([]HeaderField, error) {
	var header []HeaderField
	set := func(h HeaderField) {
		if i := indexHeader(header, h.Name); i >= 0 {
			header[i] = h
		} else if h.Name != "" && !DroppedHeader(h.Name) {
			header = append(header, h)
		}
	}
	for _, name := range sortedKeys(spec.Parameters.HeaderParameters) {
		value := dynamic(spec.Parameters.HeaderParameters[name], spec.Event)
		if strings.ContainsFunc(value, func(r rune) bool { return r != '\t' && (r < ' ' || r > '~') }) {
			return nil, FieldError{"HeaderParameters", fmt.Sprintf("%q is not printable ASCII for this event", name)}
		}
		set(HeaderField{name, value})
	}
	for _, p := range spec.Connection.Invocation.Header {
		set(HeaderField{p.Key, p.Value})
	}
	set(spec.Connection.Authorization())
	return header, nil
}

func indexHeader(header []HeaderField, name string) int {
	return slices.IndexFunc(header, func(h HeaderField) bool { return strings.EqualFold(h.Name, name) })
}

// serviceHeader is what the service adds; only Content-Type can be overridden.
func serviceHeader(header []HeaderField, endpoint string, length int) []HeaderField {
	var added []HeaderField
	if indexHeader(header, "Content-Type") < 0 {
		added = append(added, HeaderField{"Content-Type", "application/json; charset=utf-8"})
	}
	host := ""
	if u, err := url.Parse(endpoint); err == nil {
		host = u.Host
	}
	return append(added,
		HeaderField{"Host", host},
		HeaderField{"User-Agent", "Amazon/EventBridge/ApiDestinations"},
		HeaderField{"Range", "bytes=0-1048575"},
		HeaderField{"Accept-Encoding", "gzip,deflate"},
		HeaderField{"Connection", "close"},
		HeaderField{"Content-Length", strconv.Itoa(length)},
	)
}

// requestBody sets the body parameters of the connection in the body.
func requestBody(spec RequestSpec) ([]byte, error) {
	parameters := spec.Connection.Invocation.Body
	if len(parameters) == 0 {
		return spec.Body, nil
	}
	text := spec.Body
	if len(text) == 0 {
		text = []byte("{}")
	}
	doc, err := parseDocument(text)
	if err != nil || doc.nodes[0].kind != kindObject {
		return nil, FieldError{"BodyParameters", "need a body that is a JSON object"}
	}
	own := make(map[string]string, len(parameters))
	for _, p := range parameters {
		own[p.Key] = p.Value
	}
	body := []byte{'{'}
	comma := func() {
		if len(body) > 1 {
			body = append(body, ',')
		}
	}
	for i := int32(1); i < doc.nodes[0].next; i = doc.nodes[i].next {
		if _, overridden := own[doc.key(i)]; !overridden {
			comma()
			body = doc.appendMember(body, i)
		}
	}
	for _, p := range parameters {
		if value, left := own[p.Key]; left {
			comma()
			body = append(appendQuoted(body, p.Key), ':')
			body = appendQuoted(body, value)
			delete(own, p.Key)
		}
	}
	return append(body, '}'), nil
}

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }
