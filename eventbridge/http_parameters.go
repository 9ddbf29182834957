package eventbridge

import (
	"fmt"
	"regexp"
	"strings"
)

// HTTPParameters are what a target adds to the requests of an API destination
// or an API Gateway endpoint. Every string but the name of a header may be a
// path as a whole, such as "$.detail.id", which selects from the original
// event, not from the transformed input; paths are not mixed with text
// (https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_HttpParameters.html,
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-dynamic-target-parameters.html).
type HTTPParameters struct {
	PathParameterValues   []string          // fill the "*" in the path of the endpoint, in order
	QueryStringParameters map[string]string // by name
	HeaderParameters      map[string]string // by name
}

// MaxHTTPParameterLength is the longest name or value.
const MaxHTTPParameterLength = 512

// The patterns of the API model.
var (
	headerNameExp  = regexp.MustCompile("^[!#$%&'*+-.^_`|~0-9a-zA-Z]+$")
	headerValueExp = regexp.MustCompile(`^[ \t]*[\x20-\x7E]+([ \t]+[\x20-\x7E]+)*[ \t]*$`)
	queryNameExp   = regexp.MustCompile(`^[^\x00-\x1F\x7F]+$`)
	queryValueExp  = regexp.MustCompile(`^[^\x00-\x09\x0B\x0C\x0E-\x1F\x7F]+$`)
)

// ValidHeaderName tells whether a parameter can be a header of that name.
func ValidHeaderName(name string) bool {
	return len(name) <= MaxHTTPParameterLength && headerNameExp.MatchString(name)
}

// ValidHeaderValue tells whether a header can have a value: printable ASCII,
// blanks and tabs. Other characters belong in the body.
func ValidHeaderValue(value string) bool {
	return len(value) <= MaxHTTPParameterLength && headerValueExp.MatchString(value)
}

// ValidQueryName tells whether a query parameter can have a name: anything but
// control characters.
func ValidQueryName(name string) bool {
	return len(name) <= MaxHTTPParameterLength && queryNameExp.MatchString(name)
}

// ValidQueryValue tells whether a query parameter can have a value: anything
// but control characters, line breaks excepted.
func ValidQueryValue(value string) bool {
	return len(value) <= MaxHTTPParameterLength && queryValueExp.MatchString(value)
}

// ValidPathValue tells whether a value can fill a "*" of an endpoint: anything
// that is not blank.
func ValidPathValue(value string) bool {
	return len(value) <= MaxHTTPParameterLength && strings.TrimSpace(value) != ""
}

// Validate lists what PutTargets would refuse, and a number of path values
// other than that of the "*" in the path of endpoint. What the service does
// with such a mismatch is not documented.
func (p HTTPParameters) Validate(endpoint string) []FieldError {
	var f fieldCheck
	if n := countWildcards(endpoint); n != len(p.PathParameterValues) {
		f.must(false, "PathParameterValues", "has %d values for %d \"*\" in the path of the endpoint", len(p.PathParameterValues), n)
	}
	for i, value := range p.PathParameterValues {
		f.must(ValidPathValue(value), fmt.Sprintf("PathParameterValues[%d]", i), "must not be blank or longer than %d", MaxHTTPParameterLength)
	}
	for _, name := range sortedKeys(p.QueryStringParameters) {
		f.must(ValidQueryName(name), "QueryStringParameters", "cannot have the name %q", name)
		f.must(ValidQueryValue(p.QueryStringParameters[name]), "QueryStringParameters", "cannot have the value of %q", name)
	}
	for _, name := range sortedKeys(p.HeaderParameters) {
		f.must(ValidHeaderName(name), "HeaderParameters", "cannot have the name %q", name)
		f.must(ValidHeaderValue(p.HeaderParameters[name]), "HeaderParameters", "cannot have the value of %q", name)
	}
	return f
}

// dynamic is the text that a parameter stands for. A path that selects nothing
// stands for the empty text.
func dynamic(s string, e *Event) string {
	if e == nil || !strings.HasPrefix(s, "$") {
		return s
	}
	p, err := ParsePath(s)
	if err != nil {
		return s
	}
	v, found := p.Select(e)
	if !found {
		return ""
	}
	return v.Text()
}
