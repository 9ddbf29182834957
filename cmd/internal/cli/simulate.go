package cli

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/notifygen/notifygen/contract"
	"github.com/notifygen/notifygen/simulate"
	"github.com/notifygen/notifygen/transformers"
)

func newSimulate(o *options) *cobra.Command {
	var w worldOptions
	var event, events string
	cmd := &cobra.Command{
		Use:   "simulate",
		Short: "Show what an event causes: the exact requests and messages",
		Long: "Plays an event through the templates and prints what each target receives. Nothing is sent.\n" +
			"An event is one as EventBridge delivers it, or a PutEvents entry (\"Detail\" is a string), or a list of either.\n" +
			"An entry goes to the bus it names. Without --bus, events of AWS services go to the default bus and all others to\n" +
			"every bus with rules. Secrets are shown as *** unless --secret gives them.\n" +
			"Requests to services that are known are checked against their contracts, with the reply that they would give.\n" +
			"A state machine of the templates behind a queue and a pipe is run, with the signer, and with those replies.\n" +
			"The enricher of a pipe is run with recorded answers of the APIs that it asks: --fake.\n" +
			"Exit status 1 where nothing is delivered, something is undeliverable or would be refused by the service, or a\n" +
			"template has an error.",
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if events != "" {
				return runReplay(o, w, event, events)
			}
			return runSimulate(o, w, event)
		},
	}
	w.flags(cmd)
	cmd.Flags().StringVar(&event, "event", "", "the event: a file, - for standard input, or JSON")
	cmd.Flags().StringVar(&events, "events", "", "many events instead: a file, or - , with one a line; prints a summary")
	w.playing(cmd)
	cmd.Flags().StringVar(&w.now, "now", "", "the time of the simulation, such as 2026-03-02T10:15:30Z (default: now)")
	return cmd
}

// simulation is the result as JSON.
type simulation struct {
	Deliveries []simulate.Delivery `json:"deliveries"`
	// Refused are entries that PutEvents refuses.
	Refused []refusal `json:"refused,omitempty"`
}

type refusal struct {
	Entry int `json:"entry"` // from 0
	simulate.Failure
}

func runSimulate(o *options, options worldOptions, event string) error {
	w, incoming, err := o.loadWithEvents(options, event)
	if err != nil {
		return err
	}
	result := simulation{Deliveries: []simulate.Delivery{}}
	player := simulate.Player{World: w.World, Now: w.now, Services: transformers.Services(), Parameters: w.stored, Fakes: w.fakes, Received: &simulate.Received{}}
	for i, in := range incoming {
		if in.Error != nil {
			result.Refused = append(result.Refused, refusal{i, *in.Error})
			continue
		}
		result.Deliveries = append(result.Deliveries, player.Play(in, options.bus)...)
	}
	found := o.report(w)
	if found != nil && !isFindings(found) {
		return found
	}
	if o.json() {
		err = encode(o.Out, result)
	} else {
		err = printSimulation(o.Out, result)
		result.hint(o.Err)
		if len(result.Deliveries) == 0 && err == nil {
			fmt.Fprintln(o.Err, "notifygen: nothing is delivered")
			fmt.Fprintln(o.Err, "notifygen: hint: `notifygen explain` tells for each rule why")
		}
	}
	if err != nil {
		return err
	}
	if found != nil || !result.delivered() {
		return findingsError{}
	}
	return nil
}

// hint tells, once for each operation, which recorded answers are missing.
func (s simulation) hint(w io.Writer) {
	told := map[string]bool{}
	for _, d := range s.Deliveries {
		if d.MissingAnswer != "" && !told[d.MissingAnswer] {
			told[d.MissingAnswer] = true
			fmt.Fprintln(w, "notifygen: hint: "+fakeHint(d.MissingAnswer))
		}
	}
}

// delivered tells whether there are deliveries, and nothing failed or would be
// refused.
func (s simulation) delivered() bool {
	for _, d := range s.Deliveries {
		if d.Error != nil || d.Refused() {
			return false
		}
	}
	return len(s.Deliveries) > 0 && len(s.Refused) == 0
}

func isFindings(err error) bool {
	_, ok := err.(findingsError)
	return ok
}

// loadWithEvents reads what is simulated and what it is given.
func (o *options) loadWithEvents(w worldOptions, event string) (*world, []simulate.Incoming, error) {
	src, err := o.readJSON("event", event)
	if err != nil {
		return nil, nil, err
	}
	loaded, err := o.load(w)
	if err != nil {
		return nil, nil, err
	}
	first := loaded.set.Stacks[0]
	incoming, err := simulate.ReadEvents(src, simulate.Origin{Now: loaded.now, Account: first.Account(), Region: first.Region()})
	if err != nil {
		return nil, nil, withHint("an event is a JSON object as EventBridge delivers it, or a PutEvents entry", "cannot read the event: %w", err)
	}
	return loaded, incoming, nil
}

func printSimulation(w io.Writer, s simulation) error {
	var b strings.Builder
	for _, r := range s.Refused {
		fmt.Fprintf(&b, "entry %d is refused: %s: %s\n", r.Entry, r.Code, r.Message)
	}
	for i, d := range s.Deliveries {
		if i > 0 {
			b.WriteByte('\n')
		}
		printDelivery(&b, d)
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
