package stepfunctions

import (
	"slices"
	"time"
)

// Limits of Step Functions
// (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html).
const (
	// MaxExecution is how long an Express execution lasts at most.
	MaxExecution = 5 * time.Minute
	// MaxPayload is the size, in bytes of JSON, of the input and the output of a
	// state, and of the variables that a state assigns.
	MaxPayload = 256 << 10
	// MaxVariables is the size of all variables of an execution.
	MaxVariables = 10 << 20
	// MaxDefinition is the size of a definition.
	MaxDefinition = 1 << 20
	// maxSeconds bounds every number of seconds in a definition.
	maxSeconds = 99_999_999
	// maxStateName and maxVariableName are in characters.
	maxStateName    = 80
	maxVariableName = 80
)

// MaxSteps bounds the states that an execution enters: one that goes round
// without waiting would never come to its time limit, since only waits and calls
// take time here.
const MaxSteps = 10_000

// The types of states that are known here.
const (
	typePass    = "Pass"
	typeTask    = "Task"
	typeChoice  = "Choice"
	typeWait    = "Wait"
	typeSucceed = "Succeed"
	typeFail    = "Fail"
)

// A Machine is a state machine that [Parse] has checked. It never changes, so
// that it can run any number of executions at once.
type Machine struct {
	start   string
	timeout time.Duration // 0 for none of its own
	states  map[string]*state
	order   []string
}

// A state has the fields of its type.
type state struct {
	name, kind string
	at         path
	output     *template // nil to pass on
	assign     *template // nil for nothing
	next       string    // "" for the end

	choices []rule // of a Choice

	seconds *template // of a Wait

	failName, failCause *template // of a Fail

	// Of a Task.
	service   *service
	arguments *template
	timeout   *template // nil for none of its own
	retry     []retrier
	catch     []catcher
}

// A rule is one of a Choice.
type rule struct {
	condition, output, assign *template
	next                      string
}

type retrier struct {
	errors   []string
	interval time.Duration
	maxDelay time.Duration // 0 for none
	attempts int
	backoff  float64
	jitter   bool
}

type catcher struct {
	errors         []string
	output, assign *template
	next           string
}

// Services lists the integrations that the tasks of a machine use, such as
// "http:invoke", in the order of the definition.
func (m *Machine) Services() []string {
	var names []string
	for _, name := range m.order {
		if s := m.states[name].service; s != nil && !slices.Contains(names, s.name) {
			names = append(names, s.name)
		}
	}
	return names
}
