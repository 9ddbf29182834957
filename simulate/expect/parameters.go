package expect

import (
	"maps"
	"slices"
	"strings"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/schema"
)

// Settings are the values that the file gives to a deployment.
func (f *File) Settings() cloudformation.Settings {
	s := cloudformation.Settings{Parameters: map[string]string{}, Secrets: map[string]string{}}
	for _, p := range f.Parameters {
		s.Parameters[p.Name] = p.Value
	}
	for _, p := range f.Secrets {
		s.Secrets[p.Name] = p.Value
	}
	return s
}

// CheckParameters reports values for parameters that do not exist, and for
// those that carry a secret, which are given as such; and values of secrets that
// nothing asks for. keys are the names of secrets in the templates, where the file
// of routes has others.
func (f *File) CheckParameters(set *cloudformation.Set, keys map[string]string, ds *diag.List) {
	f.checkSecrets(set, keys, ds)
	for _, p := range f.Parameters {
		switch {
		case !set.Declares(p.Name):
			d := ds.Report(p.Pos, diag.UnknownParameter, "there is no parameter %s", schema.Quote(p.Name))
			known := set.Parameters()
			if near := diag.Suggest(p.Name, known); near != "" {
				d.WithHint("did you mean %s?", near)
			} else {
				d.WithHint("there is %s", strings.Join(append(known, "AWS::Region and other pseudo parameters"), ", "))
			}
		case secret(set, p.Name):
			ds.Report(p.Pos, diag.SecretInFile, "the parameter %s carries a secret (NoEcho)", schema.Quote(p.Name)).
				WithHint("leave it out: it shows as %s, and %s is what expectations say of it; or give a test value under `secrets:`", cloudformation.Mask, cloudformation.Mask)
		}
	}
}

func (f *File) checkSecrets(set *cloudformation.Set, keys map[string]string, ds *diag.List) {
	unused := set.Secrets.Unused()
	for _, p := range f.Secrets {
		name := p.Name
		if key, renamed := keys[name]; renamed {
			name = key
		}
		if !slices.Contains(unused, name) {
			continue
		}
		d := ds.Report(p.Pos, diag.UnknownSecret, "nothing asks for the secret %s", schema.Quote(p.Name))
		known := append(slices.Collect(maps.Keys(keys)), set.Secrets.Masked()...)
		slices.Sort(known)
		switch near := diag.Suggest(p.Name, known); {
		case near != "":
			d.WithHint("did you mean %s?", near)
		case len(known) == 0:
			d.WithHint("there is none")
		default:
			d.WithHint("there is %s", strings.Join(slices.Compact(known), ", "))
		}
	}
}

// secret tells whether any template keeps a parameter to itself.
func secret(set *cloudformation.Set, name string) bool {
	for _, s := range set.Stacks {
		if n := s.Template.Root.Get("Parameters").Get(name).Get("NoEcho"); n.IsScalar() && strings.EqualFold(n.Text, "true") {
			return true
		}
	}
	return false
}
