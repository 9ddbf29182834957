package stepfunctions

import (
	"net/url"
	"slices"
	"strings"

	"github.com/notifygen/notifygen/eventbridge"
)

// An HTTPRequest is what an HTTP task sends.
type HTTPRequest struct {
	Method string                    `json:"method"`
	URL    string                    `json:"url"`
	Header []eventbridge.HeaderField `json:"headers"`
	Body   string                    `json:"body"`
}

// Get is the value of a header, "" where there is none.
func (r *HTTPRequest) Get(name string) string {
	for _, h := range r.Header {
		if strings.EqualFold(h.Name, name) {
			return h.Value
		}
	}
	return ""
}

// forbidden are the headers that a definition cannot set; those that end in "*"
// are beginnings
// (https://docs.aws.amazon.com/step-functions/latest/dg/call-https-apis.html#connect-http-task-fields).
var forbidden = []string{
	"a-im", "accept-charset", "accept-datetime", "accept-encoding", "authorization", "cache-control", "connection",
	"content-encoding", "content-md5", "date", "expect", "forwarded", "from", "host", "http2-settings", "if-match",
	"if-modified-since", "if-none-match", "if-range", "if-unmodified-since", "max-forwards", "origin", "pragma",
	"proxy-authorization", "referer", "server", "te", "trailer", "transfer-encoding", "upgrade", "via", "warning",
	"x-forwarded-*", "x-amz-*", "x-amzn-*",
}

func forbiddenHeader(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc(forbidden, func(f string) bool {
		start, open := strings.CutSuffix(f, "*")
		return f == name || open && strings.HasPrefix(name, start)
	})
}

// buildHTTP builds the request of an HTTP task: what the connection says wins
// over the arguments
// (https://docs.aws.amazon.com/step-functions/latest/dg/call-https-apis.html#http-task-data-merge).
func buildHTTP(arguments object, c eventbridge.Connection, region string) (*HTTPRequest, error) {
	r := &HTTPRequest{Method: textOf(arguments, "Method")}
	var err error
	if r.URL, err = httpURL(arguments, c); err != nil {
		return nil, err
	}
	if r.Body, err = httpBody(arguments, c); err != nil {
		return nil, err
	}
	r.Header, err = httpHeader(arguments, c, r.URL, region)
	return r, err
}

// httpURL adds the query parameters, those of the arguments first, as in
// https://docs.aws.amazon.com/step-functions/latest/dg/test-state-isolation.html.
// How they are encoded is not documented. Our reading is the encoding that the
// documentation shows for form bodies: all but the unreserved characters of RFC
// 3986 is percent-encoded, a blank is %20.
func httpURL(arguments object, c eventbridge.Connection) (string, error) {
	endpoint := textOf(arguments, "ApiEndpoint")
	u, err := url.Parse(endpoint)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || strings.Contains(endpoint, "#") {
		return "", taskError(RuntimeError, "ApiEndpoint must be an HTTPS URL")
	}
	var pairs []string
	set := func(name, value string) {
		pairs = slices.DeleteFunc(pairs, func(pair string) bool {
			key, _, _ := strings.Cut(pair, "=")
			decoded, err := url.QueryUnescape(key)
			return err == nil && decoded == name
		})
		pairs = append(pairs, escapeQuery(name)+"="+escapeQuery(value))
	}
	base, query, _ := strings.Cut(endpoint, "?")
	if query != "" {
		pairs = strings.Split(query, "&")
	}
	if parameters, ok := member(arguments, "QueryParameters").(object); ok {
		for _, name := range parameters.Keys() {
			value, _ := scalarText(member(parameters, name))
			set(name, value)
		}
	}
	for _, p := range c.Invocation.QueryString {
		set(p.Key, p.Value)
	}
	if len(pairs) == 0 {
		return base, nil
	}
	return base + "?" + strings.Join(pairs, "&"), nil
}

func escapeQuery(s string) string {
	if s == masked { // readable as it is
		return s
	}
	return strings.ReplaceAll(url.QueryEscape(s), "+", "%20")
}

// httpHeader merges headers. Step Functions sets Host, User-Agent and Range
// itself, and Content-Type unless it is given.
func httpHeader(arguments object, c eventbridge.Connection, endpoint, region string) ([]eventbridge.HeaderField, error) {
	var header []eventbridge.HeaderField
	set := func(name, value string) {
		i := slices.IndexFunc(header, func(h eventbridge.HeaderField) bool { return strings.EqualFold(h.Name, name) })
		if i >= 0 {
			header[i] = eventbridge.HeaderField{Name: name, Value: value}
			return
		}
		header = append(header, eventbridge.HeaderField{Name: name, Value: value})
	}
	if given, ok := member(arguments, "Headers").(object); ok {
		for _, name := range given.Keys() {
			value, _ := scalarText(member(given, name))
			switch {
			case forbiddenHeader(name):
				return nil, taskError(RuntimeError, "the header %s cannot be set in the definition of an HTTP task", quote(name))
			case !eventbridge.ValidHeaderName(name) || strings.ContainsAny(value, "\r\n\x00"):
				return nil, taskError(RuntimeError, "%s is not a valid header", quote(name))
			}
			set(name, value)
		}
	}
	for _, p := range c.Invocation.Header {
		set(p.Key, p.Value)
	}
	if h := c.Authorization(); h.Name != "" {
		set(h.Name, h.Value)
	}
	if !slices.ContainsFunc(header, func(h eventbridge.HeaderField) bool { return strings.EqualFold(h.Name, "Content-Type") }) {
		set("Content-Type", "application/json; charset=UTF-8")
	}
	host := ""
	if u, err := url.Parse(endpoint); err == nil {
		host = u.Host
	}
	set("Host", host)
	set("User-Agent", "Amazon|StepFunctions|HttpInvoke|"+region)
	set("Range", "bytes=0-262144")
	return header, nil
}

// httpBody is the JSON of the body, in which the connection sets its parameters.
// A text cannot take any; by itself it is sent as JSON, in quotes, which is what
// the documentation says and nobody has observed.
func httpBody(arguments object, c eventbridge.Connection) (string, error) {
	body, given := arguments.Get("RequestBody")
	parameters := c.Invocation.Body
	if len(parameters) == 0 {
		if !given {
			return "", nil
		}
		text, err := encode(body)
		return string(text), err
	}
	merged := newObject()
	if given {
		o, ok := body.(object)
		if !ok {
			return "", taskError(RuntimeError, "the request body is no object, and cannot be merged with the body parameters of the connection")
		}
		for _, name := range o.Keys() {
			merged.Set(name, member(o, name))
		}
	}
	for _, p := range parameters {
		merged.Set(p.Key, p.Value)
	}
	text, err := encode(merged)
	return string(text), err
}

const masked = "***"

// maskConnection hides the secrets of a connection.
func maskConnection(c eventbridge.Connection) eventbridge.Connection {
	switch c.AuthorizationType {
	case eventbridge.AuthorizationAPIKey:
		c.APIKey.Value = masked
	default:
		// "Authorization: ***", whatever the scheme is.
		c.AuthorizationType, c.OAuth.Token = eventbridge.AuthorizationOAuth, masked
	}
	for _, list := range []*[]eventbridge.ConnectionParameter{&c.Invocation.Header, &c.Invocation.QueryString, &c.Invocation.Body} {
		*list = slices.Clone(*list)
		for i := range *list {
			if (*list)[i].IsValueSecret {
				(*list)[i].Value = masked
			}
		}
	}
	return c
}
