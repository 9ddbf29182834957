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
		"Condition", s.b.fromRules(s.placed(pieces), maxTrustPolicy-300),
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

// placedRule is a rule with the stack it stands in.
type placedRule struct {
	stack string
	piece rulePiece
}

// placed gives rules of this stack.
func (s *scope) placed(pieces []rulePiece) []placedRule {
	out := make([]placedRule, len(pieces))
	for i, p := range pieces {
		out[i] = placedRule{s.stack, p}
	}
	return out
}

// fromRules is the condition that a call comes from one of the rules: their
// exact ARNs while these fit into room characters, else one pattern for each bus
// and stack.
func (b *builder) fromRules(rules []placedRule, room int) *cloudformation.Object {
	accounts := cloudformation.List{cloudformation.Ref("AWS::AccountId")}
	var exact, likes, prefixes []string
	size := 0
	for _, r := range rules {
		bus := r.piece.match.Bus
		arn := ruleARN(bus, ruleName(r.stack, r.piece))
		size += b.resolvedLength(arn) + 3
		exact = append(exact, arn)
		likes = append(likes, ruleARN(bus, prefix(r.stack)+"*"))
		prefixes = append(prefixes, prefix(r.stack))
		if account := busAccount(bus); account != "" && !slices.Contains(accounts, cloudformation.Value(account)) {
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
		size += b.resolvedLength(arn) + 3
	}
	if size > room { // many buses or stacks: any bus, and the default one
		const rule = "arn:${AWS::Partition}:events:${AWS::Region}:*:rule/"
		common := commonPrefix(prefixes)
		arns = []string{rule + common + "*", rule + "*/" + common + "*"}
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

// commonPrefix is what all begin with.
func commonPrefix(all []string) string {
	common := all[0]
	for _, s := range all[1:] {
		for !strings.HasPrefix(s, common) {
			common = common[:len(common)-1]
		}
	}
	return common
}

func oneOrList(l cloudformation.List) cloudformation.Value {
	if len(l) == 1 {
		return l[0]
	}
	return l
}
