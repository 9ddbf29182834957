// Package eventbridge is what Amazon EventBridge does with an event, exactly:
// it compiles and evaluates event patterns, selects values by path, renders a
// target's input and builds the request of an API destination, offline and
// without an AWS account.
//
// Patterns:
//
//	p, err := eventbridge.ParsePattern([]byte(`{"source":["aws.health"]}`))
//	e, err := eventbridge.ParseEvent(event)
//	matched := p.Match(e)
//
// Why an event does not match: [Pattern.Explain]. Many patterns against one
// event: [NewMatcher].
// Target input: [NewInput], [NewTransformer]. API destinations: [BuildRequest].
// Pipes: [ParsePipeEvent], [NewPipeInput].
//
// Where the documentation and the service disagree, the service wins: the
// behaviour follows captures from AWS and the public event-ruler library
// (https://github.com/aws/event-ruler), which EventBridge runs. Where nothing
// has been observed the comment says so.
//
// What the constructors return is safe for concurrent use and, a [Matcher]
// apart, never changes. Nothing here panics on input, however malformed.
package eventbridge
