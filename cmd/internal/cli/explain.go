package cli

import (
	"cmp"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/notifygen/notifygen/simulate"
)

func newExplain(o *options) *cobra.Command {
	var w worldOptions
	var event string
	cmd := &cobra.Command{
		Use:   "explain",
		Short: "Tell for each rule why it takes an event, or why not",
		Long: "Prints for each rule whether it matches the event or, like a type checker, the first field that failed, with the\n" +
			"value seen and the values wanted. Exit status 1 where no rule matches.",
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return runExplain(o, w, event) },
	}
	w.flags(cmd)
	cmd.Flags().StringVar(&event, "event", "", "the event: a file, - for standard input, or JSON")
	return cmd
}

// explained is the result as JSON.
type explained struct {
	Rules []explainedRule `json:"rules"`
}

type explainedRule struct {
	Event int `json:"event"` // from 0
	simulate.Explanation
}

func runExplain(o *options, options worldOptions, event string) error {
	w, incoming, err := o.loadWithEvents(options, event)
	if err != nil {
		return err
	}
	result, matched := explained{Rules: []explainedRule{}}, false
	for i, in := range incoming {
		if in.Error != nil {
			return withHint("correct the entry", "PutEvents refuses entry %d: %s: %s", i, in.Error.Code, in.Error.Message)
		}
		for _, x := range w.Explain(in.Event, cmp.Or(in.Bus, options.bus)) {
			if len(options.templates) == 0 {
				x.Source = o.sourcePos(x.Source)
			}
			result.Rules = append(result.Rules, explainedRule{i, x})
			matched = matched || x.Matched
		}
	}
	found := o.report(w)
	if found != nil && !isFindings(found) {
		return found
	}
	if o.json() {
		err = encode(o.Out, result)
	} else {
		err = printExplained(o.Out, result, len(incoming) > 1)
	}
	if err != nil {
		return err
	}
	if found != nil || !matched {
		return findingsError{}
	}
	return nil
}

// sourcePos is a place in the file of -f, whose template names it without its
// directory, as the user wrote it.
func (o *options) sourcePos(source string) string {
	if line, ok := strings.CutPrefix(source, filepath.Base(o.file)+":"); ok {
		return o.file + ":" + line
	}
	return source
}

func printExplained(w io.Writer, e explained, several bool) error {
	var b strings.Builder
	if len(e.Rules) == 0 {
		b.WriteString("there are no rules\n")
	}
	event := -1
	for _, r := range e.Rules {
		if several && r.Event != event {
			event = r.Event
			fmt.Fprintf(&b, "event %d\n", event)
		}
		printExplanation(&b, r.Explanation)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func printExplanation(b *strings.Builder, x simulate.Explanation) {
	state := "no match"
	if x.Matched {
		state = "matched"
	}
	fmt.Fprintf(b, "%s: %s: %s", cmp.Or(x.Source, x.Pos.String()), x.Rule, state)
	if x.Bus != "default" {
		fmt.Fprintf(b, " (bus %s)", x.Bus)
	}
	b.WriteByte('\n')
	switch x.Reason {
	case simulate.ReasonDisabled:
		b.WriteString("  the pattern matches, but the rule is disabled\n")
	case simulate.ReasonInvalid:
		b.WriteString("  EventBridge refuses the pattern\n")
	case simulate.ReasonScattered:
		b.WriteString("  each field has a value that is wanted, but not in the same element of a list\n")
	case simulate.ReasonAbsent:
		fmt.Fprintf(b, "  %s: the event has no such field\n    wanted: %s\n", x.Field, x.Wanted)
	case simulate.ReasonValue:
		fmt.Fprintf(b, "  %s: the value is not among those wanted\n    seen:   %s\n    wanted: %s\n", x.Field, strings.Join(x.Found, ", "), x.Wanted)
	}
}
