package cdkapp

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/notifygen/notifygen/lambda/assets"
	"github.com/notifygen/notifygen/stacks"
	"github.com/notifygen/notifygen/wholefile"
)

const (
	// DefaultAssets is where `make lambdas` puts the zips of the Lambda functions,
	// below the working directory.
	DefaultAssets = "lambda/assets/zips"
	// NoAssets, in place of a directory, leaves the functions' code to the
	// deployment: the stack parameters that name it stay.
	NoAssets = "none"
)

// code gives the zips of the functions that the stacks need, by the functions'
// names. Functions whose code Props.Parameters name need none.
func (p Props) code(all []stacks.Stack) (map[string]assets.Asset, error) {
	if p.Assets == NoAssets {
		return nil, nil
	}
	needed := map[string]stacks.Lambda{}
	for _, s := range all {
		for _, l := range s.Lambdas {
			if !p.names(l) {
				needed[l.Name] = l
			}
		}
	}
	if len(needed) == 0 {
		return nil, nil
	}
	set, from, err := p.zips()
	if err != nil {
		return nil, err
	}
	out := map[string]assets.Asset{}
	var missing, parameters []string
	for _, name := range slices.Sorted(maps.Keys(needed)) {
		a, ok := set.Get(name)
		if !ok {
			missing = append(missing, name)
			parameters = append(parameters, needed[name].BucketParameter, needed[name].KeyParameter)
			continue
		}
		out[name] = a
	}
	if len(missing) == 0 {
		return out, nil
	}
	return nil, failure(
		"run `make lambdas` in the source of notifygen, and name the directory it writes with --context assets=DIR (in Go: Props.Assets); with assets="+NoAssets+" the parameters "+strings.Join(parameters, ", ")+" are left to the deployment",
		"%s needs Lambda functions whose code is not in %s: %s", p.path(), from, strings.Join(missing, ", "))
}

// names says whether Props.Parameters say where the code of a function is. One
// that they say half of is the deployment's to complete.
func (p Props) names(l stacks.Lambda) bool {
	return p.Parameters[l.BucketParameter] != nil || p.Parameters[l.KeyParameter] != nil
}

// zips gives the functions that there are: of the directory that was named, else
// of this program, else of DefaultAssets. It tells which of these.
func (p Props) zips() (set assets.Set, from string, err error) {
	dir := p.Assets
	if dir == "" {
		dir = DefaultAssets
		if set = assets.Embedded(); len(set.Names()) > 0 {
			return set, "this program", nil
		}
		if _, err := os.Stat(filepath.Join(dir, assets.ManifestFile)); errors.Is(err, fs.ErrNotExist) {
			return set, "this program, nor in " + dir, nil
		}
	}
	if set, err = assets.FromDir(dir); err != nil {
		return set, dir, failure("name the directory that `make lambdas` wrote", "cannot read the Lambda functions of %s: %v", dir, err)
	}
	return set, dir, nil
}

// addCode makes the zips of a stack's functions file assets of it, and gives
// their bucket and key as the values of the parameters that name the code. The
// zips get into the cloud assembly: assets are found relative to that.
func addCode(stack awscdk.Stack, lambdas []stacks.Lambda, code map[string]assets.Asset, parameters map[string]any) error {
	for _, l := range lambdas {
		a, ok := code[l.Name]
		if !ok {
			continue
		}
		stage := awscdk.Stage_Of(stack)
		path := filepath.Join(*stage.AssetOutdir(), "asset."+a.Hash+".zip")
		if err := wholefile.Write(path, a.Zip); err != nil {
			return failure("", "cannot write the code of the %s into the cloud assembly: %v", l.Name, err)
		}
		name, err := filepath.Rel(*stage.Outdir(), path)
		if err != nil {
			return failure("", "cannot place the code of the %s in the cloud assembly: %v", l.Name, err)
		}
		location := stack.Synthesizer().AddFileAsset(&awscdk.FileAssetSource{
			FileName:    jsii.String(filepath.ToSlash(name)),
			SourceHash:  &a.Hash,
			Packaging:   awscdk.FileAssetPackaging_FILE,
			DisplayName: jsii.String("notifygen's " + l.Name),
		})
		parameters[l.BucketParameter], parameters[l.KeyParameter] = location.BucketName, location.ObjectKey
	}
	return nil
}
