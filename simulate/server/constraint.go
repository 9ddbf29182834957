package server

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// violations are what a request breaks of its model, in EventBridge's own words.
type violations []string

// say adds one: the value at a member does not satisfy a constraint.
func (v *violations) say(value, member, constraint string) {
	*v = append(*v, fmt.Sprintf("Value %s at '%s' failed to satisfy constraint: %s", value, member, constraint))
}

// textRule is the constraint of a text. A member that must be there is never
// shorter than 1.
type textRule struct {
	min, max int
	pattern  *regexp.Regexp
}

// The constraints of the model
// (https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListRules.html and the other operations).
var (
	ruleName     = textRule{1, 64, regexp.MustCompile(`^[\.\-_A-Za-z0-9]+$`)}
	busNameOrARN = textRule{1, 1600, regexp.MustCompile(`^(arn:aws[\w-]*:events:[a-z]+-[a-z]+-[\w-]+:[0-9]{12}:event-bus\/)?[/\.\-_A-Za-z0-9]+$`)}
	busPrefix    = textRule{1, 256, regexp.MustCompile(`^[/\.\-_A-Za-z0-9]+$`)}
	traceHeader  = textRule{1, 500, nil}
	patternText  = textRule{0, 4096, nil}
	anyText      = textRule{}
)

// required checks a text that must be there.
func (v *violations) required(member string, value *string, rule textRule) {
	if value == nil {
		v.say("null", member, "Member must not be null")
		return
	}
	v.optional(member, value, rule)
}

// optional checks a text that may be missing.
func (v *violations) optional(member string, value *string, rule textRule) {
	if value == nil {
		return
	}
	quoted, length := "'"+*value+"'", utf8.RuneCountInString(*value)
	if length < rule.min {
		v.say(quoted, member, fmt.Sprintf("Member must have length greater than or equal to %d", rule.min))
	}
	if rule.max > 0 && length > rule.max {
		v.say(quoted, member, fmt.Sprintf("Member must have length less than or equal to %d", rule.max))
	}
	if rule.pattern != nil && !rule.pattern.MatchString(*value) {
		model := strings.TrimSuffix(strings.TrimPrefix(rule.pattern.String(), "^"), "$")
		v.say(quoted, member, "Member must satisfy regular expression pattern: "+model)
	}
}

// limit checks the size of a page.
func (v *violations) limit(value *int) {
	switch {
	case value == nil:
	case *value < 1:
		v.say(fmt.Sprintf("'%d'", *value), "limit", "Member must have value greater than or equal to 1")
	case *value > maxPage:
		v.say(fmt.Sprintf("'%d'", *value), "limit", fmt.Sprintf("Member must have value less than or equal to %d", maxPage))
	}
}

// err is a ValidationException, nil where nothing is wrong.
func (v violations) err() error {
	switch len(v) {
	case 0:
		return nil
	case 1:
		return refused("ValidationException", "1 validation error detected: %s", v[0])
	}
	return refused("ValidationException", "%d validation errors detected: %s", len(v), strings.Join(v, "; "))
}
