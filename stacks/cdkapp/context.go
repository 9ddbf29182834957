package cdkapp

import (
	"maps"
	"slices"
	"strings"

	"github.com/aws/constructs-go/constructs/v10"
)

// The context keys of the app.
const (
	contextFile   = "file"
	contextGroup  = "groupName"
	contextAssets = "assets"
)

// misspellings are keys, folded, that mean one of ours to who writes them. CDK
// ignores context it does not know, and a deployment that lost its group would
// update the stack it was meant to stand beside.
var misspellings = map[string]string{"group": contextGroup, "groupname": contextGroup, "asset": contextAssets, "assets": contextAssets}

// fromContext reads `--context file=PATH --context groupName=NAME --context
// assets=DIR`.
func fromContext(app constructs.Construct) (Props, error) {
	all, _ := app.Node().GetAllContext(nil).(map[string]any)
	for _, key := range slices.Sorted(maps.Keys(all)) {
		folded := strings.ToLower(strings.NewReplacer("-", "", "_", "").Replace(key))
		if meant := misspellings[folded]; meant != "" && key != meant {
			return Props{}, failure("did you mean "+meant+"?", "unknown context %q", key)
		}
	}
	var p Props
	for _, c := range []struct {
		key  string
		into *string
	}{{contextFile, &p.File}, {contextGroup, &p.Group}, {contextAssets, &p.Assets}} {
		v := all[c.key]
		if v == nil {
			continue
		}
		text, ok := v.(string)
		if !ok || text == "" {
			return Props{}, failure("give it a value, or leave it out: --context "+c.key+"=…", "the context %s is empty or no text", c.key)
		}
		*c.into = text
	}
	return p, nil
}
