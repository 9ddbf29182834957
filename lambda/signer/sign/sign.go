// Package sign holds the signing schemes of chat services. A scheme is a
// function in a file of its own and a line in the table below.
package sign

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Signature is what the signer answers, and all of it.
type Signature struct {
	Timestamp string `json:"timestamp"` // milliseconds since 1970 for DingTalk
	Sign      string `json:"sign"`      // not yet encoded for a URL
}

// Scheme signs a moment with a secret. It may sign an earlier moment than now,
// never a later one.
type Scheme func(secret string, now time.Time) (Signature, error)

var schemes = map[string]Scheme{
	"dingtalk": dingTalk,
}

// UnknownScheme says that no scheme has the name.
type UnknownScheme struct{ Scheme string }

func (e UnknownScheme) Error() string {
	return fmt.Sprintf("no signing scheme is called %.40q; there are: %s", e.Scheme, strings.Join(Names(), ", "))
}

// Names lists the schemes.
func Names() []string { return slices.Sorted(maps.Keys(schemes)) }

// Find is the scheme of a name, or the error UnknownScheme.
func Find(name string) (Scheme, error) {
	if scheme, ok := schemes[name]; ok {
		return scheme, nil
	}
	return nil, UnknownScheme{name}
}
