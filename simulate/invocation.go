package simulate

import (
	"maps"
	"slices"
	"strings"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/eventbridge"
)

// Invocation is the request of a delivery as it goes over the wire.
type Invocation struct {
	// Key names the delivery: one target of a rule, for one event.
	Key string
	// Destination is the ARN of the API destination, whose rate is shared.
	Destination   string
	RatePerSecond int
	Request       *eventbridge.Request
}

// Invocation gives what is sent, nil where the delivery is no request. Secrets
// that are known stand in it, so it is neither shown nor stored; the others are
// masked.
func (w *World) Invocation(d Delivery) (*Invocation, error) {
	if d.spec == nil {
		return nil, nil
	}
	spec := *d.spec
	spec.Destination.Endpoint = w.plain(spec.Destination.Endpoint)
	spec.Connection = w.plainConnection(spec.Connection)
	spec.Parameters = eventbridge.HTTPParameters{
		PathParameterValues:   w.plainList(spec.Parameters.PathParameterValues),
		QueryStringParameters: w.plainMap(spec.Parameters.QueryStringParameters),
		HeaderParameters:      w.plainMap(spec.Parameters.HeaderParameters),
	}
	spec.Body = []byte(w.plain(string(spec.Body)))
	request, err := eventbridge.BuildRequest(spec)
	if err != nil {
		return nil, err
	}
	rate := spec.Destination.RateLimit
	if rate <= 0 {
		rate = eventbridge.DefaultRateLimit
	}
	return &Invocation{
		Key: d.Key(), Destination: d.target.ARN, RatePerSecond: rate, Request: request,
	}, nil
}

// plain replaces the marks of a text by the secrets, or by the mask.
func (w *World) plain(text string) string { return w.Hide(w.set.Secrets.Reveal(text)) }

func (w *World) plainList(list []string) []string {
	list = slices.Clone(list)
	for i := range list {
		list[i] = w.plain(list[i])
	}
	return list
}

func (w *World) plainMap(m map[string]string) map[string]string {
	m = maps.Clone(m)
	for k, v := range m {
		m[k] = w.plain(v)
	}
	return m
}

func (w *World) plainConnection(c eventbridge.Connection) eventbridge.Connection {
	for _, text := range []*string{
		&c.Basic.Username, &c.Basic.Password, &c.APIKey.Name, &c.APIKey.Value, &c.OAuth.Token,
	} {
		*text = w.plain(*text)
	}
	parameters := func(list []eventbridge.ConnectionParameter) []eventbridge.ConnectionParameter {
		list = slices.Clone(list)
		for i := range list {
			list[i].Key, list[i].Value = w.plain(list[i].Key), w.plain(list[i].Value)
		}
		return list
	}
	c.Invocation.Header = parameters(c.Invocation.Header)
	c.Invocation.QueryString = parameters(c.Invocation.QueryString)
	c.Invocation.Body = parameters(c.Invocation.Body)
	return c
}

// Conceal masks the secrets in a text that came from elsewhere, such as a reply
// that repeats the request: also where a header encodes them.
func (w *World) Conceal(text string) string {
	for _, c := range w.connections {
		if c.AuthorizationType == eventbridge.AuthorizationBasic && w.set.Secrets.Holds(c.Basic.Username+c.Basic.Password) {
			_, credentials, _ := strings.Cut(w.plainConnection(c.Connection).Authorization().Value, " ")
			text = strings.ReplaceAll(text, credentials, cloudformation.Mask)
		}
	}
	return w.set.Secrets.Conceal(text)
}
