package stepfunctions

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// failing lets a function report errors in turn, and succeed after them.
func failing(w *world, names ...string) {
	w.function = func(n int, _ string) (string, error) {
		if n <= len(names) && names[n-1] != "" {
			return "", &TaskError{names[n-1], "cause " + fmt.Sprint(n)}
		}
		return fmt.Sprint(n), nil
	}
}

// Retriers count for themselves; catchers take what is left.
func TestRetry(t *testing.T) {
	const two = `[{"ErrorEquals":["A","B"],"IntervalSeconds":1,"BackoffRate":2,"MaxAttempts":2},{"ErrorEquals":["C"],"IntervalSeconds":5}]`
	const catch = `,"Catch":[{"ErrorEquals":["X"],"Next":"X"},{"ErrorEquals":["States.ALL"],"Next":"Z"}]`
	const after = `,"X":{"Type":"Succeed","Output":"x"},"Z":{"Type":"Succeed","Output":"{% $states.input.Error & ': ' & $states.input.Cause %}"}`
	for _, test := range []struct {
		name, retry string
		errors      []string
		want        string // the output, or the error
		took        time.Duration
	}{
		{"none", `[]`, nil, `1`, 0},
		// The example of https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html.
		{"two retriers", two, []string{"A", "B", "C", "B"}, `"B: cause 4"`, 8 * time.Second},
		{"success at last", two, []string{"A", "B", "C"}, `4`, 8 * time.Second},
		{"another error", two, []string{"X"}, `"x"`, 0},
		{"no attempts", `[{"ErrorEquals":["States.ALL"],"MaxAttempts":0}]`, []string{"A"}, `"A: cause 1"`, 0},
		{"the defaults", `[{"ErrorEquals":["States.ALL"]}]`, []string{"A", "A", "A", "A"}, `"A: cause 4"`, 7 * time.Second},
		{"the longest delay", `[{"ErrorEquals":["States.ALL"],"MaxDelaySeconds":3,"MaxAttempts":4}]`, []string{"A", "A", "A", "A", "A"}, `"A: cause 5"`, 9 * time.Second},
		{"no growth", `[{"ErrorEquals":["States.ALL"],"BackoffRate":1.0,"MaxAttempts":4}]`, []string{"A", "A", "A", "A", "A"}, `"A: cause 5"`, 4 * time.Second},
		{"TaskFailed", `[{"ErrorEquals":["States.TaskFailed"],"MaxAttempts":1}]`, []string{"A", "A"}, `"A: cause 2"`, time.Second},
		{"TaskFailed is no time-out", `[{"ErrorEquals":["States.TaskFailed"]}]`, []string{"States.Timeout"}, `"States.Timeout: cause 1"`, 0},
		{"ALL is", `[{"ErrorEquals":["States.ALL"],"MaxAttempts":1}]`, []string{"States.Timeout"}, `2`, time.Second},
		{"runtime errors are final", `[{"ErrorEquals":["States.Runtime"]},{"ErrorEquals":["States.ALL"]}]`, []string{"States.Runtime"}, `States.Runtime`, 0},
		{"too much data is final", `[{"ErrorEquals":["States.ALL"]}]`, []string{"States.DataLimitExceeded"}, `States.DataLimitExceeded`, 0},
		{"unless it is named", `[{"ErrorEquals":["States.DataLimitExceeded"]}]`, []string{"States.DataLimitExceeded"}, `2`, time.Second},
		{"names are exact", `[{"ErrorEquals":["a"]}]`, []string{"A"}, `"A: cause 1"`, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(reply{})
			failing(w, test.errors...)
			r := w.run(t, machine(t, task(`,"Output":"{% $states.result.Payload %}","Retry":`+test.retry+catch)+after), `{}`)
			got := string(r.Output)
			if r.Status == Failed {
				got = r.Error
			}
			if took := r.Stopped.Sub(r.Started); got != test.want || took != test.took {
				t.Errorf("%s after %s, want %s after %s", got, took, test.want, test.took)
			}
		})
	}
}

func TestJitter(t *testing.T) {
	w := newWorld(reply{})
	failing(w, "A", "A", "A")
	r := w.run(t, machine(t, task(`,"Retry":[{"ErrorEquals":["A"],"IntervalSeconds":8,"BackoffRate":1,"JitterStrategy":"FULL"}]`)), `{}`)
	first, second := r.Steps[0].Attempts[0].RetryIn, r.Steps[0].Attempts[1].RetryIn
	if first == second || first < 0 || first > 8*time.Second || second > 8*time.Second || r.Status != Succeeded {
		t.Errorf("%s, %s", first, second)
	}
}

// What a retry sees, and what a state leaves behind.
func TestAttempts(t *testing.T) {
	w := newWorld(reply{})
	failing(w, "A", "", "A")
	m := machine(t, strings.Replace(task(`,"Retry":[{"ErrorEquals":["States.ALL"],"MaxAttempts":9}],"Assign":{"v":"{% $states.result.Payload > 1 ? $states.result.Payload %}"},"Output":"{% $states.context.State.RetryCount %}"`),
		`{"FunctionName":"f"}`, `{"FunctionName":"f","Payload":"{% $states.context.State.RetryCount %}"}`, 1))
	r := w.run(t, m, `{}`)
	if r.Status != Succeeded || strings.Join(w.calls, ",") != "0,1" || string(r.Output) != "1" || string(r.Steps[0].Assigned) != `{"v":2}` {
		t.Errorf("%s %s %v %s", r.Status, r.Output, w.calls, r.Steps[0].Assigned)
	}
	// The service replied, but nothing can be made of it: that is a failed attempt too.
	w = newWorld(reply{})
	failing(w)
	m = machine(t, task(`,"Assign":{"v":1},"Output":"{% $states.result.nothing %}","Catch":[{"ErrorEquals":["States.QueryEvaluationError"],"Assign":{"w":2},"Output":"{% $states.errorOutput.Error %}","Next":"T"}]`)+
		`,"T":{"Type":"Pass","Output":"{% [$states.input, $exists($v), $w] %}","End":true}`)
	if r := w.run(t, m, `{}`); string(r.Output) != `["States.QueryEvaluationError",false,2]` {
		t.Errorf("%s %s: %s", r.Output, r.Error, r.Cause)
	}
	// A catcher without an output passes the error on; its own expressions may fail.
	w = newWorld(reply{})
	failing(w, "A")
	m = machine(t, task(`,"Catch":[{"ErrorEquals":["A"],"Next":"T"}]`)+`,"T":{"Type":"Succeed"}`)
	if r := w.run(t, m, `{}`); string(r.Output) != `{"Error":"A","Cause":"cause 1"}` || *r.Steps[0].Caught != 0 || r.Steps[0].Error != "A" {
		t.Errorf("%s", r.Output)
	}
	w = newWorld(reply{})
	failing(w, "A")
	m = machine(t, task(`,"Catch":[{"ErrorEquals":["A"],"Output":"{% $states.errorOutput.x %}","Next":"T"}]`)+`,"T":{"Type":"Succeed"}`)
	if r := w.run(t, m, `{}`); r.Status != Failed || r.Error != QueryEvaluationError {
		t.Errorf("%s %s", r.Status, r.Error)
	}
}

// slow takes its time, and heeds no limit unless told to.
type slow struct {
	takes time.Duration
	clock *VirtualClock // sets it forward instead of spending
	heeds bool
}

func (s slow) Invoke(ctx context.Context, c *Call, _ string, _ []byte) ([]byte, error) {
	switch {
	case s.heeds:
		return nil, fmt.Errorf("gave up after %s: %w", c.Timeout, context.DeadlineExceeded)
	case s.clock != nil:
		return []byte("1"), s.clock.Sleep(ctx, min(s.takes, c.Timeout))
	}
	c.Spend(s.takes)
	return []byte("1"), nil
}

func TestTimeouts(t *testing.T) {
	for _, test := range []struct {
		name, members string
		takes         time.Duration
		status, error string
		took          time.Duration
	}{
		{"in time", `,"TimeoutSeconds":10`, 9 * time.Second, Succeeded, "", 9 * time.Second},
		{"late", `,"TimeoutSeconds":10`, 10 * time.Second, Failed, Timeout, 10 * time.Second},
		{"computed", `,"TimeoutSeconds":"{% 2 + 3 %}"`, 6 * time.Second, Failed, Timeout, 5 * time.Second},
		{"computed badly", `,"TimeoutSeconds":"{% 0 %}"`, 0, Failed, QueryEvaluationError, 0},
		{"no limit of its own", ``, 299 * time.Second, Succeeded, "", 299 * time.Second},
		{"as long as the execution", ``, 400 * time.Second, TimedOut, Timeout, 300 * time.Second},
		{"longer than the execution", `,"TimeoutSeconds":999,"Catch":[{"ErrorEquals":["States.ALL"],"Next":"S"}]`, 400 * time.Second, TimedOut, Timeout, 300 * time.Second},
		{"retried", `,"TimeoutSeconds":10,"Retry":[{"ErrorEquals":["States.Timeout"],"MaxAttempts":2}]`, 20 * time.Second, Failed, Timeout, 33 * time.Second},
	} {
		for _, how := range []string{"spent", "slept", "given up"} {
			if how == "given up" && test.status == Succeeded || how == "slept" && test.takes == 0 {
				continue
			}
			t.Run(test.name+" "+how, func(t *testing.T) {
				w := newWorld(reply{})
				x := w.execution(`{}`)
				f := slow{takes: test.takes, heeds: how == "given up"}
				if how == "slept" {
					f.clock = w.clock
				}
				x.Services.Lambda = f
				r, err := machine(t, task(test.members)).Run(context.Background(), x)
				if err != nil {
					t.Fatal(err)
				}
				if took := r.Stopped.Sub(r.Started); r.Status != test.status || r.Error != test.error || took != test.took {
					t.Errorf("%s %s after %s: %s", r.Status, r.Error, took, r.Cause)
				}
			})
		}
	}
}

func attributes(n int) string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf(`"A%d":{"DataType":"String","StringValue":"x"}`, i)
	}
	return "{" + strings.Join(all, ",") + "}"
}

func TestServices(t *testing.T) {
	one := func(resource, arguments string) string {
		return `"S":{"Type":"Task","Resource":"arn:aws-cn:states:::` + resource + `","Arguments":` + arguments + `,"End":true}`
	}
	for _, test := range []struct{ resource, arguments, want string }{
		{"aws-sdk:ssm:getParameter", `{"Name":"/oncall/EC2","WithDecryption":true}`, `{"Parameter":{"Name":"/oncall/EC2","Type":"SecureString","Value":"+8613800000000"}}`},
		{"aws-sdk:ssm:getParameter", `{"Name":"{% '/oncall/' & 'S3' %}"}`, ParameterNotFound},
		{"aws-sdk:ssm:getParameter", `"{% {'Name': '/oncall/EC2'} %}"`, `{"Parameter":{"Name":"/oncall/EC2","Type":"SecureString","Value":"+8613800000000"}}`},
		{"aws-sdk:ssm:getParameter", `"{% {} %}"`, RuntimeError},
		{"aws-sdk:ssm:getParameter", `"{% {'Name': 1} %}"`, RuntimeError},
		{"aws-sdk:ssm:getParameter", `"{% [1] %}"`, RuntimeError},
		{"aws-sdk:sqs:sendMessage", `{"QueueUrl":"q","MessageBody":"<b>"}`, `{"MD5OfMessageBody":"2d5fef6c87f16217aa1b50e1ebc89720","MessageId":"m1"}`},
		{"aws-sdk:sqs:sendMessage", `{"QueueUrl":"q","MessageBody":"{% {} %}"}`, RuntimeError},
		{"aws-sdk:sqs:sendMessage", `{"QueueUrl":"q","MessageBody":""}`, "Sqs.SqsException"},
		{"sqs:sendMessage", `{"QueueUrl":"q","MessageBody":"{% '' %}"}`, "SQS.AmazonSQSException"},
		{"sqs:sendMessage", `{"QueueUrl":"q","MessageBody":{"a":1},"MessageAttributes":{"X":{"DataType":"String","StringValue":""}}}`, "SQS.AmazonSQSException"},
		{"sqs:sendMessage", `{"QueueUrl":"q","MessageBody":"{% $states.input %}"}`, "SQS.AmazonSQSException"},
		{"sqs:sendMessage", `{"QueueUrl":"q","MessageBody":"b","MessageAttributes":` + attributes(10) + `}`, `{"MD5OfMessageBody":"92eb5ffee6ae2fec3ad71c777531578f","MessageId":"m1"}`},
		{"sqs:sendMessage", `{"QueueUrl":"q","MessageBody":"b","MessageAttributes":` + attributes(11) + `}`, "SQS.AmazonSQSException"},
		{"aws-sdk:cloudwatch:putMetricData", `{"Namespace":"n","MetricData":[{"MetricName":"m","Value":"{% 2.5 %}"}]}`, `{}`},
		{"aws-sdk:cloudwatch:putMetricData", `{"Namespace":"n","MetricData":[{"MetricName":"m","Value":"{% 'x' %}"}]}`, RuntimeError},
		{"lambda:invoke", `{"FunctionName":"f"}`, `{"ExecutedVersion":"$LATEST","Payload":{"timestamp":"1735787045000","sign":"a+b/c="},"StatusCode":200}`},
	} {
		w := newWorld(reply{})
		w.values["/oncall/EC2"] = "+8613800000000"
		r := w.run(t, machine(t, one(test.resource, test.arguments)), `"\u0001"`)
		got := string(r.Output)
		if r.Status == Failed {
			got = r.Error
		}
		if got != test.want {
			t.Errorf("%s %s\n got %s: %s\nwant %s", test.resource, test.arguments, got, r.Cause, test.want)
		}
	}
	w := newWorld(reply{})
	w.function = func(int, string) (string, error) { return "not JSON", nil }
	if r := w.run(t, machine(t, task(``)), `{}`); r.Error != "Lambda.Unknown" {
		t.Error(r.Error)
	}
}

// What is no matter of the state machine ends the run.
func TestRunErrors(t *testing.T) {
	ctx := context.Background()
	m := machine(t, task(``))
	broken := errors.New("broken")
	w := newWorld(reply{})
	w.function = func(int, string) (string, error) { return "", broken }
	if _, err := m.Run(ctx, w.execution(`{}`)); !errors.Is(err, broken) || !strings.Contains(err.Error(), `"S"`) {
		t.Error(err)
	}
	if _, err := m.Run(ctx, newWorld(reply{}).execution(`{`)); err == nil {
		t.Error("the input was accepted")
	}
	x := newWorld(reply{}).execution(`{}`)
	x.Services.Lambda = nil
	var unsupported *UnsupportedError
	if _, err := m.Run(ctx, x); !errors.As(err, &unsupported) || unsupported.State != "S" {
		t.Error(err)
	}
	if _, err := m.Run(ctx, Execution{Input: []byte(`{}`), Random: rand.NewPCG(1, 2)}); err == nil {
		t.Error("an execution without a clock")
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := m.Run(ended, newWorld(reply{}).execution(`{}`)); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	// Arguments that are known at run time only.
	m = machine(t, `"S":{"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage","Arguments":"{% $states.input %}","End":true}`)
	if _, err := m.Run(ctx, newWorld(reply{}).execution(`{"QueueUrl":"q","MessageBody":"b","DelaySeconds":1}`)); !errors.As(err, &unsupported) || !strings.Contains(err.Error(), "DelaySeconds") {
		t.Error(err)
	}
	m = machine(t, `"S":{"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage","Arguments":"{% 'ab' ~> /b/ %}","End":true}`)
	if _, err := m.Run(ctx, newWorld(reply{}).execution(`{}`)); !errors.As(err, &unsupported) || !strings.Contains(err.Error(), "Arguments/end") {
		t.Error(err)
	}
	if got := strings.Join(sender(t).Services(), " "); got != "lambda:invoke http:invoke sqs:sendMessage aws-sdk:cloudwatch:putMetricData" {
		t.Error(got)
	}
}
