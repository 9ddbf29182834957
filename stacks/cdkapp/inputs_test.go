package cdkapp_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/notifygen/notifygen/examples"
	"github.com/notifygen/notifygen/plan"
	"github.com/notifygen/notifygen/stacks"
	"github.com/notifygen/notifygen/stacks/cdkapp"
)

// input is a file of routes that the tests compile.
type input struct {
	name, path string
	source     []byte
}

// inputs are all examples, the files that use every part of the language, one
// whose stacks share a function, and last a large one.
var inputs = sync.OnceValue(func() []input {
	var out []input
	for _, name := range examples.Names() {
		src, err := examples.File(name)
		if err != nil {
			panic(err)
		}
		out = append(out, input{name, "notifygen.yaml", src})
	}
	for _, path := range []string{"../../test/templates/everything.yaml", "../../test/templates/bare.yaml", "../../test/templates/hops.yaml",
		"../../test/templates/queued.yaml", "../../test/templates/queued-stacks.yaml", "testdata/nulls.yaml", "testdata/functions.yaml"} {
		src, err := os.ReadFile(path)
		if err != nil {
			panic(err)
		}
		out = append(out, input{filepath.Base(path), path, src})
	}
	out = append(out, input{"robots", "robots.yaml", robots(60)})
	return append(out, input{"large", "large.yaml", large(600)})
})

// large gives a file with so many routes that they need several stacks.
func large(routes int) []byte {
	var b bytes.Buffer
	b.WriteString(`version: 1
name: large
quotas: {rules-per-event-bus: 1000}
secrets: {token: {secretsmanager: notify/slack}}
sources: {orders: {bus: {create: orders}, pattern: {source: [orders]}, lists: []}}
destinations: {team: {type: slack, channel: C0123456789, token: token}}
routes:
`)
	for i := range routes {
		fmt.Fprintf(&b, "  order-%03d: {from: orders, when: {detail: {kind: [kind-%d]}}, to: [team], message: {title: \"Order ${id}\"}}\n", i, i)
	}
	return b.Bytes()
}

// robots gives a file with so many signed destinations that they need several
// stacks, each with a signer.
func robots(destinations int) []byte {
	var b, routes bytes.Buffer
	b.WriteString(`version: 1
name: robots
secrets: {token: {secretsmanager: notify/robots, key: token}, sign: {secretsmanager: notify/robots-sign, key: sign}}
sources: {orders: {bus: {create: robots-orders}, pattern: {source: [orders]}, lists: []}}
destinations:
`)
	for i := range destinations {
		fmt.Fprintf(&b, "  robot-%02d: {type: dingtalk, security: sign, sign-secret: sign, access-token: token, rate: 20/min}\n", i)
		fmt.Fprintf(&routes, "  order-%02d: {from: orders, when: {detail: {kind: [kind-%d]}}, to: [robot-%02d], message: {title: \"Order ${id}\"}}\n", i, i, i)
	}
	b.WriteString("routes:\n")
	b.Write(routes.Bytes())
	return b.Bytes()
}

// groups are the groups in which every input is placed, side by side.
var groups = []string{"", "blue"}

func compile(t *testing.T, in input, group string) []stacks.Stack {
	t.Helper()
	c := stacks.CompileFile(in.path, in.source, plan.Options{Group: group})
	if !c.OK() {
		t.Fatalf("%s does not compile: %v", in.name, c.Diagnostics)
	}
	return c.Stacks
}

// synthesised is one app that holds every input in every group.
type synthesised struct {
	outdir string
	stacks map[string]*cdkapp.Stacks // by input and group
}

// everything is made once: it takes longer than all tests that read it.
var everything = sync.OnceValue(func() synthesised {
	outdir, err := os.MkdirTemp("", "notifygen-cdkapp-*")
	if err != nil {
		panic(err)
	}
	cleanup = append(cleanup, func() { os.RemoveAll(outdir) })
	out := synthesised{outdir, map[string]*cdkapp.Stacks{}}
	app := newApp(outdir)
	for _, in := range inputs() {
		for _, group := range groups {
			placed, err := cdkapp.NewStacks(app, &cdkapp.StacksProps{Props: cdkapp.Props{File: in.path, Source: in.source, Group: group, Assets: zips()}})
			if err != nil {
				panic(in.name + ": " + err.Error())
			}
			out.stacks[in.name+"/"+group] = placed
		}
	}
	app.Synth(nil)
	return out
})
