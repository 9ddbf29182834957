package server

import (
	"cmp"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"

	"github.com/notifygen/notifygen/eventbridge"
	"github.com/notifygen/notifygen/simulate"
)

type testEventPatternRequest struct{ EventPattern, Event *string }

func (s *Server) testEventPattern(r *testEventPatternRequest) (any, error) {
	var v violations
	v.required("eventPattern", r.EventPattern, patternText)
	v.required("event", r.Event, anyText)
	if err := v.err(); err != nil {
		return nil, err
	}
	pattern, err := eventbridge.ParsePattern([]byte(*r.EventPattern))
	if err != nil {
		return nil, refused("InvalidEventPatternException", "%s", err)
	}
	event, err := eventbridge.ParseEvent([]byte(*r.Event))
	if err != nil || event.CheckEnvelope() != nil {
		return nil, refused("ValidationException", "Parameter Event is not valid.")
	}
	return struct{ Result bool }{pattern.Match(event)}, nil
}

// maxPage is how many items a page has.
const maxPage = 100

// page gives the items that a token and a limit ask for, and the token of the
// next ones.
func pageOf[T any](items []T, limit *int, token *string) ([]T, string, error) {
	from := 0
	if token != nil {
		text, err := base64.RawURLEncoding.DecodeString(*token)
		number, ok := strings.CutPrefix(string(text), "from ")
		if from, _ = strconv.Atoi(number); err != nil || !ok || from < 1 || from > len(items) {
			return nil, "", refused("ValidationException", "Parameter NextToken is not valid.")
		}
	}
	size := maxPage
	if limit != nil {
		size = *limit
	}
	to := min(from+size, len(items))
	next := ""
	if to < len(items) {
		next = base64.RawURLEncoding.EncodeToString([]byte("from " + strconv.Itoa(to)))
	}
	return items[from:to], next, nil
}

// apiRule is a rule as the API gives it.
type apiRule struct {
	Name               string
	Arn                string
	EventPattern       string `json:",omitempty"`
	ScheduleExpression string `json:",omitempty"`
	State              string
	Description        string `json:",omitempty"`
	RoleArn            string `json:",omitempty"`
	EventBusName       string
	CreatedBy          string `json:",omitempty"` // DescribeRule only
}

func ruleOf(r simulate.RuleDescription) apiRule {
	return apiRule{
		Name: r.Name, Arn: r.ARN, EventPattern: r.Pattern, ScheduleExpression: r.Schedule, State: r.State,
		Description: r.Description, RoleArn: r.RoleARN, EventBusName: r.Bus,
	}
}

// rulesOn gives the rules of a bus that must exist.
func (s *Server) rulesOn(bus *string) ([]simulate.RuleDescription, error) {
	name := ""
	if bus != nil {
		name = *bus
	}
	if _, ok := s.description.FindBus(name); !ok {
		return nil, noBus(name)
	}
	return s.description.RulesOn(name), nil
}

func noBus(name string) error {
	return refused("ResourceNotFoundException", "Event bus %s does not exist.", name)
}

// rule gives a rule that must exist.
func (s *Server) rule(name string, bus *string) (simulate.RuleDescription, error) {
	rules, err := s.rulesOn(bus)
	if err != nil {
		return simulate.RuleDescription{}, err
	}
	i := slices.IndexFunc(rules, func(r simulate.RuleDescription) bool { return r.Name == name })
	if i < 0 {
		on := "default"
		if bus != nil {
			on = *bus
		}
		return simulate.RuleDescription{}, refused("ResourceNotFoundException", "Rule %s does not exist on EventBus %s.", name, on)
	}
	return rules[i], nil
}

type listRulesRequest struct {
	NamePrefix, EventBusName, NextToken *string
	Limit                               *int
}

type listRulesReply struct {
	Rules     []apiRule
	NextToken string `json:",omitempty"`
}

func (s *Server) listRules(r *listRulesRequest) (any, error) {
	var v violations
	v.optional("namePrefix", r.NamePrefix, ruleName)
	v.optional("eventBusName", r.EventBusName, busNameOrARN)
	v.limit(r.Limit)
	if err := v.err(); err != nil {
		return nil, err
	}
	rules, err := s.rulesOn(r.EventBusName)
	if err != nil {
		return nil, err
	}
	found := []apiRule{}
	for _, rule := range rules {
		if r.NamePrefix == nil || strings.HasPrefix(rule.Name, *r.NamePrefix) {
			found = append(found, ruleOf(rule))
		}
	}
	slices.SortStableFunc(found, func(a, b apiRule) int { return cmp.Compare(a.Name, b.Name) })
	page, next, err := pageOf(found, r.Limit, r.NextToken)
	return listRulesReply{page, next}, err
}

type describeRuleRequest struct{ Name, EventBusName *string }

func (s *Server) describeRule(r *describeRuleRequest) (any, error) {
	var v violations
	v.required("name", r.Name, ruleName)
	v.optional("eventBusName", r.EventBusName, busNameOrARN)
	if err := v.err(); err != nil {
		return nil, err
	}
	rule, err := s.rule(*r.Name, r.EventBusName)
	if err != nil {
		return nil, err
	}
	reply := ruleOf(rule)
	reply.CreatedBy = rule.Account
	return reply, nil
}

// apiBus is an event bus as the API gives it.
type apiBus struct {
	Name        string
	Arn         string
	Description string `json:",omitempty"`
}

type describeEventBusRequest struct{ Name *string }

func (s *Server) describeEventBus(r *describeEventBusRequest) (any, error) {
	var v violations
	v.optional("name", r.Name, busNameOrARN)
	if err := v.err(); err != nil {
		return nil, err
	}
	name := "default"
	if r.Name != nil {
		name = *r.Name
	}
	b, ok := s.description.FindBus(name)
	if !ok {
		return nil, noBus(name)
	}
	return apiBus{b.Name, b.ARN, b.Description}, nil
}

type listEventBusesRequest struct {
	NamePrefix, NextToken *string
	Limit                 *int
}

type listEventBusesReply struct {
	EventBuses []apiBus
	NextToken  string `json:",omitempty"`
}

func (s *Server) listEventBuses(r *listEventBusesRequest) (any, error) {
	var v violations
	v.optional("namePrefix", r.NamePrefix, busPrefix)
	v.limit(r.Limit)
	if err := v.err(); err != nil {
		return nil, err
	}
	found := []apiBus{}
	for _, b := range s.description.Buses {
		if !b.Elsewhere && (r.NamePrefix == nil || strings.HasPrefix(b.Name, *r.NamePrefix)) {
			found = append(found, apiBus{b.Name, b.ARN, b.Description})
		}
	}
	page, next, err := pageOf(found, r.Limit, r.NextToken)
	return listEventBusesReply{page, next}, err
}
