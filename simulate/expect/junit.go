package expect

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"fmt"
	"strings"
	"time"

	"github.com/notifygen/notifygen/diag"
)

// The form of a report that CI systems read
// (https://github.com/testmoapp/junitxml).
type junitReport struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Time     seconds      `xml:"time,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Time     seconds     `xml:"time,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Name    string        `xml:"name,attr"`
	Class   string        `xml:"classname,attr"`
	File    string        `xml:"file,attr"`
	Line    int           `xml:"line,attr"`
	Time    seconds       `xml:"time,attr"`
	Failure *junitProblem `xml:"failure"`
	Error   *junitProblem `xml:"error"`
}

type junitProblem struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

type seconds time.Duration

// MarshalXMLAttr writes seconds with three decimals or more.
func (s seconds) MarshalXMLAttr(name xml.Name) (xml.Attr, error) {
	return xml.Attr{Name: name, Value: fmt.Sprintf("%.6f", time.Duration(s).Seconds())}, nil
}

// JUnit writes results as a JUnit report: a test suite for each file. A file
// whose tests could not be run is a test case with an error.
func JUnit(results []Result) []byte {
	report := junitReport{Name: "notifygen test"}
	for _, r := range results {
		suite := junitSuite{Name: r.File}
		if r.Broken() {
			suite.Cases = append(suite.Cases, broken(r))
			suite.Errors++
		}
		for _, t := range r.Tests {
			c := junitCase{Name: t.Name, Class: r.File, File: t.Pos.File, Line: t.Pos.Line, Time: seconds(t.Took)}
			if !t.Passed() {
				c.Failure = &junitProblem{Message: t.Failures[0].Headline(), Type: "expectation", Text: failureText(t.Failures)}
				suite.Failures++
			}
			suite.Time += c.Time
			suite.Cases = append(suite.Cases, c)
		}
		suite.Tests = len(suite.Cases)
		report.Tests += suite.Tests
		report.Failures += suite.Failures
		report.Errors += suite.Errors
		report.Time += suite.Time
		report.Suites = append(report.Suites, suite)
	}
	var b bytes.Buffer
	b.WriteString(xml.Header)
	enc := xml.NewEncoder(&b)
	enc.Indent("", "  ")
	if err := enc.Encode(report); err != nil {
		panic("expect: " + err.Error())
	}
	b.WriteByte('\n')
	return b.Bytes()
}

func broken(r Result) junitCase {
	var text bytes.Buffer
	_ = diag.PrintText(&text, r.Diagnostics, false) // a buffer takes everything
	problem := &junitProblem{Type: "finding", Text: text.String()}
	c := junitCase{Name: "the file can be run", Class: r.File, File: r.File, Line: 1, Error: problem}
	for _, d := range r.Diagnostics {
		if d.Severity == diag.Error {
			problem.Message, c.File, c.Line = d.Message, cmp.Or(d.Pos.File, r.File), max(d.Pos.Line, 1)
			break
		}
	}
	return c
}

func failureText(failures []Failure) string {
	var b strings.Builder
	for _, f := range failures {
		b.WriteString(f.Text())
	}
	return b.String()
}
