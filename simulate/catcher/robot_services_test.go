package catcher_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/notifygen/notifygen/eventbridge"
	"github.com/notifygen/notifygen/lambda/signer/handler"
	"github.com/notifygen/notifygen/plan"
	"github.com/notifygen/notifygen/stepfunctions"
)

// vault is Secrets Manager: it fails as often as it has faults.
type vault struct {
	texts  map[string]string
	faults []error
	reads  int
}

func (v *vault) Secret(_ context.Context, id string) (string, error) {
	v.reads++
	if len(v.faults) > 0 {
		err := v.faults[0]
		v.faults = v.faults[1:]
		if err != nil {
			return "", err
		}
	}
	if text, ok := v.texts[id]; ok {
		return text, nil
	}
	return "", handler.SecretNotFound{ID: id}
}

// Connection gives the connection, whatever its ARN, unless it cannot be used.
func (p *path) Connection(context.Context, string) (eventbridge.Connection, error) {
	if p.unauthorized > 0 {
		p.unauthorized--
		return eventbridge.Connection{}, &stepfunctions.TaskError{Name: stepfunctions.ConnectionInvalidState, Cause: "DEAUTHORIZED"}
	}
	return p.connection, nil
}

// Do sends a request over loopback. A reply that takes longer than the task waits
// is given up when the clock says so, not when anybody's patience ends.
func (p *path) Do(ctx context.Context, c *stepfunctions.Call, request *stepfunctions.HTTPRequest) (*stepfunctions.HTTPResponse, error) {
	u, err := url.Parse(request.URL)
	if err != nil || u.Scheme != "https" {
		return nil, errors.New("not a URL to send to")
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, request.Method, p.server.URL+u.EscapedPath()+"?"+u.RawQuery, strings.NewReader(request.Body))
	if err != nil {
		return nil, err
	}
	r.Host = u.Host
	for _, h := range request.Header {
		r.Header.Set(h.Name, h.Value)
	}
	late := make(chan bool, 1)
	answered := make(chan struct{})
	go func() {
		select {
		case d := <-p.slept:
			c.Spend(min(d, c.Timeout))
			if d >= c.Timeout {
				cancel()
			}
			late <- d >= c.Timeout
		case <-answered:
			late <- false
		}
	}()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(r)
	close(answered)
	select {
	case <-p.kept: // a reply that nobody waits for ends a little later
	case <-time.After(20 * time.Second):
		p.t.Error("the request did not reach the chat")
	}
	p.mu.Lock()
	then := p.after[len(p.captured)]
	p.mu.Unlock()
	if then != nil {
		then()
	}
	if <-late {
		return nil, context.DeadlineExceeded
	}
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return &stepfunctions.HTTPResponse{Status: response.StatusCode, Header: response.Header, Body: body}, err
}

// sleep lets the chat be slow.
func (p *path) sleep(ctx context.Context, d time.Duration) error {
	p.slept <- d
	if d < plan.SendTimeout*time.Second {
		return nil
	}
	<-ctx.Done()
	return ctx.Err()
}

// Invoke runs the signer; a state machine sees the name of an error's type.
func (p *path) Invoke(ctx context.Context, c *stepfunctions.Call, _ string, payload []byte) ([]byte, error) {
	if p.busySigner > 0 {
		p.busySigner--
		return nil, &stepfunctions.TaskError{Name: "Lambda.TooManyRequestsException", Cause: "Rate Exceeded."}
	}
	c.Spend(p.slowSigner)
	reply, err := p.signer.Invoke(ctx, payload)
	if err != nil {
		return nil, &stepfunctions.TaskError{Name: reflect.TypeOf(err).Name(), Cause: err.Error()}
	}
	return reply, nil
}

func (p *path) SendMessage(_ context.Context, _ *stepfunctions.Call, m *stepfunctions.Message) (string, error) {
	if p.refusals > 0 {
		p.refusals--
		return "", &stepfunctions.TaskError{Name: "SQS.SqsException", Cause: "no"}
	}
	p.letters = append(p.letters, m)
	return strconv.Itoa(len(p.letters)), nil
}

func (p *path) PutMetricData(_ context.Context, _ *stepfunctions.Call, _ string, data []stepfunctions.Metric) error {
	p.metrics = append(p.metrics, data...)
	return nil
}

// hang is a parameter that takes longer to read than the task waits.
type hang struct{}

// Parameter plays the list of a name in turn, the last one for good: a text, an
// error or hang.
func (p *path) Parameter(_ context.Context, c *stepfunctions.Call, name string, decrypt bool) (*stepfunctions.Parameter, error) {
	p.read = append(p.read, name)
	if !decrypt {
		p.t.Error("a SecureString is read as it is encrypted")
	}
	left := p.lists[name]
	if len(left) == 0 {
		return nil, &stepfunctions.TaskError{Name: stepfunctions.ParameterNotFound, Cause: "Service returned error code ParameterNotFound"}
	}
	if len(left) > 1 {
		p.lists[name] = left[1:]
	}
	switch v := left[0].(type) {
	case hang:
		c.Spend(time.Minute)
		return &stepfunctions.Parameter{Name: name, Value: "13800000099"}, nil
	case error:
		return nil, v
	default:
		return &stepfunctions.Parameter{Name: name, Type: "SecureString", Value: v.(string)}, nil
	}
}
