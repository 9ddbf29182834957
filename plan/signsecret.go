package plan

import (
	"regexp"
	"slices"
	"strings"

	"github.com/notifygen/notifygen/config"
	"github.com/notifygen/notifygen/diag"
)

// secretUse is a secret that a key of a destination names.
type secretUse struct {
	of     *Destination
	key    string
	secret *config.Secret
}

func (u secretUse) pos() diag.Pos { return u.of.Node.Get(u.key).Pos }

// signSecrets checks the secrets that the signer reads: it asks for the current
// version, and IAM lets it read a secret of Secrets Manager whole or not at all, so
// that a token in the same secret would be the signer's too.
func (c *compiler) signSecrets() {
	var signing, tokens []secretUse
	for _, d := range c.out.Destinations {
		signed := d.Type.SignatureOf(instance(d)) != nil
		for _, key := range d.Type.SecretKeys() {
			use := secretUse{d, key, d.Secrets[key]}
			switch {
			case use.secret == nil: // told, or not needed
			case d.Type.Signature == nil || key != d.Type.Signature.SecretKey:
				tokens = append(tokens, use)
			case signed:
				signing = append(signing, use)
			}
		}
	}
	for _, use := range signing {
		c.checkSignSecret(use, tokens)
	}
}

func (c *compiler) checkSignSecret(use secretUse, tokens []secretUse) {
	s := use.secret
	if s.VersionStage != "" && s.VersionStage != current {
		c.ds.Report(use.pos(), diag.BadValue, "`%s` is read when messages are signed, in its current version; its secret has a `version-stage`", use.key).
			WithHint("leave `version-stage` out of the secret %s", s.Name)
	}
	both := func(t secretUse) bool { return t.of == use.of && sameValue(s, t.secret) }
	if i := slices.IndexFunc(tokens, both); i >= 0 {
		c.ds.Report(use.pos(), diag.ConflictingKeys, "`%s` and `%s` name the same secret, which cannot be both", use.key, tokens[i].key).
			WithHint("keep them in two secrets").WithNote(tokens[i].pos(), "`%s` stands here", tokens[i].key)
		return
	}
	beside := func(t secretUse) bool { return keptTogether(s, t.secret) }
	own := func(t secretUse) bool { return t.of == use.of && beside(t) }
	i := slices.IndexFunc(tokens, own)
	if i < 0 {
		i = slices.IndexFunc(tokens, beside)
	}
	if i >= 0 {
		c.ds.Report(use.pos(), diag.SignerReadsToken, "the secret of `%s` holds the `%s` of %s too: the function that signs may read a secret whole, and so that one", use.key, tokens[i].key, tokens[i].of.Name).
			WithHint("keep them in two secrets").WithNote(tokens[i].pos(), "`%s` stands here", tokens[i].key)
	}
}

// current is the stage of a secret's version that is read where none is named
// (https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html).
const current = "AWSCURRENT"

// sameValue tells whether two secrets are one and the same value.
func sameValue(a, b *config.Secret) bool {
	stage := func(s *config.Secret) string {
		if s.VersionStage == "" {
			return current
		}
		return s.VersionStage
	}
	return keptTogether(a, b) && a.Key == b.Key && stage(a) == stage(b)
}

// keptTogether tells whether two secrets are kept in one secret of Secrets Manager,
// or come as one stack parameter.
func keptTogether(a, b *config.Secret) bool {
	if a.Parameter != "" || b.Parameter != "" {
		return a.Parameter == b.Parameter
	}
	ofA, nameA := cutSecretARN(a.SecretsManager)
	ofB, nameB := cutSecretARN(b.SecretsManager)
	if ofA != "" && ofB != "" && ofA != ofB {
		return false // of another account or Region
	}
	return nameA == nameB || ofA != "" && completes(nameA, nameB) || ofB != "" && completes(nameB, nameA)
}

// cutSecretARN cuts the name off an ARN; a name alone has nothing before it.
func cutSecretARN(s string) (before, name string) {
	if before, name, found := strings.Cut(s, ":secret:"); found {
		return before, name
	}
	return "", s
}

// addedToName ends complete ARNs: Secrets Manager adds it to the name
// (https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html).
var addedToName = regexp.MustCompile(`^-[A-Za-z0-9]{6}$`)

// completes tells whether the end of an ARN is a name and what is added to it.
func completes(end, name string) bool {
	added, begins := strings.CutPrefix(end, name)
	return begins && addedToName.MatchString(added)
}
