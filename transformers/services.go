package transformers

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/notifygen/notifygen/contract"
)

// otherServices are those that templates of others call: notifygen has no
// destination type for them.
var otherServices = []*contract.Service{
	discordService,
	slackWebhookService,
	teamsService,
}

// Services gives the contracts of every destination type, and of what else is
// known.
func Services() []*contract.Service {
	var services []*contract.Service
	for _, d := range Catalogue {
		services = append(services, d.Service)
	}
	return append(services, otherServices...)
}

// findings collects what is wrong with a request.
type findings []contract.Problem

// refuse adds a problem that the service refuses the request for.
func (f *findings) refuse(code, field, format string, args ...any) {
	*f = append(*f, contract.Problem{Field: field, Code: code, Message: fmt.Sprintf(format, args...)})
}

// accept adds a problem that the service does not mind.
func (f *findings) accept(code, field, format string, args ...any) {
	*f = append(*f, contract.Problem{Field: field, Code: code, Message: fmt.Sprintf(format, args...), Accepted: true})
}

// replyJSON writes a reply's body as services do: <, > and & are left alone.
func replyJSON(v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err) // only values of this package come here
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// contentType gives the media type of a request in lower case, "" where there is
// none, and its charset.
func contentType(r contract.Request) (kind, charset string) {
	value := r.Header("Content-Type")
	kind, params, err := mime.ParseMediaType(value)
	if err != nil {
		kind, _, _ = strings.Cut(value, ";")
	}
	return strings.ToLower(strings.TrimSpace(kind)), strings.ToLower(params["charset"])
}

const (
	jsonType = "application/json"
	formType = "application/x-www-form-urlencoded"
)

// query gives the parameters of a request's URL.
func query(r contract.Request) url.Values {
	_, raw, _ := strings.Cut(r.URL, "?")
	values, _ := url.ParseQuery(raw) // what cannot be read is left out
	return values
}

// formMembers gives the first value of each parameter.
func formMembers(values url.Values) contract.Members {
	m := contract.Members{}
	for name, list := range values {
		if len(list) > 0 {
			m[name] = list[0]
		}
	}
	return m
}

// characters is the length of a text as chat services count it.
func characters(s string) int { return utf8.RuneCountInString(s) }

// cut gives at most so many characters of a text.
func cut(s string, most int) string {
	n := 0
	for i := range s {
		if n++; n > most {
			return s[:i]
		}
	}
	return s
}

// linkable gives a URL that may be followed from a page, "" for all others.
func linkable(link string) string {
	u, err := url.Parse(strings.TrimSpace(link))
	if err != nil {
		return ""
	}
	switch strings.ToLower(u.Scheme) {
	case "http", "https":
		if u.Host == "" {
			return ""
		}
		return link
	case "mailto":
		return link
	}
	return ""
}

// errorsOf reads lines of code and meaning.
func errorsOf(pairs ...string) []contract.Error {
	var list []contract.Error
	for i := 0; i < len(pairs); i += 2 {
		list = append(list, contract.Error{Code: pairs[i], Meaning: pairs[i+1]})
	}
	return list
}
