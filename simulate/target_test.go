package simulate_test

import (
	"path/filepath"
	"testing"

	"github.com/notifygen/notifygen/simulate"
)

// An Input that is a secret is sent as it is, and shown masked.
func TestSecretInputIsSent(t *testing.T) {
	dir := filepath.Join("testdata", "cases", "secret-input")
	const document = `{"text":"hush-hush"}`
	w, _, _ := load(t, dir, settings{Parameters: map[string]string{"Document": document}})
	for _, d := range play(t, simulate.Player{World: w, Now: now}, read(t, filepath.Join(dir, "event.json")), "") {
		if d.Target != "request" {
			continue
		}
		sent, err := w.Invocation(d)
		if err != nil || sent == nil || string(sent.Request.Body) != document || d.Request.Body != "***" {
			t.Errorf("%+v, %v; shown: %+v", sent, err, d.Request)
		}
		return
	}
	t.Error("there is no request")
}
