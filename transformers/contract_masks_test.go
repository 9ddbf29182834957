package transformers

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/notifygen/notifygen/contract"
)

// eachMasked calls f with a JSON value in which each part in turn is masked.
func eachMasked(v any, f func(path string, masked any)) {
	f("", contract.Masked)
	switch v := v.(type) {
	case map[string]any:
		for key, member := range v {
			eachMasked(member, func(path string, masked any) {
				v[key] = masked
				f("."+key+path, v)
			})
			v[key] = member
		}
	case []any:
		for i, item := range v {
			eachMasked(item, func(path string, masked any) {
				v[i] = masked
				f(fmt.Sprintf("[%d]%s", i, path), v)
			})
			v[i] = item
		}
	}
}

// TestMasksAreNeverWrong masks every part of every body that a service takes, and
// every header: nobody knows what stands there, so nothing may be called wrong.
func TestMasksAreNeverWrong(t *testing.T) {
	tried := 0
	for _, test := range contractCases {
		var body any
		if test.want != "" || test.header != "" || len(test.body) > 2000 || json.Unmarshal([]byte(test.body), &body) != nil {
			continue
		}
		eachMasked(body, func(path string, masked any) {
			text, err := json.Marshal(masked)
			if err != nil {
				t.Fatal(err)
			}
			tried++
			p := (*contract.Failures)(nil).Predict(Services(), posted(test.to, string(text)))
			if slices.ContainsFunc(p.Problems, func(p contract.Problem) bool { return !p.Accepted }) {
				t.Errorf("%s %s with %s masked: %v", test.to, test.body, path, p.Problems)
			}
		})
		for _, line := range []string{"Content-Type: ***", "Content-Type: application/json; charset=***", "Authorization: ***", "Authorization: Bearer ***", "Authorization: *** ***"} {
			if p := (*contract.Failures)(nil).Predict(Services(), posted(test.to, test.body, line)); p.Refused() {
				t.Errorf("%s %s %s: %v", test.to, test.body, line, p.Problems)
			}
		}
		if p := (*contract.Failures)(nil).Predict(Services(), posted(test.to, contract.Masked)); p.Refused() {
			t.Errorf("%s with the body masked: %v", test.to, p.Problems)
		}
	}
	if tried < 100 {
		t.Errorf("only %d parts were masked", tried)
	}
}
