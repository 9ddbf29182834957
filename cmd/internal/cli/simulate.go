package cli

import (
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"github.com/notifygen/notifygen/simulate"
	"github.com/notifygen/notifygen/transformers"
)

func newSimulate(o *options) *cobra.Command {
	var w worldOptions
	var event, events string
	var fail []string
	cmd := &cobra.Command{
		Use:   "simulate",
		Short: "Show what an event causes: the exact requests and messages",
		Long: "Plays an event through the templates and prints what each target receives. Nothing is sent.\n" +
			"An event is one as EventBridge delivers it, or a PutEvents entry (\"Detail\" is a string), or a list of either.\n" +
			"An entry goes to the bus it names. Without --bus, events of AWS services go to the default bus and all others to\n" +
			"every bus with rules. Secrets are shown as *** unless --secret gives them.\n" +
			"Requests to services that are known are checked against their contracts, with the reply that they would give.\n" +
			"A state machine of the templates behind a queue and a pipe is run, with the signer, and with those replies.\n" +
			"The enricher of a pipe is run with recorded answers of the APIs that it asks: --fake. Services refuse, fail or do\n" +
			"not answer on request: --fail slack=ratelimited is for the next request, --fail slack=503x3 for the next three.\n" +
			"Exit status 1 where nothing is known to be delivered: no rule takes the event, or all of it stops on the way (a pipe\n" +
			"is stopped or lets nothing pass, a dead-letter queue gets it); where something is undeliverable or would be refused\n" +
			"by the service; or where a template has an error. What becomes of a message that a state machine or an enrichment\n" +
			"of others gets is not played here: that is told, and is no error.",
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if events != "" {
				return runReplay(o, w, fail, event, events)
			}
			return runSimulate(o, w, fail, event)
		},
	}
	w.flags(cmd)
	cmd.Flags().StringVar(&event, "event", "", "the event: a file, - for standard input, or JSON")
	cmd.Flags().StringVar(&events, "events", "", "many events instead: a file, or - , with one a line; prints a summary")
	cmd.Flags().StringArrayVar(&fail, "fail", nil, "SERVICE=FAILURE or SERVICE=FAILURExN, such as slack=ratelimited, dingtalk=310000x2, *=429:30, slack=slow:70s, slack=reset; or a setting such as dingtalk:keyword=AWS")
	w.playing(cmd)
	cmd.Flags().StringVar(&w.now, "now", "", "the time of the simulation, such as 2026-03-02T10:15:30Z (default: now)")
	return cmd
}

// simulation is the result as JSON.
type simulation struct {
	Deliveries []played `json:"deliveries"`
	// Refused are entries that PutEvents refuses.
	Refused []refusal `json:"refused,omitempty"`
	// UnusedFailures are those of --fail that met no request.
	UnusedFailures []string `json:"unusedFailures,omitempty"`

	// stopped are the reasons why nothing arrives of events that rules take, unknown
	// those why some ends are not known.
	stopped, unknown []string
}

// played is a delivery, with what is known to come of it.
type played struct {
	simulate.Delivery
	End simulate.End `json:"end"`
}

type refusal struct {
	Entry int `json:"entry"` // from 0
	simulate.Failure
}

func runSimulate(o *options, options worldOptions, fail []string, event string) error {
	asked, err := failures(fail)
	if err != nil {
		return err
	}
	w, incoming, err := o.loadWithEvents(options, event)
	if err != nil {
		return err
	}
	result := simulation{Deliveries: []played{}}
	player := simulate.Player{World: w.World, Now: w.now, Services: transformers.Services(), Parameters: w.stored, Fakes: w.fakes, Received: &simulate.Received{}, Failures: asked}
	for i, in := range incoming {
		if in.Error != nil {
			result.Refused = append(result.Refused, refusal{i, *in.Error})
			continue
		}
		result.add(player.Play(in, options.bus))
	}
	result.UnusedFailures = asked.Unused()
	found := o.report(w)
	if found != nil && !isFindings(found) {
		return found
	}
	if o.json() {
		err = encode(o.Out, result)
	} else {
		err = printSimulation(o.Out, result)
		result.tell(o.Err)
		result.hint(o.Err)
		if len(result.Deliveries) == 0 && err == nil {
			fmt.Fprintln(o.Err, "notifygen: nothing is delivered")
			fmt.Fprintln(o.Err, "notifygen: hint: `notifygen explain` tells for each rule why")
		}
		tellUnused(o.Err, result.UnusedFailures)
	}
	if err != nil {
		return err
	}
	if found != nil || !result.delivered() {
		return findingsError{}
	}
	return nil
}

// add adds what an event causes.
func (s *simulation) add(deliveries []simulate.Delivery) {
	ends := simulate.Ends(deliveries)
	for i, d := range deliveries {
		s.Deliveries = append(s.Deliveries, played{d, ends[i]})
		switch {
		case ends[i] == simulate.EndUnknown:
			s.unknown = appendNew(s.unknown, d.Why())
		case ends[i] == simulate.EndStopped && !simulate.Arrives(ends):
			s.stopped = appendNew(s.stopped, d.Why())
		}
	}
}

func appendNew(list []string, text string) []string {
	if slices.Contains(list, text) {
		return list
	}
	return append(list, text)
}

// tell tells what does not arrive, and what is not known.
func (s simulation) tell(w io.Writer) {
	for _, why := range s.stopped {
		fmt.Fprintln(w, "notifygen: nothing is delivered: "+why)
	}
	for _, why := range s.unknown {
		fmt.Fprintln(w, "notifygen: the end is not known: "+why)
	}
}

// hint tells, once for each operation, which recorded answers are missing.
func (s simulation) hint(w io.Writer) {
	told := map[string]bool{}
	for _, d := range s.Deliveries {
		if d.MissingAnswer != "" && !told[d.MissingAnswer] {
			told[d.MissingAnswer] = true
			fmt.Fprintln(w, "notifygen: hint: "+missingAnswerHint(d.MissingAnswer))
		}
	}
}

// delivered tells whether there are deliveries, nothing failed or would be refused,
// and every event that a rule takes arrives somewhere, as far as is known.
func (s simulation) delivered() bool {
	for _, d := range s.Deliveries {
		if d.Error != nil || d.Refused() {
			return false
		}
	}
	return len(s.Deliveries) > 0 && len(s.Refused) == 0 && len(s.stopped) == 0
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
