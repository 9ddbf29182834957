//go:build lambdas

package assets

import "testing"

func TestEmbedded(t *testing.T) {
	for _, name := range []string{"enricher", "signer"} {
		a, ok := Get(name)
		if !ok || Digest(a.Zip) != a.Hash || a.File != FileName(name, a.Hash) {
			t.Errorf("%s is not embedded", name)
		}
	}
}
