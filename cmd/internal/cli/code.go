package cli

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"

	"github.com/notifygen/notifygen/lambda/assets"
	"github.com/notifygen/notifygen/stacks"
)

// manifestLambda is a function of a stack with the file that holds its code.
type manifestLambda struct {
	stacks.Lambda
	// File is the zip beside the templates, named by its content, so that an
	// unchanged function is never deployed again; "" where there is none.
	File string `json:"file,omitempty"`
}

// code finds the zips of the stacks' functions: those of a directory, else
// those in this binary. Where that has none, it says so; the templates are good
// without.
func (o *options) code(all []stacks.Stack, dir string) (map[string]assets.Asset, error) {
	set := assets.Embedded()
	if dir != "" {
		var err error
		if set, err = assets.FromDir(dir); err != nil {
			return nil, withHint("give the directory that `make lambdas` wrote", "--assets: %w", err)
		}
	}
	found, missing := map[string]assets.Asset{}, false
	for _, stack := range all {
		for _, l := range stack.Lambdas {
			a, ok := set.Get(l.Name)
			switch {
			case ok:
				found[l.Name] = a
			case dir != "":
				return nil, withHint("give the directory that `make lambdas` wrote", "--assets has no function %s", l.Name)
			default:
				missing = true
			}
		}
	}
	if missing && !o.json() { // in JSON, the manifest names no file
		o.fail(withHint("--assets DIR gives them: "+assets.MissingHint, assets.Missing))
	}
	return found, nil
}

// writeCode writes zips beside the templates.
func writeCode(stdout io.Writer, dir string, code map[string]assets.Asset) error {
	for _, name := range slices.Sorted(maps.Keys(code)) {
		path := filepath.Join(dir, code[name].File)
		if err := writeWhole(path, code[name].Zip); err != nil {
			return err
		}
		if _, err := fmt.Fprintln(stdout, path); err != nil {
			return err
		}
	}
	return nil
}

// checkAssets refuses a flag that would do nothing.
func (s synthOptions) checkAssets() error {
	if s.assets != "" && s.out == "" {
		return hintedError{errors.New("--assets needs --out"), "the zips are written beside the templates: --out DIR"}
	}
	return nil
}
