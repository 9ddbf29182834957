package stacks

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/config"
	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/schema"
)

// scalar gives a text of the file: a constant, or a reference to a parameter.
func scalar(s schema.Scalar) cloudformation.Value {
	if s.IsParam() {
		return cloudformation.Ref(s.Param)
	}
	return s.Text
}

// number gives a whole number of the file, standard where it gives none.
func number(s schema.Scalar, standard int) cloudformation.Value {
	if s.IsParam() {
		return cloudformation.Ref(s.Param)
	}
	if n, err := strconv.Atoi(s.Text); err == nil && s.IsSet() {
		return n
	}
	return standard
}

// secretValue gives a secret behind a constant prefix. It is a dynamic
// reference, which CloudFormation resolves when it deploys
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-secretsmanager.html),
// or a NoEcho parameter.
func secretValue(prefix string, s *config.Secret) cloudformation.Value {
	if s.Parameter != "" {
		if prefix == "" {
			return cloudformation.Ref(s.Parameter)
		}
		return cloudformation.Sub(prefix + "${" + s.Parameter + "}")
	}
	return prefix + dynamicReference(s)
}

func dynamicReference(s *config.Secret) string {
	ref := "{{resolve:secretsmanager:" + s.SecretsManager
	switch {
	case s.VersionStage != "":
		ref += ":SecretString:" + s.Key + ":" + s.VersionStage
	case s.Key != "":
		ref += ":SecretString:" + s.Key
	}
	return ref + "}}"
}

// resource is one resource with its place in the file.
func resource(kind string, properties *cloudformation.Object, metadata *cloudformation.Object) *cloudformation.Object {
	r := cloudformation.NewObject("Type", kind)
	if metadata != nil {
		r.Set("Metadata", cloudformation.NewObject("notifygen", metadata))
	}
	return r.Set("Properties", properties)
}

// after makes a resource wait for others, to which it does not refer.
func after(r *cloudformation.Object, others []string) *cloudformation.Object {
	if len(others) == 0 {
		return r
	}
	slices.Sort(others)
	return r.Set("DependsOn", cloudformation.Strings(others...))
}

// source points from a resource back at the file, so that a failed deployment
// can be traced: {"Route": "payment-failed", "Source": "notifygen.yaml:31"}.
func (b *builder) source(what, name string, pos diag.Pos) *cloudformation.Object {
	return cloudformation.NewObject(what, name, "Source", fmt.Sprintf("%s:%d", b.plan.File, pos.Line))
}
