package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/parallel"
	"github.com/notifygen/notifygen/stacks"
	"github.com/notifygen/notifygen/wholefile"
)

type synthOptions struct {
	stack, format, out, group string
	assets                    string // directory of the functions' zips
}

func newSynth(o *options) *cobra.Command {
	var s synthOptions
	cmd := &cobra.Command{
		Use:   "synth",
		Short: "Print the CloudFormation templates",
		Long: "Compiles the file and prints the template to stdout, or all templates into a directory with --out,\n" +
			"beside a manifest.json that tells the order of deployment, the Region and the tags. A summary goes to stderr.",
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return runSynth(o, s) },
	}
	cmd.Flags().StringVar(&s.stack, "stack", "", "print this stack only")
	cmd.Flags().StringVar(&s.format, "format", "json", "json or yaml")
	cmd.Flags().StringVar(&s.out, "out", "", "write the templates into this directory")
	cmd.Flags().StringVar(&s.assets, "assets", "", "with --out: `DIR` holds the Lambda functions' zips, as make lambdas writes them (default: those in this binary)")
	cmd.Flags().StringVar(&s.group, "group", "", "suffix of every name, to deploy one file several times side by side")
	return cmd
}

func runSynth(o *options, s synthOptions) error {
	if s.format != "json" && s.format != "yaml" {
		return withHint("--format is json or yaml", "unknown format %q", s.format)
	}
	if err := s.checkAssets(); err != nil {
		return err
	}
	c, err := o.compile(s.group)
	if err != nil {
		return err
	}
	chosen, err := chooseStacks(c.Stacks, s.stack)
	if err != nil {
		return err
	}
	switch {
	case s.out != "":
		err = o.writeTemplates(chosen, s)
	case len(chosen) > 1:
		err = printAll(o.Out, chosen, s.format)
	default:
		var text []byte
		if text, err = render(chosen[0].Template, s.format); err == nil {
			_, err = o.Out.Write(text)
		}
	}
	if err != nil {
		return err
	}
	return summarise(o, c)
}

func chooseStacks(all []stacks.Stack, name string) ([]stacks.Stack, error) {
	if name == "" {
		return all, nil
	}
	var names []string
	for _, s := range all {
		if s.Name == name {
			return []stacks.Stack{s}, nil
		}
		names = append(names, s.Name)
	}
	hint := "the file compiles to " + strings.Join(names, ", ")
	if near := diag.Suggest(name, names); near != "" {
		hint = "did you mean " + near + "?"
	}
	return nil, withHint(hint, "there is no stack %q", name)
}

func render(t *cloudformation.Object, format string) ([]byte, error) {
	if format == "yaml" {
		return cloudformation.YAML(t)
	}
	return cloudformation.JSON(t), nil
}

// printAll prints several templates as one document: YAML documents one after
// the other, or one JSON object from stack name to template.
func printAll(w io.Writer, all []stacks.Stack, format string) error {
	if format == "yaml" {
		for _, s := range all {
			text, err := cloudformation.YAML(s.Template)
			if err != nil {
				return err
			}
			if _, err := fmt.Fprintf(w, "--- # %s\n%s", s.Name, text); err != nil {
				return err
			}
		}
		return nil
	}
	o := cloudformation.NewObject()
	for _, s := range all {
		o.Set(s.Name, s.Template)
	}
	_, err := w.Write(cloudformation.JSON(o))
	return err
}

// manifest tells a deployment what the templates alone do not.
type manifest struct {
	Stacks []manifestStack `json:"stacks"`
}

type manifestStack struct {
	Name       string            `json:"name"`
	Template   string            `json:"template"`
	Region     string            `json:"region,omitempty"`
	DependsOn  []string          `json:"dependsOn"`
	Tags       map[string]string `json:"tags"`
	Parameters []string          `json:"parameters"`
	// Lambdas name the parameters that say where the code of functions is.
	Lambdas []manifestLambda `json:"lambdas,omitempty"`
}

// writeTemplates writes every template and the manifest, each file whole or not
// at all.
func (o *options) writeTemplates(all []stacks.Stack, s synthOptions) error {
	stdout := o.Out
	code, err := o.code(all, s.assets)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(s.out, 0o755); err != nil {
		return fmt.Errorf("cannot make the directory: %w", err)
	}
	m := manifest{Stacks: []manifestStack{}}
	errs := make([]error, len(all))
	parallel.Do(len(all), func(i int) {
		text, err := render(all[i].Template, s.format)
		if err == nil {
			err = writeWhole(filepath.Join(s.out, all[i].Name+".template."+s.format), text)
		}
		errs[i] = err
	})
	if err := errors.Join(errs...); err != nil {
		return err
	}
	if err := writeCode(stdout, s.out, code); err != nil {
		return err
	}
	for _, stack := range all {
		file := stack.Name + ".template." + s.format
		fmt.Fprintln(stdout, filepath.Join(s.out, file))
		entry := manifestStack{
			Name: stack.Name, Template: file, Region: stack.Region,
			DependsOn: append([]string{}, stack.DependsOn...), Tags: map[string]string{},
			Parameters: append([]string{}, stack.Template.Object("Parameters").Keys()...),
		}
		for _, l := range stack.Lambdas {
			entry.Lambdas = append(entry.Lambdas, manifestLambda{l, code[l.Name].File})
		}
		for _, t := range stack.Tags {
			entry.Tags[t.Key] = t.Value
		}
		m.Stacks = append(m.Stacks, entry)
	}
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	path := filepath.Join(s.out, "manifest.json")
	fmt.Fprintln(stdout, path)
	return writeWhole(path, append(text, '\n'))
}

func writeWhole(path string, text []byte) error {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		// A pipe or a device is written to: it must not be replaced.
		if err := os.WriteFile(path, text, 0o644); err != nil {
			return fmt.Errorf("cannot write %s: %w", path, err)
		}
		return nil
	}
	if err := wholefile.Write(path, text); err != nil {
		return fmt.Errorf("cannot write %s: %w", path, err)
	}
	return nil
}
