package diag

import (
	"strings"
	"testing"
)

func TestSuggest(t *testing.T) {
	known := []string{"slack", "slack-workflow", "webhook.site", "dingtalk", "message"}
	for written, want := range map[string]string{
		"slak": "slack", "Slack": "slack", "slakc": "slack", "dingtak": "dingtalk", "webhooksite": "webhook.site",
		"mesage": "message", "teams": "", "": "", "x": "", "slackworkflow": "slack-workflow",
	} {
		if got := Suggest(written, known); got != want {
			t.Errorf("Suggest(%q) = %q, want %q", written, got, want)
		}
	}
}

func TestFindingsAreSortedAndSaidOnce(t *testing.T) {
	var ds List
	at := func(line int) Pos { return Pos{File: "f", Line: line, Col: 1} }
	ds.Report(at(3), Unused, "c")
	ds.Report(at(1), UnknownKey, "a").WithHint("b")
	ds.Report(at(3), Unused, "c")
	ds.Report(at(2), UnknownKey, "b\nwith\x1b[31m a line break").WithNote(at(1), "first")
	var b strings.Builder
	if err := PrintText(&b, ds.Sorted(), false); err != nil {
		t.Fatal(err)
	}
	want := "f:1:1: error: a [unknown-key]\n  hint: b\n" +
		"f:2:1: error: b with [31m a line break [unknown-key]\n  f:1:1: note: first\n" +
		"f:3:1: warning: c [unused]\n"
	if b.String() != want {
		t.Errorf("got:\n%s\nwant:\n%s", b.String(), want)
	}
	if !ds.HasErrors() {
		t.Error("there are errors")
	}
}

func TestNoCredentialIsEverPrinted(t *testing.T) {
	var ds List
	ds.Report(Pos{}, UnknownKey, "%s", "xoxb-1234567890-abc").WithHint("%s", "xoxb-1234567890-abc").WithNote(Pos{}, "%s", "xoxb-1234567890-abc")
	var text, json strings.Builder
	_ = PrintText(&text, ds.Sorted(), true)
	_ = PrintJSON(&json, ds.Sorted())
	if strings.Contains(text.String()+json.String(), "1234567890") {
		t.Errorf("%s%s", text.String(), json.String())
	}
}

// TestCatalogue: every code is described once, in words.
func TestCatalogue(t *testing.T) {
	seen := map[Code]bool{}
	for _, g := range Catalogue {
		for _, d := range g.Codes {
			if seen[d.Code] {
				t.Errorf("%s is described twice", d.Code)
			}
			seen[d.Code] = true
			if !strings.HasSuffix(d.Cause, ".") || len(d.Cure) < 10 || strings.ToLower(string(d.Code)) != string(d.Code) {
				t.Errorf("%s: cause %q, cure %q", d.Code, d.Cause, d.Cure)
			}
		}
	}
	if len(seen) < 40 {
		t.Errorf("%d codes", len(seen))
	}
}
