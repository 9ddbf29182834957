package cdkapp

import (
	"maps"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/notifygen/notifygen/stacks"
)

// Stacks are the stacks of a file of routes. Their methods find resources by
// the names the file gives, whichever stack holds them.
type Stacks struct {
	// All are in the order of deployment; CDK knows which depends on which.
	All []awscdk.Stack
	*Resources
}

// NewStacks compiles a file of routes into stacks of its own below scope, an
// App or a Stage: one, or several where the routes are more than a template
// holds. props may be nil. Templates equal those of `notifygen synth`, apart from
// what the stack's synthesizer adds; the code of Lambda functions is an asset,
// whose bucket and key stand where the parameters would that name it.
//
// The file's tags whose values are known when it is compiled are also tags of
// the stacks. Errors and warnings are as those of NewNotifications.
func NewStacks(scope constructs.Construct, props *StacksProps) (*Stacks, error) {
	if props == nil {
		props = &StacksProps{}
	}
	compiled, err := props.mustCompile()
	if err != nil {
		return nil, err
	}
	var out *Stacks
	err = guarded(func() error {
		if out, err = placeStacks(scope, compiled, props); err == nil {
			annotate(out.All[0], compiled.Diagnostics)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func placeStacks(scope constructs.Construct, compiled stacks.Compiled, props *StacksProps) (*Stacks, error) {
	out := &Stacks{Resources: &Resources{group: props.Group}}
	byName := map[string]awscdk.Stack{}
	parameters, err := values(scope, compiled.Stacks, props.Parameters)
	if err != nil {
		return nil, err
	}
	code, err := props.code(compiled.Stacks)
	if err != nil {
		return nil, err
	}
	for i, s := range compiled.Stacks {
		stackProps, err := stackProps(s, props)
		if err != nil {
			return nil, err
		}
		stack := awscdk.NewStack(scope, &s.Name, stackProps)
		if err := addCode(stack, s.Lambdas, code, parameters[i]); err != nil {
			return nil, err
		}
		included, err := include(stack, s.Template, parameters[i])
		if err != nil {
			return nil, err
		}
		for _, name := range s.DependsOn {
			// Imports and exports are spelled out in the templates, so CDK cannot
			// see them.
			stack.AddStackDependency(byName[name], jsii.String("imports its exports"))
		}
		byName[s.Name] = stack
		out.All = append(out.All, stack)
		out.parts = append(out.parts, part{s, included})
	}
	return out, nil
}

// stackProps gives the props of one stack: what was asked for, and above it what
// the file says.
func stackProps(s stacks.Stack, props *StacksProps) (*awscdk.StackProps, error) {
	out := props.StackProps
	out.StackName = &s.Name
	out.Description = nil // the template has one
	tags := map[string]*string{}
	if out.Tags != nil {
		maps.Copy(tags, *out.Tags)
	}
	for _, t := range s.Tags {
		tags[t.Key] = &t.Value
	}
	out.Tags = &tags
	if s.Region == "" {
		return &out, nil
	}
	// The account stays open: the credentials of the deployment decide.
	env := awscdk.Environment{Region: &s.Region}
	if out.Env != nil {
		env.Account = out.Env.Account
		if r := out.Env.Region; r != nil && *r != s.Region {
			return nil, failure("leave Env.Region out, or change `region` in the file", "%s is for %s, Env.Region is %s", props.path(), s.Region, *r)
		}
	}
	out.Env = &env
	return &out, nil
}
