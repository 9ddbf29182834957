package eventbridge

import (
	"encoding/base64"
	"regexp"
)

// AuthorizationType says how a connection authorizes its requests.
type AuthorizationType string

// The authorization types. There is none for "no authorization": an endpoint
// that needs none gets an API key that it ignores.
const (
	AuthorizationBasic  AuthorizationType = "BASIC"
	AuthorizationAPIKey AuthorizationType = "API_KEY"
	AuthorizationOAuth  AuthorizationType = "OAUTH_CLIENT_CREDENTIALS"
)

// A Connection holds how requests are authorized, and parameters that are
// added to each of them
// (https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateConnection.html).
type Connection struct {
	Name              string
	AuthorizationType AuthorizationType
	Basic             BasicAuth  // for BASIC
	APIKey            APIKeyAuth // for API_KEY
	OAuth             OAuth      // for OAUTH_CLIENT_CREDENTIALS
	// Invocation is InvocationHttpParameters.
	Invocation ConnectionParameters
}

// BasicAuth is sent as "Authorization: Basic base64(username:password)".
type BasicAuth struct{ Username, Password string }

// An APIKeyAuth is sent as a header of that name.
type APIKeyAuth struct{ Name, Value string }

// An OAuth is a client that EventBridge fetches tokens for.
type OAuth struct {
	ClientID, ClientSecret string
	Endpoint               string // AuthorizationEndpoint
	Method                 string // GET, POST or PUT
	Parameters             ConnectionParameters
	// Token is what the endpoint answered: "<token_type> <access_token>". The
	// wire format of fetching it is not documented.
	Token string
}

// ConnectionParameters are added to a request, and win over the target's.
type ConnectionParameters struct {
	Header, QueryString, Body []ConnectionParameter
}

// A ConnectionParameter is one header, query or body parameter.
type ConnectionParameter struct {
	Key, Value    string
	IsValueSecret bool
}

// Limits of a connection.
const (
	MaxCredentialLength     = 512
	MaxConnectionParameters = 100 // of each kind
)

var credentialExp = regexp.MustCompile(`^[ \t]*[^\x00-\x1F:\x7F]+([ \t]+[^\x00-\x1F:\x7F]+)*[ \t]*$`)

// ValidCredential tells whether a connection accepts a user name, password,
// key name, key value, client id or client secret: 1 to [MaxCredentialLength]
// characters without control characters and without a colon.
func ValidCredential(s string) bool {
	return len(s) <= MaxCredentialLength && credentialExp.MatchString(s)
}

// Validate lists what CreateConnection would refuse.
func (c Connection) Validate() []FieldError {
	var f fieldCheck
	f.must(ValidName(c.Name), "Name", "must be 1 to %d of A-Z a-z 0-9 . - _", MaxNameLength)
	credential := func(field, value string) {
		f.must(ValidCredential(value), "AuthParameters."+field,
			"must have 1 to %d characters, and neither a colon nor control characters", MaxCredentialLength)
	}
	switch c.AuthorizationType {
	case AuthorizationBasic:
		credential("BasicAuthParameters.Username", c.Basic.Username)
		credential("BasicAuthParameters.Password", c.Basic.Password)
	case AuthorizationAPIKey:
		credential("ApiKeyAuthParameters.ApiKeyName", c.APIKey.Name)
		credential("ApiKeyAuthParameters.ApiKeyValue", c.APIKey.Value)
	case AuthorizationOAuth:
		credential("OAuthParameters.ClientParameters.ClientID", c.OAuth.ClientID)
		credential("OAuthParameters.ClientParameters.ClientSecret", c.OAuth.ClientSecret)
		f.must(ValidEndpoint(c.OAuth.Endpoint), "AuthParameters.OAuthParameters.AuthorizationEndpoint", "must be an https URL")
		switch c.OAuth.Method {
		case "GET", "POST", "PUT":
		default:
			f.must(false, "AuthParameters.OAuthParameters.HttpMethod", "must be GET, POST or PUT")
		}
		c.OAuth.Parameters.check(&f, "AuthParameters.OAuthParameters.OAuthHttpParameters.")
	default:
		f.must(false, "AuthorizationType", "must be BASIC, API_KEY or OAUTH_CLIENT_CREDENTIALS")
	}
	c.Invocation.check(&f, "AuthParameters.InvocationHttpParameters.")
	return f
}

func (p ConnectionParameters) check(f *fieldCheck, prefix string) {
	for _, kind := range []struct {
		field      string
		parameters []ConnectionParameter
		validKey   func(string) bool
		validValue func(string) bool
	}{
		{"HeaderParameters", p.Header, ValidHeaderName, ValidHeaderValue},
		{"QueryStringParameters", p.QueryString, ValidQueryName, ValidQueryValue},
		{"BodyParameters", p.Body, anyText, anyText},
	} {
		field := prefix + kind.field
		f.must(len(kind.parameters) <= MaxConnectionParameters, field, "must have at most %d entries", MaxConnectionParameters)
		for _, q := range kind.parameters {
			f.must(kind.validKey(q.Key), field, "cannot have the key %q", q.Key)
			// The value may be a secret, and is not shown.
			f.must(kind.validValue(q.Value), field, "cannot have the value of %q", q.Key)
		}
	}
}

func anyText(string) bool { return true }

// Authorization is the header that the connection authorizes requests with.
func (c Connection) Authorization() HeaderField {
	switch c.AuthorizationType {
	case AuthorizationBasic:
		pair := c.Basic.Username + ":" + c.Basic.Password
		return HeaderField{"Authorization", "Basic " + base64.StdEncoding.EncodeToString([]byte(pair))}
	case AuthorizationAPIKey:
		return HeaderField{c.APIKey.Name, c.APIKey.Value}
	case AuthorizationOAuth:
		return HeaderField{"Authorization", c.OAuth.Token}
	}
	return HeaderField{}
}
