package transformers

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/notifygen/notifygen/contract"
)

// slackService is chat.postMessage, which answers 200 to almost everything.
var slackService = &contract.Service{
	Name: "slack", Title: "Slack",
	URL: "https://docs.slack.dev/reference/methods/chat.postMessage",
	// Workspaces have hosts of their own; GovSlack is slack-gov.com
	// (https://docs.slack.dev/govslack).
	Endpoint: regexp.MustCompile(`^([a-z0-9-]+\.)*slack(-gov)?\.com/api/chat\.postMessage/?$`),
	Example:  "https://slack.com/api/chat.postMessage",
	Check:    checkSlackRequest,
	Accept:   acceptSlack,
	Refuse:   refuseSlack,
	Refused:  refusedSlack,
	Errors:   slackErrors,
	Settings: []contract.Setting{{
		Name: "channels", Doc: "the channels the bot may post to, separated by commas",
		Check: checkSlackChannels,
	}},
	Show: showSlack,
}

// Error codes of chat.postMessage
// (https://docs.slack.dev/reference/methods/chat.postMessage#errors).
var slackErrors = errorsOf(
	"channel_not_found", "the channel does not exist, or the bot may not see it",
	"not_in_channel", "the bot is not in the channel",
	"is_archived", "the channel is archived",
	"no_text", "the message has no text",
	"msg_too_long", "the text is too long",
	"invalid_blocks", "the blocks do not follow Block Kit",
	"invalid_blocks_format", "blocks is no list of blocks",
	"msg_blocks_too_long", "the blocks hold too much text",
	"invalid_attachments", "the attachments are not well formed",
	"too_many_attachments", "there are more than 100 attachments",
	"markdown_text_conflict", "markdown_text excludes text and blocks",
	"restricted_action", "a setting of the workspace forbids posting",
	"restricted_action_read_only_channel", "the channel is read-only",
	"not_authed", "there is no token",
	"invalid_auth", "the token is wrong, or the address is not allowed",
	"token_revoked", "the token was revoked, or the app removed",
	"token_expired", "the token has expired",
	"account_inactive", "the user or workspace of the token was deleted",
	"missing_scope", "the token lacks the scope chat:write",
	"not_allowed_token_type", "this kind of token may not post",
	"no_permission", "the app lacks the permission",
	"org_login_required", "the workspace is being migrated",
	"ekm_access_denied", "administrators have suspended posting",
	"team_not_found", "the workspace of the token does not exist",
	"invalid_arguments", "an argument is missing or malformed",
	"invalid_json", "the body is no JSON",
	"json_not_object", "the body is no JSON object",
	"invalid_charset", "the charset is not utf-8",
	"invalid_form_data", "the body is no form",
	"invalid_post_type", "the content type is unknown",
	"missing_post_type", "there is no content type",
	"request_timeout", "the body was cut off",
	"ratelimited", "there were too many requests; answered 429",
	"rate_limited", "the app has posted too many messages",
	"internal_error", "something went wrong at Slack",
	"fatal_error", "something went very wrong at Slack",
	"service_unavailable", "Slack is unavailable for a while",
	"team_added_to_org", "the workspace is being moved to an organization",
)

var (
	slackToken    = regexp.MustCompile(`^xox[a-z](\.xox[a-z])?-[A-Za-z0-9-]+$`)
	slackAppToken = regexp.MustCompile(`^xapp-`)
)

func checkSlackRequest(r contract.Request) []contract.Problem {
	var f findings
	body := f.slackArguments(r)
	f.slackAuthorization(r, body)
	if body == nil {
		return f
	}
	switch channel := body["channel"].(type) {
	case nil:
		// Absent and empty are told apart (measured: https://github.com/brekkylab/backlot/issues/84).
		f.refuse("invalid_arguments", "channel", "missing required field: channel")
	case string:
		switch name := strings.TrimSpace(channel); {
		case name == "":
			f.refuse("channel_not_found", "channel", "the channel is empty")
		case strings.ContainsFunc(name, unicode.IsSpace):
			f.refuse("channel_not_found", "channel", "no channel has a blank in its name or ID")
		}
	default:
		f.refuse("channel_not_found", "channel", "the channel must be a string")
	}
	f.slackMessage(body, "no_text", "no_text")
	return f.known(body)
}

// slackArguments reads the arguments as Slack does, by method and content type,
// and those of the URL besides
// (https://docs.slack.dev/apis/web-api#post_bodies); nil where there are none to
// be judged.
func (f *findings) slackArguments(r contract.Request) contract.Members {
	inURL := formMembers(query(r))
	if r.Method != http.MethodPost {
		f.accept("", "method", "Slack reads the body of POST only: with %s, the URL is all it sees", r.Method)
		return slackLists(inURL)
	}
	body := f.slackPosted(r)
	if body == nil {
		return nil
	}
	for name, value := range inURL {
		if !body.Has(name) {
			body[name] = value
		}
	}
	return slackLists(body)
}

// slackPosted reads the arguments in a body.
func (f *findings) slackPosted(r contract.Request) contract.Members {
	kind, charset := contentType(r)
	switch kind {
	case jsonType:
		switch charset {
		case "utf-8", "utf8", "iso-8859-1":
		case "":
			f.accept("missing_charset", "Content-Type", "Slack warns of a missing charset: write application/json; charset=utf-8")
		default:
			f.refuse("invalid_charset", "Content-Type", "the charset must be utf-8")
		}
	case formType, "text/plain":
		values, err := url.ParseQuery(string(r.Body))
		if err != nil || len(r.Body) == 0 || r.Body[0] == '{' {
			f.refuse("invalid_form_data", "Content-Type", "the body is no form: JSON needs application/json; charset=utf-8")
			return nil
		}
		return formMembers(values)
	case "multipart/form-data":
		return nil // EventBridge cannot make one; nothing is known of it
	case "":
		f.refuse("missing_post_type", "Content-Type", "there is no content type: JSON needs application/json; charset=utf-8")
	default:
		f.refuse("invalid_post_type", "Content-Type", "the content type must be application/json; charset=utf-8")
	}
	v, err := contract.Decode(r.Body)
	body := contract.AsMembers(v)
	switch {
	case body != nil || contract.IsMasked(string(r.Body)):
	case err != nil:
		f.refuse("invalid_json", "", "the body is no JSON")
	default:
		f.refuse("json_not_object", "", "the body is no JSON object")
	}
	return body
}

// slackLists reads the lists that are given as JSON text: in forms they must be,
// and in JSON they may be (https://github.com/slackapi/python-slack-sdk/issues/1261).
func slackLists(m contract.Members) contract.Members {
	for _, name := range []string{"blocks", "attachments"} {
		if text := m.Text(name); text != "" {
			if v, err := contract.Decode([]byte(text)); err == nil {
				m[name] = v
			}
		}
	}
	return m
}

func (f *findings) slackAuthorization(r contract.Request, body contract.Members) {
	token := r.Header("Authorization")
	switch kind, _ := contentType(r); {
	case token != "":
		scheme, after, _ := strings.Cut(token, " ")
		if contract.IsMasked(scheme) {
			return
		}
		if !strings.EqualFold(scheme, "Bearer") {
			f.refuse("not_authed", "Authorization", "the header must be Bearer and the token")
			return
		}
		token = strings.TrimSpace(after)
	case kind != jsonType || r.Method != http.MethodPost:
		token = body.Text("token") // of a form or a URL
	default:
		token = query(r).Get("token")
	}
	if token != "" && token == query(r).Get("token") {
		// https://docs.slack.dev/changelog/2020-11-no-more-tokens-in-querystrings-for-newly-created-apps
		f.accept("", "Authorization", "Slack takes a token in the URL from apps created before 24 February 2021 only: send it as Authorization: Bearer xoxb-…")
	}
	switch {
	case slackAppToken.MatchString(token):
		f.refuse("not_allowed_token_type", "Authorization", "an app-level token (xapp-…) may not post: use the token of the bot (xoxb-…)")
	case token == "":
		f.refuse("not_authed", "Authorization", "there is no token: send it as Authorization: Bearer xoxb-…")
	case !contract.IsMasked(token) && !slackToken.MatchString(token):
		f.refuse("invalid_auth", "Authorization", "this is no token of Slack: they begin with xox")
	}
}

func checkSlackChannels(value string, r contract.Request) []contract.Problem {
	var f findings
	var ignored findings
	channel := ignored.slackArguments(r).Text("channel")
	if channel != "" && !contract.IsMasked(channel) && !slices.Contains(settingList(value), channel) {
		f.refuse("channel_not_found", "channel", "the bot may not post to this channel")
	}
	return f
}

// slackReply is what the Web API answers.
type slackReply struct {
	OK       bool           `json:"ok"`
	Error    string         `json:"error,omitempty"`
	Channel  string         `json:"channel,omitempty"`
	TS       string         `json:"ts,omitempty"`
	Errors   []string       `json:"errors,omitempty"`
	Warning  string         `json:"warning,omitempty"`
	Metadata *slackMetadata `json:"response_metadata,omitempty"`
}

type slackMetadata struct {
	Warnings []string `json:"warnings,omitempty"`
	Messages []string `json:"messages,omitempty"`
}

func acceptSlack(r contract.Request) contract.Reply {
	var f findings
	body := f.slackArguments(r)
	reply := slackReply{OK: true, Channel: body.Text("channel"), TS: "1503435956.000247"}
	if slices.ContainsFunc(f, func(p contract.Problem) bool { return p.Code == "missing_charset" }) {
		reply.Warning, reply.Metadata = "missing_charset", &slackMetadata{Warnings: []string{"missing_charset"}}
	}
	return contract.Reply{Status: http.StatusOK, Body: replyJSON(reply)}
}

// slackRetryAfter is in seconds
// (https://docs.slack.dev/apis/web-api/rate-limits#responding-to-rate-limiting-conditions).
const slackRetryAfter = "30"

func refuseSlack(p contract.Problem) contract.Reply {
	reply := slackReply{Error: p.Code}
	if p.Code == "ratelimited" {
		return contract.Reply{Status: http.StatusTooManyRequests, Header: map[string]string{"Retry-After": slackRetryAfter}, Body: replyJSON(reply)}
	}
	switch {
	case p.Field == "":
	case p.Code == "invalid_arguments":
		reply.Metadata = &slackMetadata{Messages: []string{"[ERROR] " + p.Message}}
	case p.Code == "invalid_blocks" || p.Code == "invalid_attachments":
		// The form is that of https://github.com/soxtoby/SlackNet/issues/241.
		text := p.Message + " [json-pointer:" + slackPointer(p.Field) + "]"
		reply.Errors, reply.Metadata = []string{text}, &slackMetadata{Messages: []string{"[ERROR] " + text}}
	}
	return contract.Reply{Status: http.StatusOK, Body: replyJSON(reply)}
}

// slackPointer writes blocks[0].text as /blocks/0/text.
func slackPointer(path string) string {
	return "/" + strings.NewReplacer("[", "/", "]", "", ".", "/").Replace(path)
}

func refusedSlack(r contract.Reply) (sign, code string) {
	reply, err := contract.Decode([]byte(r.Body))
	members := contract.AsMembers(reply)
	if ok, isBool := members["ok"].(bool); err != nil || !isBool || ok {
		return "", ""
	}
	return "ok:false", members.Text("error")
}
