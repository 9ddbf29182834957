package transformers

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
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

// maxFindings of each sort are kept: the first ones tell what is wrong, and an
// event may cause any number.
const maxFindings = 50

// refuse adds a problem that the service refuses the request for.
func (f *findings) refuse(code, field, format string, args ...any) {
	f.add(contract.Problem{Field: field, Code: code, Message: fmt.Sprintf(format, args...)})
}

// accept adds a problem that the service does not mind.
func (f *findings) accept(code, field, format string, args ...any) {
	f.add(contract.Problem{Field: field, Code: code, Message: fmt.Sprintf(format, args...), Accepted: true})
}

func (f *findings) add(p contract.Problem) {
	n := 0
	for _, known := range *f {
		if known.Accepted == p.Accepted {
			n++
		}
	}
	if n < maxFindings {
		p.Field, p.Message = printable(p.Field), printable(p.Message)
		*f = append(*f, p)
	}
}

// printable shortens a text that may hold names out of an event, and replaces
// what a terminal would not take as text.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, cut(s, 500))
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

// known leaves out what is wrong with masked values and with what lies within
// them: nobody here knows those.
func (f findings) known(body contract.Members) []contract.Problem {
	return slices.DeleteFunc(f, func(p contract.Problem) bool { return p.Field != "" && hidden(body, p.Field) })
}

// hidden tells whether a path leads to a masked value, through one, or to an
// object whose type is masked.
func hidden(body contract.Members, path string) bool {
	var v any = map[string]any(body)
	for _, step := range strings.FieldsFunc(path, func(r rune) bool { return strings.ContainsRune(".[]", r) }) {
		switch at := v.(type) {
		case map[string]any:
			v = at[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(at) {
				return false
			}
			v = at[i]
		}
		if text, ok := v.(string); ok {
			return contract.IsMasked(text)
		}
	}
	return contract.IsMasked(contract.AsMembers(v).Text("type"))
}

// object gives the body, which must be a JSON object; nil where it is none, or
// where so much of it is masked that nobody knows.
func (f *findings) object(r contract.Request, code string) contract.Members {
	body := r.Object()
	if body == nil && !contract.IsMasked(string(r.Body)) {
		f.refuse(code, "", "the body is no JSON object")
	}
	return body
}

// textOf gives the text of a string, a number or a boolean, "" for all else.
func textOf(v any) string {
	switch v.(type) {
	case string, json.Number, bool:
		return fmt.Sprint(v)
	}
	return ""
}

// contentType gives the media type of a request in lower case, "" where there is
// none, and its charset. One that is masked is taken for the usual one.
func contentType(r contract.Request) (kind, charset string) {
	value := r.Header("Content-Type")
	if contract.IsMasked(value) {
		return jsonType, "utf-8"
	}
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

// settingList reads a setting that is a list: "a, b".
func settingList(value string) []string {
	list := strings.Split(value, ",")
	for i := range list {
		list[i] = strings.TrimSpace(list[i])
	}
	return list
}

// errorsOf reads lines of code and meaning.
func errorsOf(pairs ...string) []contract.Error {
	var list []contract.Error
	for i := 0; i < len(pairs); i += 2 {
		list = append(list, contract.Error{Code: pairs[i], Meaning: pairs[i+1]})
	}
	return list
}
