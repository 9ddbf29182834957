package stepfunctions

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/notifygen/notifygen/eventbridge"
)

func parameter(key, value string) []eventbridge.ConnectionParameter {
	return []eventbridge.ConnectionParameter{{Key: key, Value: value}}
}

func TestHTTPRequest(t *testing.T) {
	ok := reply{status: 200, body: `{}`}
	run := func(t *testing.T, arguments string, connection eventbridge.Connection) (*Result, *HTTPRequest) {
		w := newWorld(ok)
		w.connection = connection
		r := w.run(t, machine(t, httpTask(arguments)), `{"a":1}`)
		if len(w.requests) == 0 {
			return r, nil
		}
		return r, w.requests[0]
	}
	t.Run("the connection wins", func(t *testing.T) {
		r, q := run(t, `,"Headers":{"Request-Id":"my_request_id","Header-Param":"task"},"RequestBody":{"Job":"Engineer","BodyParam":"task","n":"{% $states.input.a %}"},"QueryParameters":{"q":"task","QueryParam":"task","n":1,"b":true}`,
			eventbridge.Connection{AuthorizationType: eventbridge.AuthorizationBasic, Basic: eventbridge.BasicAuth{Username: "u", Password: "p"},
				Invocation: eventbridge.ConnectionParameters{Header: parameter("header-param", "connection"), QueryString: parameter("QueryParam", "connection"), Body: parameter("BodyParam", "connection")}})
		if q.URL != "https://x.example.com?q=task&n=1&b=true&QueryParam=connection" {
			t.Error(q.URL)
		}
		if q.Body != `{"Job":"Engineer","BodyParam":"connection","n":1}` {
			t.Error(q.Body)
		}
		var names []string
		for _, h := range q.Header {
			names = append(names, h.Name+"="+h.Value)
		}
		if got := strings.Join(names, "; "); got != "Request-Id=my_request_id; header-param=connection; Authorization=Basic dTpw; Content-Type=application/json; charset=UTF-8; Host=x.example.com; User-Agent=Amazon|StepFunctions|HttpInvoke|us-east-1; Range=bytes=0-262144" {
			t.Error(got)
		}
		if shown := r.Steps[0].Attempts[0].HTTP; shown.Get("Authorization") != "***" || shown.Get("Header-Param") != "connection" {
			t.Errorf("%+v", shown)
		}
	})
	t.Run("what the connection may set", func(t *testing.T) {
		_, q := run(t, ``, eventbridge.Connection{AuthorizationType: eventbridge.AuthorizationAPIKey, APIKey: eventbridge.APIKeyAuth{Name: "Authorization", Value: "Bearer x"},
			Invocation: eventbridge.ConnectionParameters{Header: parameter("X-Amz-Date", "d"), Body: parameter("token", "t")}})
		if q.Get("Authorization") != "Bearer x" || q.Get("x-amz-date") != "d" || q.Body != `{"token":"t"}` {
			t.Errorf("%+v", q)
		}
	})
	t.Run("the service's own headers", func(t *testing.T) {
		_, q := run(t, `,"Headers":{"user-agent":"me","RANGE":"bytes=0-1","content-type":"text/plain"}`, eventbridge.Connection{})
		if q.Get("User-Agent") != "Amazon|StepFunctions|HttpInvoke|us-east-1" || q.Get("Range") != "bytes=0-262144" || q.Get("Content-Type") != "text/plain" {
			t.Errorf("%+v", q.Header)
		}
	})
	t.Run("every text survives the query", func(t *testing.T) {
		const odd = "a b+c/d=e&f?g#h%i中😀'*~-_."
		_, q := run(t, `,"QueryParameters":{"k y":"`+odd+`"}`, eventbridge.Connection{})
		u, err := url.Parse(q.URL)
		if err != nil || u.Query().Get("k y") != odd || strings.Contains(u.RawQuery, "+") {
			t.Errorf("%s %v", q.URL, err)
		}
	})
	t.Run("no body", func(t *testing.T) {
		if _, q := run(t, ``, eventbridge.Connection{}); q.Body != "" {
			t.Error(q.Body)
		}
	})
	t.Run("a text as body", func(t *testing.T) {
		if _, q := run(t, `,"RequestBody":"<x>"`, eventbridge.Connection{}); q.Body != `"<x>"` {
			t.Error(q.Body)
		}
		r, q := run(t, `,"RequestBody":"x"`, eventbridge.Connection{Invocation: eventbridge.ConnectionParameters{Body: parameter("k", "canary")}})
		if q != nil || r.Error != RuntimeError || strings.Contains(r.Cause, "canary") {
			t.Errorf("%s: %s", r.Error, r.Cause)
		}
	})
	t.Run("forbidden headers", func(t *testing.T) {
		for _, name := range []string{"Authorization", "host", "X-Amz-Target", "x-amzn-trace-id", "X-Forwarded-For", "If-None-Match", "TE", "Server"} {
			r, q := run(t, `,"Headers":{"`+name+`":"x"}`, eventbridge.Connection{})
			if q != nil || r.Error != RuntimeError {
				t.Errorf("%s: %s", name, r.Status)
			}
		}
		if r, q := run(t, `,"Headers":{"a b":"x"}`, eventbridge.Connection{}); q != nil || r.Error != RuntimeError {
			t.Error(r.Status)
		}
		if r, q := run(t, `,"Headers":{"A":"x\r\nB: y"}`, eventbridge.Connection{}); q != nil || r.Error != RuntimeError {
			t.Error(r.Status)
		}
	})
	t.Run("two connections", func(t *testing.T) {
		if r, q := run(t, `,"Authentication":{"ConnectionArn":"d"}`, eventbridge.Connection{}); q != nil || r.Error != RuntimeError {
			t.Error(r.Status)
		}
	})
	t.Run("no connection", func(t *testing.T) {
		w := newWorld(ok)
		w.connecting = &TaskError{ConnectionNotFound, "no such connection"}
		if r := w.run(t, machine(t, httpTask(``)), `{}`); r.Error != ConnectionNotFound {
			t.Error(r.Error)
		}
	})
	t.Run("values of the wrong type", func(t *testing.T) {
		for _, arguments := range []string{
			`,"QueryParameters":{"a":"{% [1] %}"}`, `,"Headers":{"a":"{% {} %}"}`, `,"Method":"{% 'TRACE' %}"`, `,"ApiEndpoint":"{% 'http://x.example.com' %}"`,
			`,"ApiEndpoint":"{% 'https://u:p@x.example.com' %}"`, `,"ApiEndpoint":"{% 'https://x.example.com/#f' %}"`, `,"Method":"{% 1 %}"`,
		} {
			if r, q := run(t, arguments, eventbridge.Connection{}); q != nil || r.Error != RuntimeError {
				t.Errorf("%s: %s %s", arguments, r.Status, r.Error)
			}
		}
	})
}

func TestHTTPReply(t *testing.T) {
	for _, test := range []struct {
		reply
		want string // the result's body, or the error
	}{
		{reply{status: 200, body: `{"b":1,"a":2}`}, `{"b":1,"a":2}`},
		{reply{status: 201, body: `[1]`, kind: "application/problem+json"}, `[1]`},
		{reply{status: 200, body: `{"b":`}, `"{\"b\":"`},
		{reply{status: 200, body: `{"a":1}`, kind: "text/plain"}, `"{\"a\":1}"`},
		{reply{status: 200, body: `ok`, kind: "text/html"}, `"ok"`},
		{reply{status: 204}, `""`},
		{reply{status: 200, body: "x", kind: "image/png"}, RuntimeError},
		{reply{status: 200, body: "x", kind: "Application/Octet-Stream"}, RuntimeError},
		{reply{status: 200, body: "\xff", kind: "text/plain"}, RuntimeError},
		{reply{status: 199}, "States.Http.StatusCode.199"},
		{reply{status: 300}, "States.Http.StatusCode.300"},
		{reply{status: 418, body: `{"a":1}`}, "States.Http.StatusCode.418"},
		{reply{status: 500}, "States.Http.StatusCode.500"},
		{reply{err: errReset}, HTTPSocket},
		{reply{err: &url.Error{Op: "Post", URL: "https://x?token=canary", Err: errReset}}, HTTPSocket},
		{reply{status: 200, takes: time.Minute}, HTTPSocket},
		{reply{status: 200, takes: 59 * time.Second}, `""`},
	} {
		w := newWorld(test.reply)
		r := w.run(t, machine(t, httpTask(``)), `{}`)
		got := r.Error
		if r.Status == Succeeded {
			v, err := decode(r.Output)
			if err != nil {
				t.Fatal(err)
			}
			body, err := encode(member(v.(object), "ResponseBody"))
			if err != nil {
				t.Fatal(err)
			}
			got = string(body)
		}
		if got != test.want || strings.Contains(r.Cause, "canary") || strings.Contains(r.Cause, `"a"`) {
			t.Errorf("%+v: %s, want %s: %s", test.reply, got, test.want, r.Cause)
		}
	}
	w := newWorld(reply{status: 200, body: `1`})
	r := w.run(t, machine(t, httpTask(``)), `{}`)
	if want := `{"Headers":{"content-type":["application/json; charset=utf-8"],"x-two":["1","2"]},"ResponseBody":1,"StatusCode":200,"StatusText":"OK"}`; string(r.Output) != want {
		t.Error(string(r.Output))
	}
}
