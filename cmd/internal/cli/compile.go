package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/plan"
	"github.com/notifygen/notifygen/stacks"
)

// stdinName is what positions call standard input.
const stdinName = "stdin"

// read gives the file of routes and the name it has in messages.
func (o *options) read() (name string, src []byte, err error) {
	if o.file == "-" {
		src, err = o.readFile("file", o.file)
		return stdinName, src, err
	}
	src, err = os.ReadFile(o.file)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil, withHint("name the file with -f FILE, or write a starter with `notifygen init`", "there is no file %s", o.file)
	}
	if err != nil {
		return "", nil, fmt.Errorf("cannot read the file: %w", err)
	}
	return o.file, src, nil
}

// compile compiles the file and prints its findings to stderr. With JSON output
// those of a file that compiles are left to the caller, which has more to say.
func (o *options) compile(group string) (stacks.Compiled, error) {
	if group != "" && !plan.ValidGroup(group) {
		return stacks.Compiled{}, withHint(plan.GroupRule, "this is no name for a group: %q", group)
	}
	name, src, err := o.read()
	if err != nil {
		return stacks.Compiled{}, err
	}
	c := stacks.CompileFile(name, src, plan.Options{Group: group})
	if o.json() && c.OK() {
		return c, nil
	}
	if err := o.print(c.Diagnostics); err != nil {
		return c, err
	}
	if !c.OK() {
		return c, findingsError{}
	}
	return c, nil
}

// print writes findings to stderr, as text or as JSON.
func (o *options) print(ds []diag.Diagnostic) error {
	if o.json() {
		return diag.PrintJSON(o.Err, ds)
	}
	return diag.PrintText(o.Err, ds, o.Colour)
}
