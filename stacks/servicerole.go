package stacks

import (
	"strings"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/schema"
)

// serviceRole lets one resource of a service, and no other, do what the
// statements say. Its ARN is spelled out, because the resource refers to the
// role; nil stands for a service that names no source (Lambda).
func (s *scope) serviceRole(id, description, service string, source cloudformation.Value, metadata *cloudformation.Object, statements ...cloudformation.Value) {
	trust := cloudformation.NewObject(
		"Effect", "Allow",
		"Principal", cloudformation.NewObject("Service", service),
		"Action", "sts:AssumeRole",
	)
	if source != nil {
		trust.Set("Condition", cloudformation.NewObject(
			"StringEquals", cloudformation.NewObject("aws:SourceAccount", cloudformation.Ref("AWS::AccountId")),
			"ArnEquals", cloudformation.NewObject("aws:SourceArn", source),
		))
	}
	s.add(id, resource("AWS::IAM::Role", s.b.withTags(cloudformation.NewObject(
		"Description", description,
		"AssumeRolePolicyDocument", policy(trust),
		"Policies", cloudformation.List{cloudformation.NewObject("PolicyName", "Only", "PolicyDocument", policy(statements...))},
	)), metadata))
}

// allow is a statement of a role.
func allow(sid string, on cloudformation.Value, actions ...string) *cloudformation.Object {
	return cloudformation.NewObject("Sid", sid, "Effect", "Allow", "Action", oneOrList(cloudformation.Strings(actions...)), "Resource", on)
}

// decrypt is the statement that lets a role read secrets under a customer
// managed key, through one service only, such as secretsmanager. The ARN of an alias is no resource
// of a policy; the key behind it is told by a condition
// (https://docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html).
func decrypt(sid string, key schema.Scalar, through string) *cloudformation.Object {
	condition := cloudformation.NewObject("StringEquals", cloudformation.NewObject(
		"kms:ViaService", cloudformation.Sub(through+".${AWS::Region}.${AWS::URLSuffix}")))
	on := scalar(key)
	if account, alias, ok := strings.Cut(key.Text, ":alias/"); ok {
		on = account + ":key/*"
		condition.Set("ForAnyValue:StringEquals", cloudformation.NewObject("kms:ResourceAliases", "alias/"+alias))
	}
	return allow(sid, on, "kms:Decrypt").Set("Condition", condition)
}
