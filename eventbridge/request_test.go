package eventbridge

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

const requestEvent = `{"source":"s","detail":{"id":"a/b c","n":7,"uni":"é","o":{"x":1},"line":"a\nb"}}`

// header returns the header of a request without what the service adds to each.
func header(r *Request) string {
	var lines []string
	for _, h := range r.Header {
		if !slices.Contains([]string{"Host", "User-Agent", "Range", "Accept-Encoding", "Connection", "Content-Length"}, h.Name) {
			lines = append(lines, h.Name+": "+h.Value)
		}
	}
	return strings.Join(lines, "\n")
}

func TestBuildRequest(t *testing.T) {
	e, err := ParseEvent([]byte(requestEvent))
	if err != nil {
		t.Fatal(err)
	}
	key := Connection{AuthorizationType: AuthorizationAPIKey, APIKey: APIKeyAuth{"X-Key", "k"}}
	const json = "Content-Type: application/json; charset=utf-8"
	for _, test := range []struct {
		name              string
		endpoint          string
		connection        Connection
		parameters        HTTPParameters
		body              string
		url, header, sent string
	}{
		{
			name: "plain", endpoint: "https://example.com/hook", connection: key, body: `{"a":1}`,
			url: "https://example.com/hook", header: "X-Key: k\n" + json, sent: `{"a":1}`,
		}, {
			name: "path values", endpoint: "https://example.com/*/x/*?q=*", connection: key,
			parameters: HTTPParameters{PathParameterValues: []string{"$.detail.id", "50%"}},
			url:        "https://example.com/a%2Fb%20c/x/50%25?q=*", header: "X-Key: k\n" + json,
		}, {
			name: "query: the connection wins over the target over the endpoint", endpoint: "https://example.com/?a=0&b=%20&keep=1+1&flag",
			connection: Connection{AuthorizationType: AuthorizationAPIKey, APIKey: APIKeyAuth{"X-Key", "k"}, Invocation: ConnectionParameters{
				QueryString: []ConnectionParameter{{Key: "b", Value: "2&"}, {Key: "c", Value: "3"}},
			}},
			parameters: HTTPParameters{QueryStringParameters: map[string]string{"a": "$.detail.n", "b": "1", "o": "$.detail.o", "none": "$.detail.none", "money": "$5"}},
			url:        "https://example.com/?keep=1+1&flag&a=7&money=%245&none=&o=%7B%22x%22%3A1%7D&b=2%26&c=3", header: "X-Key: k\n" + json,
		}, {
			name: "headers", endpoint: "https://example.com",
			connection: Connection{
				AuthorizationType: AuthorizationBasic, Basic: BasicAuth{"u", "p"},
				Invocation: ConnectionParameters{Header: []ConnectionParameter{{Key: "x-one", Value: "connection"}, {Key: "via", Value: "dropped"}}},
			},
			parameters: HTTPParameters{HeaderParameters: map[string]string{
				"X-One": "target", "X-Two": "$.source", "$.x": "a header name is no path", "user-agent": "dropped", "content-type": "text/plain", "Authorization": "target",
			}},
			url: "https://example.com", header: "$.x: a header name is no path\nAuthorization: Basic dTpw\nx-one: connection\nX-Two: s\ncontent-type: text/plain",
		}, {
			name: "OAuth", endpoint: "https://example.com", connection: Connection{AuthorizationType: AuthorizationOAuth, OAuth: OAuth{Token: "Bearer t"}},
			url: "https://example.com", header: "Authorization: Bearer t\n" + json,
		}, {
			name: "body parameters", endpoint: "https://example.com",
			connection: Connection{AuthorizationType: AuthorizationAPIKey, APIKey: APIKeyAuth{"X-Key", "k"}, Invocation: ConnectionParameters{
				Body: []ConnectionParameter{{Key: "token", Value: `s"`, IsValueSecret: true}, {Key: "x", Value: "1"}},
			}},
			body: ` { "token": "target", "y": [ 1.0 ] } `,
			url:  "https://example.com", header: "X-Key: k\n" + json, sent: `{"y":[1.0],"token":"s\"","x":"1"}`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			r, err := BuildRequest(RequestSpec{
				Destination: APIDestination{Endpoint: test.endpoint, Method: "PUT"},
				Connection:  test.connection, Parameters: test.parameters, Event: e, Body: []byte(test.body),
			})
			if err != nil {
				t.Fatal(err)
			}
			got := header(r)
			lines := strings.Split(got, "\n")
			wanted := strings.Split(test.header, "\n")
			slices.Sort(lines)
			slices.Sort(wanted)
			if r.Method != "PUT" || r.URL != test.url || !slices.Equal(lines, wanted) || string(r.Body) != test.sent {
				t.Errorf("got\n%s %s\n%s\n%s\nwant\nPUT %s\n%s\n%s", r.Method, r.URL, got, r.Body, test.url, test.header, test.sent)
			}
		})
	}
}

func TestServiceHeader(t *testing.T) {
	r, err := BuildRequest(RequestSpec{Destination: APIDestination{Endpoint: "https://example.com:8443/x", Method: "POST"}, Body: []byte("{}")})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"host": "example.com:8443", "user-agent": "Amazon/EventBridge/ApiDestinations", "range": "bytes=0-1048575",
		"accept-encoding": "gzip,deflate", "connection": "close", "content-length": "2",
		"content-type": "application/json; charset=utf-8", "x-none": "",
	} {
		if got := r.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestBuildRequestErrors(t *testing.T) {
	e, err := ParseEvent([]byte(requestEvent))
	if err != nil {
		t.Fatal(err)
	}
	body := Connection{Invocation: ConnectionParameters{Body: []ConnectionParameter{{Key: "a", Value: "b"}}}}
	for _, test := range []struct {
		endpoint   string
		connection Connection
		parameters HTTPParameters
		body       string
		field      string
	}{
		{"https://a/*", Connection{}, HTTPParameters{}, "{}", "PathParameterValues"},
		{"https://a/", Connection{}, HTTPParameters{PathParameterValues: []string{"x"}}, "{}", "PathParameterValues"},
		{"https://a/*", Connection{}, HTTPParameters{PathParameterValues: []string{"$.detail.none"}}, "{}", "PathParameterValues[0]"},
		{"https://a/", Connection{}, HTTPParameters{HeaderParameters: map[string]string{"x": "$.detail.uni"}}, "{}", "HeaderParameters"},
		{"https://a/", Connection{}, HTTPParameters{HeaderParameters: map[string]string{"x": "$.detail.line"}}, "{}", "HeaderParameters"},
		{"https://a/", body, HTTPParameters{}, `"text"`, "BodyParameters"},
		{"https://a/", body, HTTPParameters{}, `[]`, "BodyParameters"},
		{"https://a/", body, HTTPParameters{}, `{`, "BodyParameters"},
	} {
		_, err := BuildRequest(RequestSpec{
			Destination: APIDestination{Endpoint: test.endpoint}, Connection: test.connection,
			Parameters: test.parameters, Event: e, Body: []byte(test.body),
		})
		var refused FieldError
		if !errors.As(err, &refused) || refused.Field != test.field {
			t.Errorf("%+v: error %v", test, err)
		}
	}
}

func TestRetryable(t *testing.T) {
	for status, want := range map[int]bool{
		100: false, 200: false, 204: false, 301: false, 307: false, 400: false, 401: true, 403: false, 404: false, 407: true, 408: false,
		409: true, 410: false, 422: false, 429: true, 500: true, 502: true, 503: true, 504: true, 599: true, 600: false,
	} {
		if got := Retryable(status); got != want {
			t.Errorf("%d: %v", status, got)
		}
		if got := Delivered(status); got != (status == 200 || status == 204) {
			t.Errorf("%d delivered: %v", status, got)
		}
	}
}

func TestValidate(t *testing.T) {
	fields := func(faults []FieldError) string {
		var names []string
		for _, f := range faults {
			names = append(names, f.Field)
		}
		return strings.Join(names, " ")
	}
	long := strings.Repeat("x", 513)
	destination := APIDestination{Name: "n", Endpoint: "https://example.com/a?b=%20", Method: "POST", RateLimit: 1}
	for _, test := range []struct {
		change func(*APIDestination)
		want   string
	}{
		{func(*APIDestination) {}, ""},
		{func(d *APIDestination) { d.Name = "a b" }, "Name"},
		{func(d *APIDestination) { d.Name = strings.Repeat("n", 65) }, "Name"},
		{func(d *APIDestination) { d.Method = "post" }, "HttpMethod"},
		{func(d *APIDestination) { d.Endpoint = "http://example.com" }, "InvocationEndpoint"},
		{func(d *APIDestination) { d.Endpoint = "https:///x" }, "InvocationEndpoint"},
		{func(d *APIDestination) { d.Endpoint = "https://example.com/#x" }, "InvocationEndpoint"},
		{func(d *APIDestination) { d.Endpoint = "https://example.com/{x}" }, "InvocationEndpoint"},
		{func(d *APIDestination) { d.Endpoint = "https://example.com/%2" }, "InvocationEndpoint"},
		{func(d *APIDestination) { d.Endpoint = "https://example.com/" + strings.Repeat("x", 2048) }, "InvocationEndpoint"},
		{func(d *APIDestination) { d.RateLimit = -1 }, "InvocationRateLimitPerSecond"},
		{func(d *APIDestination) { d.Description = long }, "Description"},
	} {
		d := destination
		test.change(&d)
		if got := fields(d.Validate()); got != test.want {
			t.Errorf("%+v: %s, want %s", d, got, test.want)
		}
	}
	for _, test := range []struct {
		connection Connection
		want       string
	}{
		{Connection{Name: "n"}, "AuthorizationType"},
		{Connection{Name: "n", AuthorizationType: AuthorizationBasic, Basic: BasicAuth{"u", "p w"}}, ""},
		{Connection{Name: "n", AuthorizationType: AuthorizationBasic, Basic: BasicAuth{"u:v", ""}},
			"AuthParameters.BasicAuthParameters.Username AuthParameters.BasicAuthParameters.Password"},
		{Connection{Name: "n", AuthorizationType: AuthorizationAPIKey, APIKey: APIKeyAuth{"X", long}}, "AuthParameters.ApiKeyAuthParameters.ApiKeyValue"},
		{Connection{Name: "n", AuthorizationType: AuthorizationOAuth, OAuth: OAuth{ClientID: "i", ClientSecret: "s", Endpoint: "https://a/t", Method: "PATCH"}},
			"AuthParameters.OAuthParameters.HttpMethod"},
		{Connection{AuthorizationType: AuthorizationAPIKey, APIKey: APIKeyAuth{"X", "é"}, Invocation: ConnectionParameters{
			Header: []ConnectionParameter{{Key: "a b", Value: "é"}}, QueryString: make([]ConnectionParameter, 101),
		}}, "Name AuthParameters.InvocationHttpParameters.HeaderParameters AuthParameters.InvocationHttpParameters.HeaderParameters" +
			strings.Repeat(" AuthParameters.InvocationHttpParameters.QueryStringParameters", 203)},
	} {
		if got := fields(test.connection.Validate()); got != test.want {
			t.Errorf("%+v: %s, want %s", test.connection, got, test.want)
		}
	}
	parameters := HTTPParameters{
		PathParameterValues: []string{" ", "x"}, QueryStringParameters: map[string]string{"a\n": "b", "c": "d\n", "e": "\x00"},
		HeaderParameters: map[string]string{"a:": "b", "c": "é", "d": "ok\tok"},
	}
	const want = "PathParameterValues PathParameterValues[0] QueryStringParameters QueryStringParameters HeaderParameters HeaderParameters"
	if got := fields(parameters.Validate("https://a/*")); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for policy, want := range map[RetryPolicy]string{
		{0, 60}: "", {185, 86400}: "", {-1, 60}: "RetryPolicy.MaximumRetryAttempts", {186, 59}: "RetryPolicy.MaximumRetryAttempts RetryPolicy.MaximumEventAgeInSeconds",
	} {
		if got := fields(policy.Validate()); got != want {
			t.Errorf("%+v: %s, want %s", policy, got, want)
		}
	}
}
