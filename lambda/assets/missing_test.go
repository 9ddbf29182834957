//go:build !lambdas

package assets

import "testing"

func TestNothingEmbedded(t *testing.T) {
	if a, ok := Get("signer"); ok || len(a.Zip) > 0 || len(Embedded().Names()) > 0 {
		t.Error("functions without the build tag")
	}
}
