package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"go.yaml.in/yaml/v3"

	"github.com/notifygen/notifygen/examples"
)

// TestMain makes the test binary be the command line where a script says
// `notifygen`.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"notifygen": main})
}

// TestScript plays the scripts in testdata/script: the contract of every verb
// (design §5). Beside testscript's own commands a script may say
//
//	exits STATUS notifygen …   the command must end with exactly this status
//	validjson FILE…            each file (or stdout, stderr) is one JSON document
//	sameyaml JSON YAML         the two files say the same
//	repeat FILE N TEXT         appends TEXT N times, without line breaks
//	bom FILE                   puts a byte order mark in front
//	entries DIR [NAME…]        the directory holds exactly these files
//	each-example               runs notifygen init and validate with every example
func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Condition: func(cond string) (bool, error) {
			if cond == "root" { // whom no permission stops
				return os.Geteuid() == 0, nil
			}
			return false, errors.New("unknown condition " + cond)
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits":        exits,
			"validjson":    validJSON,
			"sameyaml":     sameYAML,
			"repeat":       repeat,
			"bom":          bom,
			"entries":      entries,
			"each-example": eachExample,
		},
	})
}

func exits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d\nstdout:\n%s\nstderr:\n%s", got, want, ts.ReadFile("stdout"), ts.ReadFile("stderr"))
	}
	for _, stream := range []string{"stdout", "stderr"} {
		if strings.Contains(ts.ReadFile(stream), "goroutine ") {
			ts.Fatalf("a stack trace on %s", stream)
		}
	}
}

func validJSON(ts *testscript.TestScript, neg bool, args []string) {
	for _, file := range args {
		if valid := json.Valid([]byte(ts.ReadFile(file))); valid == neg {
			ts.Fatalf("%s: valid JSON: %v\n%s", file, valid, ts.ReadFile(file))
		}
	}
}

func sameYAML(ts *testscript.TestScript, _ bool, args []string) {
	var texts [2][]byte
	for i, file := range args {
		var v any
		ts.Check(yaml.Unmarshal([]byte(ts.ReadFile(file)), &v))
		var err error
		texts[i], err = json.Marshal(v)
		ts.Check(err)
	}
	if !bytes.Equal(texts[0], texts[1]) {
		ts.Fatalf("%s and %s differ:\n%s\n%s", args[0], args[1], texts[0], texts[1])
	}
}

func repeat(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	f, err := os.OpenFile(ts.MkAbs(args[0]), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	ts.Check(err)
	_, err = f.WriteString(strings.Repeat(args[2], n))
	ts.Check(errors.Join(err, f.Close()))
}

func bom(ts *testscript.TestScript, _ bool, args []string) {
	text := "\ufeff" + ts.ReadFile(args[0])
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o644))
}

func entries(ts *testscript.TestScript, _ bool, args []string) {
	found, err := os.ReadDir(ts.MkAbs(args[0]))
	ts.Check(err)
	var names []string
	for _, e := range found {
		names = append(names, e.Name())
	}
	if got, want := strings.Join(names, " "), strings.Join(args[1:], " "); got != want {
		ts.Fatalf("%s holds %s, want %s", args[0], got, want)
	}
}

func eachExample(ts *testscript.TestScript, _ bool, _ []string) {
	for _, name := range examples.Names() {
		file := name + ".yaml"
		ts.Check(ts.Exec("notifygen", "init", "--example", name, "-f", file))
		want, err := examples.File(name)
		ts.Check(err)
		if ts.ReadFile(file) != string(want) {
			ts.Fatalf("init --example %s wrote something else", name)
		}
		ts.Check(ts.Exec("notifygen", "init", "--example", name, "-f", "-"))
		if ts.ReadFile("stdout") != string(want) || ts.ReadFile("stderr") != "" {
			ts.Fatalf("init --example %s -f - printed something else", name)
		}
		ts.Check(ts.Exec("notifygen", "validate", "-f", file))
		ts.Check(ts.Exec("notifygen", "synth", "-f", file))
		if !json.Valid([]byte(ts.ReadFile("stdout"))) {
			ts.Fatalf("synth of %s printed no JSON", name)
		}
	}
}
