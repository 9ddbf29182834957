package stacks_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/plan"
	"github.com/notifygen/notifygen/stacks"
)

// TestNumbersOfAnySize: numbers that are too large, for a key or for a computer,
// are told where they stand, and nothing is made of them.
func TestNumbersOfAnySize(t *testing.T) {
	const before, after = "version: 1\nname: ops\n", "\nsources: {app: {pattern: {source: [app]}, lists: []}}\n"
	const routes = "\nroutes: {r: {from: app, to: [d], message: {text: AWS}}}\n"
	hook := "destinations: {d: {type: webhook.site, url: {parameter: Url}}}"
	slack := "destinations: {d: {type: slack, channel: C0123456789, token: {parameter: Token}, %s}}"
	robot := "destinations: {d: {type: dingtalk, access-token: {parameter: Token}, security: sign, sign-secret: {parameter: Sign}, %s}}"
	keyword := "destinations: {d: {type: dingtalk, access-token: {parameter: Token}, security: keyword, keyword: AWS, %s}}"
	in := func(destination, key string) string { return before + after + fmt.Sprintf(destination, key) + routes }
	top := func(key string) string { return before + key + after + hook + routes }
	files := map[string]string{
		"version":                      strings.Replace(top(""), "version: 1", "version: N", 1),
		"route-stacks":                 top("route-stacks: N"),
		"retention-in-days":            top("logs: {retention-in-days: N}"),
		"maximum-retry-attempts":       top("retry-policy: {maximum-retry-attempts: N}"),
		"maximum-event-age-in-seconds": top("retry-policy: {maximum-event-age-in-seconds: N}"),
		"event-pattern-size":           top("quotas: {event-pattern-size: N}"),
		"default of a rate":            before + "parameters: {Rate: {default: N}}" + after + fmt.Sprintf(slack, "rate: {parameter: Rate}") + routes,
		"retry of a destination":       in(slack, "retry-policy: {maximum-retry-attempts: N}"),
	}
	for name, destination := range map[string]string{"direct": slack, "signed": robot, "keyword": keyword} {
		for _, unit := range []string{"", "/s", "/min", "/h"} {
			files["rate"+unit+" "+name] = in(destination, "rate: N"+unit)
		}
		files["verified rate "+name] = in(destination, "deliver: verified, rate: N/min")
	}
	for what, src := range files {
		for _, n := range []string{
			"99999999999999999999", "9223372036854775807", "9223372036854775808", "9223372036854775800", "18446744073709551616", "4294967297",
			"2147483648", "-9223372036854775808", "-1", strings.Repeat("9", 40),
		} {
			c := stacks.CompileFile("notifygen.yaml", []byte(strings.ReplaceAll(src, "N", n)), plan.Options{})
			if d := c.Diagnostics; c.OK() || len(d) != 1 || !slices.Contains([]diag.Code{diag.OutOfRange, diag.BadValue, diag.ParameterType}, d[0].Code) {
				t.Errorf("%s: %s: %v", what, n, d)
			}
		}
	}
	// Quotas only raise the point at which notifygen warns.
	for _, key := range []string{"rules-per-event-bus", "connections", "api-destinations"} {
		for n, ok := range map[string]bool{"9223372036854775807": true, "9223372036854775808": false, "0": false, "-1": false} {
			c := stacks.CompileFile("notifygen.yaml", []byte(top("quotas: {"+key+": "+n+"}")), plan.Options{})
			if c.OK() != ok {
				t.Errorf("%s: %s: %v", key, n, c.Diagnostics)
			}
		}
	}
}

// TestRates: the largest and the smallest of every unit.
func TestRates(t *testing.T) {
	for rate, ok := range map[string]bool{
		"1": true, "1000000": true, "1000001": false, "0": false, "1/s": true, "1000000/s": true, "1000001/s": false,
		"1000000/min": true, "999999/min": true, "1000001/min": false, "0/min": false, "1000000/h": true, "10000000/h": false, "1/h": false,
		`"5"`: true, "05/min": false, "5 /min": false, "1e3/min": false, "1.0": false, "20/Min": false, "/min": false,
	} {
		src := queuedFile("", "chat: {type: slack, channel: C0123456789, token: token, rate: "+rate+"}")
		if c := stacks.CompileFile("notifygen.yaml", src, plan.Options{}); c.OK() != ok {
			t.Errorf("%s: %v", rate, c.Diagnostics)
		}
	}
}
