package stacks

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/config"
	"github.com/notifygen/notifygen/plan"
	"github.com/notifygen/notifygen/schema"
)

const (
	signerID, signerName = "Signer", "signer"
	// signerTimeout is what the signer wants, in seconds; plan.SignTimeout is
	// longer, so that the signer's own error is told. Its memory is in MB.
	signerTimeout, signerMemory = 10, 128
	// secretMaxAge is how long the signer uses a secret before it reads it again.
	secretMaxAge = "5m"
)

// signed gives those destinations whose messages are signed.
func signed(all []*plan.Destination) []*plan.Destination {
	return slices.DeleteFunc(slices.Clone(all), func(d *plan.Destination) bool { return d.Queue == nil || d.Queue.Signature == nil })
}

// signerOf is the function that the destination needs.
func signerOf(d *plan.Destination) function {
	return function{id: signerID, name: signerName, user: d.Name, pos: d.Pos}
}

// signer is the function that signs for the destinations of this stack, where
// any are signed. It sees no message and no token: it is asked for a signature of the moment.
func (s *scope) signer(all []*plan.Destination) {
	destinations := signed(all)
	if len(destinations) == 0 {
		return
	}
	var secrets cloudformation.List
	var keys []schema.Scalar
	reason := map[string]bool{}
	for _, d := range destinations {
		for _, arn := range s.signSecretArns(d) {
			if !slices.ContainsFunc(secrets, func(v cloudformation.Value) bool {
				return string(cloudformation.Compact(v)) == string(cloudformation.Compact(arn))
			}) {
				secrets = append(secrets, arn)
			}
		}
		if d.KMSKey.IsSet() && !slices.ContainsFunc(keys, func(k schema.Scalar) bool { return k.Text == d.KMSKey.Text && k.Param == d.KMSKey.Param }) {
			keys = append(keys, d.KMSKey)
		}
		reason[d.Queue.Signature.Label] = true
	}
	statements := []cloudformation.Value{allow("ReadSignSecrets", secrets, "secretsmanager:GetSecretValue")}
	for i, key := range keys {
		statements = append(statements, decrypt("DecryptSecrets"+strconv.Itoa(i+1), key, "secretsmanager"))
	}
	// Every destination sends one message at a time.
	s.function(signerOf(destinations[0]), runtime{signerMemory, signerTimeout, len(destinations), cloudformation.NewObject("SECRET_MAX_AGE", secretMaxAge)},
		"Signs requests of "+s.stack+" by the clock", "Lets the signer of "+s.stack+" read the secrets it signs with", sortedKeys(reason), statements...)
}

// signSecret keeps the secret of a signed destination where the signer can read
// it, if it comes as a stack parameter
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-secret.html).
func (s *scope) signSecret(d *plan.Destination) {
	secret := signSecretOf(d)
	if secret == nil || secret.Parameter == "" {
		return
	}
	properties := s.b.withTags(cloudformation.NewObject(
		"Description", "What messages to "+d.Name+" are signed with",
		"SecretString", cloudformation.Ref(secret.Parameter),
	))
	if d.KMSKey.IsSet() {
		properties.Set("KmsKeyId", scalar(d.KMSKey))
	}
	s.add(s.idOf(signSecretKind, d), resource("AWS::SecretsManager::Secret", properties, s.metadata(d)))
}

// signSecretOf gives the secret a destination signs with, nil where it does not.
func signSecretOf(d *plan.Destination) *config.Secret {
	if d.Queue.Signature == nil {
		return nil
	}
	return d.Secrets[d.Queue.Signature.SecretKey]
}

// signSecretID is what the signer asks Secrets Manager for.
func (s *scope) signSecretID(d *plan.Destination) cloudformation.Value {
	if secret := signSecretOf(d); secret.Parameter == "" {
		return secret.SecretsManager
	}
	return cloudformation.Ref(s.idOf(signSecretKind, d))
}

// completeARN ends in the six characters that Secrets Manager adds to a name.
var completeARN = regexp.MustCompile(`-[A-Za-z0-9]{6}$`)

// signSecretArns gives the ARNs that policies know the secret by. The characters
// that end them are not known of a name; nor, of an ARN, whether they are there.
func (s *scope) signSecretArns(d *plan.Destination) cloudformation.List {
	secret := signSecretOf(d)
	const added = "-??????"
	switch {
	case secret.Parameter != "":
		return cloudformation.List{cloudformation.Ref(s.idOf(signSecretKind, d))}
	case !strings.HasPrefix(secret.SecretsManager, "arn:"):
		return cloudformation.List{cloudformation.Sub("arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:" + cloudformation.EscapeSub(secret.SecretsManager) + added)}
	case completeARN.MatchString(secret.SecretsManager):
		return cloudformation.List{secret.SecretsManager, secret.SecretsManager + added}
	}
	return cloudformation.List{secret.SecretsManager + added}
}

func sortedKeys(m map[string]bool) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
