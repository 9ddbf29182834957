package simulate

import (
	"strconv"
	"strings"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/eventbridge"
	"github.com/notifygen/notifygen/schema"
)

// connection is a connection as the template gives it. Its secrets are marks.
type connection struct{ eventbridge.Connection }

// apiDestination is an API destination with its connection.
type apiDestination struct {
	eventbridge.APIDestination
	connection *connection
	service    string // the destination type in the file that the template was compiled from
}

// connectionReader reads one connection. Whatever EventBridge keeps in its
// secret is a secret here too, even where the template spells it out: the name
// to give it by is then ID.Property, such as Connection.ApiKeyValue.
type connectionReader struct {
	secrets *cloudformation.Secrets
	id      string
}

// filler ends the name of a header that only exists because a connection must
// have some authorization; its value is no secret.
const filler = "-unused"

func (w *World) readConnection(r *cloudformation.Resource) {
	c := connectionReader{w.set.Secrets, r.ID}
	auth := r.Property("AuthParameters")
	out := &connection{eventbridge.Connection{
		Name:              r.Name(),
		AuthorizationType: eventbridge.AuthorizationType(r.Text("AuthorizationType")),
		Invocation:        c.parameters(auth.Get("InvocationHttpParameters"), ""),
	}}
	if basic := auth.Get("BasicAuthParameters"); basic != nil {
		out.Basic = eventbridge.BasicAuth{Username: word(basic.Get("Username")), Password: c.secret(basic, "Password")}
	}
	if key := auth.Get("ApiKeyAuthParameters"); key != nil {
		out.APIKey.Name = word(key.Get("ApiKeyName"))
		if strings.HasSuffix(strings.ToLower(out.APIKey.Name), filler) {
			out.APIKey.Value = word(key.Get("ApiKeyValue"))
		} else {
			out.APIKey.Value = c.secret(key, "ApiKeyValue")
		}
	}
	if oauth := auth.Get("OAuthParameters"); oauth != nil {
		client := oauth.Get("ClientParameters")
		out.OAuth = eventbridge.OAuth{
			ClientID: word(client.Get("ClientID")), ClientSecret: c.secret(client, "ClientSecret"),
			Endpoint: word(oauth.Get("AuthorizationEndpoint")), Method: word(oauth.Get("HttpMethod")),
			Parameters: c.parameters(oauth.Get("OAuthHttpParameters"), "OAuth."),
			// Nobody fetches a token here. Bearer is what token endpoints grant
			// (https://www.rfc-editor.org/rfc/rfc6749#section-5.1).
			Token: "Bearer " + w.set.Secrets.Opaque(r.ID+".AccessToken", r.Name()+".AccessToken"),
		}
	}
	w.refusals(r, out.revealed(w.set.Secrets).Validate())
	if arn, ok := r.Attribute("Arn"); ok {
		w.connections[arn] = out
	}
}

// secret reads a value that is never shown unless it is given to be shown.
func (c connectionReader) secret(n *schema.Node, property string) string {
	return c.hidden(word(n.Get(property)), c.id+"."+property)
}

func (c connectionReader) hidden(value, name string) string {
	if value == "" || c.secrets.Holds(value) || c.secrets.Shows(value) || strings.Contains(value, "${") {
		return value
	}
	return c.secrets.Known(value, name)
}

func (c connectionReader) parameters(n *schema.Node, prefix string) eventbridge.ConnectionParameters {
	read := func(kind string) []eventbridge.ConnectionParameter {
		list := n.Get(kind)
		if list == nil {
			return nil
		}
		var out []eventbridge.ConnectionParameter
		for _, item := range list.Items {
			p := eventbridge.ConnectionParameter{
				Key: word(item.Get("Key")), Value: word(item.Get("Value")),
				IsValueSecret: strings.EqualFold(word(item.Get("IsValueSecret")), "true"),
			}
			if p.IsValueSecret {
				p.Value = c.hidden(p.Value, c.id+"."+prefix+p.Key)
			}
			out = append(out, p)
		}
		return out
	}
	return eventbridge.ConnectionParameters{
		Header: read("HeaderParameters"), QueryString: read("QueryStringParameters"), Body: read("BodyParameters"),
	}
}

// revealed is the connection with the secrets that are known, to be judged.
func (c *connection) revealed(s *cloudformation.Secrets) eventbridge.Connection {
	out := c.Connection
	out.Basic.Password = s.Reveal(out.Basic.Password)
	out.APIKey.Value = s.Reveal(out.APIKey.Value)
	out.OAuth.ClientSecret = s.Reveal(out.OAuth.ClientSecret)
	return out
}

func (w *World) readDestination(r *cloudformation.Resource) {
	rate, _ := strconv.Atoi(r.Text("InvocationRateLimitPerSecond"))
	d := &apiDestination{APIDestination: eventbridge.APIDestination{
		Name: r.Name(), Method: r.Text("HttpMethod"), RateLimit: rate, Description: r.Text("Description"),
		// AWS shows the endpoint to everyone who may look at the destination: a
		// value that the user typed is shown here too.
		Endpoint: w.set.Secrets.RevealTyped(r.Text("InvocationEndpoint")),
	}, service: r.Metadata("Type")}
	judged := d.APIDestination
	if w.set.Secrets.Holds(judged.Endpoint) {
		judged.Endpoint = "https://unknown.example/"
	}
	w.refusals(r, judged.Validate())
	arn := r.Text("ConnectionArn")
	d.connection = lookUp(w.connections, arn, "connection")
	if d.connection == nil && !strings.Contains(arn, "${") {
		w.ds.Report(r.PropertyPos("ConnectionArn"), diag.Unresolved, "none of the templates has the connection of %s", schema.Quote(r.ID)).
			WithHint("requests are shown without authorization; give the template that holds it with another --template")
	}
	if own, ok := r.Attribute("Arn"); ok {
		w.destinations[own] = d
	}
}

// hidesWildcards tells whether the "*" of an endpoint are in a part of it that
// is a secret, or that could not be resolved.
func (w *World) hidesWildcards(endpoint string) bool {
	return !strings.Contains(endpoint, "*") && (w.set.Secrets.Holds(endpoint) || strings.Contains(endpoint, "${"))
}

// lookUp finds a resource by its ARN, or by its name within the ARN: the
// identifier that AWS makes up at the end is not known here.
func lookUp[T any](from map[string]*T, arn, kind string) *T {
	if found := from[arn]; found != nil {
		return found
	}
	prefix, rest, ok := strings.Cut(arn, ":"+kind+"/")
	if !ok {
		return nil
	}
	name, _, _ := strings.Cut(rest, "/")
	for candidate, found := range from {
		if strings.HasPrefix(candidate, prefix+":"+kind+"/"+name+"/") {
			return found
		}
	}
	return nil
}

// refusals reports what AWS would refuse. What could not be resolved has been
// reported already.
func (w *World) refusals(r *cloudformation.Resource, errors []eventbridge.FieldError) {
	var unreported diag.List
	if strings.Contains(string(w.allProperties(r).JSON(&unreported, nil).Text), "${") {
		return
	}
	for _, e := range errors {
		w.ds.Report(r.Pos, diag.RefusedDestination, "AWS refuses %s: %s %s", schema.Quote(r.ID), e.Field, w.Hide(e.Reason)).
			WithHint("https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html")
	}
}

func (w *World) allProperties(r *cloudformation.Resource) *schema.Node {
	out := &schema.Node{Kind: schema.Map}
	for _, name := range []string{"Name", "AuthParameters", "AuthorizationType", "InvocationEndpoint", "HttpMethod", "InvocationRateLimitPerSecond", "Description"} {
		if v := r.Property(name); v != nil {
			out.Fields = append(out.Fields, schema.Field{Key: name, Value: v})
		}
	}
	return out
}

// word is the text of a scalar, "" for all else.
func word(n *schema.Node) string {
	if !n.IsScalar() || n.Kind == schema.Null {
		return ""
	}
	return n.Text
}
