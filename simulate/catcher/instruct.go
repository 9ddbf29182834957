package catcher

import (
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/notifygen/notifygen/contract"
)

// Instruct follows an instruction as people type it: see [contract.Failures.Instruct].
// An error is a [*contract.UsageError], which repeats no secret.
func (c *Catcher) Instruct(text string) error { return c.told(c.asked.Instruct(text)) }

// Fail lets the next requests of a service fail: see [contract.Failures.Fail].
func (c *Catcher) Fail(service, failure string, times int) error {
	return c.asked.Fail(service, failure, times)
}

// Set gives a setting of a service a value: see [contract.Failures.Set]. A value that
// is a secret is masked in whatever is kept from then on, and still is when it has
// been replaced.
func (c *Catcher) Set(service, name, value string) error { return c.asked.Set(service, name, value) }

// told is an error without the secrets that are known.
func (c *Catcher) told(err error) error {
	var wrong *contract.UsageError
	if errors.As(err, &wrong) {
		return &contract.UsageError{Message: c.conceal(wrong.Message), Hint: wrong.Hint}
	}
	return err
}

// remember adds a secret to those that are masked.
func (c *Catcher) remember(secret string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if secret != "" {
		c.secrets = spelled(c.secrets, secret)
	}
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
