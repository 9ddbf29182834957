package stepfunctions

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/recolabs/gnata"
)

// Limits of this interpreter, which no generated expression comes near.
const (
	maxExpression = 64 << 10 // bytes
	maxNesting    = 200      // brackets within brackets
)

// An expression is compiled JSONata.
type expression struct {
	source string
	code   *gnata.Expression
}

// The parts of $states, and where they are
// (https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html).
const (
	onlyInput  = "input, context"
	withResult = "input, context, result"
	withError  = "input, context, errorOutput"
)

// isExpression tells whether a text is an expression, and bad whether it looks
// like one but is not.
func isExpression(text string) (is, bad bool) {
	opens, closes := strings.HasPrefix(text, "{%"), strings.HasSuffix(text, "%}") && len(text) >= 4
	return opens && closes, opens != strings.HasSuffix(text, "%}") || opens && !closes
}

// expression compiles the text between "{%" and "%}". What it can use of $states
// is given by one of the constants above.
func (p *parser) expression(at path, text, states string) *expression {
	source := strings.TrimSpace(text[2 : len(text)-2])
	report := func(format string, args ...any) { p.report(at, CodeExpression, format, args...) }
	if source == "" {
		report("the expression is empty")
		return nil
	}
	if len(source) > maxExpression {
		report("the expression has more than %d bytes", maxExpression)
		return nil
	}
	tokens := lex(source)
	if !p.allowed(at, tokens, states) {
		return nil
	}
	code, err := gnata.Compile(source)
	if err != nil {
		report("this is not JSONata: %s", syntaxMessage(err))
		return nil
	}
	return &expression{source, code}
}

func syntaxMessage(err error) string {
	return strings.TrimPrefix(err.Error(), "JSONata error ")
}

// allowed checks what the parser lets pass: what JSONata 2.0.6 has not, what
// Step Functions forbids, names that nothing defines.
func (p *parser) allowed(at path, tokens []token, states string) bool {
	ok, depth := true, 0
	refuse := func(code, format string, args ...any) {
		ok = false
		p.report(at, code, format, args...)
	}
	local := localNames(tokens)
	seen := map[string]bool{}
	for i, t := range tokens {
		next := func(n int) string {
			if i+n < len(tokens) && tokens[i+n].kind != tokenString {
				return tokens[i+n].text
			}
			return ""
		}
		switch t.kind {
		case tokenSymbol:
			switch t.text {
			case "??", "?:":
				refuse(CodeExpression, "the operator %s is newer than JSONata 2.0.6, which Step Functions runs", t.text)
			case "(", "[", "{":
				depth++
			case ")", "]", "}":
				depth--
			}
			if depth > maxNesting {
				refuse(CodeExpression, "the expression is nested more than %d deep", maxNesting)
				return false
			}
		case tokenRegex:
			if reason := badPattern(t.text); reason != "" {
				refuse(CodeUnsupported, "the pattern %s cannot be matched here: %s", t.text, reason)
			}
		case tokenVariable:
			switch name := t.text; {
			case name == "" || name == "$" || local[name] || seen[name]:
			case name == "states":
				if part := strings.Trim(next(2), "`"); next(1) == "." && !slices.Contains(strings.Split(states, ", "), part) {
					refuse(CodeExpression, "$states.%s is not available here; there is %s", part, states)
				}
			case name == "eval":
				refuse(CodeExpression, "Step Functions has no $eval")
			case functionNames[name]:
			case next(1) == "(":
				refuse(CodeUnsupported, "there is no function $%s in JSONata 2.0.6 and Step Functions, or it is not supported here", name)
			default:
				seen[name] = true
				p.uses = append(p.uses, use{at, name})
			}
		}
	}
	return ok
}

// localNames are the variables that an expression binds itself: with ":=", as
// parameters of functions, with "@" and "#".
func localNames(tokens []token) map[string]bool {
	local := map[string]bool{}
	parameters := false
	for i, t := range tokens {
		symbol := func(n int) string {
			if i+n >= 0 && i+n < len(tokens) && tokens[i+n].kind == tokenSymbol {
				return tokens[i+n].text
			}
			return ""
		}
		switch {
		case t.kind == tokenName && (t.text == "function" || t.text == "λ"):
			parameters = symbol(1) == "("
		case t.kind == tokenSymbol && t.text == ")":
			parameters = false
		case t.kind == tokenVariable && (parameters || symbol(1) == ":=" || symbol(-1) == "@" || symbol(-1) == "#"):
			local[t.text] = true
		}
	}
	return local
}

// badPattern tells why a pattern cannot be matched as JavaScript would: the
// engine here is RE2, whose "\s" and "\b" also know ASCII only.
func badPattern(pattern string) string {
	end := strings.LastIndexByte(pattern, '/')
	if end < 1 {
		return "it does not end"
	}
	source := pattern[1:end]
	if _, err := regexp.Compile(source); err != nil {
		return strings.TrimPrefix(err.Error(), "error parsing regexp: ")
	}
	source = strings.ReplaceAll(source, `\\`, "")
	for _, special := range []string{"(?i", "(?m", "(?s", "(?U", "(?-", "(?P", `\A`, `\z`, `\Q`, `\p`, `\P`, `\C`, `\a`, "[[:"} {
		if strings.Contains(source, special) {
			return fmt.Sprintf("%s means something else in JavaScript", special)
		}
	}
	return ""
}
