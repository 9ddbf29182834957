package cdkapp

import (
	"errors"
	"io/fs"
	"os"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/notifygen/notifygen/plan"
	"github.com/notifygen/notifygen/stacks"
)

// DefaultFile is the file of routes where none is named, in the working
// directory: under the CDK CLI, the directory of cdk.json.
const DefaultFile = "notifygen.yaml"

// Props say what to compile. The zero value compiles DefaultFile.
type Props struct {
	// File is the path of the file of routes; "" is DefaultFile.
	File string
	// Source is the text of the file; nil reads File. Messages and Metadata still
	// call it File.
	Source []byte
	// Group is appended to the names of stacks and resources, so that one file
	// stands several times side by side: letters, digits and hyphens, at most 32;
	// "" appends nothing.
	Group string
	// Parameters give stack parameters of the file their values, so that the
	// deployment need not pass them: text, or a token such as the name of an event
	// bus of your own. Values must be what the file allows; secrets must be tokens
	// (SecretValue.UnsafeUnwrap, a NoEcho CfnParameter), never text.
	//
	// Where the code of a function is (SignerCodeBucket, SignerCodeKey and so on) may
	// be given too; such a function needs no zip, and if only one of the two is
	// given, the other is left to the deployment.
	Parameters map[string]*string
	// Assets is the directory of the Lambda functions' zips, as `make lambdas`
	// writes it; a relative one is below the working directory. "" takes those in
	// this program, if it was built with the tag lambdas, else DefaultAssets. A file
	// that needs functions for which there is no zip is an error, unless Assets is
	// NoAssets. One that needs none does not look for them.
	Assets string
}

// StacksProps are the props of NewStacks.
type StacksProps struct {
	// StackProps hold for every stack. StackName and Description come from the
	// file. Its Tags win over these, and Env.Region must not contradict its region.
	awscdk.StackProps
	Props
}

func (p Props) path() string {
	if p.File == "" {
		return DefaultFile
	}
	return p.File
}

func (p Props) read() ([]byte, error) {
	if p.Source != nil {
		return p.Source, nil
	}
	src, err := os.ReadFile(p.path())
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, failure("name the file with --context file=PATH (in Go: Props.File), or write a starter with `notifygen init`", "there is no file %s", p.path())
	case err != nil:
		return nil, failure("", "cannot read the file: %v", err)
	}
	return src, nil
}

// compile gives what the file compiles to; its findings are no error here.
func (p Props) compile() (stacks.Compiled, error) {
	if p.Group != "" && !plan.ValidGroup(p.Group) {
		return stacks.Compiled{}, failure(plan.GroupRule, "this is no name for a group: %q", p.Group)
	}
	src, err := p.read()
	if err != nil {
		return stacks.Compiled{}, err
	}
	return stacks.CompileFile(p.path(), src, plan.Options{Group: p.Group}), nil
}

// mustCompile is compile where findings end the matter.
func (p Props) mustCompile() (stacks.Compiled, error) {
	c, err := p.compile()
	if err == nil && !c.OK() {
		err = &FindingsError{c.Diagnostics}
	}
	return c, err
}
