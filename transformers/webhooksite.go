package transformers

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/notifygen/notifygen/contract"
	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/schema"
)

// webhookSite shows whatever it is sent.
var webhookSite = &Destination{
	Type:  "webhook.site",
	Title: "webhook.site",
	Doc:   "Shows the requests it gets: for trying out routes. Takes the whole event (`message: event`), a message or any body. Who knows the URL reads the requests, so it is a secret.",
	URL:   "https://docs.webhook.site",
	Keys: []schema.Key{
		{Name: "url", Required: true, Doc: "secret: your unique URL (https://webhook.site/…)", Type: schema.SecretName()},
	},
	Endpoint: Endpoint{
		SecretKey: "url",
		Pattern:   `^https://webhook\.site/[A-Za-z0-9/_.~-]+$`,
		Example:   "https://webhook.site/…",
	},
	WholeEvent: true,
	Notes: []string{
		"Append /429 or another status to the URL to see EventBridge retry.",
	},
	Render: renderPlainJSON,
	CheckBody: func(_ Instance, body *Value, _ diag.Pos, _ *diag.List) *Value {
		return body
	},
	Service: &contract.Service{
		Name: "webhook.site", Title: "webhook.site", URL: "https://docs.webhook.site",
		Endpoint: regexp.MustCompile(`^webhook\.site/.+`),
		Example:  "https://webhook.site/11111111-2222-4333-8444-555555555555",
		Check:    func(contract.Request) []contract.Problem { return nil },
		Accept:   answerWebhookSite,
	},
}

// webhookSiteStatus is the status at the end of a URL that webhook.site is to
// answer (https://github.com/webhooksite/webhook.site, RequestController.php).
var webhookSiteStatus = regexp.MustCompile(`/([2-5][0-9]{2})/?$`)

func answerWebhookSite(r contract.Request) contract.Reply {
	path, _, _ := strings.Cut(r.URL, "?")
	status := http.StatusOK
	if m := webhookSiteStatus.FindStringSubmatch(path); m != nil {
		status, _ = strconv.Atoi(m[1])
	}
	return contract.Reply{Status: status}
}

// renderPlainJSON gives the message's parts under their own names.
func renderPlainJSON(_ Instance, m Message, _ *diag.List) *Value {
	body := Obj()
	add := func(to *Value, name string, t Text) {
		if !t.IsEmpty() {
			to.Set(name, Str(t))
		}
	}
	if m.Severity != "" {
		body.Set("severity", Const(m.Severity))
	}
	add(body, "title", m.Title)
	add(body, "text", m.Text)
	if len(m.Fields) > 0 {
		fields := Obj()
		for _, f := range m.Fields {
			add(fields, f.Label, f.Value)
		}
		body.Set("fields", fields)
	}
	add(body, "link", m.Link)
	return body
}
