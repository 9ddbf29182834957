package expect

import (
	"cmp"
	"errors"

	"github.com/notifygen/notifygen/contract"
	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/redact"
	"github.com/notifygen/notifygen/schema"
)

// failList are instructions for services as the file gives them.
type failList struct{ texts []*schema.Node }

// failures reads the instructions of a key, nil where it is not there.
func failures(n *schema.Node, key string) *failList {
	if !n.Has(key) {
		return nil
	}
	l := &failList{}
	for _, item := range list(n.Get(key)) {
		if item.Kind == schema.String {
			l.texts = append(l.texts, item)
		}
	}
	return l
}

// CheckFailures reports instructions that no service can follow.
func (f *File) CheckFailures(services []*contract.Service, ds *diag.List) {
	f.fail.asked(services, ds)
	for _, t := range f.Tests {
		t.fail.asked(services, ds)
	}
}

// asked gives the instructions anew.
func (l *failList) asked(services []*contract.Service, ds *diag.List) *contract.Failures {
	if l == nil {
		return nil
	}
	out := contract.NewFailures(services)
	for _, n := range l.texts {
		var wrong *contract.UsageError
		if err := out.Instruct(n.Text); errors.As(err, &wrong) {
			ds.Report(n.Pos, diag.BadValue, "%s", redact.Text(wrong.Message)).WithHint("%s", wrong.Hint)
		}
	}
	return out
}

// failures are those of a test, of which nothing has happened.
func (f *File) failures(t *Test, services []*contract.Service) *contract.Failures {
	return cmp.Or(t.fail, f.fail).asked(services, &diag.List{})
}
