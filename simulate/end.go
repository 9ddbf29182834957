package simulate

import "fmt"

// End is what is known to come of a delivery.
type End string

// Ends of deliveries.
const (
	EndPassing       End = "passing"       // it only leads to others, or is a copy that is dropped
	EndDelivered     End = "delivered"     // the target has it
	EndRefused       End = "refused"       // it was sent, but does not arrive: see [Delivery.Refused]
	EndUndeliverable End = "undeliverable" // its Error tells why
	EndStopped       End = "stopped"       // it goes no further, or into a dead-letter queue: see [Delivery.Why]
	EndUnknown       End = "unknown"       // what comes of it is not played here
)

// Ends gives the end of each of the deliveries that an event causes.
func Ends(all []Delivery) []End {
	ends := make([]End, len(all))
	passing := OnTheWay(all)
	followed := map[string]bool{}
	for i := len(all) - 1; i >= 0; i-- { // what follows stands behind
		d := all[i]
		ends[i] = d.end(passing[i] && !d.hops() || followed[d.Key()])
		followed[d.via] = true
	}
	return ends
}

// Arrives tells whether an event with such ends arrives anywhere, as far as is known.
func Arrives(ends []End) bool {
	for _, end := range ends {
		if end == EndDelivered || end == EndUnknown {
			return true
		}
	}
	return false
}

func (d Delivery) end(passing bool) End {
	switch {
	case d.Error != nil:
		return EndUndeliverable
	case d.stopped || d.letter:
		return EndStopped
	case passing || d.leads || d.Deduplicated:
		return EndPassing
	case d.Unknown != "" || d.Execution != nil && d.Execution.Outcome == OutcomeUnknown || d.Outcome == OutcomeUnknown:
		return EndUnknown
	case d.Refused():
		return EndRefused
	case d.Enrichment != nil && d.Enrichment.Outcome == OutcomeDropped:
		return EndStopped
	}
	return EndDelivered
}

// Why tells of a delivery that is stopped, or whose end is unknown, why, in a sentence.
func (d Delivery) Why() string {
	switch {
	case d.Unknown != "":
		return d.Unknown
	case d.Execution != nil && len(d.Execution.Notes) > 0:
		return d.Execution.Notes[len(d.Execution.Notes)-1]
	case d.Enrichment != nil:
		return d.Enrichment.Line()
	case d.Note != "":
		return d.Note
	}
	return "what the state machine " + d.StateMachine + " makes of the reply is not known here"
}

// Stopped tells whether a delivery goes no further though something follows it in
// the templates: a pipe that is stopped or lets nothing pass.
func (d Delivery) Stopped() bool { return d.stopped }

// stop notes that a delivery goes no further, and why.
func (d *Delivery) stop(why string) {
	d.stopped = true
	d.remark(why)
}

func (d *Delivery) remark(note string) {
	if d.Note != "" {
		note = d.Note + "; " + note
	}
	d.Note = note
}

// arrived notes of a delivery to a bus, the one at the index, what takes the event
// there. A bus where the event was before has nothing more to tell.
func (r *run) arrived(at int, arn string, before bool) {
	d := &r.out[at]
	switch {
	case before || at < len(r.out)-1:
		d.leads = true
	case r.World.buses[arn]:
		d.remark("no rule takes the event on the event bus " + r.World.Hide(busName(arn)))
	}
}

// batched notes how many messages a pipe hands over at once: a function or a state
// machine gets a list of them, and here each comes by itself.
func (d *Delivery) batched() {
	if n := d.pipe.batch; n > 1 {
		d.remark(fmt.Sprintf("the pipe hands over up to %d messages at once (BatchSize); here each comes by itself", n))
	}
}
