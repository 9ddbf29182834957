package main

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestWatch starts `notifygen test --watch`, changes one file after the other,
// and wants a run after each that says what the change makes of the tests.
func TestWatch(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	const routes = `version: 1
name: ops
secrets: {slack-token: {parameter: SlackToken}}
sources: {orders: {bus: {create: orders}, pattern: {source: [shop]}, lists: [], trusted: [detail]}}
destinations: {ops: {type: slack, channel: C0123456789, token: slack-token}}
routes:
  orders: {from: orders, to: ops, body: {channel: C0123456789, text: "${detail.id}"}}
`
	const tests = "tests: [{name: one, event: ../event.json, expect: [{route: orders, body: {text: seven}}]}]\n"
	write("notifygen.yaml", routes)
	write("event.json", `{"source":"shop","detail":{"id":"seven"}}`)
	write("tests/a.yaml", tests)

	cmd := exec.Command("notifygen", "test", "--watch", "--junit", "report.xml")
	cmd.Dir = dir
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	errs, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	killed := time.AfterFunc(60*time.Second, func() { _ = cmd.Process.Kill() })
	defer killed.Stop()

	// A line on stderr tells that a run is over and files are looked at.
	watching := make(chan string)
	go func() {
		defer close(watching)
		for lines := bufio.NewScanner(errs); lines.Scan(); {
			if strings.Contains(lines.Text(), "watching") {
				watching <- lines.Text()
			}
		}
	}()
	summaries := make(chan string)
	go func() {
		defer close(summaries)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if strings.Contains(lines.Text(), " passed, ") {
				summaries <- lines.Text()
			}
		}
	}()
	wantRun := func(summary, looks string) {
		t.Helper()
		if got := <-summaries; got != summary {
			t.Fatalf("the run says %q, want %q", got, summary)
		}
		if got := <-watching; got != "notifygen: watching "+looks+"; Ctrl-C ends it" {
			t.Fatalf("after the run: %q", got)
		}
		if _, err := os.Stat(filepath.Join(dir, "report.xml")); err != nil {
			t.Error(err)
		}
	}

	wantRun("1 test, 1 passed, 0 failed", "4 files")
	write("event.json", `{"source":"shop","detail":{"id":"eleven"}}`)
	wantRun("1 test, 0 passed, 1 failed", "4 files")
	write("notifygen.yaml", strings.Replace(routes, "${detail.id}", "seven of ${detail.id}", 1))
	wantRun("1 test, 1 passed, 0 failed", "4 files")
	write("tests/b.yaml", "tests: [{name: two, event: ../later.json, expect: []}]\n")
	wantRun("1 test, 1 passed, 0 failed, 1 file with errors", "6 files")
	write("later.json", `{"source":"nobody"}`)
	wantRun("2 tests, 2 passed, 0 failed", "6 files")
	if err := os.Remove(filepath.Join(dir, "tests", "a.yaml")); err != nil {
		t.Fatal(err)
	}
	wantRun("1 test, 1 passed, 0 failed", "4 files")

	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	for range summaries { // until the process ends
		t.Error("one run too many")
	}
	for range watching {
		t.Error("it goes on watching")
	}
	_, _ = io.Copy(io.Discard, out)
	if err := cmd.Wait(); err != nil {
		t.Errorf("an interrupt ends it with %v, want status 0", err)
	}
}
