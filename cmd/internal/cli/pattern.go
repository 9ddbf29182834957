package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/notifygen/notifygen/eventbridge"
)

func newPattern(o *options) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "pattern",
		Short: "Try event patterns",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newPatternMatch(o))
	return cmd
}

func newPatternMatch(o *options) *cobra.Command {
	var pattern, event string
	cmd := &cobra.Command{
		Use:   "match",
		Short: "Tell whether an event matches a pattern",
		Long: "Exit status 0 where the event matches, 1 where it does not, 2 where EventBridge refuses the pattern, with its reason.\n" +
			"Where it does not match, the fields that failed are printed.",
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return runPatternMatch(o, pattern, event) },
	}
	cmd.Flags().StringVar(&pattern, "pattern", "", "the event pattern: a file, - for standard input, or JSON")
	cmd.Flags().StringVar(&event, "event", "", "the event: a file, - for standard input, or JSON")
	return cmd
}

// matching is the result as JSON.
type matching struct {
	Match     bool            `json:"match"`
	Scattered bool            `json:"scattered,omitempty"`
	Fields    []matchingField `json:"fields"`
}

type matchingField struct {
	Path      string   `json:"path"`
	Wanted    string   `json:"wanted"`
	Found     []string `json:"found"`
	Satisfied bool     `json:"satisfied"`
}

func runPatternMatch(o *options, pattern, event string) error {
	text, err := o.readJSON("pattern", pattern)
	if err != nil {
		return err
	}
	p, err := eventbridge.ParsePattern(text)
	if err != nil {
		return withHint("https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html", "%w", err)
	}
	e, err := o.readEvent(event)
	if err != nil {
		return err
	}
	x := p.Explain(e)
	if o.json() {
		err = encode(o.Out, newMatching(x))
	} else {
		err = printMatching(o, x)
	}
	if err != nil {
		return err
	}
	if !x.Matched {
		return findingsError{}
	}
	return nil
}

func newMatching(x eventbridge.Explanation) matching {
	m := matching{Match: x.Matched, Scattered: x.Scattered, Fields: []matchingField{}}
	for _, f := range x.Fields {
		m.Fields = append(m.Fields, matchingField{f.Path, f.Wanted, append([]string{}, f.Found...), f.Satisfied})
	}
	return m
}

func printMatching(o *options, x eventbridge.Explanation) error {
	if x.Matched {
		_, err := fmt.Fprintln(o.Out, "match")
		return err
	}
	if _, err := fmt.Fprintln(o.Out, "no match"); err != nil {
		return err
	}
	if x.Scattered {
		_, err := fmt.Fprintln(o.Out, "  each field has a value that is wanted, but not in the same element of a list")
		return err
	}
	for _, f := range x.Fields {
		if f.Satisfied {
			continue
		}
		if _, err := fmt.Fprintf(o.Out, "  %s: seen %s, wanted %s\n", f.Path, seen(f.Found), f.Wanted); err != nil {
			return err
		}
	}
	return nil
}

// seen lists the values of an event at a path.
func seen(found []string) string {
	if len(found) == 0 {
		return "nothing"
	}
	return strings.Join(found, ", ")
}
