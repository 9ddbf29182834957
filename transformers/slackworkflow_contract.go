package transformers

import (
	"maps"
	"net/http"
	"regexp"
	"slices"

	"github.com/notifygen/notifygen/contract"
)

// slackWorkflowService starts a workflow. Slack documents its replies, and no
// error codes; those of the Web API stand for the kinds of failure
// (https://docs.slack.dev/reference/methods/chat.postMessage#errors).
var slackWorkflowService = &contract.Service{
	Name: "slack-workflow", Title: "Slack workflow",
	URL:      "https://slack.com/help/articles/360041352714",
	Endpoint: regexp.MustCompile(`^hooks\.slack(-gov)?\.com/(workflows|triggers)/.+`),
	Example:  "https://hooks.slack.com/triggers/T0/1/x",
	Check:    checkSlackWorkflowRequest,
	Accept: func(contract.Request) contract.Reply {
		return contract.Reply{Status: http.StatusOK, Body: `{"ok":true}`}
	},
	Refuse:  refuseSlackWorkflow,
	Refused: refusedSlack,
	Errors: errorsOf(
		"invalid_arguments", "a variable is unknown, or no text",
		"invalid_json", "the body is no JSON",
		"invalid_post_type", "the content type is not application/json",
		"not_found", "the workflow was removed, or is not published; answered 404",
		"ratelimited", "more than 10 starts a minute; answered 429",
		"internal_error", "something went wrong at Slack; answered 500",
	),
	Settings: []contract.Setting{{
		Name: "variables", Doc: "the workflow's variables, separated by commas",
		Check: checkSlackVariables,
	}},
	Show: showVariables,
}

func refuseSlackWorkflow(p contract.Problem) contract.Reply {
	reply := contract.Reply{Status: http.StatusBadRequest, Body: replyJSON(slackReply{Error: p.Code})}
	switch p.Code {
	case "not_found":
		reply.Status = http.StatusNotFound
	case "internal_error":
		reply.Status = http.StatusInternalServerError
	case "ratelimited":
		reply.Status, reply.Header = http.StatusTooManyRequests, map[string]string{"Retry-After": slackRetryAfter}
	}
	return reply
}

func checkSlackWorkflowRequest(r contract.Request) []contract.Problem {
	var f findings
	if r.Method != http.MethodPost {
		f.refuse("invalid_arguments", "method", "a workflow is started with POST")
	}
	if kind, _ := contentType(r); kind != jsonType {
		f.refuse("invalid_post_type", "Content-Type", "the content type must be application/json")
	}
	body := f.object(r, "invalid_json")
	for _, name := range slices.Sorted(maps.Keys(body)) {
		switch body[name].(type) {
		case string:
		case map[string]any, []any:
			f.refuse("invalid_arguments", name, "variables are flat: this one is a list or an object")
		default:
			f.refuse("invalid_arguments", name, "variables are text: put it in quotes")
		}
	}
	return f
}

func checkSlackVariables(value string, r contract.Request) []contract.Problem {
	var f findings
	declared := settingList(value)
	for _, name := range slices.Sorted(maps.Keys(r.Object())) {
		if !slices.Contains(declared, name) {
			f.refuse("invalid_arguments", name, "the workflow has no such variable")
		}
	}
	return f
}

// showVariables shows what a workflow receives; how it looks is the workflow's.
func showVariables(body []byte) []contract.Block {
	members := contract.Request{Body: body}.Object()
	var blocks []contract.Block
	for _, name := range slices.Sorted(maps.Keys(members)) {
		text, ok := members[name].(string)
		if !ok {
			text = replyJSON(members[name])
		}
		blocks = append(blocks, contract.Block{Kind: contract.Variable, Label: name, Text: []contract.Run{{Text: text}}})
	}
	return blocks
}
