package stepfunctions

import (
	"strings"
	"testing"
)

// task gives a Task with some more members.
func task(members string) string {
	return `"S":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Arguments":{"FunctionName":"f"},"End":true` + members + `}`
}

func httpTask(arguments string) string {
	return `"S":{"Type":"Task","Resource":"arn:aws:states:::http:invoke","Arguments":{"ApiEndpoint":"https://x.example.com","Method":"POST","InvocationConfig":{"ConnectionArn":"c"}` + arguments + `},"End":true}`
}

// Every refusal, with its place.
func TestRefusals(t *testing.T) {
	wrap := func(states string) string {
		return `{"QueryLanguage":"JSONata","StartAt":"S","States":{` + states + `}}`
	}
	pass := func(members string) string { return wrap(`"S":{"Type":"Pass","End":true` + members + `}`) }
	for _, test := range []struct {
		definition string
		want       string // the findings, as "path [code]" and a part of the message
	}{
		{`{`, ` [syntax]`},
		{`{}{}`, ` [syntax]`},
		{`[]`, ` [bad-value] an object, not array`},
		{strings.Repeat(" ", MaxDefinition) + `{}`, ` [bad-value] at most 1048576 bytes`},
		{`{"QueryLanguage":"JSONata"}`, ` [missing-field] StartAt;  [missing-field] States`},
		{`{"StartAt":1,"States":{}}`, `/StartAt [bad-value] must be a text; /States [bad-value] a state at least`},
		{`{"StartAt":"S","States":{"S":{"Type":"Succeed"}}}`, `/States/S [unsupported] query language`},
		{`{"QueryLanguage":"JSONPath","StartAt":"S","States":{"S":{"Type":"Succeed"}}}`, `/States/S [unsupported] query language`},
		{`{"QueryLanguage":"XPath","StartAt":"S","States":{"S":{"Type":"Succeed","QueryLanguage":"JSONata"}}}`, `/QueryLanguage [bad-value]`},
		{`{"QueryLanguage":"JSONata","StartAt":"S","TimeoutSeconds":0.5,"Version":"2","Processor":1,"States":{"S":{"Type":"Succeed"}}}`,
			`/Processor [unsupported] unknown; /Version [bad-value]; /TimeoutSeconds [bad-value]`},
		{wrap(`"S":1`), `/States/S [bad-value]`},
		{wrap(`"S":{}`), `/States/S [missing-field] Type`},
		{wrap(`"S":{"Type":"Map","End":true}`), `/States/S/Type [unsupported] "Map"`},
		{wrap(`"S":{"Type":"Parallel","End":true}`), `/States/S/Type [unsupported] "Parallel"`},
		{wrap(`"S":{"Type":"Pass","Next":"a/b~c"},"a":{"Type":"Succeed"}`), `/States/S/Next [unknown-state] "a/b~c"; /States/a [unreachable]`},
		{wrap(`"S":{"Type":"Pass"}`), `/States/S [missing-field] Next or End`},
		{wrap(`"S":{"Type":"Pass","End":false}`), `/States/S [missing-field] Next or End`},
		{wrap(`"S":{"Type":"Pass","End":true,"Next":"S"}`), `/States/S [bad-value] cannot both`},
		{wrap(`"S":{"Type":"Pass","End":1}`), `/States/S/End [bad-value]; /States/S [missing-field]`},
		{wrap(`"S":{"Type":"Pass","Next":""}`), `/States/S/Next [bad-value]`},
		{wrap(`"S":{"Type":"Succeed","Next":"S"}`), `/States/S/Next [unsupported]`},
		{wrap(`"S":{"Type":"Fail","Assign":{"a":1},"Error":5,"Cause":"{% 1"}`), `/States/S/Assign [unsupported]; /States/S/Error [bad-value]; /States/S/Cause [expression] starts with`},
		{strings.Replace(wrap(`"S":{"Type":"Succeed"}`), `"S":{`, `"`+strings.Repeat("n", 81)+`":{`, 1), `/States/` + strings.Repeat("n", 81) + ` [bad-value] 1 to 80; /StartAt [unknown-state]`},
		{pass(`,"Result":{},"InputPath":"$","x.$":"$","Foo":1`), `/States/S/Result [unsupported] JSONPath; /States/S/InputPath [unsupported] JSONPath; /States/S/x.$ [unsupported] JSONPath; /States/S/Foo [unsupported] unknown`},
		{pass(`,"Comment":1`), `/States/S/Comment [bad-value]`},
		{pass(`,"QueryLanguage":"JSONPath"`), `/States/S [unsupported]`},
		{pass(`,"Assign":1`), `/States/S/Assign [bad-value]`},
		{pass(`,"Assign":{"states":1,"a b":2,"1":3,"":4,"é":5}`), `/States/S/Assign/states [bad-value]; /States/S/Assign/a b [bad-value]; /States/S/Assign/1 [bad-value]; /States/S/Assign/ [bad-value]`},
		// Expressions.
		{pass(`,"Output":"{%%}"`), `/States/S/Output [expression] empty`},
		{pass(`,"Output":"{%"`), `/States/S/Output [expression] starts with`},
		{pass(`,"Output":"{%}"`), `/States/S/Output [expression] starts with`},
		{pass(`,"Output":"a {% 1 %}"`), `/States/S/Output [expression] nothing around`},
		{pass(`,"Output":" {% 1 %} "`), ``},
		{pass(`,"Output":{"a":["{% ( %}"]}`), `/States/S/Output/a/0 [expression] not JSONata`},
		{pass(`,"Output":"{% 1 ?? 2 %}"`), `/States/S/Output [expression] 2.0.6`},
		{pass(`,"Output":"{% $states.input.a ?: 2 %}"`), `/States/S/Output [expression] 2.0.6`},
		{pass(`,"Output":"{% $eval('1') %}"`), `/States/S/Output [expression] no $eval`},
		{pass(`,"Output":"{% $map([1], $eval) %}"`), `/States/S/Output [expression] no $eval`},
		{pass(`,"Output":"{% $shuffle([1]) %}"`), `/States/S/Output [unsupported] $shuffle`},
		{pass(`,"Output":"{% $values({}) %}"`), `/States/S/Output [unsupported] $values`},
		{pass(`,"Output":"{% $nope %}"`), `/States/S/Output [expression] no state assigns the variable $nope`},
		{pass(`,"Output":"{% $states.result %}"`), `/States/S/Output [expression] $states.result is not available`},
		{pass(`,"Output":"{% $states.errorOutput %}"`), `/States/S/Output [expression] $states.errorOutput`},
		{pass(`,"Output":"{% $states.` + "`inputs`" + ` %}"`), `/States/S/Output [expression] $states.inputs`},
		{pass(`,"Output":"{% $contains('a', /(?=a)/) %}"`), `/States/S/Output [unsupported] cannot be matched`},
		{pass(`,"Output":"{% $contains('a', /(a)\\1/) %}"`), `/States/S/Output [unsupported] cannot be matched`},
		{pass(`,"Output":"{% $contains('a', /\\pL/) %}"`), `/States/S/Output [unsupported] JavaScript`},
		{pass(`,"Output":"{% $contains('(', /\\(/) %}"`), `/States/S/Output [expression] not JSONata`},
		{pass(`,"Output":"{% 'a' ~> /b"`), `/States/S/Output [expression] starts`},
		{pass(`,"Output":"{% ` + strings.Repeat("(", 201) + `1` + strings.Repeat(")", 201) + ` %}"`), `/States/S/Output [expression] nested more than 200`},
		{pass(`,"Output":"{% ` + strings.Repeat("-", maxExpression) + `1 %}"`), `/States/S/Output [expression] more than 65536 bytes`},
		// Nothing is wrong with these.
		{pass(`,"Output":"{% \"{%\" & '??' & \"?:\" /* ?? $x */ %}"`), ``},
		{pass(`,"Output":"{% function($x, $y)<ss?:s>{ $x & $y }('a', 'b') %}"`), ``},
		{pass(`,"Output":"{% ($a := 4; $a / 2 / $a) %}"`), ``},
		{pass(`,"Output":"{% $contains('a/b', /a\\/b/) ? 1 : 2 %}"`), ``},
		{pass(`,"Output":"{% $states.input.a@$x#$i.{'i': $i, 'x': $x} %}"`), ``},
		{pass(`,"Output":{"a":1,"b":[true,null,"text",{}],"":[]}`), ``},
		// Wait, Choice.
		{wrap(`"S":{"Type":"Wait","End":true}`), `/States/S [missing-field] Seconds`},
		{wrap(`"S":{"Type":"Wait","Timestamp":"2025-01-01T00:00:00Z","End":true}`), `/States/S/Timestamp [unsupported]; /States/S [missing-field]`},
		{wrap(`"S":{"Type":"Wait","Seconds":1.5,"End":true}`), `/States/S/Seconds [bad-value]`},
		{wrap(`"S":{"Type":"Wait","Seconds":-1,"End":true}`), `/States/S/Seconds [bad-value]`},
		{wrap(`"S":{"Type":"Wait","Seconds":100000000,"End":true}`), `/States/S/Seconds [bad-value]`},
		{wrap(`"S":{"Type":"Wait","Seconds":"5","End":true}`), `/States/S/Seconds [bad-value]`},
		{wrap(`"S":{"Type":"Choice"}`), `/States/S [missing-field] Choices`},
		{wrap(`"S":{"Type":"Choice","Choices":[]}`), `/States/S/Choices [bad-value]`},
		{wrap(`"S":{"Type":"Choice","Choices":[1,{"Condition":"x","Next":"S"},{"Condition":"{% true %}"},{"Next":"N"},{"Condition":true,"Next":"S","Variable":"$.a"}],"Default":"D"}`),
			`/States/S/Choices/0 [bad-value]; /States/S/Choices/1/Condition [bad-value]; /States/S/Choices/2 [missing-field] Next; /States/S/Choices/3 [missing-field] Condition; /States/S/Choices/4/Variable [unsupported] JSONPath; /States/S/Default [unknown-state]; /States/S/Choices/2/Next [unknown-state]`},
		// Tasks.
		{wrap(`"S":{"Type":"Task","End":true}`), `/States/S [missing-field] Resource`},
		{wrap(`"S":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:1:function:f","End":true}`), `/States/S/Resource [unsupported] integration`},
		{wrap(`"S":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken","End":true}`), `/States/S/Resource [unsupported] waitForTaskToken`},
		{wrap(`"S":{"Type":"Task","Resource":"arn:aws:states:::dynamodb:putItem","End":true}`), `/States/S/Resource [unsupported] dynamodb`},
		{wrap(`"S":{"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage","End":true}`), `/States/S [missing-field] Arguments`},
		{wrap(task(`,"HeartbeatSeconds":1,"Credentials":{},"TimeoutSeconds":0,"Parameters":{}`)), `/States/S/HeartbeatSeconds [unsupported]; /States/S/Credentials [unsupported]; /States/S/Parameters [unsupported] JSONPath; /States/S/TimeoutSeconds [bad-value]`},
		{wrap(task(`,"Retry":1,"Catch":{}`)), `/States/S/Retry [bad-value]; /States/S/Catch [bad-value]`},
		{wrap(task(`,"Retry":[{},{"ErrorEquals":[]},{"ErrorEquals":["States.Nope"]},{"ErrorEquals":[""]},{"ErrorEquals":["States.Http.StatusCode.999"]},{"ErrorEquals":["States.ALL"]},{"ErrorEquals":["A","States.ALL"]}]`)),
			`/States/S/Retry/0 [missing-field]; /States/S/Retry/1/ErrorEquals [bad-value]; /States/S/Retry/2/ErrorEquals/0 [bad-value]; /States/S/Retry/3/ErrorEquals/0 [bad-value]; /States/S/Retry/4/ErrorEquals/0 [bad-value]; /States/S/Retry/5/ErrorEquals/0 [bad-value] last; /States/S/Retry/6/ErrorEquals/1 [bad-value] alone`},
		{wrap(task(`,"Retry":[{"ErrorEquals":["States.ALL"],"IntervalSeconds":0,"MaxAttempts":-1,"BackoffRate":0.5,"MaxDelaySeconds":1,"JitterStrategy":"HALF","Next":"S"}]`)),
			`/States/S/Retry/0/Next [unsupported]; /States/S/Retry/0/IntervalSeconds [bad-value]; /States/S/Retry/0/MaxAttempts [bad-value]; /States/S/Retry/0/MaxDelaySeconds [bad-value]; /States/S/Retry/0/BackoffRate [bad-value]; /States/S/Retry/0/JitterStrategy [bad-value]`},
		{wrap(task(`,"Catch":[{"ErrorEquals":["States.ALL"],"ResultPath":"$","Output":"{% $states.result %}"}]`)),
			`/States/S/Catch/0/ResultPath [unsupported] JSONPath; /States/S/Catch/0/Output [expression] $states.result; /States/S/Catch/0 [missing-field] Next`},
		{strings.Replace(wrap(task(``)), `{"FunctionName":"f"}`, `{"FunctionName":"","Payload":"{% $states.result %}","Qualifier":"1"}`, 1),
			`/States/S/Arguments/Payload [expression]; /States/S/Arguments/FunctionName [bad-value]; /States/S/Arguments/Qualifier [unsupported]`},
		{strings.Replace(wrap(task(``)), `{"FunctionName":"f"}`, `["f"]`, 1), `/States/S/Arguments [bad-value] an object`},
		{wrap(httpTask(`,"Method":"TRACE","Headers":{"a":[1]},"QueryParameters":["a"],"Transform":{"RequestBodyEncoding":"URL_ENCODED"},"Authentication":{}`)),
			`/States/S/Arguments/Method [bad-value] GET, POST; /States/S/Arguments/Headers/a [bad-value]; /States/S/Arguments/QueryParameters [bad-value]; /States/S/Arguments/Transform [unsupported]; /States/S/Arguments/Authentication [missing-field]`},
		{strings.Replace(wrap(httpTask(``)), `https://`, `http://`, 1), `/States/S/Arguments/ApiEndpoint [bad-value] HTTPS`},
	} {
		m, findings := Parse([]byte(test.definition))
		var want []string
		if test.want != "" {
			want = strings.Split(test.want, "; ")
		}
		ok := len(findings) == len(want) && (m != nil) == (len(want) == 0)
		for i := range min(len(findings), len(want)) {
			at, rest, _ := strings.Cut(want[i], " [")
			code, part, _ := strings.Cut(rest, "]")
			f := findings[i]
			ok = ok && f.Path == at && f.Code == code && strings.Contains(f.Message, strings.TrimSpace(part))
		}
		if !ok {
			t.Errorf("%.200s\n got %v\nwant %s", test.definition, findings, strings.Join(want, "; "))
		}
	}
}
