package simulate

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/contract"
	"github.com/notifygen/notifygen/eventbridge"
	"github.com/notifygen/notifygen/lambda/signer/handler"
	"github.com/notifygen/notifygen/stepfunctions"
)

// errUnknown ends an execution that depends on what is not known here.
var errUnknown = errors.New("unknown")

func (x *execution) stop(reason string) error {
	x.unknown = x.hide(reason)
	return errUnknown
}

func (x *execution) tell(note string) {
	if note = x.hide(note); !slices.Contains(x.done.Notes, note) {
		x.done.Notes = append(x.done.Notes, note)
	}
}

// Connection gives a connection with the marks of its secrets.
func (x *execution) Connection(_ context.Context, arn string) (eventbridge.Connection, error) {
	c := lookUp(x.World.connections, arn, "connection")
	if c == nil {
		return eventbridge.Connection{}, x.stop("none of the templates has the connection " + arn)
	}
	x.connection = c.Connection
	x.secretLogin = x.World.set.Secrets.Holds(c.Basic.Username + c.Basic.Password)
	if x.network != nil { // where values are encoded as what they are
		x.connection = x.World.plainConnection(c.Connection)
	}
	return x.connection, nil
}

// Do sends a request, or answers as the service would. One that is not known
// takes everything.
func (x *execution) Do(ctx context.Context, c *stepfunctions.Call, request *stepfunctions.HTTPRequest) (*stepfunctions.HTTPResponse, error) {
	shown := &Request{Method: request.Method, URL: x.hide(request.URL), Body: x.hide(request.Body)}
	for _, h := range request.Header {
		shown.Header = append(shown.Header, eventbridge.HeaderField{Name: x.hide(h.Name), Value: x.shownHeader(h)})
	}
	d := x.cause
	d.Kind, d.Target, d.Message, d.Execution, d.input, d.Note = KindHTTPTask, c.State, nil, nil, nil, ""
	if x.machine.destination != "" {
		d.Target = x.machine.destination
	}
	d.Task, d.Request, d.via, d.last, d.Attempt = c.State, shown, x.cause.Key(), true, 1
	for i := range x.requests {
		if before := &x.requests[i]; before.Task == d.Task {
			d.Attempt, before.last = before.Attempt+1, false
		}
	}
	d.url, d.Contract = request.URL, x.predict(shown, request)
	if x.network != nil && x.network.Covers(x.plain(request.URL)) {
		reply, err := x.send(ctx, c, request, &d)
		x.requests = append(x.requests, d)
		return reply, err
	}
	if f := x.Failures.Next(contractName(d.Contract)); f != nil {
		reply, err := x.fail(*f, c, &d)
		x.requests = append(x.requests, d)
		return reply, err
	}
	x.requests = append(x.requests, d)
	endpoint, _, _ := strings.Cut(shown.URL, "?")
	if x.network != nil {
		x.tell("the request to " + endpoint + " was not sent: nothing says where it may go")
	}
	reply := contract.Reply{Status: 200, Body: "{}"}
	if d.Contract != nil {
		reply = d.Contract.Reply
	} else {
		x.tell("the service at " + endpoint + " is not known here: it is taken to answer 200 with {}")
	}
	return response(reply), nil
}

// predict tells what the service would make of a request. Whose machine signs is
// held to its signature, as a service is that knows the secret.
func (x *execution) predict(shown *Request, request *stepfunctions.HTTPRequest) *contract.Prediction {
	seen := contract.Request{Method: shown.Method, URL: shown.URL, Header: shown.Header.Get, Body: []byte(shown.Body), Received: x.clock.Now()}
	service := contract.Of(x.Services, seen)
	if service == nil {
		return nil
	}
	problems := service.Check(seen)
	if x.signed { // each attempt afresh, so that no signature gets old
		problems = slices.DeleteFunc(problems, func(p contract.Problem) bool { return p.Accepted && p.Field == "sign" })
	}
	full := seen
	full.URL = x.plain(request.URL)
	problems = append(problems, x.Failures.Check(service, full)...)
	if setting, ok := service.Setting("secret"); ok {
		for _, secret := range x.machine.secrets {
			problems = append(problems, setting.Check(secret.plain(x.World), full)...)
		}
	}
	p := service.Judge(service.Answer(seen, problems), problems)
	return &p
}

// response is the reply of a contract, which tells the type of its body only
// where it is not JSON.
func response(reply contract.Reply) *stepfunctions.HTTPResponse {
	header := map[string][]string{}
	typed := false
	for name, value := range reply.Header {
		header[name] = []string{value}
		typed = typed || strings.EqualFold(name, "Content-Type")
	}
	if !typed && json.Valid([]byte(reply.Body)) {
		header["Content-Type"] = []string{"application/json"}
	}
	return &stepfunctions.HTTPResponse{Status: reply.Status, Header: header, Body: []byte(reply.Body)}
}

// shownHeader is the value of a header as it is shown: the user and password of
// basic authorization are hidden in Base64.
func (x *execution) shownHeader(h eventbridge.HeaderField) string {
	if x.secretLogin && x.connection.AuthorizationType == eventbridge.AuthorizationBasic && h == x.connection.Authorization() {
		return "Basic " + cloudformation.Mask
	}
	return x.hide(h.Value)
}

// Invoke runs the signer; what other functions reply is not known.
func (x *execution) Invoke(ctx context.Context, _ *stepfunctions.Call, function string, payload []byte) ([]byte, error) {
	if !x.World.signers[function] {
		return nil, x.stop("what the state machine does depends on the reply of the function " + function + ", which is not known here")
	}
	return x.signer.invoke(ctx, payload)
}

// SendMessage records a message. A FIFO queue wants a group.
func (x *execution) SendMessage(_ context.Context, _ *stepfunctions.Call, m *stepfunctions.Message) (string, error) {
	if strings.HasSuffix(m.QueueURL, ".fifo") && m.GroupID == "" {
		return "", &stepfunctions.TaskError{Name: "SQS.SqsException", Cause: "The request must contain the parameter MessageGroupId."}
	}
	w := x.World
	sent := SentMessage{Queue: w.Hide(m.QueueURL), Attributes: map[string]string{}, Group: x.hide(m.GroupID), Body: x.hide(m.Body)}
	if arn, known := w.urls[m.QueueURL]; known {
		sent.Queue = w.Hide(arn)
	}
	for name, a := range m.Attributes {
		sent.Attributes[x.hide(name)] = x.hide(a.StringValue)
	}
	if _, letter := m.Attributes[errorCode]; letter || sent.Queue == x.cause.DeadLetterQueue {
		x.done.DeadLetters = append(x.done.DeadLetters, sent)
	} else {
		x.done.Messages = append(x.done.Messages, sent)
	}
	return hex.EncodeToString([]byte(x.clock.Now().UTC().Format("150405.000"))), nil
}

// PutMetricData records values of metrics.
func (x *execution) PutMetricData(_ context.Context, _ *stepfunctions.Call, namespace string, data []stepfunctions.Metric) error {
	for _, m := range data {
		sent := SentMetric{Namespace: x.hide(namespace), Name: x.hide(m.Name), Value: m.Value, Dimensions: map[string]string{}}
		for _, d := range m.Dimensions {
			sent.Dimensions[x.hide(d.Name)] = x.hide(d.Value)
		}
		x.done.Metrics = append(x.done.Metrics, sent)
	}
	return nil
}

// encrypted stands for the value of a SecureString that is read without decryption
// (https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html).
const encrypted = "AQICAHhfbm90aWZ5Z2VuX2RvZXNfbm90X2VuY3J5cHQ="

// Parameter gives a parameter that the player was given; nobody here knows the
// others of an account.
func (x *execution) Parameter(_ context.Context, _ *stepfunctions.Call, name string, decrypt bool) (*stepfunctions.Parameter, error) {
	if value, given := x.Parameters[name]; given {
		if !decrypt {
			x.tell("the parameter " + name + " is read without decryption: where it is a SecureString, its value is ciphertext")
			value = encrypted
		}
		return &stepfunctions.Parameter{Name: name, Type: "SecureString", Value: value}, nil
	}
	x.tell("the parameter " + name + " of Systems Manager is not known here: it is taken not to exist")
	return nil, &stepfunctions.TaskError{Name: stepfunctions.ParameterNotFound, Cause: "Service returned error code ParameterNotFound"}
}

// signer runs the signer's own code at the time of the execution.
type signer struct {
	*handler.Signer
	x *execution
}

// signerMaxAge is of no matter: each execution begins with no secret in memory.
const signerMaxAge = 5 * time.Minute

func newSigner(x *execution) signer {
	s := signer{x: x}
	s.Signer = handler.New(s, x.clock.Now, signerMaxAge, signerMaxAge, slog.New(slog.DiscardHandler))
	return s
}

// Secret gives a secret of the templates, or one that is made up.
func (s signer) Secret(_ context.Context, id string) (string, error) {
	secret, known := s.x.machine.secrets[id]
	if !known {
		return "", handler.SecretNotFound{ID: id}
	}
	return secret.value(s.x.World), nil
}

// invoke signs. A signature by a secret that is not to be shown is not shown
// either.
func (s signer) invoke(ctx context.Context, payload []byte) ([]byte, error) {
	reply, err := s.Invoke(ctx, payload)
	if err != nil { // Step Functions sees the name of its type
		return nil, &stepfunctions.TaskError{Name: reflect.Indirect(reflect.ValueOf(err)).Type().Name(), Cause: s.x.World.Conceal(err.Error())}
	}
	s.x.signed = true
	var asked struct{ SecretID string }
	var signed map[string]string
	if err := errors.Join(json.Unmarshal(payload, &asked), json.Unmarshal(reply, &signed)); err != nil {
		return nil, err
	}
	secrets := s.x.World.set.Secrets
	secret := s.x.machine.secrets[asked.SecretID].text
	if secrets.Holds(secret) {
		s.x.signatures = append(s.x.signatures, signed["sign"])
	}
	if secrets.Holds(secrets.Reveal(secret)) {
		s.x.tell("the secret to sign with is not known here: the signature is made with another one")
	}
	return reply, nil
}
