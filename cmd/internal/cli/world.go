package cli

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/config"
	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/schema"
	"github.com/notifygen/notifygen/simulate"
	"github.com/notifygen/notifygen/stacks"
)

// worldOptions say what is simulated: templates, or the file of -f.
type worldOptions struct {
	templates, params, secrets, stored, fakes []string
	bus, now                                  string
}

func (w *worldOptions) flags(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&w.templates, "template", nil, "a CloudFormation, SAM or CDK template, JSON or YAML; several play together (default: the file of -f, compiled)")
	cmd.Flags().StringArrayVar(&w.params, "param", nil, "NAME=VALUE: a parameter of the templates, or one such as AWS::Region")
	cmd.Flags().StringVar(&w.bus, "bus", "", "the event bus, by name or ARN")
}

// playing adds the flags of what is not in the templates.
func (w *worldOptions) playing(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&w.secrets, "secret", nil, "NAME=VALUE: the value of a secret, which is then shown")
	cmd.Flags().StringArrayVar(&w.stored, "ssm", nil, "NAME=VALUE: a parameter of Systems Manager that a state machine reads")
	fakeFlag(cmd, &w.fakes)
}

// world is what the templates create, with the findings about them.
type world struct {
	*simulate.World
	set *cloudformation.Set
	ds  *diag.List
	now time.Time
	// stored are parameters of Systems Manager.
	stored map[string]string
	// fakes are recorded answers of APIs.
	fakes *simulate.Fakes
	// compiled are findings about the file of -f that are still to be printed.
	compiled []diag.Diagnostic
}

// load reads the templates. What it finds is printed by report.
func (o *options) load(w worldOptions) (*world, error) {
	params, err := assignments("param", w.params)
	if err != nil {
		return nil, err
	}
	secrets, err := assignments("secret", w.secrets)
	if err != nil {
		return nil, err
	}
	for name, value := range secrets {
		if value == "" {
			return nil, withHint("leave it out, and it shows as ***", "--secret %s has no value", name)
		}
	}
	out := &world{ds: &diag.List{}, now: time.Now()}
	if out.stored, err = assignments("ssm", w.stored); err != nil {
		return nil, err
	}
	if out.fakes, err = o.readFakes(w.fakes); err != nil {
		return nil, err
	}
	if w.now != "" {
		if out.now, err = time.Parse(time.RFC3339, w.now); err != nil {
			return nil, withHint("write it as 2026-03-02T10:15:30Z", "--now is no time")
		}
	}
	settings := cloudformation.Settings{Parameters: params, Secrets: secrets}
	templates, err := o.templates(w.templates, &settings, out)
	if err != nil {
		return nil, err
	}
	out.set = cloudformation.Deploy(templates, settings, out.ds)
	for _, name := range slices.Sorted(maps.Keys(params)) {
		if !out.set.Declares(name) {
			return nil, unknownName("parameter", name, out.set.Parameters())
		}
	}
	out.World = simulate.NewWorld(out.set, out.ds)
	return out, nil
}

func unknownName(what, name string, known []string) error {
	hint := "there is none"
	if len(known) > 0 {
		hint = "there is " + strings.Join(known, ", ")
	}
	if near := diag.Suggest(name, known); near != "" {
		hint = "did you mean " + near + "?"
	}
	return withHint(hint, "there is no %s %s", what, schema.Quote(name))
}

// templates reads the given files, or compiles the file of -f.
func (o *options) templates(files []string, settings *cloudformation.Settings, w *world) ([]*cloudformation.Template, error) {
	ds := w.ds
	var templates []*cloudformation.Template
	for _, file := range files {
		src, err := o.readFile("template", file)
		if err != nil {
			return nil, err
		}
		name := file
		if file == "-" {
			name = stdinName
		}
		t := cloudformation.Read(name, src, ds)
		if t == nil {
			return nil, o.stop(ds)
		}
		templates = append(templates, t)
	}
	if templates != nil {
		return templates, nil
	}
	c, err := o.compile("")
	if err != nil {
		return nil, err
	}
	if o.json() { // text is printed already
		w.compiled = c.Diagnostics
	}
	settings.Secrets = renamed(settings.Secrets, secretNames(c))
	for _, s := range c.Stacks {
		settings.Region = s.Region
		t := cloudformation.Read(s.Name+".template.json", cloudformation.JSON(s.Template), ds)
		t.Name = s.Name
		templates = append(templates, t)
	}
	return templates, nil
}

// secretNames are the names that the templates have for the secrets of the file.
func secretNames(c stacks.Compiled) map[string]string {
	keys := map[string]string{}
	for _, d := range c.Plan.Destinations {
		for _, s := range d.Secrets {
			keys[s.Name] = secretKey(s)
		}
	}
	return keys
}

// renamed gives secrets the names that the templates have for them.
func renamed(given, keys map[string]string) map[string]string {
	out := map[string]string{}
	for name, value := range given {
		if key, known := keys[name]; known {
			name = key
		}
		out[name] = value
	}
	return out
}

// secretKey is what the template's reader calls a secret.
func secretKey(s *config.Secret) string {
	switch {
	case s.Parameter != "":
		return s.Parameter
	case s.Key != "":
		return s.SecretsManager + ":" + s.Key
	}
	return s.SecretsManager
}

// stop prints findings that leave nothing to do.
func (o *options) stop(ds *diag.List) error {
	if err := o.print(ds.Sorted()); err != nil {
		return err
	}
	return findingsError{}
}

// report prints the findings and, where secrets are masked, how to show them.
// It gives findingsError where there is an error among them.
func (o *options) report(w *world) error {
	findings := append(slices.Clone(w.compiled), w.ds.Sorted()...)
	if len(findings) > 0 {
		if err := o.print(findings); err != nil {
			return err
		}
	}
	if unused := w.set.Secrets.Unused(); len(unused) > 0 {
		return unknownName("secret", unused[0], w.set.Secrets.Masked())
	}
	if masked := w.set.Secrets.Masked(); len(masked) > 0 && !o.json() {
		fmt.Fprintf(o.Err, "notifygen: hint: secrets are shown as %s; --secret NAME=VALUE shows %s\n", cloudformation.Mask, strings.Join(masked, ", "))
	}
	if w.ds.HasErrors() {
		return findingsError{}
	}
	return nil
}
