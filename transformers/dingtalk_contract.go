package transformers

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/notifygen/notifygen/contract"
)

// dingTalkService is a custom robot, which answers 200 to everything.
var dingTalkService = &contract.Service{
	Name: "dingtalk", Title: "DingTalk",
	URL:      "https://open.dingtalk.com/document/orgapp/custom-robots-send-group-messages",
	Endpoint: regexp.MustCompile(`^oapi\.dingtalk\.com/robot/send/?$`),
	Example:  "https://oapi.dingtalk.com/robot/send",
	Check:    checkDingTalkRequest,
	Accept: func(contract.Request) contract.Reply {
		return contract.Reply{Status: http.StatusOK, Body: `{"errcode":0,"errmsg":"ok"}`}
	},
	Refuse:  refuseDingTalk,
	Refused: refusedDingTalk,
	Errors:  dingTalkErrors,
	Settings: []contract.Setting{
		{Name: "keyword", Doc: "the robot's keywords, separated by commas", Check: checkKeyword},
		{Name: "secret", Doc: "what the robot signs with, SEC…; of several robots, separated by commas", Secret: true, Check: checkDingTalkSign},
	},
	Show: showDingTalk,
}

// Error codes of a robot (same page).
var dingTalkErrors = errorsOf(
	"-1", "the system is busy",
	"40035", "a parameter is missing",
	"43002", "the method is not POST",
	"43004", "the content type is not application/json",
	"90030", "the robot's quota is used up",
	"130101", "more than 20 messages a minute",
	"300005", "the access token is unknown",
	"310000", "the security setting is not met: keyword, signature or address",
	"400013", "the group was dissolved",
	"400101", "the access token is missing",
	"400102", "the robot is stopped",
	"400105", "the message type is unknown",
	"400106", "the robot does not exist",
	"400402", "a parameter of the message is missing or malformed",
	"410100", "messages come too fast",
	"430101", "the message holds an unsafe link",
	"430102", "the message holds improper text",
	"430103", "the message holds an improper picture",
	"430104", "the message holds improper content",
	"460101", "the message is too long",
)

// dingTalkWords are what robots are known to say with a code
// (https://github.com/ccfos/nightingale/issues/2704,
// https://github.com/timonwong/prometheus-webhook-dingtalk/issues/226,
// https://github.com/veops/ops-tools/issues/20); the others say it in words of
// their own.
var dingTalkWords = map[string]string{
	"40035":  "缺少参数 json",
	"130101": "send too fast, exceed 20 times per minute",
	"300005": "token is not exist",
	"310000": "错误描述:关键词不匹配;解决方案:请联系群管理员查看此机器人的关键词，并在发送的信息中包含此关键词;",
}

type dingTalkReply struct {
	Code    int    `json:"errcode"`
	Message string `json:"errmsg"`
}

func refuseDingTalk(p contract.Problem) contract.Reply {
	code, err := strconv.Atoi(p.Code)
	if err != nil {
		panic(err) // the codes are those above
	}
	words := p.Message
	switch said, ok := dingTalkWords[p.Code]; {
	case p.Code == "40035" && p.Field != "":
		words = "缺少参数 " + p.Field
	case p.Code == dingTalkInsecure && dingTalkSignWords[p.Field] != "":
		words = dingTalkSignWords[p.Field]
	case ok:
		words = said
	}
	return contract.Reply{Status: http.StatusOK, Body: replyJSON(dingTalkReply{code, words})}
}

func refusedDingTalk(r contract.Reply) (sign, code string) {
	reply, err := contract.Decode([]byte(r.Body))
	n, ok := contract.AsMembers(reply)["errcode"].(interface{ String() string })
	if err != nil || !ok || n.String() == "0" {
		return "", ""
	}
	return "errcode " + n.String(), n.String()
}

// dingTalkLimit is in bytes (same page).
const dingTalkLimit = 20000

// dingTalkToken is no stricter: tokens have 64 characters, and nothing says that
// they always will.
var dingTalkToken = regexp.MustCompile(`^[0-9A-Za-z]+$`)

func checkDingTalkRequest(r contract.Request) []contract.Problem {
	var f findings
	if r.Method != http.MethodPost {
		f.refuse("43002", "method", "DingTalk takes POST only")
	}
	if kind, _ := contentType(r); kind != jsonType {
		f.refuse("43004", "Content-Type", "the content type must be application/json")
	}
	f.dingTalkToken(r)
	if len(r.Body) > dingTalkLimit {
		f.refuse("460101", "", "the message has %d bytes, DingTalk takes about %d", len(r.Body), dingTalkLimit)
	}
	body := f.object(r, "40035")
	if body == nil {
		return f
	}
	f.dingTalkMessage(body)
	return f.known(body)
}

func (f *findings) dingTalkMessage(body contract.Members) {
	kind := body.Text("msgtype")
	if _, known := dingTalkRequired[kind]; !known {
		words := "must be"
		if !body.Has("msgtype") {
			words = "is missing: it must be"
		}
		f.refuse("400105", "msgtype", "%s one of text, link, markdown, actionCard, feedCard", words)
		return
	}
	content := body.Object(kind)
	if content == nil {
		f.refuse("40035", kind, "a message of this type needs the member %s", kind)
		return
	}
	f.dingTalkContent(kind, content)
	f.dingTalkAt(kind, body.Object("at"), content)
}

func (f *findings) dingTalkToken(r contract.Request) {
	q := query(r)
	switch token := q.Get("access_token"); {
	case token == "":
		f.refuse("40035", "access_token", "the URL has no access_token")
	case !contract.IsMasked(token) && !dingTalkToken.MatchString(token):
		f.refuse("300005", "access_token", "this is no token of a robot: they are letters and digits")
	}
	if (q.Has("sign") || q.Has("timestamp")) && (r.Received.IsZero() || dingTalkStale(q.Get("timestamp"), r.Received)) {
		f.accept(dingTalkInsecure, "sign", "a signature is good for an hour: a fixed one is refused after that")
	}
}

func (f *findings) dingTalkContent(kind string, content contract.Members) {
	for _, key := range dingTalkRequired[kind] {
		if key == "links" {
			continue
		}
		f.needText(content, kind, key)
	}
	switch kind {
	case "actionCard":
		if len(content.List("btns")) > 0 || content.Has("btns") && !content.Has("singleTitle") {
			f.needList(content, kind, "btns", "title", "actionURL")
			return
		}
		f.needText(content, kind, "singleTitle")
		f.needText(content, kind, "singleURL")
	case "feedCard":
		f.needList(content, kind, "links", "title", "messageURL", "picURL")
	}
}

// needText wants a string that is not empty. Nothing is known of numbers.
func (f *findings) needText(m contract.Members, at, key string) {
	text, ok := m[key].(string)
	_, isNumber := m[key].(json.Number)
	switch {
	case m[key] == nil:
		f.refuse("40035", at+"."+key, "is missing")
	case isNumber:
		f.accept("", at+"."+key, "is a number, DingTalk documents a string: put it in quotes")
	case !ok:
		f.refuse("40035", at+"."+key, "must be a string")
	case strings.TrimSpace(text) == "":
		f.refuse("40035", at+"."+key, "is empty")
	}
}

func (f *findings) needList(m contract.Members, at, key string, members ...string) {
	list := m.List(key)
	if len(list) == 0 {
		f.refuse("40035", at+"."+key, "must be a list of at least one")
	}
	for i, item := range list {
		for _, member := range members {
			f.needText(contract.AsMembers(item), fmt.Sprintf("%s.%s[%d]", at, key, i), member)
		}
	}
}

// dingTalkAt tells of mentions that notify nobody: the text must hold an "@…" for
// each.
func (f *findings) dingTalkAt(kind string, at, content contract.Members) {
	text := textOf(content["content"]) + textOf(content["text"])
	for _, list := range []string{"atMobiles", "atUserIds"} {
		for i, item := range at.List(list) {
			field := fmt.Sprintf("at.%s[%d]", list, i)
			id, ok := item.(string)
			switch {
			case !ok:
				f.accept("", field, "is no string, DingTalk documents one: put it in quotes")
			case !slices.Contains([]string{"text", "markdown"}, kind):
				f.accept("", field, "DingTalk notifies nobody of a %s", kind)
			case !contract.IsMasked(id) && !strings.Contains(text, "@"+id):
				f.accept("", field, "the text has no @%s: nobody is notified", id)
			}
		}
	}
}

func checkKeyword(value string, r contract.Request) []contract.Problem {
	var f findings
	body := r.Object()
	content := replyJSON(body[body.Text("msgtype")])
	for _, keyword := range settingList(value) {
		if quoted := replyJSON(keyword); strings.Contains(content, quoted[1:len(quoted)-1]) {
			return nil
		}
	}
	f.refuse(dingTalkInsecure, "", "the message holds none of the robot's keywords")
	return f
}
