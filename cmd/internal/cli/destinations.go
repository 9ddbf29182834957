package cli

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/schema"
	"github.com/notifygen/notifygen/transformers"
)

func newDestinations(o *options) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "destinations",
		Short: "List the kinds of destination, or show one",
		Args:  cobra.NoArgs,
		RunE:  func(*cobra.Command, []string) error { return listDestinations(o) },
	}
	cmd.AddCommand(
		&cobra.Command{
			Use: "list", Short: "List the kinds of destination", Args: cobra.NoArgs,
			RunE: func(*cobra.Command, []string) error { return listDestinations(o) },
		},
		&cobra.Command{
			Use: "show TYPE", Short: "Show the keys, limits and safety of one kind of destination", Args: cobra.ExactArgs(1),
			ValidArgs: destinationTypes(),
			RunE:      func(_ *cobra.Command, args []string) error { return showDestination(o, args[0]) },
		},
	)
	return cmd
}

func destinationTypes() []string {
	var types []string
	for _, d := range transformers.Catalogue {
		types = append(types, d.Type)
	}
	return types
}

// described is a destination type as --output json shows it.
type described struct {
	Type      string         `json:"type"`
	Title     string         `json:"title"`
	Doc       string         `json:"doc"`
	URL       string         `json:"url"`
	Keys      []describedKey `json:"keys"`
	Mentions  []string       `json:"mentions"`
	Rate      int            `json:"defaultRate,omitempty"`
	PerMinute int            `json:"perMinute,omitempty"`
	Event     bool           `json:"takesEvent"`
	Notes     []string       `json:"notes"`
}

type describedKey struct {
	Name     string `json:"name"`
	Doc      string `json:"doc"`
	Required bool   `json:"required"`
	Secret   bool   `json:"secret"`
	Default  string `json:"default,omitempty"`
}

func describe(d *transformers.Destination) described {
	out := described{Type: d.Type, Title: d.Title, Doc: d.Doc, URL: d.URL, Rate: d.DefaultRate, Event: d.WholeEvent, Notes: append([]string{}, d.Notes...), Mentions: []string{}}
	for _, k := range d.Keys {
		out.Keys = append(out.Keys, describedKey{k.Name, k.Doc, k.Required, k.Type.Secret, k.Default})
	}
	for kind := range d.Mentions {
		out.Mentions = append(out.Mentions, kind)
	}
	slices.Sort(out.Mentions)
	if d.PerMinute != nil {
		out.PerMinute = d.PerMinute.Value
	}
	return out
}

func listDestinations(o *options) error {
	if o.json() {
		all := []described{}
		for _, d := range transformers.Catalogue {
			all = append(all, describe(d))
		}
		return encode(o.Out, all)
	}
	w := tabwriter.NewWriter(o.Out, 0, 0, 2, ' ', 0)
	for _, d := range transformers.Catalogue {
		fmt.Fprintf(w, "%s\t%s\n", d.Type, d.Title)
	}
	return w.Flush()
}

func showDestination(o *options, name string) error {
	d := transformers.ByType(name)
	if d == nil {
		hint := "one of " + strings.Join(destinationTypes(), ", ")
		if near := diag.Suggest(name, destinationTypes()); near != "" {
			hint = "did you mean " + near + "?"
		}
		return withHint(hint, "there is no destination type %s", schema.Quote(name))
	}
	if o.json() {
		return encode(o.Out, describe(d))
	}
	x := describe(d)
	fmt.Fprintf(o.Out, "%s: %s\n%s\n%s\n\nKeys:\n", x.Type, x.Title, x.Doc, x.URL)
	w := tabwriter.NewWriter(o.Out, 0, 0, 2, ' ', 0)
	for _, k := range x.Keys {
		need := "optional"
		switch {
		case k.Required:
			need = "required"
		case k.Default != "":
			need = "default " + k.Default
		}
		fmt.Fprintf(w, "  %s\t%s\t%s\n", k.Name, need, k.Doc)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(o.Out)
	if x.Rate > 0 {
		fmt.Fprintf(o.Out, "Default rate: %d a second.\n", x.Rate)
	}
	if x.PerMinute > 0 {
		fmt.Fprintf(o.Out, "The service allows %d %s a minute.\n", x.PerMinute, d.PerMinute.What)
	}
	if len(x.Mentions) > 0 {
		fmt.Fprintf(o.Out, "Mentions: %s.\n", strings.Join(x.Mentions, ", "))
	}
	for _, n := range x.Notes {
		fmt.Fprintf(o.Out, "Note: %s\n", n)
	}
	return nil
}
