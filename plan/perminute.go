package plan

import (
	"fmt"
	"strings"

	"github.com/notifygen/notifygen/config"
	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/transformers"
)

// warnOfLimit tells what is lost above a limit by the minute, and the remedy
// where there is one.
func (c *compiler) warnOfLimit(d *config.Destination, t *transformers.Destination) {
	remedy := fmt.Sprintf("`rate: %d/min` sends them from a queue that keeps the limit", t.PerMinute.Value)
	if t.Endpoint.SecretKey != "" {
		remedy = "send it events that are rare"
	}
	c.ds.Report(d.Pos, diag.PerMinuteLimit, "%s: at most %d %s a minute; the lowest rate EventBridge keeps is one a second, and what exceeds the limit is lost", t.Title, t.PerMinute.Value, t.PerMinute.What).
		WithHint("more than %d matching events a minute lose messages (of 60 a minute, at least %d): %s (%s)", t.PerMinute.Value, 60-t.PerMinute.Value, remedy, t.PerMinute.URL)
}

// sharedLimits warns of destinations that are one and the same to their service,
// which counts their messages together, while each keeps to its own rate.
func (c *compiler) sharedLimits() {
	groups := map[string][]*Destination{}
	var order []string
	for _, d := range c.limited {
		token := tokenOf(d)
		if token == "" {
			continue
		}
		key := d.Type.Type + "\x00" + token
		if groups[key] == nil {
			order = append(order, key)
		}
		groups[key] = append(groups[key], d)
	}
	for _, key := range order {
		same := groups[key]
		last := same[len(same)-1]
		limit := last.Type.PerMinute
		if len(same) == 1 || together(same, limit.Value) <= limit.Value {
			continue
		}
		var names []string
		for _, d := range same[:len(same)-1] {
			names = append(names, d.Name)
		}
		d := c.ds.Report(last.Pos, diag.PerMinuteLimit, "%s: at most %d %s a minute, and %s and %s have one %s: each keeps to its own rate, and together they may send more",
			last.Type.Title, limit.Value, limit.What, strings.Join(names, ", "), last.Name, tokenKey(last.Type)).
			WithHint("send all of it by one destination, or give each a `rate: N/min` so that they add up to %d at most (%s)", limit.Value, limit.URL)
		if last.Type.Endpoint.SecretKey != "" { // no rate by the minute
			d.WithHint("send them events that are rare (%s)", limit.URL)
		}
		for _, other := range same[:len(same)-1] {
			d.WithNote(other.Pos, "%s", other.Name)
		}
	}
}

// together is what destinations may send in one minute, more than the limit where
// one of them keeps to none.
func together(all []*Destination, limit int) int {
	sum := 0
	for _, d := range all {
		if d.Queue == nil || d.Queue.Pace < 1 {
			return limit + 1
		}
		sum += (60 + d.Queue.Pace - 1) / d.Queue.Pace
	}
	return sum
}

// tokenKey names the key of the file that holds what the service knows the caller
// by.
func tokenKey(t *transformers.Destination) string {
	for _, key := range t.SecretKeys() {
		if t.Signature == nil || key != t.Signature.SecretKey {
			return key
		}
	}
	return ""
}

// tokenOf tells the token of a destination from others, by where it comes from: ""
// where it is not known.
func tokenOf(d *Destination) string {
	s := d.Secrets[tokenKey(d.Type)]
	if s == nil {
		return ""
	}
	return strings.Join([]string{s.Parameter, s.SecretsManager, s.Key, s.VersionStage}, "\x00")
}
