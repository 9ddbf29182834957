package stepfunctions

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// What one machine makes of an input: its output, or its error.
func TestStates(t *testing.T) {
	const end = `,"End":true}`
	for _, test := range []struct{ name, states, input, want string }{
		{"pass on", `"S":{"Type":"Pass"` + end, `{"b":1,"a":[1.50,2e2,-0,1.0]}`, `{"b":1,"a":[1.5,200,0,1]}`},
		{"output", `"S":{"Type":"Pass","Output":{"x":"{% $states.input.b %}","y":"{%$states.input%}","z":["text",null]}` + end, `{"b":1}`, `{"x":1,"y":{"b":1},"z":["text",null]}`},
		{"literal output", `"S":{"Type":"Pass","Output":false` + end, `1`, `false`},
		{"null is a value", `"S":{"Type":"Pass","Output":"{% null %}"` + end, `1`, `null`},
		{"undefined is an error", `"S":{"Type":"Pass","Output":{"a":["{% $states.input.x %}"]}` + end, `{}`,
			`States.QueryEvaluationError: The JSONata expression '$states.input.x' specified for the field 'Output/a[0]' returned nothing (undefined).`},
		{"a fault is an error", `"S":{"Type":"Pass","Output":"{% 1 + 'a' %}"` + end, `{}`, `States.QueryEvaluationError: The JSONata expression '1 + 'a'' specified for the field 'Output' threw an error during evaluation.`},
		{"a function is an error", `"S":{"Type":"Pass","Output":"{% $sum %}"` + end, `{}`, `States.QueryEvaluationError: The JSONata expression '$sum' specified for the field 'Output' returned a value that is not JSON`},
		{"a pattern is an error", `"S":{"Type":"Pass","Output":"{% /a/ %}"` + end, `{}`, `States.QueryEvaluationError`},
		{"infinity is an error", `"S":{"Type":"Pass","Output":"{% 1/0 %}"` + end, `{}`, `States.QueryEvaluationError`},
		{"$ is undefined", `"S":{"Type":"Pass","Output":"{% $ %}"` + end, `{}`, `States.QueryEvaluationError`},
		{"$$ is undefined", `"S":{"Type":"Pass","Output":"{% $$ %}"` + end, `{}`, `States.QueryEvaluationError`},
		{"a bare name is undefined", `"S":{"Type":"Pass","Output":"{% input %}"` + end, `{}`, `States.QueryEvaluationError`},
		{"it goes on for ever", `"S":{"Type":"Pass","Output":"{% ($f := function($x) { 1 + $f($x) }; $f(1)) %}"` + end, `{}`, `States.QueryEvaluationError`},
		{"variables are from before", `"S":{"Type":"Pass","Assign":{"a":1,"b":2},"Next":"T"},"T":{"Type":"Pass","Assign":{"a":"{% $b %}","b":"{% $a %}"},"Output":"{% $a %}","Next":"U"},"U":{"Type":"Pass","Output":"{% [$states.input, $a, $b] %}"` + end, `{}`, `[1,2,1]`},
		{"assigned in the same state", `"S":{"Type":"Pass","Assign":{"a":1},"Output":"{% $a %}"` + end, `{}`, `States.QueryEvaluationError`},
		{"context", `"S":{"Type":"Pass","Output":"{% $states.context.(Execution.Name & State.Name & StateMachine.Name & Execution.StartTime & Execution.Input.k) %}"` + end, `{"k":"v"}`, `"x1Sm2025-01-02T03:04:05.000Zv"`},
		{"succeed", `"S":{"Type":"Succeed","Output":"{% $states.input.a %}"}`, `{"a":"<&>\u2028"}`, `"<&>\u2028"`},
		{"fail", `"S":{"Type":"Fail","Error":"{% $states.input.e %}","Cause":"because"}`, `{"e":"E"}`, `E: because`},
		{"fail in silence", `"S":{"Type":"Fail"}`, `{}`, `: `},
		{"fail with a number", `"S":{"Type":"Fail","Error":"{% 1 %}"}`, `{}`, `States.QueryEvaluationError: The JSONata expression '1' specified for the field 'Error' returned an unexpected result type. Expected 'string', but was 'number'.`},
		{"first rule", `"S":{"Type":"Choice","Choices":[{"Condition":"{% $states.input.n > 1 %}","Output":"rule","Assign":{"v":1},"Next":"T"},{"Condition":true,"Next":"U"}]},"T":{"Type":"Pass","Output":"{% [$states.input, $v] %}"` + end + `,"U":{"Type":"Succeed"}`, `{"n":2}`, `["rule",1]`},
		{"second rule", `"S":{"Type":"Choice","Choices":[{"Condition":"{% $states.input.n > 1 %}","Next":"T"},{"Condition":true,"Next":"U"}],"Output":"of the default"},"T":{"Type":"Fail"},"U":{"Type":"Succeed"}`, `{"n":1}`, `{"n":1}`},
		{"default", `"S":{"Type":"Choice","Choices":[{"Condition":false,"Output":"rule","Next":"U"}],"Assign":{"v":2},"Output":"of the default","Default":"T"},"T":{"Type":"Pass","Output":"{% [$states.input, $v] %}"` + end + `,"U":{"Type":"Fail"}`, `{}`, `["of the default",2]`},
		{"no choice", `"S":{"Type":"Choice","Choices":[{"Condition":false,"Next":"U"}]},"U":{"Type":"Fail"}`, `{}`, `States.NoChoiceMatched`},
		{"a condition is boolean", `"S":{"Type":"Choice","Choices":[{"Condition":"{% 'x' %}","Next":"U"}],"Default":"U"},"U":{"Type":"Succeed"}`, `{}`, `States.QueryEvaluationError: The JSONata expression ''x'' specified for the field 'Choices[0]/Condition' returned an unexpected result type. Expected 'boolean', but was 'string'.`},
		{"an undefined condition", `"S":{"Type":"Choice","Choices":[{"Condition":"{% $states.input.x %}","Next":"U"}],"Default":"U"},"U":{"Type":"Succeed"}`, `{}`, `States.QueryEvaluationError`},
		{"wait", `"S":{"Type":"Wait","Seconds":"{% $states.input.n %}","Output":"{% $millis() %}"` + end, `{"n":2}`, `1735787047000`},
		{"wait a moment", `"S":{"Type":"Wait","Seconds":"{% 1.5 %}"` + end, `{}`, `States.QueryEvaluationError: The JSONata expression '1.5' specified for the field 'Seconds' must give a whole number`},
		{"wait backwards", `"S":{"Type":"Wait","Seconds":"{% -1 %}"` + end, `{}`, `States.QueryEvaluationError`},
		{"wait for a text", `"S":{"Type":"Wait","Seconds":"{% '5' %}"` + end, `{}`, `States.QueryEvaluationError`},
		{"now", `"S":{"Type":"Pass","Output":"{% [$now(), $now('[Y0001]'), $toMillis($now()) = $millis()] %}"` + end, `{}`, `["2025-01-02T03:04:05.000Z","2025",true]`},
		{"language of a state", `"S":{"Type":"Pass","QueryLanguage":"JSONata","Output":1` + end, `{}`, `1`},
		{"two members of a name", `"S":{"Type":"Pass"` + end, `{"a":1,"b":2,"a":3}`, `{"a":3,"b":2}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := newWorld(reply{}).run(t, machine(t, test.states), test.input)
			got := string(r.Output)
			if r.Status == Failed {
				got = r.Error + ": " + r.Cause
				if !strings.HasPrefix(got, test.want) {
					t.Errorf("got %s\nwant %s", got, test.want)
				}
				return
			}
			if got != test.want {
				t.Errorf("got %s\nwant %s", got, test.want)
			}
		})
	}
}

// Waits take no real time, and none goes beyond the end of the execution.
func TestTimeLimits(t *testing.T) {
	began := time.Now()
	loop := `"S":{"Type":"Wait","Seconds":70,"Next":"S"}`
	for _, test := range []struct {
		definition string
		took       time.Duration
		steps      int
	}{
		{`{"QueryLanguage":"JSONata","StartAt":"S","States":{` + loop + `}}`, 5 * time.Minute, 5},
		{`{"QueryLanguage":"JSONata","StartAt":"S","TimeoutSeconds":100,"States":{` + loop + `}}`, 100 * time.Second, 2},
		{`{"QueryLanguage":"JSONata","StartAt":"S","TimeoutSeconds":9999,"States":{` + loop + `}}`, 5 * time.Minute, 5},
		{`{"QueryLanguage":"JSONata","StartAt":"S","States":{"S":{"Type":"Pass","Next":"S"}}}`, 0, MaxSteps},
		{`{"QueryLanguage":"JSONata","StartAt":"S","States":{"S":{"Type":"Wait","Seconds":0,"Next":"S"}}}`, 0, MaxSteps},
		{`{"QueryLanguage":"JSONata","StartAt":"S","States":{"S":{"Type":"Wait","Seconds":99999999,"End":true}}}`, 5 * time.Minute, 1},
		{`{"QueryLanguage":"JSONata","StartAt":"S","States":{"S":{"Type":"Wait","Seconds":300,"End":true}}}`, 5 * time.Minute, 1},
	} {
		w := newWorld(reply{})
		r := w.run(t, parsed(t, test.definition), `{}`)
		if r.Status != TimedOut || r.Error != Timeout || r.Stopped.Sub(r.Started) != test.took || len(r.Steps) != test.steps {
			t.Errorf("%s: %s %s after %s and %d steps", test.definition, r.Status, r.Cause, r.Stopped.Sub(r.Started), len(r.Steps))
		}
		if left := r.Steps[len(r.Steps)-1].Left; !left.Equal(r.Stopped) {
			t.Errorf("left at %s, stopped at %s", left, r.Stopped)
		}
	}
	if real := time.Since(began); real > 20*time.Second {
		t.Errorf("took %s", real)
	}
}

func TestPayloadLimits(t *testing.T) {
	text := func(n int) string { return `"` + strings.Repeat("x", n-2) + `"` }
	const pass = `"S":{"Type":"Pass","End":true}`
	w := newWorld(reply{})
	if r := w.run(t, machine(t, pass), text(MaxPayload)); r.Status != Succeeded {
		t.Errorf("%s %s", r.Status, r.Cause)
	}
	if _, err := machine(t, pass).Run(context.Background(), w.execution(text(MaxPayload+1))); !errors.Is(err, ErrInputTooLarge) {
		t.Error(err)
	}
	const double = `"S":{"Type":"Pass","Output":"{% $states.input & $states.input %}","End":true}`
	if r := w.run(t, machine(t, double), text(MaxPayload/2+2)); r.Status != Failed || r.Error != DataLimitExceeded {
		t.Errorf("%s %s", r.Status, r.Error)
	}
	if r := w.run(t, machine(t, double), text(MaxPayload/2+1)); r.Status != Succeeded {
		t.Errorf("%s %s", r.Status, r.Error)
	}
	const longer = `"S":{"Type":"Pass","Output":"{% $states.input & 'x' %}","End":true}`
	if r := w.run(t, machine(t, longer), text(MaxPayload)); r.Error != DataLimitExceeded {
		t.Errorf("%s %s", r.Status, r.Error)
	}
	const assign = `"S":{"Type":"Pass","Assign":{"a":"{% $states.input %}","b":"{% $states.input %}"},"End":true}`
	if r := w.run(t, machine(t, assign), text(MaxPayload/2)); r.Error != DataLimitExceeded {
		t.Errorf("%s %s", r.Status, r.Error)
	}
	// All variables together.
	var states strings.Builder
	for i := range 41 {
		fmt.Fprintf(&states, `"S%d":{"Type":"Pass","Assign":{"v%d":"{%% $states.input %%}"},"Next":"S%d"},`, i, i, i+1)
	}
	m := parsed(t, `{"QueryLanguage":"JSONata","StartAt":"S0","States":{`+states.String()+`"S41":{"Type":"Succeed"}}}`)
	if r := w.run(t, m, text(MaxPayload-10)); r.Error != DataLimitExceeded || len(r.Steps) != 41 {
		t.Errorf("%s %s after %d steps", r.Status, r.Error, len(r.Steps))
	}
	// The reply of a service.
	w = newWorld(reply{status: 200, body: text(MaxPayload)})
	if r := w.run(t, machine(t, httpTask(``)), `{}`); r.Error != DataLimitExceeded || r.Steps[0].Caught != nil {
		t.Errorf("%s %s", r.Status, r.Error)
	}
}

func TestFunctions(t *testing.T) {
	for _, test := range []struct{ expression, want string }{
		{`$partition([1,2,3,4,5], 2)`, `[[1,2],[3,4],[5]]`},
		{`$partition([1,2], 9)`, `[[1,2]]`},
		{`$partition([], 2)`, `[]`},
		{`$partition([{"z":1,"a":null}], 1)`, `[[{"z":1,"a":null}]]`},
		{`$partition([1], 0)`, `error`},
		{`$partition([1], 1.5)`, `error`},
		{`$partition([1])`, `error`},
		{`$partition($states.input.missing, 1)`, `undefined`},
		{`$range(1, 9, 2)`, `[1,3,5,7,9]`},
		{`$range(3, 1, -1)`, `[3,2,1]`},
		{`$range(1, 0, 1)`, `[]`},
		{`$range(1, 1000, 1) ~> $count`, `1000`},
		{`$range(1, 1001, 1)`, `error`},
		{`$range(0, 9007199254740991, 9007199254740991)`, `[0,9007199254740991]`},
		{`$range(1, 2, 0)`, `error`},
		{`$range(1, 2)`, `error`},
		{`$range(1, $states.input.missing, 1)`, `undefined`},
		{`$hash("input data", "SHA-1")`, `"aaff4a450a104cd177d28d18d74485e8cae074b7"`},
		{`$hash("", "MD5")`, `"d41d8cd98f00b204e9800998ecf8427e"`},
		{`$hash("é", "SHA-256")`, `"4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c"`},
		{`$length($hash("a", "SHA-384"))`, `96`},
		{`$length($hash("a", "SHA-512"))`, `128`},
		{`$hash("a", "sha-256")`, `error`},
		{`$hash("a", "CRC")`, `error`},
		{`$hash(1, "MD5")`, `error`},
		{`$hash("a")`, `error`},
		{`$hash($states.input.missing, "MD5")`, `undefined`},
		{`$parse('{"b":1,"a":[1.0,null,"<"]}')`, `{"b":1,"a":[1,null,"<"]}`},
		{`$parse("{")`, `error`},
		{`$parse("1 2")`, `error`},
		{`$parse(1)`, `error`},
		{`$parse($states.input.missing)`, `undefined`},
		{`$random() < 1 and $random() >= 0 and $random() != $random()`, `true`},
		{`$random(7) = $random(7) and $random(7) != $random(8)`, `true`},
		{`$random("a")`, `error`},
		{`$match($uuid(), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/).index`, `0`},
		{`$uuid() != $uuid()`, `true`},
	} {
		if got := evaluateText(t, test.expression, []byte(`{}`)); got != test.want {
			t.Errorf("%s\n got %s\nwant %s", test.expression, got, test.want)
		}
	}
	// The same source, the same execution.
	m := machine(t, `"S":{"Type":"Pass","Output":"{% [$uuid(), $random()] %}","End":true}`)
	a, b := newWorld(reply{}).run(t, m, `{}`), newWorld(reply{}).run(t, m, `{}`)
	if string(a.Output) != string(b.Output) {
		t.Errorf("%s, then %s", a.Output, b.Output)
	}
}

// Objects keep the order of their members on every way through an execution.
func TestOrder(t *testing.T) {
	const o = `{"z":{"y":1,"x":[{"w":1,"v":2}]},"a":1,"10":2,"9":3}`
	m := machine(t, `"S":{"Type":"Pass","Assign":{"v":"{% $states.input.o %}"},"Next":"T"},"T":{"Type":"Pass","Output":{"o":"{% $v %}","t":"{% $string($v) %}"},"End":true}`)
	r := newWorld(reply{}).run(t, m, `{"o":`+o+`}`)
	text, _ := json.Marshal(o)
	if want := `{"o":` + o + `,"t":` + string(text) + `}`; string(r.Output) != want {
		t.Errorf("got %s\nwant %s", r.Output, want)
	}
}
