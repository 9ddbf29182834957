package eventbridge

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// An APIDestination is an HTTPS endpoint that rules can call
// (https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateApiDestination.html).
type APIDestination struct {
	Name     string
	Endpoint string // InvocationEndpoint; each "*" in its path is filled by a target
	Method   string // HttpMethod
	// RateLimit is InvocationRateLimitPerSecond; 0 stands for
	// [DefaultRateLimit]. What exceeds it is delayed for up to 24 hours.
	RateLimit   int
	Description string
}

// Limits of an API destination.
const (
	MaxNameLength        = 64
	MaxEndpointLength    = 2048
	MaxDescriptionLength = 512
	DefaultRateLimit     = 300 // invocations a second
)

// Methods are the HTTP methods of an API destination.
var methods = []string{"POST", "GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"}

// ValidMethod tells whether an API destination can use an HTTP method.
func ValidMethod(method string) bool { return slices.Contains(methods, method) }

var nameExp = regexp.MustCompile(`^[.\-_A-Za-z0-9]+$`)

// ValidName tells whether a connection or an API destination can have a name:
// 1 to [MaxNameLength] of A-Z a-z 0-9 . - _.
func ValidName(name string) bool { return len(name) <= MaxNameLength && nameExp.MatchString(name) }

// endpointExp is the pattern of the API model.
var endpointExp = regexp.MustCompile(`^((%[0-9A-Fa-f]{2}|[-()_.!~*';/?:@&=+$,A-Za-z0-9])+)([).!';/?:,])?$`)

// ValidEndpoint tells whether a URL can be the endpoint of an API destination:
// https, at most [MaxEndpointLength] characters, and none of # { } | and the
// like.
func ValidEndpoint(endpoint string) bool {
	host, ok := strings.CutPrefix(endpoint, "https://")
	return ok && host != "" && !strings.ContainsAny(host[:1], "/?:@") &&
		len(endpoint) <= MaxEndpointLength && endpointExp.MatchString(endpoint)
}

// A FieldError says what is wrong with one field of a request.
type FieldError struct {
	Field  string // its name in the API, such as "AuthParameters.BasicAuthParameters.Username"
	Reason string
}

func (e FieldError) Error() string { return e.Field + " " + e.Reason }

// A fieldCheck collects the faults of a structure.
type fieldCheck []FieldError

func (f *fieldCheck) must(ok bool, field, reason string, args ...any) {
	if !ok {
		*f = append(*f, FieldError{field, fmt.Sprintf(reason, args...)})
	}
}

// Validate lists what CreateApiDestination would refuse.
func (d APIDestination) Validate() []FieldError {
	var f fieldCheck
	f.must(ValidName(d.Name), "Name", "must be 1 to %d of A-Z a-z 0-9 . - _", MaxNameLength)
	f.must(ValidMethod(d.Method), "HttpMethod", "must be one of %s", strings.Join(methods, ", "))
	f.must(ValidEndpoint(d.Endpoint), "InvocationEndpoint",
		"must be an https URL of at most %d characters, without # { } | < > and blanks", MaxEndpointLength)
	f.must(d.RateLimit >= 0, "InvocationRateLimitPerSecond", "must be at least 1")
	f.must(len(d.Description) <= MaxDescriptionLength, "Description", "must have at most %d characters", MaxDescriptionLength)
	return f
}
