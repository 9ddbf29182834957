package catcher

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/notifygen/notifygen/contract"
	"github.com/notifygen/notifygen/redact"
)

// Caught is a request that was received. No field holds a secret.
type Caught struct {
	Seq      int64             `json:"seq"` // from 1
	Received time.Time         `json:"received"`
	Method   string            `json:"method"`
	URL      string            `json:"url"` // the one it was meant for
	Header   map[string]string `json:"headers"`
	Body     string            `json:"body"`
	// Prediction is what was answered and what EventBridge makes of it; what a state
	// machine makes of a refusal is not known here. The status of the reply is 0
	// where there was none.
	contract.Prediction
	// Failure is the one that was asked for: "slow:7s".
	Failure string `json:"failure,omitempty"`
	// Shown is the message as the service shows it, nil where that is not known.
	Shown []contract.Block `json:"shown"`
}

// Caught gives the requests that are kept, the oldest first.
func (c *Catcher) Caught() []Caught {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.kept)
}

// Clear forgets the requests that are kept.
func (c *Catcher) Clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.kept = nil
}

func (c *Catcher) keep(s *contract.Service, r *http.Request, request contract.Request, received time.Time, p contract.Prediction, failure string) {
	caught := Caught{
		Received: received, Method: r.Method, URL: c.concealURL(request.URL), Header: map[string]string{"Host": c.conceal(r.Host)},
		Body: c.conceal(string(request.Body)), Prediction: c.concealPrediction(p), Failure: failure,
	}
	for name, values := range r.Header {
		caught.Header[name] = c.concealHeader(name, strings.Join(values, ", "))
	}
	if p.Reply.Status == 0 {
		caught.Outcome, caught.Note = contract.Retried, s.Title+" did not answer; EventBridge tries again"
	}
	if strings.HasPrefix(r.UserAgent(), stepFunctions) && caught.Outcome != contract.Delivered {
		caught.Outcome = contract.Refused
		caught.Note, _, _ = strings.Cut(caught.Note, "; EventBridge")
	}
	if s.Show != nil {
		caught.Shown = s.Show([]byte(caught.Body))
	}
	c.mu.Lock()
	c.seq++
	caught.Seq = c.seq
	c.kept = append(c.kept, caught)
	if more := len(c.kept) - c.options.Keep; more > 0 {
		c.kept = slices.Delete(c.kept, 0, more)
	}
	c.mu.Unlock()
	c.options.OnCaught(caught)
}

// stepFunctions is what the User-Agent of HTTP tasks begins with
// (https://docs.aws.amazon.com/step-functions/latest/dg/call-https-apis.html).
const stepFunctions = "Amazon|StepFunctions|"

// conceal masks what nobody may see. The secrets of the services come first: what
// looks like a credential may be a part of one.
func (c *Catcher) conceal(text string) string {
	c.mu.Lock()
	secrets := c.secrets
	c.mu.Unlock()
	for _, secret := range secrets {
		text = strings.ReplaceAll(text, secret, contract.Masked)
	}
	return redact.Text(c.options.Conceal(text))
}

func (c *Catcher) concealPrediction(p contract.Prediction) contract.Prediction {
	p.Reply.Body, p.Note = c.conceal(p.Reply.Body), c.conceal(p.Note)
	p.Problems = slices.Clone(p.Problems)
	for i := range p.Problems {
		p.Problems[i].Field, p.Problems[i].Message = c.conceal(p.Problems[i].Field), c.conceal(p.Problems[i].Message)
	}
	return p
}

// secretNames are the names of headers and query parameters that carry secrets.
var secretNames = regexp.MustCompile(`(?i)auth|token|secret|password|cookie|signature|(^|[-_])(key|sig|sign)$|apikey`)

// schemes are those of an Authorization header that may be shown
// (https://www.iana.org/assignments/http-authschemes).
var schemes = regexp.MustCompile(`(?i)^(Basic|Bearer|Digest|GenieKey|Token)$`)

// concealHeader keeps the scheme of an authorization, if it is one.
func (c *Catcher) concealHeader(name, value string) string {
	if !secretNames.MatchString(name) {
		return c.conceal(value)
	}
	if scheme, _, ok := strings.Cut(value, " "); ok && strings.EqualFold(name, "Authorization") && schemes.MatchString(scheme) {
		return scheme + " " + contract.Masked
	}
	return contract.Masked
}

func (c *Catcher) concealURL(address string) string {
	before, query, ok := strings.Cut(address, "?")
	if !ok {
		return c.conceal(address)
	}
	pairs := strings.Split(query, "&")
	for i, pair := range pairs {
		name, _, ok := strings.Cut(pair, "=")
		plain, err := url.QueryUnescape(name)
		if ok && (err != nil || secretNames.MatchString(plain)) {
			pairs[i] = name + "=" + contract.Masked
		}
	}
	return c.conceal(before) + "?" + c.conceal(strings.Join(pairs, "&"))
}
