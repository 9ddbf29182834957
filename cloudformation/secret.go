package cloudformation

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/notifygen/notifygen/jsontext"
)

// Mask is what is shown instead of a secret.
const Mask = "***"

// Secrets are the values that must not be shown: NoEcho parameters, dynamic
// references and what a connection keeps. While templates are resolved, a mark
// of letters and digits stands for each, which survives escaping in URLs and in
// JSON; Hide turns the marks into Mask. A secret the user gives by name stands
// for itself.
type Secrets struct {
	given map[string]string
	used  map[string]bool
	list  []secret
	marks map[string]string // from name to mark
	typed map[string]bool   // parameters given by name
}

type secret struct {
	name, value string
	known       bool
	typed       bool // on this very command line
}

const markFormat = "zZnotifygenSecret%dZz"

var markExp = regexp.MustCompile(`zZnotifygenSecret([0-9]{1,9})Zz`)

func newSecrets(given map[string]string) *Secrets {
	return &Secrets{given: given, used: map[string]bool{}, marks: map[string]string{}, typed: map[string]bool{}}
}

// Opaque gives what stands for a secret of which only the names are known, the
// first one being the one to print.
func (s *Secrets) Opaque(names ...string) string { return s.add("", false, names) }

// Known gives what stands for a secret with a value that is used but not shown.
func (s *Secrets) Known(value string, names ...string) string { return s.add(value, true, names) }

func (s *Secrets) add(value string, known bool, names []string) string {
	for _, name := range names {
		if v, ok := s.show(name); ok {
			return v
		}
	}
	if mark, ok := s.marks[names[0]]; ok {
		return mark
	}
	mark := fmt.Sprintf(markFormat, len(s.list))
	s.list = append(s.list, secret{names[0], s.Reveal(value), known, s.typed[names[0]]})
	s.marks[names[0]] = mark
	return mark
}

// show gives the value of a secret that the user gave by name.
func (s *Secrets) show(name string) (string, bool) {
	v, ok := s.given[name]
	if ok {
		s.used[name] = true
	}
	return v, ok
}

// Shows tells whether a text has a secret that the user gave to be shown.
func (s *Secrets) Shows(text string) bool {
	for name := range s.used {
		if v := s.given[name]; v != "" && strings.Contains(text, v) {
			return true
		}
	}
	return false
}

// Holds tells whether a secret is in the text.
func (s *Secrets) Holds(text string) bool { return markExp.MatchString(text) }

// Hide replaces the secrets in a text by Mask.
func (s *Secrets) Hide(text string) string {
	if !strings.Contains(text, "zZnotifygenSecret") {
		return text
	}
	return markExp.ReplaceAllString(text, Mask)
}

// Reveal replaces the secrets in a text by their values where these are known.
// The result is for decisions, not for show.
func (s *Secrets) Reveal(text string) string {
	return s.replace(text, func(one secret) bool { return one.known })
}

// RevealJSON is Reveal for a text of JSON that has the secrets within strings.
func (s *Secrets) RevealJSON(text string) string {
	return markExp.ReplaceAllStringFunc(text, func(mark string) string {
		return string(jsontext.AppendEscaped(nil, s.Reveal(mark)))
	})
}

// RevealOr is Reveal with something else for the values that are not known.
func (s *Secrets) RevealOr(text, otherwise string) string {
	return markExp.ReplaceAllLiteralString(s.Reveal(text), otherwise)
}

// RevealTyped replaces those whose values the user has typed as parameters: for
// places that AWS itself shows.
func (s *Secrets) RevealTyped(text string) string {
	return s.replace(text, func(one secret) bool { return one.typed && one.known })
}

func (s *Secrets) replace(text string, which func(secret) bool) string {
	return markExp.ReplaceAllStringFunc(text, func(mark string) string {
		i, err := strconv.Atoi(markExp.FindStringSubmatch(mark)[1])
		if err != nil || i >= len(s.list) || !which(s.list[i]) {
			return mark
		}
		return s.list[i].value
	})
}

// Conceal is Hide for a text that was made of revealed secrets: as they are, or
// as URLs and JSON spell them.
func (s *Secrets) Conceal(text string) string {
	var spelled []string
	for _, one := range s.list {
		if v := one.value; one.known && v != "" {
			query := url.QueryEscape(v)
			spelled = append(spelled, v, query, strings.ReplaceAll(query, "+", "%20"), url.PathEscape(v), string(jsontext.AppendEscaped(nil, v)))
		}
	}
	// the longest first: one may be the beginning of another
	slices.SortStableFunc(spelled, func(a, b string) int { return len(b) - len(a) })
	for _, v := range spelled {
		text = strings.ReplaceAll(text, v, Mask)
	}
	return s.Hide(text)
}

// base64 encodes a text, which stays secret where it was.
func (s *Secrets) base64(text string) string {
	if !s.Holds(text) {
		return base64.StdEncoding.EncodeToString([]byte(text))
	}
	name := s.list[s.first(text)].name + " (Base64)"
	plain := s.Reveal(text)
	if s.Holds(plain) {
		return s.Opaque(name)
	}
	return s.Known(base64.StdEncoding.EncodeToString([]byte(plain)), name)
}

// first is the index of the first secret in a text that holds one.
func (s *Secrets) first(text string) int {
	i, err := strconv.Atoi(markExp.FindStringSubmatch(text)[1])
	if err != nil || i >= len(s.list) {
		return 0
	}
	return i
}

// Masked names the secrets that are shown as Mask, sorted.
func (s *Secrets) Masked() []string {
	var names []string
	for _, one := range s.list {
		names = append(names, one.name)
	}
	slices.Sort(names)
	return names
}

// Unused names the given secrets that nothing asked for, sorted.
func (s *Secrets) Unused() []string {
	var names []string
	for name := range s.given {
		if !s.used[name] {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

var dynamicExp = regexp.MustCompile(`\{\{resolve:(secretsmanager|ssm-secure|ssm):([^{}]+)\}\}`)

// dynamic replaces dynamic references
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html).
// Values of plain SSM parameters are treated alike: nobody here knows them.
func (s *Secrets) dynamic(text string) string {
	if !strings.Contains(text, "{{resolve:") {
		return text
	}
	return dynamicExp.ReplaceAllStringFunc(text, func(ref string) string {
		m := dynamicExp.FindStringSubmatch(ref)
		return s.Opaque(referenceNames(m[1], m[2])...)
	})
}

// referenceNames gives the names under which a user may give the value of a
// dynamic reference: "id:key" or "id" first, the reference as it stands last.
func referenceNames(service, ref string) []string {
	whole := service + ":" + ref
	if service != "secretsmanager" {
		id, _, _ := strings.Cut(ref, ":")
		return []string{id, whole}
	}
	id, rest := ref, ""
	fields := 1
	if strings.HasPrefix(ref, "arn:") {
		fields = 7 // arn:aws:secretsmanager:region:account:secret:name
	}
	parts := strings.Split(ref, ":")
	if len(parts) > fields {
		id, rest = strings.Join(parts[:fields], ":"), strings.Join(parts[fields:], ":")
	}
	key := ""
	if after, ok := strings.CutPrefix(rest, "SecretString:"); ok {
		key, _, _ = strings.Cut(after, ":")
	}
	short := id
	if fields == 7 {
		short = parts[len(parts[:min(7, len(parts))])-1]
	}
	var names []string
	if key != "" {
		names = append(names, short+":"+key, id+":"+key)
	}
	return append(names, short, id, whole)
}
