package cli

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/notifygen/notifygen/simulate"
	"github.com/notifygen/notifygen/simulate/delivery"
	"github.com/notifygen/notifygen/simulate/server"
)

// serveLog prints what happens: a line for each event on standard output, and
// one for each delivery that has come to an end.
type serveLog struct {
	o            *options
	url, catcher string
	mu           sync.Mutex
}

// The lines as JSON.
type (
	listeningLine struct {
		Listening string `json:"listening"` // URL
		Catcher   string `json:"catcher,omitempty"`
	}
	recordLine struct {
		Record *server.Record `json:"record"`
	}
	deliveryLine struct {
		Delivery deliveryEnd `json:"delivery"`
	}
	deliveryEnd struct {
		Seq    int64  `json:"seq"`
		Rule   string `json:"rule"`
		Target string `json:"target"`
		// Destination is the one of the file that a state machine sends to.
		Destination string `json:"destination,omitempty"`
		delivery.Status
	}
)

// print writes a line of text, or its JSON twin.
func (l *serveLog) print(line any, text func() string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.o.json() {
		_, err := fmt.Fprintln(l.o.Out, text())
		return err
	}
	enc := json.NewEncoder(l.o.Out)
	enc.SetEscapeHTML(false)
	return enc.Encode(line)
}

func (l *serveLog) listening() error {
	fmt.Fprintf(l.o.Err, "notifygen: listening on %s\n", l.url)
	if l.catcher != "" {
		fmt.Fprintf(l.o.Err, "notifygen: the catcher listens on %s\n", l.catcher)
	}
	if !l.o.json() {
		fmt.Fprintf(l.o.Err, "notifygen: hint: aws events put-events --endpoint-url %s --entries file://…; the inspector is at the same address\n", l.url)
		return nil
	}
	return l.print(listeningLine{l.url, l.catcher}, nil)
}

func (l *serveLog) failure(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.o.fail(err)
}

func (l *serveLog) record(r *server.Record, busExists bool) {
	l.print(recordLine{r}, func() string { return recordText(r, busExists) })
}

const clockFormat = "15:04:05"

func recordText(r *server.Record, busExists bool) string {
	var event struct {
		Source     any `json:"source"`
		DetailType any `json:"detail-type"`
	}
	_ = json.Unmarshal(r.Event, &event) // it was read before
	bus := r.Bus
	if bus == "" {
		bus = "every bus"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s #%d %s: %s, %s", r.Received.Format(clockFormat), r.Seq, onLine(bus), onLine(event.Source), onLine(event.DetailType))
	switch {
	case !busExists:
		b.WriteString("; there is no such event bus: EventBridge accepts the event, and nobody receives it")
	case len(r.Deliveries) == 0:
		b.WriteString("; no rule matched")
	}
	for _, d := range r.Deliveries {
		fmt.Fprintf(&b, "; %s → ", onLine(d.Rule))
		if d.Pipe != "" {
			b.WriteString(onLine(d.Pipe) + " → ")
		}
		b.WriteString(onLine(d.Target) + ": ")
		switch {
		case d.Error != nil:
			b.WriteString("undeliverable: " + onLine(strings.TrimPrefix(d.Error.Code+": "+d.Error.Message, ": ")))
		case d.Request != nil:
			fmt.Fprintf(&b, "%s %s (%s)", d.Request.Method, onLine(d.Request.URL), d.State)
		default:
			b.WriteString(d.Kind)
		}
	}
	return b.String()
}

// deadLetterText is why there is a dead letter. What SQS itself has moved tells
// nothing but where it was.
func deadLetterText(l delivery.DeadLetter) string {
	if from, moved := l.Attributes["DeadLetterQueueSourceArn"]; moved {
		return "received too often from " + onLine(from)
	}
	code, message := l.Attributes["ERROR_CODE"], l.Attributes["ERROR_MESSAGE"]
	if code == message {
		return onLine(code)
	}
	return strings.TrimPrefix(code+": "+onLine(message), ": ")
}

// onLine is a text that stays on its line and moves no cursor.
func onLine(v any) string {
	text, ok := v.(string)
	if !ok {
		return "(none)"
	}
	quoted := strconv.Quote(text)
	if quoted == `"`+text+`"` {
		return text
	}
	return quoted
}

func (l *serveLog) end(r *server.Record, d server.Delivered) {
	l.print(deliveryLine{deliveryEnd{r.Seq, d.Rule, d.Target, d.Destination(), d.Status}}, func() string { return endText(r, d) })
}

func endText(r *server.Record, d server.Delivered) string {
	attempts, target := plural(len(d.Attempts), "attempt"), d.Target
	if d.Kind == simulate.KindStepFunctions { // the pipe's; who knows the file looks for its destination
		attempts, target = plural(len(d.Attempts)+d.Omitted, "receive"), cmp.Or(d.Destination(), d.Target)
		sent := 0
		for _, other := range r.Deliveries {
			if other.Kind == simulate.KindHTTPTask && other.FollowsOn(d.Delivery) {
				sent++
			}
		}
		switch {
		case sent > 1 && len(d.Attempts) > 1:
			attempts += fmt.Sprintf(", the last with %d requests", sent)
		case sent > 1:
			attempts += fmt.Sprintf(" with %d requests", sent)
		}
	}
	var b strings.Builder
	if n := len(d.Attempts); n > 0 {
		last := d.Attempts[n-1]
		b.WriteString(last.At.Add(last.Took).Format(clockFormat) + " ")
		if last.Meaning != "" && d.State == delivery.Delivered {
			attempts += ", but the service answered " + onLine(last.Meaning)
		}
	}
	fmt.Fprintf(&b, "#%d %s → %s: %s after %s", r.Seq, onLine(d.Rule), onLine(target), d.State, attempts)
	if d.DeadLetter != nil {
		fmt.Fprintf(&b, ": %s", deadLetterText(*d.DeadLetter))
	}
	return b.String()
}
