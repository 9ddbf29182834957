package simulate

import (
	"strconv"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/contract"
	"github.com/notifygen/notifygen/eventbridge"
)

// request builds the request of an API destination, and shows it with the
// secrets masked.
func (r *run) request(out *Delivery, t *Target, body []byte) {
	w := r.World
	d := lookUp(w.destinations, t.ARN, KindAPIDestination)
	if d == nil {
		out.Error = &Failure{eventbridge.CodeNoResource, "none of the templates has the API destination " + w.Hide(t.ARN)}
		return
	}
	var c eventbridge.Connection
	if d.connection != nil {
		c = d.connection.Connection
	}
	spec := eventbridge.RequestSpec{Destination: d.APIDestination, Connection: c, Parameters: t.http, Event: r.event, Body: body}
	visible := spec
	if w.hidesWildcards(d.Endpoint) { // the values are for a part of it that is not seen
		visible.Parameters.PathParameterValues = nil
	}
	built, err := eventbridge.BuildRequest(visible)
	if err != nil {
		out.Error = &Failure{Message: w.Hide(err.Error())}
		return
	}
	shown := &Request{Method: built.Method, URL: w.Hide(built.URL), Body: w.Hide(string(built.Body))}
	for _, h := range built.Header {
		shown.Header = append(shown.Header, eventbridge.HeaderField{Name: w.Hide(h.Name), Value: w.shownHeader(h, c, len(shown.Body))})
	}
	out.Request, out.spec = shown, &spec
	out.Contract = r.Failures.Predict(r.Services, contract.Request{
		Method: shown.Method, URL: shown.URL, Header: shown.Header.Get, Body: []byte(shown.Body), Service: d.service,
	})
}

// shownHeader is the value of a header as it is shown: the user and password of
// basic authorization are hidden in Base64, a host may be unknown, and the
// length is that of the body as it is shown.
func (w *World) shownHeader(h eventbridge.HeaderField, c eventbridge.Connection, length int) string {
	basic := c.AuthorizationType == eventbridge.AuthorizationBasic
	switch {
	case basic && h.Name == "Authorization" && w.set.Secrets.Holds(c.Basic.Username+c.Basic.Password):
		return "Basic " + cloudformation.Mask
	case h.Name == "Host" && h.Value == "":
		return cloudformation.Mask
	case h.Name == "Content-Length":
		return strconv.Itoa(length)
	}
	return w.Hide(h.Value)
}
