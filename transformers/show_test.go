package transformers

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/notifygen/notifygen/contract"
)

// outline writes blocks as lines of text.
func outline(b *strings.Builder, blocks []contract.Block, indent string) {
	for _, block := range blocks {
		fmt.Fprintf(b, "%s%s", indent, block.Kind)
		if block.Level > 0 {
			fmt.Fprintf(b, " %d", block.Level)
		}
		if block.Color != "" {
			b.WriteString(" " + block.Color)
		}
		if block.Label != "" {
			fmt.Fprintf(b, " %q", block.Label)
		}
		b.WriteByte(':')
		for _, r := range block.Text {
			style := ""
			for _, s := range []struct {
				on   bool
				name string
			}{{r.Mention, "mention"}, {r.Bold, "bold"}, {r.Italic, "italic"}, {r.Strike, "strike"}, {r.Code, "code"}} {
				if s.on {
					style += " " + s.name
				}
			}
			if r.Link != "" {
				style += " → " + r.Link
			}
			text, _ := json.Marshal(r.Text)
			text = bytes.ReplaceAll(bytes.ReplaceAll(bytes.ReplaceAll(text, []byte(`\u003c`), []byte("<")), []byte(`\u003e`), []byte(">")), []byte(`\u0026`), []byte("&"))
			fmt.Fprintf(b, " %s%s", text, style)
		}
		b.WriteByte('\n')
		outline(b, block.Children, indent+"  ")
	}
}

func shown(service, body string) string {
	var b strings.Builder
	outline(&b, contract.Named(Services(), service).Show([]byte(body)), "")
	return b.String()
}

func mrkdwnMessage(text string) string { return `{"text":` + quoted(text) + `}` }
func dingTalkMarkdownMessage(text string) string {
	return `{"msgtype":"markdown","markdown":{"title":"t","text":` + quoted(text) + `}}`
}

func TestShow(t *testing.T) {
	for _, test := range []struct{ service, body, want string }{
		// Slack's markup
		{"slack", mrkdwnMessage("a *b* _c_ ~d~ `e` *_f_*"), `paragraph: "a " "b" bold " " "c" italic " " "d" strike " " "e" code " " "f" bold italic`},
		{"slack", mrkdwnMessage("2*3*4 a_b_c * d * ** _"), `paragraph: "2*3*4 a_b_c * d * ** _"`},
		{"slack", mrkdwnMessage("*open\nnext* `a *b*`"), `paragraph: "*open\nnext* " "a *b*" code`},
		{"slack", mrkdwnMessage("<https://x.example/?a=1&amp;b=2|see *it*> <https://y.example> <mailto:a@b.example|mail>"),
			`paragraph: "see *it*" → https://x.example/?a=1&b=2 " " "https://y.example" → https://y.example " " "mail" → mailto:a@b.example`},
		{"slack", mrkdwnMessage("<javascript:alert(1)|x> <data:text/html,x> <//x.example|y> <https:|z>"), `paragraph: "<javascript:alert(1)|x> <data:text/html,x> <//x.example|y> <https:|z>"`},
		{"slack", mrkdwnMessage("<!channel> <!here|here> <@U012> <@U012|ann> <!subteam^S1|@ops> <#C1|general>"),
			`paragraph: "@channel" mention " " "@here" mention " " "@U012" mention " " "@ann" mention " " "@ops" mention " #general"`},
		{"slack", mrkdwnMessage("&lt;!channel&gt; &amp;lt; <b> <"), `paragraph: "<!channel> &lt; <b> <"`},
		{"slack", mrkdwnMessage("<!date^1392734382^{date}|Feb 18>"), `paragraph: "Feb 18"`},
		{"slack", mrkdwnMessage(":warning: :nothing: 10:20:30"), `paragraph: "⚠️ :nothing: 10:20:30"`},
		{"slack", mrkdwnMessage("see https://x.example/a?b."), `paragraph: "see " "https://x.example/a?b." → https://x.example/a?b.`},
		{"slack", mrkdwnMessage("a\n> b\n&gt; c\nd\n```x <y>\n*z*```"), "paragraph: \"a\"\nquote: \"b\\nc\"\nparagraph: \"d\"\ncode: \"x <y>\\n*z*\""},
		{"slack", mrkdwnMessage("a ```b``` c ```*d*"), "paragraph: \"a \"\ncode: \"b\"\nparagraph: \" c ```\" \"d\" bold"},
		{"slack", `{"text":"*a* <!channel>","mrkdwn":false}`, `paragraph: "*a* <!channel>"`},
		{"slack", `{"text":5}`, `paragraph: "5"`},
		{"slack", `{"blocks":"[{\"type\":\"divider\"}]"}`, "divider:"},
		{"discord", `{"content":5}`, `paragraph: "5"`},
		{"slack", `{"markdown_text":"**a** [b](https://x.example)"}`, `paragraph: "a" bold " " "b" → https://x.example`},
		// Slack's blocks
		{"slack", `{"text":"not shown","blocks":[{"type":"header","text":{"type":"plain_text","text":"<!channel> :fire:"}},{"type":"divider"}]}`, "heading 1: \"<!channel> 🔥\"\ndivider:"},
		{"slack", `{"blocks":[{"type":"section","text":{"type":"mrkdwn","text":"*a* https://x.example","verbatim":true},"fields":[{"type":"mrkdwn","text":"*b*"},{"type":"plain_text","text":"*c*"}],"accessory":{"type":"button","text":{"type":"plain_text","text":"Go"},"url":"https://x.example"}}]}`,
			"paragraph: \"a\" bold \" https://x.example\"\nfields:\n  paragraph: \"b\" bold\n  paragraph: \"*c*\"\nbutton: \"Go\" → https://x.example"},
		{"slack", `{"blocks":[{"type":"context","elements":[{"type":"mrkdwn","text":"_a_"},{"type":"image","image_url":"https://x.example","alt_text":"pic"}]},{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"No"},"url":"javascript:x"}]}]}`,
			"context:\n  paragraph: \"a\" italic\n  image: \"pic\"\nbutton: \"No\""},
		{"slack", `{"blocks":[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"<!channel> *x* <img onerror=alert(1)>","style":{"bold":true}},{"type":"link","url":"javascript:x","text":"y"},{"type":"link","url":"https://x.example"},{"type":"emoji","name":"warning"},{"type":"emoji","name":"acme"},{"type":"user","user_id":"U1"},{"type":"usergroup","usergroup_id":"S1"},{"type":"broadcast","range":"here"},{"type":"channel","channel_id":"C1"},{"type":"date","timestamp":1,"format":"{date}","fallback":"today"}]}]}]}`,
			`paragraph: "<!channel> *x* <img onerror=alert(1)>" bold "y" "https://x.example" → https://x.example "⚠️:acme:" "@U1" mention "@S1" mention "@here" mention "#C1today"`},
		{"slack", `{"blocks":[{"type":"rich_text","elements":[{"type":"rich_text_list","style":"ordered","indent":1,"offset":2,"elements":[{"elements":[{"type":"text","text":"a"}]},{"elements":[{"type":"text","text":"b","style":{"italic":true,"strike":true,"code":true}}]}]},{"type":"rich_text_preformatted","elements":[{"type":"text","text":"c\nd"}]},{"type":"rich_text_quote","elements":[{"type":"text","text":"e"}]},{"type":"rich_text_list","style":"bullet","elements":[{"elements":[{"type":"text","text":"f"}]}]}]}]}`,
			"list-item 1 \"3.\": \"a\"\nlist-item 1 \"4.\": \"b\" italic strike code\ncode: \"c\\nd\"\nquote: \"e\"\nlist-item: \"f\""},
		{"slack-webhook", `{"text":"a","attachments":[{"color":"danger","pretext":"p","title":"t","title_link":"https://x.example","text":"*b*","fields":[{"title":"F","value":"_v_"}],"footer":"foot"},{"color":"#36A64F","blocks":[{"type":"divider"}]},{"color":"url(x)","fallback":"f"}]}`,
			"paragraph: \"a\"\ncard #a30200:\n  paragraph: \"p\"\n  paragraph: \"t\" bold → https://x.example\n  paragraph: \"b\" bold\n  fields:\n    paragraph \"F\": \"v\" italic\n  context: \"foot\"\ncard #36a64f:\n  divider:\ncard #dddddd:\n  paragraph: \"f\""},
		{"slack-workflow", `{"title":"<!channel> *x*","n":5}`, "variable \"n\": \"5\"\nvariable \"title\": \"<!channel> *x*\""},
		// DingTalk
		{"dingtalk", `{"msgtype":"text","text":{"content":"<!channel> <img onerror=x> **a** @138 @u1 @2"},"at":{"atMobiles":["138"],"atUserIds":["u1"]}}`,
			`paragraph: "<!channel> <img onerror=x> **a** " "@138" mention " " "@u1" mention " @2"`},
		{"dingtalk", `{"msgtype":"text","text":{"content":"@all"},"at":{"isAtAll":true}}`, "paragraph: \"@all\"\nparagraph: \"@all\" mention"},
		{"dingtalk", dingTalkMarkdownMessage("### Title\n\n**b** *i* ~~s~~ `c` [l](https://x.example) [j](javascript:x) ![pic](https://x.example/p.png)\n\n- one\n  - two\n\n1. first\n\n> quote\n\n***\n\n    code"),
			"heading 3: \"Title\"\nparagraph: \"b\" bold \" \" \"i\" italic \" \" \"s\" strike \" \" \"c\" code \" \" \"l\" → https://x.example \" j \"\nimage: \"pic\"\nlist-item: \"one\"\nlist-item 1: \"two\"\nlist-item \"1.\": \"first\"\nquote: \"quote\"\ndivider:\ncode: \"code\""},
		{"dingtalk", dingTalkMarkdownMessage("a <img onerror=x> <font color=\"#f00\">red</font> &lt;b&gt; \\*c\\*\nd  \ne"), `paragraph: "a <img onerror=x> red <b> *c* d\ne"`},
		{"dingtalk", dingTalkMarkdownMessage("<script>alert(1)</script>"), `paragraph: "<script>alert(1)</script>"`},
		{"dingtalk", `{"msgtype":"link","link":{"title":"t","text":"**x**","messageUrl":"https://x.example","picUrl":"https://x.example/p"}}`,
			"card:\n  paragraph: \"t\" bold → https://x.example\n  paragraph: \"**x**\"\n  image: \"t\""},
		{"dingtalk", `{"msgtype":"actionCard","actionCard":{"title":"t","text":"### h","btns":[{"title":"a","actionURL":"https://x.example"},{"title":"b","actionURL":"file:///etc"}]}}`,
			"card:\n  heading 3: \"h\"\n  button: \"a\" → https://x.example\n  button: \"b\""},
		{"dingtalk", `{"msgtype":"feedCard","feedCard":{"links":[{"title":"t","messageURL":"https://x.example","picURL":"p"}]}}`, "card:\n  paragraph: \"t\" bold → https://x.example\n  image: \"t\""},
		// Others
		{"discord", `{"content":"@everyone **a**","embeds":[{"title":"t","color":13631488,"description":"@here","fields":[{"name":"N","value":"v"}]}]}`,
			"paragraph: \"@everyone\" mention \" \" \"a\" bold\ncard #d00000:\n  paragraph: \"t\" bold\n  paragraph: \"@here\"\n  fields:\n    paragraph \"N\": \"v\""},
		{"discord", `{"content":"@everyone","allowed_mentions":{"parse":[]}}`, `paragraph: "@everyone"`},
		{"teams", `{"attachments":[{"content":{"type":"AdaptiveCard","body":[{"type":"Container","style":"attention","items":[{"type":"RichTextBlock","inlines":[{"type":"TextRun","text":"**a** <at>x</at>","weight":"Bolder"}]},{"type":"TextBlock","text":"**b**"}]},{"type":"FactSet","facts":[{"title":"F","value":"v"}]}],"actions":[{"type":"Action.OpenUrl","title":"Go","url":"https://x.example"}]}}]}`,
			"card:\n  card #c4314b:\n    paragraph: \"**a** <at>x</at>\" bold\n    paragraph: \"b\" bold\n  fields:\n    paragraph \"F\": \"v\"\n  button: \"Go\" → https://x.example"},
		// What is nothing of theirs
		{"slack", `[]`, ""}, {"slack", `{"blocks":[7,null,{"type":"nope"}]}`, ""}, {"dingtalk", `{"msgtype":"text"}`, ""}, {"dingtalk", ``, ""}, {"slack", `{"attachments":[{}]}`, ""},
	} {
		if got := strings.TrimSuffix(shown(test.service, test.body), "\n"); got != test.want {
			t.Errorf("%s %s\ngot\n%s\nwant\n%s", test.service, test.body, got, test.want)
		}
	}
}

// TestShowStaysSmall: hostile bodies cost no more than their length.
func TestShowStaysSmall(t *testing.T) {
	const n = 40_000
	for _, piece := range []string{"*a ", "_*~", "<", "<a", ">", "> ", "- ", "[", "![", "](", "`", "```", "**", "<font>", "&amp;", ":a", "h", "@1", "1. ", "~~a", "\n", " *a*"} {
		text := strings.Repeat(piece, n/len(piece))
		for service, body := range map[string]string{
			"slack": mrkdwnMessage(text), "dingtalk": dingTalkMarkdownMessage(text), "discord": `{"content":` + quoted(text) + `}`,
			"teams": `{"attachments":[{"content":{"body":[{"type":"TextBlock","text":` + quoted(text) + `}]}}]}`,
		} {
			checkShown(t, service, contract.Named(Services(), service).Show([]byte(body)))
		}
	}
	deep := strings.Repeat(`{"type":"Container","items":[`, 2000) + strings.Repeat(`]}`, 2000)
	checkShown(t, "teams", contract.Named(Services(), "teams").Show([]byte(`{"attachments":[{"content":{"body":[`+deep+`]}}]}`)))
}

// checkShown wants bounded depth, and links that a page may carry.
func checkShown(t *testing.T, service string, blocks []contract.Block) {
	t.Helper()
	const most = 24
	var visit func([]contract.Block, int)
	visit = func(list []contract.Block, depth int) {
		if depth > most {
			t.Fatalf("%s: blocks are nested deeper than %d", service, most)
		}
		for _, b := range list {
			if b.Kind == "" {
				t.Fatalf("%s: a block without a kind", service)
			}
			for _, r := range b.Text {
				if r.Link == "" {
					continue
				}
				u, err := url.Parse(strings.TrimSpace(r.Link))
				if err != nil || u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "mailto" {
					t.Fatalf("%s: a link to %q", service, r.Link)
				}
			}
			visit(b.Children, depth+1)
		}
	}
	visit(blocks, 0)
}

func FuzzShow(f *testing.F) {
	for _, test := range contractCases {
		if len(test.body) < 1000 {
			f.Add([]byte(test.body))
		}
	}
	f.Add([]byte(mrkdwnMessage("*a* <!channel|x> <https://x.example|y> :warning: ```z``` > q")))
	f.Add([]byte(dingTalkMarkdownMessage("# h\n\n> - [x](https://x.example) ![i](j) <b> @1")))
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, s := range Services() {
			r := posted(s.Example, string(body))
			p := (*contract.Failures)(nil).Predict([]*contract.Service{s}, r)
			if _, err := json.Marshal(p); err != nil {
				t.Fatal(err)
			}
			for _, setting := range s.Settings {
				setting.Check("x", r)
			}
			if s.Show != nil {
				checkShown(t, s.Name, s.Show(body))
			}
		}
	})
}
