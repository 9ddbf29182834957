package stepfunctions

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"
)

// No definition and no input makes the interpreter panic or go on for ever, and
// an execution that is run twice is the same.
func FuzzRun(f *testing.F) {
	for _, name := range []string{"sender.asl.json", "slack-verified.definition.json", "health-to-dingtalk-signed.definition.json"} {
		text, err := os.ReadFile("testdata/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text, []byte(item), []byte(`{"errcode":310000,"ok":false}`), 200)
	}
	f.Add([]byte(`{"QueryLanguage":"JSONata","StartAt":"S","States":{"S":{"Type":"Choice","Choices":[{"Condition":"{% $states.input.a = 1 %}","Next":"S"}],"Default":"T"},"T":{"Type":"Wait","Seconds":"{% $states.input.n %}","Next":"S"}}}`),
		[]byte(`{"a":1,"n":5}`), []byte(`x`), 429)
	f.Add([]byte(`{"QueryLanguage":"JSONata","StartAt":"S","States":{`+httpTask(`,"RequestBody":"{% $states.input %}"`)+`}}`), []byte(`{"a":[1,null]}`), []byte(`[1]`), 503)
	f.Fuzz(func(t *testing.T, definition, input, body []byte, status int) {
		m, findings := Parse(definition)
		if (m == nil) != (len(findings) > 0) {
			t.Fatalf("a machine and findings: %v", findings)
		}
		if m == nil {
			return
		}
		run := func() *Result {
			w := newWorld(reply{status: status, body: string(body)})
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
			defer cancel()
			r, err := m.Run(ctx, w.execution(string(input)))
			if errors.Is(err, context.DeadlineExceeded) {
				t.Fatal("it goes on for ever")
			}
			if err != nil {
				return nil
			}
			if took := r.Stopped.Sub(r.Started); took < 0 || took > MaxExecution {
				t.Fatalf("took %s", took)
			}
			return r
		}
		a, b := run(), run()
		if (a == nil) != (b == nil) || a != nil && (a.Status != b.Status || string(a.Output) != string(b.Output) || len(a.Steps) != len(b.Steps)) {
			t.Fatalf("not the same twice: %+v, %+v", a, b)
		}
	})
}

// Expressions of any kind, in every place that evaluates them.
func FuzzExpression(f *testing.F) {
	for _, e := range []string{`$states.input.a`, `$match("a", /a/i)[0].match`, `$filter([1,2], function($x) { $x > 1 })`, `$partition([1..5], 2)`, `$parse('{"a":1}')`,
		`($f := function($n) { $n < 2 ? 1 : $n * $f($n - 1) }; $f(10))`, `$replace("abc", /b(.)/, "$1")`, `"a" & 1 & null`, `a/b /*c*/ %2`, "`x y`.*.**", `$now("[Y]")`, `function($a)<n:n>{$a}(1)`} {
		f.Add(e, `{"a":{"b":[1,"x",null,true]}}`)
	}
	f.Fuzz(func(t *testing.T, source, input string) {
		text, err := encode(objectOf("QueryLanguage", "JSONata", "StartAt", "S", "States", objectOf(
			"S", objectOf("Type", "Pass", "Assign", objectOf("v", "{%"+source+"%}"), "Output", "{%"+source+"%}", "End", true))))
		if err != nil {
			t.Fatal(err)
		}
		m, findings := Parse(text)
		if m == nil {
			if len(findings) == 0 {
				t.Fatal("neither a machine nor a finding")
			}
			return
		}
		r, err := m.Run(context.Background(), newWorld(reply{}).execution(input))
		if err != nil {
			return
		}
		if r.Status == Succeeded {
			if _, err := decode(r.Output); err != nil {
				t.Fatalf("%s: %s", r.Output, err)
			}
		}
	})
}
