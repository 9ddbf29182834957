package stacks

import (
	"slices"
	"strings"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/plan"
)

const roleID = "InvokeApiDestinationsRole"

// Sizes IAM allows (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html):
// a trust policy, and the inline policies of a role together.
const maxTrustPolicy, maxInlinePolicy = 2048, 10240

// role lets the rules of this stack, and no others, call the API destinations
// they name.
func (s *scope) role(pieces []rulePiece, destinations []*plan.Destination) {
	trust := cloudformation.NewObject(
		"Effect", "Allow",
		"Principal", cloudformation.NewObject("Service", "events.amazonaws.com"),
		"Action", "sts:AssumeRole",
		"Condition", s.fromRules(pieces, maxTrustPolicy-300),
	)
	// A resolved ARN: arn:aws-us-gov:events:REGION:ACCOUNT:api-destination/NAME/UUID
	const longest = 64 + maxName + 37
	var arns cloudformation.List
	if len(destinations)*(longest+3) < maxInlinePolicy-300 {
		for _, d := range destinations {
			arns = append(arns, s.apiDestinationArn(d))
		}
	} else {
		for _, home := range s.homes(destinations) {
			arns = append(arns, cloudformation.Sub("arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:api-destination/"+prefix(home)+"*"))
		}
	}
	invoke := cloudformation.NewObject("Effect", "Allow", "Action", "events:InvokeApiDestination", "Resource", arns)
	properties := s.b.withTags(cloudformation.NewObject(
		"Description", "Lets the rules of "+s.stack+" call their API destinations",
		"AssumeRolePolicyDocument", policy(trust),
		"Policies", cloudformation.List{cloudformation.NewObject(
			"PolicyName", "InvokeApiDestinations", "PolicyDocument", policy(invoke))},
	))
	s.add(roleID, resource("AWS::IAM::Role", properties, nil))
}

func policy(statements ...cloudformation.Value) *cloudformation.Object {
	return cloudformation.NewObject("Version", "2012-10-17", "Statement", cloudformation.List(statements))
}

// homes gives the stacks in which destinations live, which begin their names.
func (s *scope) homes(destinations []*plan.Destination) []string {
	var out []string
	for _, d := range destinations {
		out = append(out, s.homeOf(d))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// fromRules is the condition that a call comes from the rules of this stack:
// their exact ARNs while these fit into room characters, else one pattern for
// each bus.
func (s *scope) fromRules(pieces []rulePiece, room int) *cloudformation.Object {
	accounts := cloudformation.List{cloudformation.Ref("AWS::AccountId")}
	var exact, likes []string
	size := 0
	for _, p := range pieces {
		arn := ruleARN(p.match.Bus, s.ruleName(p))
		size += s.b.resolvedLength(arn) + 3
		exact = append(exact, arn)
		likes = append(likes, ruleARN(p.match.Bus, prefix(s.stack)+"*"))
		if account := busAccount(p.match.Bus); account != "" && !slices.Contains(accounts, cloudformation.Value(account)) {
			accounts = append(accounts, account)
		}
	}
	condition := cloudformation.NewObject("StringEquals", cloudformation.NewObject("aws:SourceAccount", oneOrList(accounts)))
	operator, arns := "ArnEquals", exact
	if size > room {
		slices.Sort(likes)
		operator, arns = "ArnLike", slices.Compact(likes)
	}
	size = 0
	for _, arn := range arns {
		size += s.b.resolvedLength(arn) + 3
	}
	if size > room { // many buses: any bus, and the default one
		const rules = "arn:${AWS::Partition}:events:${AWS::Region}:*:rule/"
		arns = []string{rules + prefix(s.stack) + "*", rules + "*/" + prefix(s.stack) + "*"}
	}
	var list cloudformation.List
	for _, arn := range arns {
		if strings.Contains(arn, "${") {
			list = append(list, cloudformation.Sub(arn))
		} else {
			list = append(list, arn)
		}
	}
	return condition.Set(operator, cloudformation.NewObject("aws:SourceArn", list))
}

func oneOrList(l cloudformation.List) cloudformation.Value {
	if len(l) == 1 {
		return l[0]
	}
	return l
}
