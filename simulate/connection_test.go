package simulate_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/simulate"
)

// TestHiddenWildcards sends to the whole URL what is shown without its secret
// part, and nowhere where that part is not known.
func TestHiddenWildcards(t *testing.T) {
	src, err := os.ReadFile(filepath.Join("testdata", "cases", "endpoint-not-shown", "template.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	w, _, _ := world(t, string(src), cloudformation.Settings{})
	urls := map[string]string{}
	for _, d := range (simulate.Player{World: w, Now: now}).Deliver(event(t, `{"id":"e","source":"shop.orders","detail":{"id":"a/b"}}`), "") {
		switch invocation, err := w.Invocation(d); {
		case err != nil:
			urls[d.Target] = "error"
		case invocation != nil:
			urls[d.Target] = invocation.Request.URL
		}
	}
	if len(urls) != 2 || urls["hidden"] != "https://hooks.example.com/hush-hush/a%2Fb" || urls["not-given"] != "error" {
		t.Errorf("%v", urls)
	}
}
