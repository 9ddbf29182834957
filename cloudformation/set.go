package cloudformation

import (
	"slices"
	"strconv"
	"strings"

	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/schema"
)

// Settings are what a deployment decides.
type Settings struct {
	// Parameters are given values by name; the names of pseudo parameters, such
	// as AWS::Region, override these.
	Parameters map[string]string
	// Secrets are values that may be shown, by the name of the parameter or
	// dynamic reference.
	Secrets map[string]string
	// Region is that of the stacks unless AWS::Region is given.
	Region string
}

// Set is one or more stacks that are deployed together and may import each
// other's exports.
type Set struct {
	Stacks   []*Stack
	Secrets  *Secrets
	settings Settings
	ds       *diag.List
	steps    int
	copied   int // nodes made by loops
}

// Stack is a template with the values it is deployed with. It resolves what it
// is asked for, and nothing else: a function nobody needs is no reason to
// complain.
type Stack struct {
	Name      string
	Template  *Template
	Resources []*Resource // those whose condition holds, SAM's expanded
	set       *Set
	byID      map[string]*Resource
	refs      map[string]*schema.Node // resolved parameters
	holds     map[string]truth        // evaluated conditions
	depth     int
	// Conditions and outputs with their loops unrolled, once they are asked for.
	conditions   *schema.Node
	outputFields []schema.Field
	outputsRead  bool
}

// Deploy resolves templates as far as their resources are known; values are
// resolved when they are asked for.
func Deploy(templates []*Template, settings Settings, ds *diag.List) *Set {
	set := &Set{settings: settings, ds: ds, Secrets: newSecrets(settings.Secrets)}
	taken := map[string]int{}
	for _, t := range templates {
		name := t.Name
		if given, ok := settings.Parameters["AWS::StackName"]; ok && len(templates) == 1 {
			name = given
		}
		if taken[name]++; taken[name] > 1 {
			name += "-" + strconv.Itoa(taken[name])
		}
		set.Stacks = append(set.Stacks, &Stack{
			Name: name, Template: t, set: set,
			byID: map[string]*Resource{}, refs: map[string]*schema.Node{}, holds: map[string]truth{},
		})
	}
	for _, s := range set.Stacks {
		s.readResources()
		s.checkTransforms()
		s.checkRules()
	}
	return set
}

// readResources lists the resources that are created.
func (s *Stack) readResources() {
	for _, f := range s.unrolled(s.Template.Root.Get("Resources")).Fields {
		if f.Key == transformFunction {
			s.transform(f.KeyPos, f.Value)
			continue
		}
		if strings.HasPrefix(f.Key, "Fn::") {
			s.unsupported(f.KeyPos, "function", f.Key)
			continue
		}
		kind := f.Value.Get("Type")
		if kind == nil || kind.Kind != schema.String {
			s.set.ds.Report(f.KeyPos, diag.TemplateShape, "the resource %s has no `Type`", schema.Quote(f.Key)).
				WithHint("write the kind of resource, such as `Type: AWS::Events::Rule`")
			continue
		}
		r := &Resource{ID: f.Key, Type: kind.Text, Pos: f.KeyPos, Stack: s, properties: s.unrolled(f.Value.Get("Properties")), metadata: f.Value.Get("Metadata").Get("notifygen")}
		if c := f.Value.Get("Condition"); c != nil {
			r.condition = c
		}
		s.byID[r.ID] = r
		s.Resources = append(s.Resources, r)
	}
	s.Resources = slices.DeleteFunc(s.Resources, func(r *Resource) bool {
		return r.condition != nil && !s.condition(r.condition)
	})
	s.expandServerless()
}

// Declares tells whether any template has the parameter, or AWS has it.
func (set *Set) Declares(name string) bool {
	return pseudoNames[name] || slices.ContainsFunc(set.Stacks, func(s *Stack) bool {
		return s.Template.Root.Get("Parameters").Has(name)
	})
}

// Parameters names the parameters of all templates, sorted.
func (set *Set) Parameters() []string {
	var names []string
	for _, s := range set.Stacks {
		if p := s.Template.Root.Get("Parameters"); p != nil {
			for _, f := range p.Fields {
				names = append(names, f.Key)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
