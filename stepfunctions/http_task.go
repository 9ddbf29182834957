package stepfunctions

import (
	"context"
	"errors"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// An HTTPResponse is the reply to a request.
type HTTPResponse struct {
	Status int
	// Text is what follows the status in the reply: "OK". Empty for the usual one.
	Text   string
	Header map[string][]string
	Body   []byte
}

// httpInvoke is the HTTP task
// (https://docs.aws.amazon.com/step-functions/latest/dg/call-https-apis.html).
var httpInvoke = &service{
	name: "http:invoke",
	arguments: record([]string{"ApiEndpoint", "Method"}, map[string]*shape{
		"ApiEndpoint": {kind: shapeText, valid: func(text string) string {
			if u, err := url.Parse(text); err != nil || u.Scheme != "https" || u.Host == "" {
				return "must be an HTTPS URL"
			}
			return ""
		}},
		"Method":           oneOf("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"),
		"InvocationConfig": record([]string{"ConnectionArn"}, map[string]*shape{"ConnectionArn": filled}),
		"Authentication":   record([]string{"ConnectionArn"}, map[string]*shape{"ConnectionArn": filled}),
		"Headers":          {kind: shapeMap, element: &shape{kind: shapeScalar}},
		"QueryParameters":  {kind: shapeMap, element: &shape{kind: shapeScalar}},
		"RequestBody":      anything,
	}),
	ready:      func(s Services) bool { return s.HTTP != nil && s.Connections != nil },
	call:       callHTTP,
	limit:      60 * time.Second,
	limitError: HTTPSocket,
}

func callHTTP(ctx context.Context, x *Execution, c *Call, arguments object) (any, error) {
	arn := ""
	for _, name := range []string{"InvocationConfig", "Authentication"} {
		config, ok := member(arguments, name).(object)
		if ok && arn != "" {
			return nil, taskError(RuntimeError, "InvocationConfig and Authentication cannot both be given")
		}
		if ok {
			arn = textOf(config, "ConnectionArn")
		}
	}
	if arn == "" {
		return nil, taskError(RuntimeError, "an HTTP task needs a connection: InvocationConfig.ConnectionArn")
	}
	connection, err := x.Services.Connections.Connection(ctx, arn)
	if err != nil {
		return nil, err
	}
	request, err := buildHTTP(arguments, connection, x.Region)
	if err != nil {
		return nil, err
	}
	if c.attempt.HTTP, err = buildHTTP(arguments, maskConnection(connection), x.Region); err != nil {
		return nil, err
	}
	response, err := x.Services.HTTP.Do(ctx, c, request)
	var failure *TaskError
	switch {
	case errors.As(err, &failure) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded):
		return nil, err
	case err != nil:
		// The words of the error may hold the URL, and so a secret of the query.
		return nil, taskError(HTTPSocket, "the connection failed")
	}
	c.attempt.Status = response.Status
	return httpResult(response)
}

// httpResult makes a result or an error of a reply.
func httpResult(r *HTTPResponse) (any, error) {
	status := r.Text
	if status == "" {
		status = http.StatusText(r.Status)
	}
	if r.Status < 200 || r.Status > 299 {
		// The body is lost.
		return nil, taskError(HTTPStatusCode+code(r.Status), "%s", status)
	}
	header := newObject()
	contentType := ""
	names := make([]string, 0, len(r.Header))
	for name := range r.Header {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		lower := strings.ToLower(name)
		values, _ := member(header, lower).([]any)
		for _, value := range r.Header[name] {
			values = append(values, value)
			if lower == "content-type" && contentType == "" {
				contentType = value
			}
		}
		header.Set(lower, values)
	}
	body, err := httpReply(contentType, r.Body)
	if err != nil {
		return nil, err
	}
	return objectOf("Headers", header, "ResponseBody", body, "StatusCode", float64(r.Status), "StatusText", status), nil
}

// httpReply reads a body. What the documentation leaves open is read so: JSON is
// what says to be JSON and is, everything else is a text, an empty body the
// empty one.
func httpReply(contentType string, body []byte) (any, error) {
	media, _, _ := mime.ParseMediaType(contentType)
	if media == "application/octet-stream" || strings.HasPrefix(media, "image/") || strings.HasPrefix(media, "video/") || strings.HasPrefix(media, "audio/") {
		return nil, taskError(RuntimeError, "replies of the type %s are not supported", media)
	}
	if !utf8.Valid(body) {
		return nil, taskError(RuntimeError, "the reply cannot be read as text")
	}
	if media == "application/json" || strings.HasSuffix(media, "+json") {
		if v, err := decode(body); err == nil {
			return v, nil
		}
	}
	return string(body), nil
}

// code gives the three digits of a status.
func code(status int) string {
	digits := []byte("000")
	for i := 2; i >= 0; i-- {
		digits[i] += byte(status % 10)
		status /= 10
	}
	return string(digits)
}
