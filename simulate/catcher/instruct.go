package catcher

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/notifygen/notifygen/contract"
)

// UsageError is an instruction that cannot be followed.
type UsageError struct{ Message, Hint string }

func (e *UsageError) Error() string { return e.Message }

func usage(hint, format string, args ...any) error {
	return &UsageError{fmt.Sprintf(format, args...), hint}
}

// setting is a value that was given for a setting of a service.
type setting struct {
	contract.Setting
	value string
}

// Instruct follows an instruction as people type it:
//
//	slack=ratelimited         the next request fails: see Fail
//	dingtalk=130101x3         the next three
//	*=429:2x5                 the next five, whatever the service
//	dingtalk:keyword=AWS      a setting: see Set
//	dingtalk:secret=SEC…      requests must be signed with it
//
// An error is a [*UsageError], which repeats no secret.
func (c *Catcher) Instruct(text string) error {
	err := c.instruct(text)
	var wrong *UsageError
	if errors.As(err, &wrong) {
		return &UsageError{c.conceal(c.concealTyped(wrong.Message)), wrong.Hint}
	}
	return err
}

// concealTyped masks what follows the name of a secret setting in a message that
// quotes an instruction: its value may stand there, with a typing error before it.
func (c *Catcher) concealTyped(message string) string {
	for _, s := range c.options.Services {
		for _, x := range s.Settings {
			if x.Secret {
				typed := regexp.MustCompile(`(?i)(` + regexp.QuoteMeta(x.Name) + `[=: ]+)(?:[^"\\]|\\.)+`)
				message = typed.ReplaceAllString(message, "${1}"+contract.Masked)
			}
		}
	}
	return message
}

func (c *Catcher) instruct(text string) error {
	to, what, ok := strings.Cut(text, "=")
	if !ok || to == "" || what == "" {
		return usage("write SERVICE=FAILURE, such as slack=ratelimited or *=429:30x3, or SERVICE:SETTING=VALUE", "%q is no instruction", text)
	}
	if service, name, ok := strings.Cut(to, ":"); ok {
		return c.Set(service, name, what)
	}
	err := c.Fail(to, what, 1)
	if m := timesExp.FindStringSubmatch(what); m != nil && err != nil {
		times, _ := strconv.Atoi(m[2]) // 0 for what is no number
		return c.Fail(to, m[1], times)
	}
	return err
}

var timesExp = regexp.MustCompile(`^(.+)x([0-9]{1,9})$`)

// Set gives a setting of a service a value, in the place of the one before; requests
// that do not suit it are refused as the service does. A value that is a secret is
// masked in whatever is kept from then on, and still is when it has been replaced.
// An error is a [*UsageError].
func (c *Catcher) Set(service, name, value string) error {
	s, err := c.service(service)
	if err != nil {
		return err
	}
	if s == nil {
		return usage("name a service", "settings belong to one service")
	}
	given, ok := s.Setting(name)
	if !ok {
		var names []string
		for _, x := range s.Settings {
			names = append(names, x.Name+" ("+x.Doc+")")
		}
		hint := "it has none"
		if len(names) > 0 {
			hint = "it has " + strings.Join(names, ", ")
		}
		return usage(hint, "%s has no setting %q", service, name)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	kept := c.settings[service][:0:0]
	for _, x := range c.settings[service] {
		if x.Name != name {
			kept = append(kept, x)
		}
	}
	c.settings[service] = append(kept, setting{given, value})
	if given.Secret && value != "" {
		c.secrets = spelled(c.secrets, value)
	}
	return nil
}

// spelled adds a secret to a list, as it is and as URLs and JSON spell it; the
// longest come first, for one may hold another.
func spelled(list []string, secret string) []string {
	html, _ := json.Marshal(secret) // of a text, which cannot fail
	plain := strconv.Quote(secret)
	list = append(slices.Clone(list), secret, url.QueryEscape(secret), url.PathEscape(secret), string(html[1:len(html)-1]), plain[1:len(plain)-1])
	slices.SortFunc(list, func(a, b string) int {
		if n := len(b) - len(a); n != 0 {
			return n
		}
		return strings.Compare(a, b)
	})
	return slices.Compact(list)
}

func (c *Catcher) checkSettings(s *contract.Service, r contract.Request) []contract.Problem {
	c.mu.Lock()
	given := c.settings[s.Name]
	c.mu.Unlock()
	var problems []contract.Problem
	for _, x := range given {
		problems = append(problems, x.Check(x.value, r)...)
	}
	return problems
}
