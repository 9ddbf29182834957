package expect

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/notifygen/notifygen/contract"
	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/schema"
	"github.com/notifygen/notifygen/simulate"
)

// selects tells whether a delivery is the one that is meant, whatever it carries.
func (d *Delivery) selects(got simulate.Delivery) bool {
	rule, _ := got.Cause()
	if d.to != nil && d.to.Text != got.Target && d.to.Text != got.TargetARN && d.to.Text != got.Destination() || d.pipe != nil && d.pipe.Text != got.Pipe {
		return false
	}
	return d.rules == nil || slices.Contains(d.rules, rule)
}

// names tells whether an expectation means a delivery that is only on the way to
// what a state machine sends: by its pipe, or by the ARN of its target.
func (d *Delivery) names(got simulate.Delivery) bool {
	return d.pipe != nil && got.Kind != simulate.KindHTTPTask || d.to != nil && d.to.Text == got.TargetARN
}

// differences tells how a delivery differs from what is expected. A negative
// expectation says nothing of what it leaves out.
func (d *Delivery) differences(got simulate.Delivery, negative bool) []Failure {
	c := comparison{ds: &diag.List{}}
	c.fate(d, got, negative)
	c.sent(d, got)
	request := d.method != nil || d.url != nil || len(d.headers) > 0
	switch {
	case got.Unknown != "":
		if request || d.body != nil {
			c.add(Failure{Pos: d.Pos, Message: got.Unknown, Notes: missing(got)})
		}
	case got.Request != nil:
		c.request(d, got.Request)
	case request:
		c.add(Failure{Pos: d.Pos, Message: "there is no request: the target is of the kind " + got.Kind, Notes: ran(got)})
	}
	if d.body != nil && got.Unknown == "" {
		c.body(d.body, receive(content(got)))
	}
	for i := range c.failures {
		c.failures[i].Delivery = label(got)
	}
	return c.failures
}

// content is what the target, or else the dead-letter queue, receives.
func content(d simulate.Delivery) string {
	switch {
	case d.Request != nil:
		return d.Request.Body
	case d.Message != nil:
		return *d.Message
	}
	return ""
}

// missing tells which recorded answer would tell what is not known.
func missing(d simulate.Delivery) []string {
	api, operation, ok := strings.Cut(d.MissingAnswer, ":")
	if !ok {
		return nil
	}
	return []string{"the enricher asks for " + operation + ", of which there is no recorded answer: give it under `fakes: {" + api + ": …}`"}
}

// fate compares what becomes of the delivery.
func (c *comparison) fate(d *Delivery, got simulate.Delivery, negative bool) {
	switch {
	case d.undeliverable != nil && got.Error == nil:
		c.add(Failure{Pos: d.undeliverable.Pos, Message: "it can be delivered"})
	case d.undeliverable != nil:
		if want := d.undeliverable; want.Kind == schema.String && want.Text != got.Error.Code {
			c.add(Failure{Pos: want.Pos, Message: "the error code differs", Expected: want.Text, Got: cmp.Or(got.Error.Code, "none"), Notes: []string{got.Error.Message}})
		}
	case got.Error != nil && !negative:
		c.add(Failure{Pos: d.Pos, Message: "it cannot be delivered: " + reason(got.Error)})
	case got.Error == nil:
		c.outcome(d, got, negative)
	}
}

// outcomeOf is what becomes of a delivery, "" where that is not known.
func outcomeOf(d simulate.Delivery) string {
	switch {
	case d.Outcome != "":
		return d.Outcome
	case d.Execution != nil:
		return d.Execution.Outcome
	case d.Contract != nil:
		return d.Contract.Outcome
	}
	return ""
}

// ran tells what a state machine did, if there is one.
func ran(d simulate.Delivery) []string {
	if d.Execution == nil {
		return nil
	}
	return append([]string{d.Execution.Line()}, d.Execution.Notes...)
}

func reason(f *simulate.Failure) string { return strings.TrimPrefix(f.Code+": "+f.Message, ": ") }

// outcome compares what the service makes of the request. Unless the file says
// so, a message that does not arrive is no delivery anybody expects.
func (c *comparison) outcome(d *Delivery, got simulate.Delivery, negative bool) {
	want, pos := contract.Delivered, d.Pos
	is := outcomeOf(got)
	switch {
	case !negative && d.outcome == nil && d.errorCode == nil && !d.names(got) && stopped(got):
		c.add(Failure{Pos: pos, Message: "it goes no further: " + got.Why()})
		return
	case d.outcome != nil:
		want, pos = d.outcome.Text, d.outcome.Pos
	case d.errorCode != nil:
		want, pos = contract.DeadLettered, d.errorCode.Pos
	case negative || is == "":
		return
	}
	switch {
	case is == "":
		c.add(Failure{Pos: pos, Message: "the outcome is not known: notifygen does not know the service"})
	case is != want:
		c.add(Failure{Pos: pos, Message: "the outcome differs", Expected: want, Got: is, Notes: append(remarks(got.Contract), ran(got)...)})
	}
}

// stopped tells whether a message of a route goes no further than its queue. In
// templates of others, the queue or the bus may well be what the test is about.
func stopped(got simulate.Delivery) bool {
	rule, _ := got.Cause()
	return got.Stopped() && rule.Compiled.Route != ""
}

// sent compares the requests of a state machine, and the dead letter.
func (c *comparison) sent(d *Delivery, got simulate.Delivery) {
	switch {
	case d.attempts == nil || d.attempts.Text == strconv.Itoa(got.Attempt):
	case got.Attempt == 0:
		c.add(Failure{Pos: d.attempts.Pos, Message: "only requests of a state machine are counted, and this is none"})
	default:
		c.add(Failure{Pos: d.attempts.Pos, Message: "the number of requests differs", Expected: d.attempts.Text, Got: strconv.Itoa(got.Attempt), Notes: remarks(got.Contract)})
	}
	switch {
	case d.errorCode == nil || d.errorCode.Text == got.ErrorCode:
	case got.StateMachine == "":
		c.add(Failure{Pos: d.errorCode.Pos, Message: "only messages that a state machine sets aside have an error code here, and there is no state machine"})
	default:
		c.add(Failure{Pos: d.errorCode.Pos, Message: "the error code differs", Expected: d.errorCode.Text, Got: cmp.Or(got.ErrorCode, "none")})
	}
}

// remarks are what is known of a request at its service, in sentences.
func remarks(p *contract.Prediction) []string {
	if p == nil {
		return nil
	}
	var out []string
	if p.Note != "" {
		out = append(out, p.Note)
	}
	for _, problem := range p.Problems {
		out = append(out, remark(problem))
	}
	return out
}

func remark(p contract.Problem) string { return strings.TrimPrefix(p.Field+": "+p.Message, ": ") }

func (c *comparison) request(d *Delivery, got *simulate.Request) {
	compare := func(want *schema.Node, what, got string) {
		if want != nil && want.Text != got {
			c.add(Failure{Pos: want.Pos, Message: what + " differs", Expected: want.Text, Got: got})
		}
	}
	compare(d.method, "the method", got.Method)
	compare(d.url, "the URL", got.URL)
	for _, f := range d.headers {
		value, sent := header(got, f.Key)
		if !sent {
			c.add(Failure{Pos: f.KeyPos, Message: fmt.Sprintf("the header %s is not sent", f.Key), Expected: f.Value.Text})
			continue
		}
		compare(f.Value, "the header "+f.Key, value)
	}
}

func header(r *simulate.Request, name string) (value string, sent bool) {
	for _, h := range r.Header {
		if strings.EqualFold(h.Name, name) {
			return h.Value, true
		}
	}
	return "", false
}
