package expect_test

import (
	"encoding/xml"
	"strings"
	"testing"
	"time"

	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/simulate/expect"
)

// report is a JUnit report as CI systems read it.
type report struct {
	Tests    int `xml:"tests,attr"`
	Failures int `xml:"failures,attr"`
	Errors   int `xml:"errors,attr"`
	Suites   []struct {
		Name     string  `xml:"name,attr"`
		Tests    int     `xml:"tests,attr"`
		Failures int     `xml:"failures,attr"`
		Errors   int     `xml:"errors,attr"`
		Time     float64 `xml:"time,attr"`
		Cases    []struct {
			Name    string   `xml:"name,attr"`
			Class   string   `xml:"classname,attr"`
			File    string   `xml:"file,attr"`
			Line    int      `xml:"line,attr"`
			Failure *problem `xml:"failure"`
			Error   *problem `xml:"error"`
		} `xml:"testcase"`
	} `xml:"testsuite"`
}

type problem struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

func TestJUnit(t *testing.T) {
	pos := diag.Pos{File: "a.yaml", Line: 3, Col: 5}
	hostile := "]]> & <b> \"q\" \x00\x1b[31m \ufffe 事件\nnext"
	var ds diag.List
	ds.Report(pos, diag.BadEvent, "this is no event: %s", "<x>")
	text := expect.JUnit([]expect.Result{
		{File: "a.yaml", Tests: []expect.TestResult{
			{Name: "fine", Pos: pos, Took: 1500 * time.Microsecond},
			{Name: hostile, Pos: pos, Failures: []expect.Failure{
				{Pos: pos, Message: "first", Expected: hostile, Got: "1", Notes: []string{hostile}},
				{Pos: pos, Delivery: "r → d", Message: "second"},
			}},
		}},
		{File: "b.yaml", Diagnostics: ds.Sorted()},
		{File: "c.yaml"},
	})
	var r report
	if err := xml.Unmarshal(text, &r); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if r.Tests != 3 || r.Failures != 1 || r.Errors != 1 || len(r.Suites) != 3 {
		t.Fatalf("%+v", r)
	}
	a, b := r.Suites[0], r.Suites[1]
	if a.Name != "a.yaml" || a.Tests != 2 || a.Failures != 1 || a.Time != 0.0015 || a.Cases[0].Failure != nil || a.Cases[0].Line != 3 {
		t.Errorf("%+v", a)
	}
	failed := a.Cases[1]
	if !strings.HasPrefix(failed.Name, `]]> & <b> "q" `) || !strings.Contains(failed.Name, "事件") {
		t.Errorf("the name became %q", failed.Name)
	}
	if failed.Failure.Message != "first" || !strings.Contains(failed.Failure.Text, "a.yaml:3:5: r → d: second\n") || strings.Contains(failed.Failure.Text, "\x1b") {
		t.Errorf("%+v", failed.Failure)
	}
	if at := b.Cases[0]; at.File != "a.yaml" || at.Line != 3 || at.Class != "b.yaml" { // a finding may be about another file
		t.Errorf("%+v", at)
	}
	if b.Errors != 1 || b.Cases[0].Error.Message != "this is no event: <x>" || !strings.Contains(b.Cases[0].Error.Text, "a.yaml:3:5: error: ") {
		t.Errorf("%+v", b)
	}
}
