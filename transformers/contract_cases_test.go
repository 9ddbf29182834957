package transformers

import "strings"

const (
	toSlack    = "https://slack.com/api/chat.postMessage"
	toWebhook  = "https://hooks.slack.com/services/T0/B0/x"
	toWorkflow = "https://hooks.slack.com/triggers/T0/1/x"
	toDingTalk = "https://oapi.dingtalk.com/robot/send?access_token=" + goodToken
	toDiscord  = "https://discord.com/api/webhooks/1/x"
	toTeams    = "https://prod-01.westeurope.logic.azure.com/workflows/0/triggers/manual/paths/invoke?sig=***"
)

func blocks(list string) string { return `{"channel":"C1","text":"x","blocks":[` + list + `]}` }
func rich(elements string) string {
	return blocks(`{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[` + elements + `]}]}`)
}
func times(n int, s string) string { return strings.TrimSuffix(strings.Repeat(s+",", n), ",") }

// contractCases are requests with the problems that they have: codes, or "~" and
// the field of an accepted one.
var contractCases = []struct {
	to, body string
	header   string
	want     string
}{
	// Slack: the envelope
	{toSlack, `{"channel":"C1","text":"x"}`, "", ""},
	{toSlack, `{"channel":"C1","text":"x"}`, "Content-Type: application/json", "~Content-Type"},
	{toSlack, `{"channel":"C1","text":"x"}`, "Content-Type: application/json; charset=utf-16", "invalid_charset"},
	{toSlack, `{"channel":"C1","text":"x"}`, "Content-Type: APPLICATION/JSON; Charset=\"UTF-8\"", ""},
	{toSlack, `{"channel":"C1","text":"x"}`, "Content-Type: ", "missing_post_type"},
	{toSlack, `{"channel":"C1","text":"x"}`, "Content-Type: application/xml", "invalid_post_type"},
	{toSlack, `{"channel":"C1","text":"x"}`, "Content-Type: text/plain", "invalid_form_data"},
	{toSlack, `{"channel":"C1","text":"x"}`, "Content-Type: application/x-www-form-urlencoded", "invalid_form_data"},
	{toSlack, `channel=C1&text=x`, "Content-Type: application/x-www-form-urlencoded", ""},
	{toSlack, `channel=C1&blocks=%5B%7B%7D%5D`, "Content-Type: application/x-www-form-urlencoded", "invalid_blocks"},
	{toSlack, `channel=C1&text=x&token=xoxb-1`, "Content-Type: application/x-www-form-urlencoded\nAuthorization: ", ""},
	{toSlack, `{"channel":"C1","text":"x","token":"xoxb-1"}`, "Authorization: ", "not_authed"},
	{toSlack, `{"channel":"C1","text":"x"}`, "Authorization: ***", ""},
	{toSlack, `{"channel":"C1","text":"x"}`, "Authorization: Basic ***", "not_authed"},
	{toSlack, `{"channel":"C1","text":"x"}`, "Authorization: xoxb-1-2", "not_authed"},
	{toSlack, `{"channel":"C1","text":"x"}`, "Authorization: Bearer xoxb-1-2", ""},
	{toSlack, `{"channel":"C1","text":"x"}`, "Authorization: bearer xoxe.xoxb-1-2", ""},
	{toSlack, `{"channel":"C1","text":"x"}`, "Authorization: Bearer sk-1-2", "invalid_auth"},
	{"GET " + toSlack, `{"channel":"C1","text":"x"}`, "", "~method invalid_arguments no_text"},
	{"GET " + toSlack + "?channel=C1&text=x", ``, "", "~method"},
	{toSlack, ``, "", "invalid_json"},
	{toSlack, `"text"`, "", "json_not_object"},
	{toSlack, `{"channel":"C1","text":"x"} {}`, "", "invalid_json"},
	{toSlack, `{"channel":***,"text":"x"}`, "", ""},
	{toSlack, `{"channel":***,"text":"***}"}`, "", ""},
	// Slack: the message
	{toSlack, `{"text":"x"}`, "", "invalid_arguments"},
	{toSlack, `{"channel":"","text":"x"}`, "", "channel_not_found"},
	{toSlack, `{"channel":7,"text":"x"}`, "", "channel_not_found"},
	{toSlack, `{"channel":"C1"}`, "", "no_text"},
	{toSlack, `{"channel":"C1","text":""}`, "", "no_text"},
	{toSlack, `{"channel":"C1","text":" \n"}`, "", "no_text"},
	{toSlack, `{"channel":"C1","text":7}`, "", "invalid_arguments"},
	{toSlack, `{"channel":"C1","text":"","blocks":[{"type":"divider"}]}`, "", ""},
	{toSlack, `{"channel":"C1","attachments":[{"text":"x"}]}`, "", ""},
	{toSlack, `{"channel":"C1","attachments":[{}]}`, "", "no_text"},
	{toSlack, `{"channel":"C1","text":"` + strings.Repeat("é", slackTextLimit) + `"}`, "", ""},
	{toSlack, `{"channel":"C1","text":"` + strings.Repeat("é", slackTextLimit+1) + `"}`, "", "~text"},
	{toSlack, `{"channel":"C1","markdown_text":"x"}`, "", ""},
	{toSlack, `{"channel":"C1","markdown_text":"x","text":"y"}`, "", "markdown_text_conflict"},
	{toSlack, `{"channel":"C1","markdown_text":"` + strings.Repeat("x", slackMarkdownLimit+1) + `"}`, "", "msg_too_long"},
	{toSlack, `{"channel":"C1","text":"x","attachments":{}}`, "", "invalid_attachments"},
	{toSlack, `{"channel":"C1","text":"x","attachments":[7]}`, "", "invalid_attachments"},
	{toSlack, `{"channel":"C1","text":"x","attachments":[` + times(101, `{"text":"y"}`) + `]}`, "", "too_many_attachments"},
	{toSlack, `{"channel":"C1","text":"x","attachments":[{"blocks":[{"type":"header"}]}]}`, "", "invalid_attachments"},
	// Slack: blocks
	{toSlack, `{"channel":"C1","text":"x","blocks":"[]"}`, "", "invalid_blocks_format"},
	{toSlack, blocks(times(50, `{"type":"divider"}`)), "", ""},
	{toSlack, blocks(times(51, `{"type":"divider"}`)), "", "invalid_blocks"},
	{toSlack, blocks(`{"type":"divder"}`), "", "invalid_blocks"},
	{toSlack, blocks(`{"text":"x"}`), "", "invalid_blocks"},
	{toSlack, blocks(`7`), "", "invalid_blocks"},
	{toSlack, blocks(`{"type":"divider","block_id":"` + strings.Repeat("x", 256) + `"}`), "", "invalid_blocks"},
	{toSlack, blocks(`{"type":"header","text":{"type":"plain_text","text":"` + strings.Repeat("é", 150) + `"}}`), "", ""},
	{toSlack, blocks(`{"type":"header","text":{"type":"plain_text","text":"` + strings.Repeat("é", 151) + `"}}`), "", "invalid_blocks"},
	{toSlack, blocks(`{"type":"header","text":{"type":"mrkdwn","text":"x"}}`), "", "invalid_blocks"},
	{toSlack, blocks(`{"type":"header","text":"x"}`), "", "invalid_blocks"},
	{toSlack, blocks(`{"type":"section"}`), "", "invalid_blocks"},
	{toSlack, blocks(`{"type":"section","text":{"type":"mrkdwn","text":"` + strings.Repeat("x", 3000) + `"}}`), "", ""},
	{toSlack, blocks(`{"type":"section","text":{"type":"mrkdwn","text":"` + strings.Repeat("x", 3001) + `"}}`), "", "invalid_blocks"},
	{toSlack, blocks(`{"type":"section","text":{"type":"mrkdwn","text":""}}`), "", "invalid_blocks"},
	{toSlack, blocks(`{"type":"section","text":{"type":"mrkdwn","text":5}}`), "", "invalid_blocks"},
	{toSlack, blocks(`{"type":"section","fields":[` + times(10, `{"type":"plain_text","text":"x"}`) + `]}`), "", ""},
	{toSlack, blocks(`{"type":"section","fields":[` + times(11, `{"type":"plain_text","text":"x"}`) + `]}`), "", "invalid_blocks"},
	{toSlack, blocks(`{"type":"section","fields":[]}`), "", "invalid_blocks"},
	{toSlack, blocks(`{"type":"section","fields":[{"type":"mrkdwn","text":"` + strings.Repeat("x", 2001) + `"}]}`), "", "invalid_blocks"},
	{toSlack, blocks(times(5, `{"type":"section","text":{"type":"mrkdwn","text":"`+strings.Repeat("x", 3000)+`"}}`)), "", "msg_blocks_too_long"},
	{toSlack, blocks(`{"type":"context","elements":[{"type":"mrkdwn","text":"x"},{"type":"image","image_url":"https://x.example/i.png","alt_text":"i"}]}`), "", ""},
	{toSlack, blocks(`{"type":"context","elements":[` + times(11, `{"type":"mrkdwn","text":"x"}`) + `]}`), "", "invalid_blocks"},
	{toSlack, blocks(`{"type":"image","image_url":"https://x.example/i.png"}`), "", "invalid_blocks"},
	{toSlack, blocks(`{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"Go"},"url":"https://x.example"}]}`), "", ""},
	{toSlack, blocks(`{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"` + strings.Repeat("x", 76) + `"}}]}`), "", "invalid_blocks"},
	{toSlack, blocks(`{"type":"rich_text"}`), "", "invalid_blocks"},
	{toSlack, blocks(`{"type":"rich_text","elements":[]}`), "", "invalid_blocks"},
	{toSlack, blocks(`{"type":"rich_text","elements":[{"type":"text","text":"x"}]}`), "", "invalid_blocks"},
	{toSlack, blocks(`{"type":"rich_text","elements":[{"type":"rich_text_list","style":"bullet","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"x"}]}]}]}`), "", ""},
	{toSlack, blocks(`{"type":"rich_text","elements":[{"type":"rich_text_list","elements":[{"type":"rich_text_section"}]}]}`), "", "invalid_blocks invalid_blocks"},
	{toSlack, rich(`{"type":"text","text":"x"}`), "", ""},
	{toSlack, rich(`{"type":"text","text":""}`), "", "invalid_blocks"},
	{toSlack, rich(`{"type":"text"}`), "", "invalid_blocks"},
	{toSlack, rich(`{"type":"link","url":"https://x.example","text":""}`), "", "invalid_blocks"},
	{toSlack, rich(`{"type":"link","url":""}`), "", "invalid_blocks"},
	{toSlack, rich(`{"type":"broadcast","range":"all"}`), "", "invalid_blocks"},
	{toSlack, rich(`{"type":"user","user_id":"U1"},{"type":"usergroup","usergroup_id":"S1"},{"type":"emoji","name":"x"},{"type":"broadcast","range":"here"},{"type":"date","timestamp":1,"format":"{date}"}`), "", ""},
	{toSlack, rich(`{"type":"text","text":"x","style":"bold"}`), "", "invalid_blocks"},
	{toSlack, rich(`{"type":"mention"}`), "", "invalid_blocks"},
	// Slack incoming webhooks
	{toWebhook, `{"text":"x"}`, "", ""},
	{toWebhook, `payload={"text":"x"}`, "Content-Type: application/x-www-form-urlencoded", ""},
	{toWebhook, `{"text":"x"}`, "Content-Type: application/x-www-form-urlencoded", "invalid_payload"},
	{toWebhook, `{"text":"x","channel":"#other"}`, "", "~channel"},
	{toWebhook, `{}`, "", "missing_text_or_fallback_or_attachments"},
	{toWebhook, `{"text":""}`, "", "no_text"},
	{toWebhook, `{"text":7}`, "", "invalid_payload"},
	{toWebhook, `text`, "", "invalid_payload"},
	{"GET " + toWebhook, `{"text":"x"}`, "", "invalid_payload"},
	{toWebhook, `{"text":"x","blocks":[{"type":"nope"}]}`, "", "invalid_blocks"},
	// Slack workflows
	{toWorkflow, `{"title":"x","n":"5"}`, "", ""},
	{toWorkflow, `{}`, "", ""},
	{toWorkflow, `{"n":5,"b":true,"z":null,"l":[],"o":{}}`, "", "invalid_arguments invalid_arguments invalid_arguments invalid_arguments invalid_arguments"},
	{toWorkflow, `[]`, "", "invalid_json"},
	{toWorkflow, `{"title":"x"}`, "Content-Type: text/plain", "invalid_post_type"},
	{"PUT " + toWorkflow, `{}`, "", "invalid_arguments"},
	// DingTalk
	{toDingTalk, `{"msgtype":"text","text":{"content":"x"}}`, "", ""},
	{toDingTalk, `{"msgtype":"text","text":{"content":"x"}}`, "Content-Type: application/json", ""},
	{toDingTalk, `{"msgtype":"text","text":{"content":"x"}}`, "Content-Type: text/plain", "43004"},
	{toDingTalk, `{"msgtype":"text","text":{"content":"x"}}`, "Content-Type: ", "43004"},
	{"GET " + toDingTalk, `{"msgtype":"text","text":{"content":"x"}}`, "", "43002"},
	{"https://oapi.dingtalk.com/robot/send", `{"msgtype":"text","text":{"content":"x"}}`, "", "40035"},
	{"https://oapi.dingtalk.com/robot/send?access_token=***", `{"msgtype":"text","text":{"content":"x"}}`, "", ""},
	{"https://oapi.dingtalk.com/robot/send?access_token=a-b", `{"msgtype":"text","text":{"content":"x"}}`, "", "300005"},
	{toDingTalk + "&timestamp=1&sign=x", `{"msgtype":"text","text":{"content":"x"}}`, "", "~sign"},
	{toDingTalk, `not json`, "", "40035"},
	{toDingTalk, `{"text":{"content":"x"}}`, "", "400105"},
	{toDingTalk, `{"msgtype":"txt"}`, "", "400105"},
	{toDingTalk, `{"msgtype":"text"}`, "", "40035"},
	{toDingTalk, `{"msgtype":"text","text":"x"}`, "", "40035"},
	{toDingTalk, `{"msgtype":"text","text":{"content":" "}}`, "", "40035"},
	{toDingTalk, `{"msgtype":"text","text":{"content":5}}`, "", "40035"},
	{toDingTalk, `{"msgtype":"markdown","markdown":{"text":"x"}}`, "", "40035"},
	{toDingTalk, `{"msgtype":"link","link":{"title":"x","text":"y"}}`, "", "40035"},
	{toDingTalk, `{"msgtype":"actionCard","actionCard":{"title":"x","text":"y","singleTitle":"z","singleURL":"https://x.example"}}`, "", ""},
	{toDingTalk, `{"msgtype":"actionCard","actionCard":{"title":"x","text":"y"}}`, "", "40035 40035"},
	{toDingTalk, `{"msgtype":"actionCard","actionCard":{"title":"x","text":"y","btns":[{"title":"z"}]}}`, "", "40035"},
	{toDingTalk, `{"msgtype":"feedCard","feedCard":{"links":[]}}`, "", "40035"},
	{toDingTalk, `{"msgtype":"feedCard","feedCard":{"links":[{"title":"x","messageURL":"y","picURL":"z"}]}}`, "", ""},
	{toDingTalk, `{"msgtype":"text","text":{"content":"x @138"},"at":{"atMobiles":["138"]}}`, "", ""},
	{toDingTalk, `{"msgtype":"text","text":{"content":"x"},"at":{"atMobiles":["138"],"atUserIds":["u"]}}`, "", "~at.atMobiles[0] ~at.atUserIds[0]"},
	{toDingTalk, `{"msgtype":"link","link":{"title":"x","text":"@138","messageUrl":"z"},"at":{"atMobiles":["138"]}}`, "", "~at.atMobiles[0]"},
	{toDingTalk, `{"msgtype":"text","text":{"content":"` + strings.Repeat("x", dingTalkLimit) + `"}}`, "", "460101"},
	// webhook.site
	{"PUT https://webhook.site/x", `<xml>`, "Content-Type: text/xml", ""},
	// Discord
	{toDiscord, `{"content":"x"}`, "", ""},
	{toDiscord, `{"content":""}`, "", "50006"},
	{toDiscord, `{"content":"` + strings.Repeat("x", 2001) + `"}`, "", "50035"},
	{toDiscord, `{"embeds":[{"description":"x","fields":[{"name":"","value":"y"}]}]}`, "", "50035"},
	{toDiscord, `{"embeds":[{"color":"#ff0000"}]}`, "", "50035"},
	{toDiscord, `{"embeds":[` + times(11, `{"title":"x"}`) + `]}`, "", "50035"},
	{toDiscord, `{"embeds":[` + times(2, `{"description":"`+strings.Repeat("x", 3001)+`"}`) + `]}`, "", "50035"},
	{toDiscord, `{`, "", "50109"},
	{toDiscord, `{"content":"x"}`, "Content-Type: text/plain", "50006"},
	// Microsoft Teams
	{toTeams, `{"type":"message","attachments":[{"contentType":"application/vnd.microsoft.card.adaptive","content":{"type":"AdaptiveCard","body":[]}}]}`, "", ""},
	{toTeams, `{"text":"x"}`, "", "~attachments"},
	{toTeams, `{`, "", "InvalidRequestContent"},
	{strings.TrimSuffix(toTeams, "?sig=***"), `{"text":"x"}`, "", "DirectApiAuthorizationRequired ~attachments"},
	{toTeams, `{"text":"` + strings.Repeat("x", teamsLimit) + `"}`, "", "RequestEntityTooLarge ~attachments"},
}
