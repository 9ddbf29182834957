package cli

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/notifygen/notifygen/contract"
	"github.com/notifygen/notifygen/simulate"
)

func printSimulation(w io.Writer, s simulation) error {
	var b strings.Builder
	for _, r := range s.Refused {
		fmt.Fprintf(&b, "entry %d is refused: %s: %s\n", r.Entry, r.Code, r.Message)
	}
	for i, d := range s.Deliveries {
		if i > 0 {
			b.WriteByte('\n')
		}
		printDelivery(&b, d.Delivery)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func printDelivery(b *strings.Builder, d simulate.Delivery) {
	source := d.Rule
	if d.Pipe != "" {
		source += " ⇒ " + d.Pipe
	}
	if d.Kind == simulate.KindHTTPTask {
		source += " ⇒ " + d.StateMachine + "." + d.Task
		if d.Attempt > 1 {
			source += fmt.Sprintf(" #%d", d.Attempt)
		}
	}
	fmt.Fprintf(b, "%s → %s (%s)\n", source, d.Target, d.Kind)
	if d.Kind != simulate.KindAPIDestination && d.Kind != simulate.KindHTTPTask {
		fmt.Fprintf(b, "  to %s\n", d.TargetARN)
	}
	if d.Error != nil {
		fmt.Fprintf(b, "  undeliverable: %s\n", strings.TrimPrefix(d.Error.Code+": "+d.Error.Message, ": "))
		if d.DeadLetterQueue != "" {
			fmt.Fprintf(b, "  dead-letter queue: %s\n", d.DeadLetterQueue)
		}
	}
	if r := d.Request; r != nil {
		fmt.Fprintf(b, "  %s %s\n", r.Method, r.URL)
		for _, h := range r.Header {
			fmt.Fprintf(b, "  %s: %s\n", h.Name, h.Value)
		}
		fmt.Fprintf(b, "\n%s\n", indentText(r.Body))
	}
	printContract(b, d.Contract)
	if d.Unknown != "" {
		fmt.Fprintf(b, "  %s\n", d.Unknown)
	}
	if d.Message != nil {
		fmt.Fprintf(b, "%s\n", indentText(*d.Message))
	}
	if d.Deduplicated {
		b.WriteString("  dropped: the queue has received the same message within the last five minutes\n")
	}
	if d.Note != "" {
		fmt.Fprintf(b, "  %s\n", d.Note)
	}
	printExecution(b, d.Execution)
	printEnrichment(b, d.Enrichment)
}

// printExecution tells what a state machine did with a message.
func printExecution(b *strings.Builder, e *simulate.Execution) {
	if e == nil {
		return
	}
	fmt.Fprintf(b, "\n  %s\n", e.Line())
	if e.QueuedSeconds > 0 {
		fmt.Fprintf(b, "  waits %g s in the queue for the messages before it\n", e.QueuedSeconds)
	}
	if e.WaitSeconds > 0 {
		fmt.Fprintf(b, "  lasts %g s, of which it waits %g s\n", e.Seconds, e.WaitSeconds)
	}
	if e.Cause != "" {
		fmt.Fprintf(b, "  cause: %s\n", e.Cause)
	}
	printSent(b, "dead letter", e.DeadLetters)
	printSent(b, "message", e.Messages)
	for _, note := range e.Notes {
		fmt.Fprintf(b, "  %s\n", note)
	}
	if e.Outcome != contract.Delivered {
		fmt.Fprintf(b, "  outcome: %s\n", e.Outcome)
	}
}

// printEnrichment tells what the enricher did with a message.
func printEnrichment(b *strings.Builder, e *simulate.Enrichment) {
	if e == nil {
		return
	}
	fmt.Fprintf(b, "\n  %s\n", e.Line())
	if n := len(e.Receives); n > 1 {
		fmt.Fprintf(b, "  received %d times, the last time after %g s\n", n, e.Seconds)
	}
	if e.Outcome != contract.Delivered {
		fmt.Fprintf(b, "  outcome: %s\n", e.Outcome)
	}
}

func printSent(b *strings.Builder, what string, messages []simulate.SentMessage) {
	for _, m := range messages {
		fmt.Fprintf(b, "  %s to %s\n", what, m.Queue)
		for _, name := range slices.Sorted(maps.Keys(m.Attributes)) {
			fmt.Fprintf(b, "    %s: %s\n", name, m.Attributes[name])
		}
	}
}

// printContract tells what the service would make of a request, if that is
// anything but to take it.
func printContract(b *strings.Builder, p *contract.Prediction) {
	if p == nil || len(p.Problems) == 0 && p.Note == "" {
		return
	}
	b.WriteByte('\n')
	for _, problem := range p.Problems {
		fmt.Fprintf(b, "  %s\n", problem)
	}
	if p.Note != "" {
		fmt.Fprintf(b, "  %s\n", p.Note)
	}
}

func indentText(s string) string { return "  " + strings.ReplaceAll(s, "\n", "\n  ") }
