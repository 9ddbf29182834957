package delivery

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// Rewrite says where requests may go. A URL that none of its rules covers is
// not sent.
type Rewrite struct{ rules []rewriteRule } // the longest first

// rewriteRule replaces the beginning of a URL.
type rewriteRule struct{ from, to place }

// place is a URL's beginning. Everywhere, "*", has no scheme.
type place struct{ scheme, host, path string }

// ParseRewrite reads rules of the form FROM=TO. FROM is the beginning of a URL,
// scheme://host[:port][/path], or "*" for every URL; TO is the beginning that
// replaces it. The longest FROM that matches counts, "*" last; a path matches
// whole segments. Replacing leaves the rest of path and query as they are:
//
//	*=http://127.0.0.1:9000                      every host, whole path and query
//	https://slack.com=http://127.0.0.1:9000/s    /api/x becomes /s/api/x
//	https://slack.com=https://slack.com          really sent
//
// Since a request carries secrets, "*" may only lead to this machine:
// localhost, 127.0.0.0/8 or ::1. Any other host has to be given for a FROM that
// is spelled out.
func ParseRewrite(rules ...string) (*Rewrite, error) {
	r := &Rewrite{}
	for _, text := range rules {
		rule, err := parseRewriteRule(text)
		if err != nil {
			return nil, fmt.Errorf("rewrite %q: %w", text, err)
		}
		if slices.ContainsFunc(r.rules, func(other rewriteRule) bool { return other.from == rule.from }) {
			return nil, fmt.Errorf("rewrite %q: there is another rule for the same URLs", text)
		}
		r.rules = append(r.rules, rule)
	}
	slices.SortStableFunc(r.rules, func(a, b rewriteRule) int { return b.from.length() - a.from.length() })
	return r, nil
}

func parseRewriteRule(text string) (rewriteRule, error) {
	var rule rewriteRule
	// A path may hold "=", so the rule is cut where the second URL begins.
	at := max(strings.LastIndex(text, "=http://"), strings.LastIndex(text, "=https://"))
	if at < 0 {
		return rule, fmt.Errorf("want FROM=TO, such as *=http://127.0.0.1:9000")
	}
	from, to := text[:at], text[at+1:]
	var err error
	if from != "*" {
		if rule.from, err = parsePlace(from); err != nil {
			return rule, err
		}
	}
	if rule.to, err = parsePlace(to); err != nil {
		return rule, err
	}
	if from == "*" && !loopback(rule.to.host) {
		return rule, fmt.Errorf("* may only lead to this machine (localhost, 127.0.0.1, [::1]), because requests carry secrets; name the hosts that may get them, such as https://slack.com=%s", to)
	}
	return rule, nil
}

// parsePlace reads scheme://host[:port][/path].
func parsePlace(text string) (place, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Hostname() == "":
		return place{}, fmt.Errorf("%q is no URL", text)
	case u.Scheme != "http" && u.Scheme != "https":
		return place{}, fmt.Errorf("%q does not begin with http:// or https://", text)
	case u.User != nil || u.RawQuery != "" || u.ForceQuery || strings.Contains(text, "#"):
		return place{}, fmt.Errorf("%q has more than scheme, host, port and path", text)
	}
	p, _, _ := split(text)
	p.path = strings.TrimRight(p.path, "/")
	return p, nil
}

// split takes a URL apart, leaving path and query as they are written.
func split(text string) (p place, query string, ok bool) {
	scheme, rest, _ := strings.Cut(text, "://")
	p.scheme = strings.ToLower(scheme)
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	p.host, p.path = strings.ToLower(rest[:end]), rest[end:]
	p.path, _, _ = strings.Cut(p.path, "#")
	if at := strings.IndexByte(p.path, '?'); at >= 0 {
		p.path, query = p.path[:at], p.path[at:]
	}
	switch {
	case p.scheme == "https":
		p.host = strings.TrimSuffix(p.host, ":443")
	case p.scheme == "http":
		p.host = strings.TrimSuffix(p.host, ":80")
	}
	return p, query, p.host != "" && (p.scheme == "https" || p.scheme == "http")
}

func (p place) length() int { return len(p.scheme) + len(p.host) + len(p.path) }

// covers tells whether a URL begins with p.
func (p place) covers(u place) bool {
	if p == (place{}) {
		return true
	}
	rest, ok := strings.CutPrefix(u.path, p.path)
	return ok && p.scheme == u.scheme && p.host == u.host && (rest == "" || rest[0] == '/')
}

func loopback(host string) bool {
	name := hostname(host)
	address, err := netip.ParseAddr(name)
	return name == "localhost" || err == nil && address.IsLoopback()
}

// hostname is a host without its port and brackets.
func hostname(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		return name
	}
	return strings.Trim(host, "[]")
}

// Covers tells whether a request to a URL may be sent.
func (r *Rewrite) Covers(url string) bool {
	_, ok := r.Target(url)
	return ok
}

// Target is where a request to a URL goes, and whether it may.
func (r *Rewrite) Target(url string) (string, bool) {
	u, query, ok := split(url)
	if !ok {
		return "", false
	}
	for _, rule := range r.rules {
		if rule.from.covers(u) {
			path := rule.to.path + strings.TrimPrefix(u.path, rule.from.path)
			if path == "" {
				path = "/"
			}
			return rule.to.scheme + "://" + rule.to.host + path + query, true
		}
	}
	return "", false
}
