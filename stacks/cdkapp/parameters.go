package cdkapp

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/stacks"
)

// values gives, for each stack, the values that stand in its template instead
// of its parameters. CloudFormation checks parameters when it deploys; of what
// replaces them nothing would, so the same rules are applied here, as far as
// values are known.
func values(scope constructs.Construct, compiled []stacks.Stack, given map[string]*string) ([]map[string]any, error) {
	out := make([]map[string]any, len(compiled))
	var known []string
	for i, s := range compiled {
		out[i] = map[string]any{}
		declared := s.Template.Object("Parameters")
		for _, name := range declared.Keys() {
			known = append(known, name)
			text := given[name]
			if text == nil {
				continue
			}
			v, err := value(scope, name, *text, declared.Object(name))
			if err != nil {
				return nil, err
			}
			out[i][name] = v
		}
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if !slices.Contains(known, name) {
			return nil, unknown("parameter", name, known)
		}
	}
	return out, nil
}

// value checks the value of a parameter. Messages never repeat it.
func value(scope constructs.Construct, name, text string, declared *cloudformation.Object) (any, error) {
	isNumber := declared.Get("Type") == "Number"
	if *awscdk.Token_IsUnresolved(text) {
		resolved, known := awscdk.Tokenization_Resolve(text, &awscdk.ResolveOptions{Scope: scope, Resolver: awscdk.NewDefaultTokenResolver(awscdk.NewStringConcat())}).(string)
		if known && declared.Get("NoEcho") == true && !strings.HasPrefix(resolved, "{{resolve:secretsmanager:") {
			return nil, plainSecret(name)
		}
		if isNumber {
			return awscdk.Token_AsNumber(text), nil
		}
		return text, nil
	}
	if declared.Get("NoEcho") == true {
		return nil, plainSecret(name)
	}
	if err := allowed(name, text, declared); err != nil {
		return nil, err
	}
	if isNumber {
		return strconv.ParseFloat(text, 64)
	}
	return text, nil
}

func plainSecret(name string) error {
	return failure("pass awscdk.SecretValue_SecretsManager(…).UnsafeUnwrap() or a NoEcho CfnParameter, or leave it to the deployment", "the parameter %s is a secret and must not stand in a template", name)
}

// allowed applies the constraints of a parameter's declaration to its value.
func allowed(name, text string, declared *cloudformation.Object) error {
	if pattern, ok := declared.Get("AllowedPattern").(string); ok {
		// CloudFormation wants the whole value to match.
		if whole, err := regexp.Compile("^(?:" + pattern + ")$"); err == nil && !whole.MatchString(text) {
			hint, _ := declared.Get("ConstraintDescription").(string)
			return failure(hint, "the value of the parameter %s does not match %s", name, pattern)
		}
	}
	if list, ok := declared.Get("AllowedValues").(cloudformation.List); ok && !slices.ContainsFunc(list, func(v cloudformation.Value) bool { return plain(v) == text }) {
		return failure("", "the value of the parameter %s is not among those the file allows", name)
	}
	if declared.Get("Type") != "Number" {
		return nil
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return failure("", "the value of the parameter %s is no number", name)
	}
	if least, ok := declared.Get("MinValue").(int); ok && n < float64(least) {
		return failure("", "the value of the parameter %s is less than %d", name, least)
	}
	if most, ok := declared.Get("MaxValue").(int); ok && n > float64(most) {
		return failure("", "the value of the parameter %s is more than %d", name, most)
	}
	return nil
}

// plain gives a constant as text.
func plain(v cloudformation.Value) string {
	if text, ok := v.(string); ok {
		return text
	}
	return string(cloudformation.Compact(v))
}
