package expect

import (
	"strings"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/schema"
)

// Settings are the values that the file gives to a deployment.
func (f *File) Settings() cloudformation.Settings {
	s := cloudformation.Settings{Parameters: map[string]string{}}
	for _, p := range f.Parameters {
		s.Parameters[p.Name] = p.Value
	}
	return s
}

// CheckParameters reports values for parameters that do not exist, and for
// those that carry a secret: whatever stands in a test file is no secret any
// more.
func (f *File) CheckParameters(set *cloudformation.Set, ds *diag.List) {
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
				WithHint("leave it out: it shows as %s, and %s is what expectations say of it", cloudformation.Mask, cloudformation.Mask)
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
