package stacks_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/notifygen/notifygen/plan"
	"github.com/notifygen/notifygen/redact"
	"github.com/notifygen/notifygen/stacks"
)

// The tests of this file plant canaries: values that stand for secrets and must
// turn up in no output, whatever else is wrong with the file. A canary is
// planted as it is by accident in life: a token where a name belongs, a URL in
// a text, a password that YAML takes for a tag.

// shaped are canaries that look like the credentials of a service. They may
// show nowhere, whichever slot they stand in. The part after the bar is what
// the outputs are searched for.
var shaped = []string{
	"xoxb-123456-CANARY7f3a|canary7f3a",
	"xoxe.xoxp-1-CANARY7f3a|canary7f3a",
	"xapp-1-CANARY7f3a|canary7f3a",
	"https://hooks.slack.com/services/T000/B000/CANARY7f3a|canary7f3a",
	"https://hooks.slack.com/triggers/T000/000/CANARY7f3a|canary7f3a",
	"https://hooks.slack.com/workflows/T000/A000/1/CANARY7f3a|canary7f3a",
	"https://hooks.slack-gov.com/services/T000/B000/CANARY7f3a|canary7f3a",
	"https://webhook.site/0ca4a7ee-0000-4000-8000-0ca4a7ee0ca4|0ca4a7ee",
	"https://webhook.site/0ca4a7ee-0000-4000-8000-0ca4a7ee0ca4/429|0ca4a7ee",
	"https://oapi.dingtalk.com/robot/send?access_token=CANARY7f3a|canary7f3a",
	"SEC0ca4a7ee0ca4a7ee0ca4a7ee0ca4a7ee0ca4a7ee|0ca4a7ee",
	"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=CANARY7f3a|canary7f3a",
	"https://open.feishu.cn/open-apis/bot/v2/hook/CANARY7f3a|canary7f3a",
	"https://discord.com/api/webhooks/123456/CANARY7f3a|canary7f3a",
	"https://example.com/workflows/x?sig=CANARY7f3a-CANARY|canary7f3a",
	"https://chat.googleapis.com/v1/spaces/A/messages?key=CANARY7f3a|canary7f3a",
	"1234567890:CANARY7f3aCANARY7f3aCANARY7f3aCANARY|canary7f3a",
	"ghp_CANARY7f3aCANARY7f3aCANARY7f3a|canary7f3a",
	"AKIACANARYCANARYCANA|canarycanary",
	"-----BEGIN RSA PRIVATE KEY-----CANARY7f3a|canary7f3a",
	"Bearer CANARY7f3aCANARY7f3a|canary7f3a",
	"https://user:CANARY7f3a@example.com/|canary7f3a",
}

// slots are the places of a file, each with %s where the canary is planted, in
// double quotes. What a slot does not give is added by whole.
var slots = map[string]string{
	"unknown key":                 `%s: x`,
	"value of an unknown key":     `x: %s`,
	"version":                     `version: %s`,
	"name":                        `name: %s`,
	"description":                 `description: %s`,
	"region":                      `region: %s`,
	"kms-key":                     `kms-key: %s`,
	"dead-letter-queue":           `dead-letter-queue: %s`,
	"alarms":                      `alarms: %s`,
	"alarm action":                `alarms: {actions: [%s]}`,
	"quota":                       `quotas: {connections: %s}`,
	"retry attempts":              `retry-policy: {maximum-retry-attempts: %s}`,
	"tag key":                     `tags: {%s: x}`,
	"tag value":                   `tags: {x: %s}`,
	"parameter name":              `parameters: {%s: {default: x}}`,
	"parameter as text":           `parameters: {P: %s}`,
	"parameter description":       `parameters: {P: {description: %s}}`,
	"parameter default":           `parameters: {P: {default: %s}}`,
	"parameter allowed value":     `parameters: {P: {allowed-values: [%s]}}`,
	"parameter allowed pattern":   `parameters: {P: {allowed-pattern: %s}}`,
	"parameter unknown key":       `parameters: {P: {%s: x}}`,
	"secret name":                 `secrets: {%s: {parameter: P}}`,
	"secret as text":              `secrets: {s: %s}`,
	"secret as list":              `secrets: {s: [%s]}`,
	"secretsmanager":              `secrets: {s: {secretsmanager: %s}}`,
	"secret key":                  `secrets: {s: {secretsmanager: x, key: %s}}`,
	"secret version-stage":        `secrets: {s: {secretsmanager: x, version-stage: %s}}`,
	"secret parameter":            `secrets: {s: {parameter: %s}}`,
	"secret ssm":                  `secrets: {s: {ssm: %s}}`,
	"secret value":                `secrets: {s: {value: %s}}`,
	"secret unknown key":          `secrets: {s: {%s: x}}`,
	"secrets as text":             `secrets: %s`,
	"source name":                 `sources: {%s: {pattern: {source: [a]}}}`,
	"preset":                      `sources: {app: {preset: %s}}`,
	"pattern":                     `sources: {app: {pattern: %s}}`,
	"pattern key":                 `sources: {app: {pattern: {%s: [a]}}}`,
	"pattern value":               `sources: {app: {pattern: {source: [%s]}}}`,
	"pattern scalar":              `sources: {app: {pattern: {source: %s}}}`,
	"pattern operator":            `sources: {app: {pattern: {source: [{%s: a}]}}}`,
	"pattern prefix":              `sources: {app: {pattern: {source: [{prefix: %s}]}}}`,
	"bus":                         `sources: {app: {pattern: {source: [a]}, bus: %s}}`,
	"bus created":                 `sources: {app: {pattern: {source: [a]}, bus: {create: %s}}}`,
	"trusted":                     `sources: {app: {pattern: {source: [a]}, trusted: [%s]}}`,
	"lists":                       `sources: {app: {pattern: {source: [a]}, lists: [%s]}}`,
	"enrich":                      `sources: {app: {preset: aws.support, enrich: %s}}`,
	"enrich as":                   `sources: {app: {pattern: {source: [a]}, enrich: {as: %s}}}`,
	"enrich organization":         `sources: {app: {preset: aws.health, enrich: {organization: %s}}}`,
	"enrich unknown key":          `sources: {app: {preset: aws.support, enrich: {%s: x}}}`,
	"dedupe":                      `sources: {app: {preset: aws.support, dedupe: %s}}`,
	"dedupe path":                 `sources: {app: {pattern: {source: [a]}, dedupe: [%s]}}`,
	"fact":                        `routes: {r: {from: app, to: chat, message: {text: "${enriched.%s}"}}}`,
	"when fact":                   `routes: {r: {from: app, to: chat, when: {enriched: {%s: [a]}}, message: {text: x}}}`,
	"destination name":            `destinations: {%s: {type: slack, channel: C1, token: {parameter: T}}}`,
	"destination as text":         `destinations: {chat: %s}`,
	"destination type":            `destinations: {chat: {type: %s}}`,
	"destination unknown key":     `destinations: {chat: {type: slack, channel: C1, token: {parameter: T}, %s: x}}`,
	"destination description":     `destinations: {chat: {type: slack, channel: C1, token: {parameter: T}, description: %s}}`,
	"channel":                     `destinations: {chat: {type: slack, channel: %s, token: {parameter: T}}}`,
	"channel parameter":           `destinations: {chat: {type: slack, channel: {parameter: %s}, token: {parameter: T}}}`,
	"token":                       `destinations: {chat: {type: slack, channel: C1, token: %s}}`,
	"token in a list":             `destinations: {chat: {type: slack, channel: C1, token: [%s]}}`,
	"token parameter":             `destinations: {chat: {type: slack, channel: C1, token: {parameter: %s}}}`,
	"token secretsmanager":        `destinations: {chat: {type: slack, channel: C1, token: {secretsmanager: %s}}}`,
	"token as key":                `destinations: {chat: {type: slack, channel: C1, token: {%s: x}}}`,
	"rate":                        `destinations: {chat: {type: slack, channel: C1, token: {parameter: T}, rate: %s}}`,
	"format":                      `destinations: {chat: {type: slack, channel: C1, token: {parameter: T}, format: %s}}`,
	"destination mention":         `destinations: {chat: {type: slack, channel: C1, token: {parameter: T}, mentions: [%s]}}`,
	"webhook url":                 `destinations: {chat: {type: webhook.site, url: %s}}`,
	"workflow url":                `destinations: {chat: {type: slack-workflow, url: %s}}`,
	"workflow variable":           `destinations: {chat: {type: slack-workflow, url: {parameter: T}, variables: [%s]}}`,
	"access-token":                `destinations: {chat: {type: dingtalk, security: keyword, keyword: AWS, access-token: %s}}`,
	"keyword":                     `destinations: {chat: {type: dingtalk, security: keyword, keyword: %s, access-token: {parameter: T}}}`,
	"security":                    `destinations: {chat: {type: dingtalk, security: %s, keyword: AWS, access-token: {parameter: T}}}`,
	"sign-secret":                 `destinations: {chat: {type: dingtalk, security: sign, sign-secret: %s, access-token: {parameter: T}}}`,
	"sign-secret parameter":       `destinations: {chat: {type: dingtalk, security: sign, sign-secret: {parameter: %s}, access-token: {parameter: T}}}`,
	"sign-secret in a list":       `destinations: {chat: {type: dingtalk, security: sign, sign-secret: [%s], access-token: {parameter: T}}}`,
	"deliver":                     `destinations: {chat: {type: slack, channel: C1, token: {parameter: T}, deliver: %s}}`,
	"queued channel":              `destinations: {chat: {type: slack, channel: %s, token: {parameter: T}, deliver: verified}}`,
	"queued token":                `destinations: {chat: {type: slack, channel: C1, token: %s, deliver: verified}}`,
	"queued webhook url":          `destinations: {chat: {type: webhook.site, url: %s, deliver: verified}}`,
	"log retention":               `logs: {retention-in-days: %s}`,
	"logs":                        `logs: %s`,
	"route name":                  `routes: {%s: {from: app, to: chat, message: {text: x}}}`,
	"route description":           `routes: {r: {from: app, to: chat, description: %s, message: {text: x}}}`,
	"route unknown key":           `routes: {r: {from: app, to: chat, %s: x, message: {text: x}}}`,
	"from":                        `routes: {r: {from: %s, to: chat, message: {text: x}}}`,
	"to":                          `routes: {r: {from: app, to: %s, message: {text: x}}}`,
	"to destination":              `routes: {r: {from: app, to: [{destination: %s}], message: {text: x}}}`,
	"when":                        `routes: {r: {from: app, to: chat, when: {detail: {a: [%s]}}, message: {text: x}}}`,
	"when key":                    `routes: {r: {from: app, to: chat, when: {detail: {%s: [a]}}, message: {text: x}}}`,
	"when parameter":              `routes: {r: {from: app, to: chat, when: {detail: {a: [{parameter: %s}]}}, message: {text: x}}}`,
	"enabled":                     `routes: {r: {from: app, to: chat, enabled: %s, message: {text: x}}}`,
	"message":                     `routes: {r: {from: app, to: chat, message: %s}}`,
	"message unknown key":         `routes: {r: {from: app, to: chat, message: {text: x, %s: y}}}`,
	"title":                       `routes: {r: {from: app, to: chat, message: {title: %s}}}`,
	"text":                        `routes: {r: {from: app, to: chat, message: {text: %s}}}`,
	"field label":                 `routes: {r: {from: app, to: chat, message: {fields: {%s: x}}}}`,
	"field value":                 `routes: {r: {from: app, to: chat, message: {fields: {x: %s}}}}`,
	"link":                        `routes: {r: {from: app, to: chat, message: {text: x, link: %s}}}`,
	"link url":                    `routes: {r: {from: app, to: chat, message: {text: x, link: {url: %s}}}}`,
	"link text":                   `routes: {r: {from: app, to: chat, message: {text: x, link: {url: "https://example.com/", text: %s}}}}`,
	"severity":                    `routes: {r: {from: app, to: chat, message: {text: x, severity: %s}}}`,
	"mentions ssm":                `destinations: {chat: {type: dingtalk, security: keyword, keyword: AWS, access-token: {parameter: T}, deliver: verified, mentions: {ssm: %s, else: ["mobile:13800000000"]}}}`,
	"mentions ssm key":            `destinations: {chat: {type: dingtalk, security: keyword, keyword: AWS, access-token: {parameter: T}, deliver: verified, mentions: {ssm: notify, key: %s}}}`,
	"mentions ssm by":             `destinations: {chat: {type: dingtalk, security: keyword, keyword: AWS, access-token: {parameter: T}, deliver: verified, mentions: {ssm: notify, by: %s}}}`,
	"mentions ssm direct":         `destinations: {chat: {type: dingtalk, security: keyword, keyword: AWS, access-token: {parameter: T}, mentions: {ssm: %s}}}`,
	"mention":                     `routes: {r: {from: app, to: chat, message: {text: x, mentions: [%s]}}}`,
	"mentions by":                 `routes: {r: {from: app, to: chat, message: {text: x, mentions: {by: %s, cases: {a: [all]}}}}}`,
	"mentions case":               `routes: {r: {from: app, to: chat, message: {text: x, mentions: {by: detail.a, cases: {%s: [all]}}}}}`,
	"body":                        `routes: {r: {from: app, to: chat, body: %s}}`,
	"body key":                    `routes: {r: {from: app, to: chat, body: {channel: C1, text: x, %s: y}}}`,
	"body value":                  `routes: {r: {from: app, to: chat, body: {channel: C1, text: %s}}}`,
	"body parameter":              `routes: {r: {from: app, to: chat, body: {channel: {parameter: %s}, text: x}}}`,
	"body deep":                   `routes: {r: {from: app, to: chat, body: {channel: C1, blocks: [{type: section, text: {type: plain_text, text: %s}}]}}}`,
	"variant name":                `routes: {r: {from: app, to: chat, variants: [{name: %s, else: true, message: {text: x}}]}}`,
	"variant when":                `routes: {r: {from: app, to: chat, variants: [{when: {detail: {a: [%s]}}, message: {text: x}}]}}`,
	"everything is one scalar":    `%s`,
	"everything is a list":        `[%s]`,
	"merge":                       `routes: {<<: %s, r: {from: app, to: chat, message: {text: x}}}`,
	"anchor and alias":            `description: &a %s` + "\ntags: {x: *a}",
	"same key twice":              `tags: {%[1]s: x, %[1]s: y}`,
	"second document":             "description: x\n---\n%s: %[1]s",
	"comment":                     "description: x # %s",
	"block text":                  "description: |\n  %s",
	"placeholder path":            `routes: {r: {from: app, to: chat, message: {text: "${detail.%s}"}}}`,
	"placeholder":                 `routes: {r: {from: app, to: chat, message: {text: "${%s}"}}}`,
	"placeholder never closed":    `routes: {r: {from: app, to: chat, message: {text: "${%s"}}}`,
	"placeholder parameter":       `routes: {r: {from: app, to: chat, message: {text: "${parameters.%s}"}}}`,
	"placeholder reserved":        `routes: {r: {from: app, to: chat, message: {text: "${aws.%s}"}}}`,
	"broken: tab":                 "tags:\n\tx: %s",
	"broken: quote never closed":  `description: "%s`,
	"broken: bad escape":          `description: "%s\q"`,
	"broken: brace never closed":  `tags: {x: %s`,
	"broken: text after quote":    `description: "x" %s`,
	"broken: colon":               `description: x: %s`,
	"broken: unknown anchor":      `description: *%s`,
	"broken: indentation":         "tags:\n    x: y\n  z: %s",
	"broken: tag":                 `description: !%s x`,
	"broken: tag without value":   `description: !%s`,
	"broken: verbatim tag":        `description: !<%s> x`,
	"broken: block indicator":     `description: |%s`,
	"broken: directive":           "%%YAML %s\n---\ndescription: x",
	"broken: control character":   "description: \"%s\x07\"",
	"broken: not UTF-8":           "description: \"%s\xff\"",
	"broken: percent":             `description: %%%s`,
	"broken: at":                  `description: @%s`,
	"broken: list item":           `description: - %s`,
	"broken: explicit key":        "? [%s]\n: x",
	"broken: second root":         "description: x\n- %s",
	"broken: nesting":             "description: " + strings.Repeat("[", 120) + "%s",
	"not understood: !secret":     `description: !secret %s`,
	"not understood: !Ref":        `description: !Ref %s`,
	"not understood: tagged list": `description: !Sub [%s]`,
	"not understood: binary":      `description: !!binary %s`,
	"not understood: number":      `description: !!float %s`,
}

// bare are slots whose canary stands without quotes around it.
func bare(slot string) bool {
	return strings.HasPrefix(slot, "placeholder") || strings.HasPrefix(slot, "broken: ") || slot == "block text" || slot == "comment" || slot == "second document"
}

// defaults are the parts of a file that a slot leaves out.
var defaults = []string{
	"version: 1", "name: ops",
	"sources: {app: {pattern: {source: [app]}, lists: []}}",
	"destinations: {chat: {type: slack, channel: C0123456789, token: {parameter: T}}}",
	"routes: {r: {from: app, to: chat, message: {text: hi}}}",
}

func whole(planted string) string {
	var b strings.Builder
	for _, part := range defaults {
		key, _, _ := strings.Cut(part, ":")
		if !strings.HasPrefix(planted, key+":") {
			b.WriteString(part + "\n")
		}
	}
	if strings.HasPrefix(planted, "%") { // directives come first
		return planted + "\n" + b.String()
	}
	return b.String() + planted + "\n"
}

// TestShapedSecrets plants what looks like a secret into every slot.
func TestShapedSecrets(t *testing.T) {
	outputs := commandLine(t)
	for i, slot := range sortedKeys(slots) {
		t.Run(slot, func(t *testing.T) {
			for j, canary := range shaped {
				value, needle, _ := strings.Cut(canary, "|")
				if redact.Kind(value) == "" {
					t.Fatalf("%s has no shape that is recognised", value)
				}
				if !bare(slot) {
					value = fmt.Sprintf("%q", value)
				}
				src := whole(fmt.Sprintf(slots[slot], value))
				leak := leaks(src, needle)
				if leak == "" && j == i%len(shaped) { // the process itself for one shape of each slot
					leak = outputs(t, src, needle)
				}
				if leak != "" {
					t.Errorf("%s shows in:\n%s\nof:\n%s", value, leak, src)
				}
			}
		})
	}
}

// shapeless are files with a canary without any shape in a slot for secrets.
// Where a name is wanted, a well-formed one is a name and may be shown; here
// stands only what cannot be one, or belongs where no name is.
var shapeless = map[string]string{
	"token":                           `token: CANARY7f3a`,
	"token, quoted":                   `token: "CANARY7f3a"`,
	"token, single quotes":            `token: 'CANARY7f3a'`,
	"token, long":                     `token: CANARY7f3aCANARY7f3aCANARY7f3aCANARY7f3aCANARY7f3aCANARY7f3aCANARY7f3a`,
	"token, nearly a declared secret": `token: CANARY7f3a`,
	"token, block":                    "token: |\n      CANARY7f3a",
	"token, folded":                   "token: >-\n      CANARY7f3a\n      CANARY7f3a",
	"token, with spaces":              `token: CANARY7f3a CANARY7f3a`,
	"token, with Bearer":              `token: Bearer CANARY7f3a`,
	"token, list":                     `token: [CANARY7f3a]`,
	"token, block list":               "token:\n      - CANARY7f3a",
	"token, mapping":                  `token: {value: CANARY7f3a}`,
	"token, key of a mapping":         `token: {CANARY7f3a: x}`,
	"token, set":                      `token: {CANARY7f3a}`,
	"token, secretsmanager":           `token: {secretsmanager: CANARY7f3a}`,
	"token, ssm":                      `token: {ssm: CANARY7f3a}`,
	"token, no name of a parameter":   `token: {parameter: CANARY-7f3a}`,
	"token, parameter and more":       `token: {parameter: CANARY7f3a, key: CANARY7f3a}`,
	"token, parameter list":           `token: {parameter: [CANARY7f3a]}`,
	"token, twice":                    "token: CANARY7f3a\n    token: CANARY7f3b",
	"token, with a comment":           `token: CANARY7f3a # CANARY7f3a`,
	"token, colon":                    `token: CANARY7f3a:CANARY7f3a`,
	"token, colon and space":          `token: CANARY7f3a: CANARY7f3a`,
	"token, tag":                      `token: !CANARY7f3a`,
	"token, tag and value":            `token: !secret CANARY7f3a`,
	"token, tag handle":               `token: !secret!CANARY7f3a x`,
	"token, double tag":               `token: !!CANARY7f3a`,
	"token, verbatim tag":             `token: !<CANARY7f3a> x`,
	"token, tagged list":              `token: !secret [CANARY7f3a]`,
	"token, tagged mapping":           `token: !CANARY7f3a {a: b}`,
	"token, anchor":                   `token: &CANARY7f3a x`,
	"token, anchor only":              `token: &CANARY7f3a`,
	"token, alias":                    `token: *CANARY7f3a`,
	"token, percent":                  `token: %CANARY7f3a`,
	"token, at":                       `token: @CANARY7f3a`,
	"token, backtick":                 "token: `CANARY7f3a`",
	"token, bang in quotes":           `token: "!CANARY7f3a"`,
	"token, open quote":               `token: "CANARY7f3a`,
	"token, open single quote":        `token: 'CANARY7f3a`,
	"token, bad escape":               `token: "CANARY7f3a\q"`,
	"token, bad hex escape":           `token: "CANARY7f3a\xZZ"`,
	"token, open list":                `token: [CANARY7f3a`,
	"token, open mapping":             `token: {CANARY7f3a`,
	"token, closing brace":            `token: }CANARY7f3a`,
	"token, comma":                    `token: ,CANARY7f3a`,
	"token, pipe":                     `token: |CANARY7f3a`,
	"token, greater":                  `token: >CANARY7f3a`,
	"token, question":                 `token: ? CANARY7f3a`,
	"token, dash":                     `token: - CANARY7f3a`,
	"token, text after quotes":        `token: "x"CANARY7f3a`,
	"token, tab":                      "\ttoken: CANARY7f3a",
	"token, tab before value":         "token:\tCANARY7f3a\t",
	"token, indentation":              "  token: CANARY7f3a",
	"token, on the next line":         "token:\n  CANARY7f3a",
	"token, merge":                    `token: {<<: CANARY7f3a}`,
	"token, null byte":                "token: CANARY7f3a\x00",
	"token, escape sequence":          `token: "CANARY7f3a\e[31m"`,
	"token, not UTF-8":                "token: CANARY7f3a\xff",
	"token, number":                   `token: 70717273747576`,
	"token, float":                    `token: 7.0717273747576e5`,
	"token, octal":                    `token: 0o70717273747576`,
	"token, date":                     `token: 7071-07-27`,
	"misspelt key":                    `tokn: {parameter: CANARY-7f3a}`,
	"deliver and token":               "deliver: verified\n    token: CANARY7f3a",
}

// declared are files with a shapeless canary where secrets are declared.
var declared = map[string]string{
	"secret is text":                       `secrets: {s: CANARY7f3a}`,
	"secret is a list":                     `secrets: {s: [CANARY7f3a]}`,
	"secret is a number":                   `secrets: {s: 70717273747576}`,
	"secret is tagged":                     `secrets: {s: !CANARY7f3a x}`,
	"secret is a tag":                      "secrets:\n  s: !CANARY7f3a",
	"secrets are text":                     `secrets: CANARY7f3a`,
	"secrets are a list":                   `secrets: [CANARY7f3a]`,
	"value":                                `secrets: {s: {value: CANARY7f3a}}`,
	"token":                                `secrets: {s: {token: CANARY7f3a}}`,
	"plaintext beside a name":              `secrets: {s: {secretsmanager: x, plaintext: CANARY7f3a}}`,
	"set":                                  `secrets: {s: {CANARY7f3a}}`,
	"key":                                  `secrets: {s: {CANARY7f3a: x}}`,
	"secretsmanager, no name":              `secrets: {s: {secretsmanager: "CANARY7f3a:x"}}`,
	"secretsmanager, spaces":               `secrets: {s: {secretsmanager: "CANARY7f3a x"}}`,
	"secretsmanager, list":                 `secrets: {s: {secretsmanager: [CANARY7f3a]}}`,
	"secretsmanager, mapping":              `secrets: {s: {secretsmanager: {CANARY7f3a: x}}}`,
	"secretsmanager, parameter":            `secrets: {s: {secretsmanager: {parameter: CANARY-7f3a}}}`,
	"secretsmanager, number":               `secrets: {s: {secretsmanager: 70717273747576}}`,
	"key, no key":                          `secrets: {s: {secretsmanager: x, key: "CANARY7f3a:{}"}}`,
	"key, list":                            `secrets: {s: {secretsmanager: x, key: [CANARY7f3a]}}`,
	"version-stage, no label":              `secrets: {s: {secretsmanager: x, version-stage: "CANARY7f3a {}"}}`,
	"parameter, no name":                   `secrets: {s: {parameter: CANARY-7f3a}}`,
	"parameter, list":                      `secrets: {s: {parameter: [CANARY7f3a]}}`,
	"parameter and key":                    `secrets: {s: {parameter: P, key: CANARY7f3a}}`,
	"ssm":                                  `secrets: {s: {ssm: CANARY7f3a}}`,
	"ssm, deep":                            `secrets: {s: {ssm: {name: CANARY7f3a}}}`,
	"both":                                 `secrets: {s: {secretsmanager: "CANARY7f3a x", parameter: CANARY-7f3a}}`,
	"default of a secret parameter":        `parameters: {T: {default: CANARY7f3a}}`,
	"allowed value of a secret parameter":  `parameters: {T: {allowed-values: [CANARY7f3a]}}`,
	"allowed pattern of a secret":          `parameters: {T: {allowed-pattern: CANARY7f3a}}`,
	"default that does not fit":            "parameters: {T: {default: CANARY7f3a}}\ndestinations: {chat: {type: webhook.site, url: {parameter: T}}}\nroutes: {r: {from: app, to: chat, message: event}}",
	"default, number":                      `parameters: {T: {default: 70717273747576}}`,
	"secret parameter as a number":         "parameters: {T: {default: 70717273747576}}\ndestinations: {chat: {type: slack, channel: C1, token: {parameter: T}, rate: {parameter: T}}}",
	"secret and rate":                      "parameters: {T: {default: CANARY7f3a}}\ndestinations: {chat: {type: slack, channel: C1, token: {parameter: T}, rate: {parameter: T}}}",
	"url":                                  `destinations: {chat: {type: webhook.site, url: "https://example.com/CANARY7f3a"}}`,
	"workflow url":                         `destinations: {chat: {type: slack-workflow, url: "https://example.com/CANARY7f3a"}}`,
	"access-token":                         `destinations: {chat: {type: dingtalk, security: keyword, keyword: AWS, access-token: CANARY7f3a}}`,
	"access-token of a signed robot":       `destinations: {chat: {type: dingtalk, security: sign, access-token: CANARY7f3a}}`,
	"sign-secret of a signed robot":        `destinations: {chat: {type: dingtalk, security: sign, access-token: {parameter: T}, sign-secret: "CANARY7f3a x"}}`,
	"sign-secret, list":                    `destinations: {chat: {type: dingtalk, security: sign, access-token: {parameter: T}, sign-secret: [CANARY7f3a]}}`,
	"sign-secret, default":                 "parameters: {S: {default: CANARY7f3a}}\ndestinations: {chat: {type: dingtalk, security: sign, access-token: {parameter: T}, sign-secret: {parameter: S}}}",
	"secret of a signed robot":             `destinations: {chat: {type: dingtalk, security: sign, access-token: {parameter: T}, secret: CANARY7f3a}}`,
	"token of a type that has none":        `destinations: {chat: {type: webhook.site, url: {parameter: T}, token: CANARY7f3a}}`,
	"token of an unknown type":             `destinations: {chat: {type: telegram, token: CANARY7f3a}}`,
	"token without a type":                 `destinations: {chat: {token: CANARY7f3a}}`,
	"password key":                         `destinations: {chat: {type: slack, channel: C1, token: {parameter: T}, password: CANARY7f3a}}`,
	"nothing but the secret, duplicate":    "secrets: {s: {parameter: CANARY-7f3a, parameter: CANARY-7f3b}}",
	"secretsmanager, open quote":           `secrets: {s: {secretsmanager: "CANARY7f3a x}}`,
	"secretsmanager, anchor":               `secrets: {s: {secretsmanager: *CANARY7f3a}}`,
	"secretsmanager, tag":                  `secrets: {s: {secretsmanager: !CANARY7f3a x}}`,
	"token under the name of a connection": `connections: {slack: {token: CANARY7f3a}}`,
}

// TestShapelessSecrets plants words without a shape where only secrets, or
// names of secrets, belong.
func TestShapelessSecrets(t *testing.T) {
	files := map[string]string{}
	for name, line := range shapeless {
		files[name] = "version: 1\nname: ops\nsecrets: {canary7g: {parameter: P}}\nsources: {app: {pattern: {source: [app]}, lists: []}}\n" +
			"destinations:\n  chat:\n    type: slack\n    channel: C0123456789\n    " + line + "\nroutes: {r: {from: app, to: chat, message: {text: hi}}}\n"
	}
	for name, lines := range declared {
		files["declared: "+name] = whole(lines)
	}
	outputs := commandLine(t)
	for _, name := range sortedKeys(files) {
		t.Run(name, func(t *testing.T) {
			for _, needle := range []string{"canary7f", "canary-7f", "70717273747576", "7071-07-27"} {
				if !strings.Contains(strings.ToLower(files[name]), needle) {
					continue
				}
				leak := leaks(files[name], needle)
				if leak == "" {
					leak = outputs(t, files[name], needle)
				}
				if leak != "" {
					t.Errorf("%s shows in:\n%s\nof:\n%s", needle, leak, files[name])
				}
			}
		})
	}
}

// TestNamedSecretsStayNames shows the other side: names of secrets stand in the
// template, as references, and nowhere else a value could.
func TestNamedSecretsStayNames(t *testing.T) {
	src := whole("secrets: {s: {secretsmanager: notify/slack, key: token}, u: {parameter: WebhookUrl}}\n" +
		"destinations: {chat: {type: slack, channel: C0123456789, token: s}, hook: {type: webhook.site, url: u}}\n" +
		"routes: {r: {from: app, to: [chat, hook], message: {text: hi}}}")
	src = strings.Replace(src, defaults[3]+"\n"+defaults[4]+"\n", "", 1)
	c := stacks.CompileFile("notifygen.yaml", []byte(src), plan.Options{})
	if !c.OK() {
		t.Fatal(c.Diagnostics)
	}
	out := everything(c)
	for _, want := range []string{
		`"ApiKeyValue": "Bearer {{resolve:secretsmanager:notify/slack:SecretString:token}}"`,
		`"InvocationEndpoint": {`, `"Ref": "WebhookUrl"`, `"NoEcho": true`,
	} {
		if !strings.Contains(out, want) {
			t.Errorf("the templates lack %s", want)
		}
	}
}

// TestSecretsOnTheCommandLine plants canaries in arguments.
func TestSecretsOnTheCommandLine(t *testing.T) {
	const canary, needle = "xoxb-123456-CANARY7f3a", "canary7f3a"
	run := binary(t)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "notifygen.yaml"), []byte(whole("")), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"validate", "-f", canary}, {"validate", "-f", canary + "/x"}, {"synth", "--stack", canary}, {"synth", "--group", canary}, {"synth", "--group", canary + "_"},
		{"synth", "--format", canary}, {"validate", "--output", canary}, {"synth", "--out", filepath.Join("notifygen.yaml", canary)},
		{"init", "--example", canary}, {"destinations", "show", canary}, {canary}, {"validate", canary}, {"validate", "--" + canary},
		{"validate", "--token=" + canary}, {"validate", "--token", canary}, {"completion", canary},
	} {
		for _, format := range [][]string{nil, {"--output", "json"}} {
			args := append(slices.Clone(format), args...)
			t.Run(strings.ReplaceAll(strings.Join(args, " "), canary, "CANARY"), func(t *testing.T) {
				_, out := run(dir, args...)
				if strings.Contains(strings.ToLower(out), needle) {
					t.Errorf("the canary shows in:\n%s", out)
				}
			})
		}
	}
}

// leaks compiles a file and gives the line of any output that holds the needle,
// "" for none.
func leaks(src, needle string) (line string) {
	defer func() {
		if r := recover(); r != nil {
			line = fmt.Sprintf("panic: %v", r)
		}
	}()
	c := stacks.CompileFile("notifygen.yaml", []byte(src), plan.Options{})
	return lineWith(everything(c), needle)
}

func lineWith(text, needle string) string {
	for line := range strings.Lines(text) {
		if strings.Contains(strings.ToLower(line), needle) {
			return line
		}
	}
	return ""
}

// binary builds the command line and gives a function that runs it.
func binary(t *testing.T) func(dir string, args ...string) (status int, out string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "notifygen")
	if out, err := exec.Command("go", "build", "-o", path, "../cmd/notifygen").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return func(dir string, args ...string) (int, string) {
		cmd := exec.Command(path, args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "NOTIFYGEN_DEBUG=1") // a stack trace must not show it either
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &out
		err := cmd.Run()
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			t.Fatal(err)
		}
		return cmd.ProcessState.ExitCode(), out.String()
	}
}

// commandLine gives a function that runs the verbs that read a file and gives
// the line of any output, or written file, that holds the needle.
func commandLine(t *testing.T) func(t *testing.T, src, needle string) string {
	t.Helper()
	run := binary(t)
	return func(t *testing.T, src, needle string) string {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "notifygen.yaml"), []byte(src), 0o644); err != nil {
			t.Fatal(err)
		}
		for _, args := range [][]string{{"validate", "--output", "json"}, {"synth", "--out", "out", "--format", "yaml"}} {
			if _, out := run(dir, args...); lineWith(out, needle) != "" {
				return strings.Join(args, " ") + ": " + lineWith(out, needle)
			}
		}
		var found string
		err := filepath.WalkDir(filepath.Join(dir, "out"), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			text, err := os.ReadFile(path)
			if line := lineWith(d.Name()+"\n"+string(text), needle); line != "" {
				found = path + ": " + line
			}
			return err
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		return found
	}
}

func sortedKeys(m map[string]string) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
