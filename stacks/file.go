package stacks

import (
	"github.com/notifygen/notifygen/config"
	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/plan"
	"github.com/notifygen/notifygen/transformers"
)

// Compiled is what a file compiles to.
type Compiled struct {
	Plan   *plan.Plan
	Stacks []Stack
	// Diagnostics are sorted; where they hold an error, Plan and Stacks are nil.
	Diagnostics []diag.Diagnostic
}

// OK tells whether there are stacks.
func (c Compiled) OK() bool { return c.Stacks != nil }

// CompileFile compiles the text of a notifygen.yaml. The path only serves to
// point back at the file.
func CompileFile(path string, src []byte, o plan.Options) Compiled {
	var ds diag.List
	file := config.Load(path, src, transformers.Objects(), &ds)
	if file == nil {
		return Compiled{Diagnostics: ds.Sorted()}
	}
	p := plan.Compile(file, o, &ds)
	if ds.HasErrors() {
		return Compiled{Diagnostics: ds.Sorted()}
	}
	out := Compile(p, &ds)
	if ds.HasErrors() {
		return Compiled{Diagnostics: ds.Sorted()}
	}
	return Compiled{Plan: p, Stacks: out, Diagnostics: ds.Sorted()}
}
