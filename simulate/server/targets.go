package server

import (
	"github.com/notifygen/notifygen/eventbridge"
	"github.com/notifygen/notifygen/simulate"
)

// apiTarget is a target as the API gives it
// (https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Target.html).
type apiTarget struct {
	Id               string
	Arn              string
	RoleArn          string                        `json:",omitempty"`
	Input            *string                       `json:",omitempty"`
	InputPath        *string                       `json:",omitempty"`
	InputTransformer *eventbridge.InputTransformer `json:",omitempty"`
	HttpParameters   *apiHTTPParameters            `json:",omitempty"`
	SqsParameters    *apiSQSParameters             `json:",omitempty"`
	DeadLetterConfig *apiDeadLetterConfig          `json:",omitempty"`
	RetryPolicy      *eventbridge.RetryPolicy      `json:",omitempty"`
}

type apiHTTPParameters struct {
	PathParameterValues   []string          `json:",omitempty"`
	HeaderParameters      map[string]string `json:",omitempty"`
	QueryStringParameters map[string]string `json:",omitempty"`
}

type apiSQSParameters struct{ MessageGroupId string }

type apiDeadLetterConfig struct{ Arn string }

func targetOf(t simulate.TargetDescription) apiTarget {
	out := apiTarget{
		Id: t.ID, Arn: t.ARN, RoleArn: t.RoleARN, Input: t.Input, InputPath: t.InputPath,
		InputTransformer: t.Transformer, RetryPolicy: t.Retry,
	}
	if t.HTTP != nil {
		out.HttpParameters = &apiHTTPParameters{t.HTTP.PathParameterValues, t.HTTP.HeaderParameters, t.HTTP.QueryStringParameters}
	}
	if t.MessageGroup != "" {
		out.SqsParameters = &apiSQSParameters{t.MessageGroup}
	}
	if t.DeadLetterQueue != "" {
		out.DeadLetterConfig = &apiDeadLetterConfig{t.DeadLetterQueue}
	}
	return out
}

type listTargetsRequest struct {
	Rule, EventBusName, NextToken *string
	Limit                         *int
}

type listTargetsReply struct {
	Targets   []apiTarget
	NextToken string `json:",omitempty"`
}

func (s *Server) listTargetsByRule(r *listTargetsRequest) (any, error) {
	var v violations
	v.required("rule", r.Rule, ruleName)
	v.optional("eventBusName", r.EventBusName, busNameOrARN)
	v.limit(r.Limit)
	if err := v.err(); err != nil {
		return nil, err
	}
	rule, err := s.rule(*r.Rule, r.EventBusName)
	if err != nil {
		return nil, err
	}
	targets := []apiTarget{}
	for _, t := range rule.Targets {
		targets = append(targets, targetOf(t))
	}
	page, next, err := pageOf(targets, r.Limit, r.NextToken)
	return listTargetsReply{page, next}, err
}
