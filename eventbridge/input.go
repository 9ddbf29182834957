package eventbridge

import (
	"time"
	"unicode/utf8"
)

// Limits of a target's input, in characters
// (https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Target.html,
// https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_InputTransformer.html).
const (
	MaxInputLength    = 8192
	MaxTemplateLength = 8192
	MaxInputPaths     = 100
	MaxInputPathName  = 256
)

// An InputSpec says what a target receives: at most one of the three fields.
// The names are those of the API and of AWS::Events::Rule.
type InputSpec struct {
	Input            *string           `json:",omitempty"` // a constant
	InputPath        *string           `json:",omitempty"` // a part of the event
	InputTransformer *InputTransformer `json:",omitempty"`
}

// An InputTransformer renders a template with values of the event.
type InputTransformer struct {
	InputPathsMap map[string]string `json:",omitempty"` // name to path
	InputTemplate string
}

// Context is what a template can know besides the event.
type Context struct {
	RuleARN       string    // aws.events.rule-arn
	RuleName      string    // aws.events.rule-name
	IngestionTime time.Time // aws.events.event.ingestion-time, to the millisecond
}

// An Input renders what a target receives.
type Input struct {
	constant    *string
	path        *Path
	transformer *Transformer
}

// NewInput checks and compiles a target's input; the zero InputSpec stands for
// the whole event. The error is an [*AdmissionError] where EventBridge would
// refuse the target.
func NewInput(spec InputSpec) (*Input, error) {
	given := 0
	for _, set := range []bool{spec.Input != nil, spec.InputPath != nil, spec.InputTransformer != nil} {
		if set {
			given++
		}
	}
	switch {
	case given > 1:
		return nil, refuse("Only one of Input, InputPath, or InputTransformer must be provided for target ", ".")
	case spec.Input != nil:
		return newConstant(*spec.Input)
	case spec.InputPath != nil:
		return newInputPath(*spec.InputPath)
	case spec.InputTransformer != nil:
		t, err := NewTransformer(spec.InputTransformer.InputPathsMap, spec.InputTransformer.InputTemplate)
		if err != nil {
			return nil, err
		}
		return &Input{transformer: t}, nil
	}
	return &Input{}, nil
}

func newConstant(text string) (*Input, error) {
	if utf8.RuneCountInString(text) > MaxInputLength {
		return nil, refuseModel("input", "Member must have length less than or equal to %d", MaxInputLength)
	}
	if _, err := parseDocument([]byte(text)); err != nil {
		return nil, refuse("JSON syntax error in input for target ", ": "+err.Error())
	}
	return &Input{constant: &text}, nil
}

func newInputPath(text string) (*Input, error) {
	p, err := parseInputPath("inputPath", text)
	if err != nil {
		return nil, err
	}
	return &Input{path: &p}, nil
}

// parseInputPath parses a path of a target. The empty path selects nothing.
func parseInputPath(member, text string) (Path, error) {
	if utf8.RuneCountInString(text) > MaxPathLength {
		return Path{}, refuseModel(member, "Member must have length less than or equal to %d", MaxPathLength)
	}
	if text == "" {
		return Path{}, nil
	}
	p, err := ParsePath(text)
	if err != nil {
		return Path{}, refuse("InputPath for target ", " is invalid.")
	}
	return p, nil
}

// Render is what the target receives for an event. The error is an
// [*UndeliverableError].
func (in *Input) Render(e *Event, c Context) ([]byte, error) {
	switch {
	case in.constant != nil:
		return []byte(*in.constant), nil
	case in.transformer != nil:
		return in.transformer.Render(e, c)
	case in.path != nil:
		if v, found := in.path.Select(e); found && !v.IsNull() {
			return v.JSON(), nil
		}
		return []byte("{}"), nil
	}
	return e.Compact(), nil
}
