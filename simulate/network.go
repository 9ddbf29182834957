package simulate

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/notifygen/notifygen/contract"
	"github.com/notifygen/notifygen/eventbridge"
	"github.com/notifygen/notifygen/stepfunctions"
)

// Network carries requests of state machines out. Its clock is that of the
// execution.
type Network interface {
	stepfunctions.Clock
	// Covers tells whether a request to a URL may be sent.
	Covers(url string) bool
	// Send sends a request once and reads the reply. What takes longer than the
	// limit, in real time, ends with [context.DeadlineExceeded].
	Send(ctx context.Context, request *eventbridge.Request, limit time.Duration) (*stepfunctions.HTTPResponse, error)
}

// Exchange is a request that was really sent. No field holds a secret.
type Exchange struct {
	At    time.Time
	Took  time.Duration
	Error string // why there is no reply
	// Reply holds no headers.
	Reply contract.Reply
}

// Exchange is how the request of a state machine went, nil where it was not sent.
func (d Delivery) Exchange() *Exchange { return d.sent }

// Sends tells whether a delivery, one of those that an event causes, is a message
// that its state machine makes something of, which [Player.Execute] can carry out.
func (d Delivery) Sends() bool {
	return d.Execution != nil && d.Error == nil && d.Execution.Outcome != OutcomeUnknown
}

// SentTo is the URL of a request of a state machine with its secrets, for decisions.
func (d Delivery) SentTo(w *World) string { return w.plain(d.url) }

// FollowsOn tells whether a delivery comes directly of another one: what a pipe
// passes on of the message in a queue, what a state machine sends.
func (d Delivery) FollowsOn(other Delivery) bool { return d.via == other.Key() }

// Queue is where the message of a state machine waits: the ARN of the queue that
// its pipe reads, its message group, and how long a receive hides it.
type Queue struct {
	ARN, Group string
	Ordered    bool // a FIFO queue, and the pipe waits for the end of the state machine
	Visibility time.Duration
	Body       string // of the message, secrets hidden
}

// Queue is that of a delivery for which Sends holds.
func (d Delivery) Queue(w *World) Queue {
	_, fifo := w.fifos[d.pipe.source]
	ordered := fifo && !d.stage.forgets
	return Queue{ARN: d.pipe.source, Group: d.group, Ordered: ordered, Visibility: d.pipe.hides, Body: w.Hide(string(d.body))}
}

// Execute runs the state machine of a delivery over a network. It gives the
// delivery with its execution, and then one for each request. Its error says that
// it was broken off: the context has ended, or the network's clock.
func (p Player) Execute(ctx context.Context, d Delivery, network Network) ([]Delivery, error) {
	d.Execution = nil
	x := newExecution(&run{Player: p}, d, network)
	x.network = network
	return x.run(ctx)
}

// plain is a text with its secrets. One that is not known is sent as its mask.
func (x *execution) plain(text string) string { return x.World.plain(text) }

// send sends a request of a task, and notes how that went.
func (x *execution) send(ctx context.Context, c *stepfunctions.Call, r *stepfunctions.HTTPRequest, d *Delivery) (*stepfunctions.HTTPResponse, error) {
	request := &eventbridge.Request{Method: r.Method, URL: x.plain(r.URL), Body: []byte(x.World.Hide(x.World.set.Secrets.RevealJSON(r.Body)))}
	for _, h := range r.Header {
		request.Header = append(request.Header, eventbridge.HeaderField{Name: x.plain(h.Name), Value: x.plain(h.Value)})
	}
	if len(request.Body) > 0 {
		request.Header = append(request.Header, eventbridge.HeaderField{Name: "Content-Length", Value: strconv.Itoa(len(request.Body))})
	}
	d.sent = &Exchange{At: x.clock.Now()}
	reply, err := x.network.Send(ctx, request, c.Timeout)
	d.sent.Took = x.clock.Now().Sub(d.sent.At)
	if err != nil {
		d.sent.Error = x.hide(err.Error())
		if errors.Is(err, context.DeadlineExceeded) {
			d.sent.Took, d.sent.Error = c.Timeout, "no reply within "+c.Timeout.String()
		}
	} else {
		d.sent.Reply = contract.Reply{Status: reply.Status, Body: x.hide(string(reply.Body))}
	}
	if service := contract.Named(x.Services, contractName(d.Contract)); service != nil {
		judged := service.Judge(d.sent.Reply, d.Contract.Problems)
		if err != nil {
			judged.Note = service.Title + " did not answer: " + d.sent.Error
		}
		d.Contract = &judged
	}
	return reply, err
}
