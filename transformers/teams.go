package transformers

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/notifygen/notifygen/contract"
)

// teamsService is a Workflows webhook of Microsoft Teams. A flow answers before
// it posts, so that what it fails at later is not seen.
var teamsService = &contract.Service{
	Name: "teams", Title: "Microsoft Teams",
	URL:      "https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook",
	Endpoint: regexp.MustCompile(`^([a-z0-9.-]+\.environment\.api\.powerplatform\.com/powerautomate/automations/direct/.*workflows/|prod-[0-9]+\.[a-z0-9-]+\.logic\.azure\.(com|us|cn|de)/workflows/).+`),
	Example:  "https://prod-01.westeurope.logic.azure.com/workflows/0/triggers/manual/paths/invoke?sig=x",
	Check:    checkTeams,
	Accept: func(contract.Request) contract.Reply {
		return contract.Reply{Status: http.StatusAccepted}
	},
	Refuse: refuseTeams,
	Errors: errorsOf(
		"InvalidRequestContent", "the body is no JSON; answered 400",
		"RequestEntityTooLarge", "the message has more than 28 KB; answered 413",
		"DirectApiAuthorizationRequired", "the URL is not signed; answered 401",
		"WorkflowTriggerIsNotEnabled", "the flow is turned off; answered 400",
		"TooManyRequests", "more than 4 requests a second; answered 429",
	),
	Show: showTeams,
}

// teamsLimit is in bytes, the whole message
// (https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using).
const teamsLimit = 28 << 10

const adaptiveCard = "application/vnd.microsoft.card.adaptive"

func checkTeams(r contract.Request) []contract.Problem {
	var f findings
	if query(r).Get("sig") == "" && !contract.IsMasked(r.URL) {
		f.refuse("DirectApiAuthorizationRequired", "sig", "the URL has no signature")
	}
	if len(r.Body) > teamsLimit {
		f.refuse("RequestEntityTooLarge", "", "the message has %d bytes, Teams takes %d", len(r.Body), teamsLimit)
	}
	body := f.object(r, "InvalidRequestContent")
	if body == nil {
		return f
	}
	if kind, _ := contentType(r); kind != jsonType {
		f.accept("", "Content-Type", "the flow reads attachments of application/json only: nothing is posted")
	}
	cards := 0
	for i, item := range body.List("attachments") {
		a, at := contract.AsMembers(item), fmt.Sprintf("attachments[%d]", i)
		if a.Text("contentType") != adaptiveCard {
			f.accept("", at+".contentType", "must be %s: the flow fails after its reply", adaptiveCard)
			continue
		}
		if cards++; a.Object("content").Text("type") != "AdaptiveCard" {
			f.accept("", at+".content", "must be an AdaptiveCard: the flow fails after its reply")
		}
	}
	if cards == 0 {
		// https://github.com/MicrosoftDocs/msteams-docs/issues/11302
		f.accept("", "attachments", "hold no adaptive card: the flow fails after its reply, and nothing is posted")
	}
	return f.known(body)
}

type teamsReply struct {
	Error struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
}

func refuseTeams(p contract.Problem) contract.Reply {
	var body teamsReply
	body.Error.Code, body.Error.Message = p.Code, p.Message
	reply := contract.Reply{Status: http.StatusBadRequest, Body: replyJSON(body)}
	switch p.Code {
	case "DirectApiAuthorizationRequired":
		reply.Status = http.StatusUnauthorized
	case "RequestEntityTooLarge":
		reply.Status = http.StatusRequestEntityTooLarge
	case "TooManyRequests":
		reply.Status, reply.Header = http.StatusTooManyRequests, map[string]string{"Retry-After": "10"}
	}
	return reply
}

func showTeams(body []byte) []contract.Block {
	var blocks []contract.Block
	for _, item := range (contract.Request{Body: body}).Object().List("attachments") {
		content := contract.AsMembers(item).Object("content")
		card := contract.Block{Kind: contract.Card, Children: teamsElements(content.List("body"), content, 0)}
		card.Children = append(card.Children, teamsActions(content.List("actions"))...)
		blocks = append(blocks, card)
	}
	return blocks
}

// teamsColors are those of container styles and of text
// (https://learn.microsoft.com/adaptive-cards/sdk/rendering-cards/javascript/host-config).
var teamsColors = map[string]string{"good": "#92c353", "warning": "#f8d22a", "attention": "#c4314b", "accent": "#6264a7", "emphasis": "#f3f2f1"}

// teamsDepth bounds how deep containers are followed.
const teamsDepth = 8

func teamsElements(list []any, card contract.Members, depth int) []contract.Block {
	if depth > teamsDepth {
		return nil
	}
	var blocks []contract.Block
	for _, item := range list {
		e := contract.AsMembers(item)
		switch e.Text("type") {
		case "TextBlock":
			blocks = append(blocks, teamsText(e, card)...)
		case "RichTextBlock":
			blocks = append(blocks, paragraph(teamsRuns(e.List("inlines"))...)...)
		case "FactSet":
			fields := contract.Block{Kind: contract.Fields}
			for _, item := range e.List("facts") {
				fact := contract.AsMembers(item)
				fields.Children = append(fields.Children, contract.Block{Kind: contract.Paragraph, Label: fact.Text("title"), Text: []contract.Run{{Text: fact.Text("value")}}})
			}
			blocks = append(blocks, fields)
		case "Container", "Column":
			blocks = append(blocks, contract.Block{Kind: contract.Card, Color: teamsColors[strings.ToLower(e.Text("style"))], Children: teamsElements(e.List("items"), card, depth+1)})
		case "ColumnSet":
			blocks = append(blocks, contract.Block{Kind: contract.Fields, Children: teamsElements(e.List("columns"), card, depth+1)})
		case "Image":
			blocks = append(blocks, contract.Block{Kind: contract.Image, Text: []contract.Run{{Text: e.Text("altText")}}})
		case "ActionSet":
			blocks = append(blocks, teamsActions(e.List("actions"))...)
		}
	}
	return blocks
}

// teamsText shows a text block, which is parsed as Markdown; a mention is text in
// <at> that the card's entities list.
func teamsText(e, card contract.Members) []contract.Block {
	blocks := markdownBlocks(e.Text("text"))
	var names []string
	for _, item := range card.Object("msteams").List("entities") {
		if entity := contract.AsMembers(item); entity.Text("type") == "mention" && entity.Text("text") != "" {
			names = append(names, entity.Text("text"))
		}
	}
	markMentions(blocks, names)
	for i := range blocks {
		for j := range blocks[i].Text {
			if r := &blocks[i].Text[j]; strings.EqualFold(e.Text("weight"), "bolder") {
				r.Bold = true
			}
		}
	}
	return blocks
}

// teamsRuns shows text runs, which are not parsed.
func teamsRuns(list []any) []contract.Run {
	var runs []contract.Run
	for _, item := range list {
		if text, ok := item.(string); ok {
			runs = appendRun(runs, contract.Run{Text: text})
			continue
		}
		e := contract.AsMembers(item)
		on := func(name string) bool { b, _ := e[name].(bool); return b }
		runs = appendRun(runs, contract.Run{
			Text: e.Text("text"), Bold: strings.EqualFold(e.Text("weight"), "bolder"), Italic: on("italic"), Strike: on("strikethrough"),
			Link: linkable(e.Object("selectAction").Text("url")),
		})
	}
	return runs
}

func teamsActions(list []any) []contract.Block {
	var buttons []contract.Block
	for _, item := range list {
		a := contract.AsMembers(item)
		buttons = append(buttons, blockOf(contract.Button, []contract.Run{{Text: a.Text("title"), Link: linkable(a.Text("url"))}})...)
	}
	return buttons
}
