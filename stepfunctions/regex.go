package stepfunctions

import (
	"errors"
	"regexp"
	"unicode/utf16"
)

// match is $match, whose results the library names and counts differently
// (https://docs.jsonata.org/string-functions#match).
func match(args []any, _ any) (any, error) {
	if len(args) < 2 || len(args) > 3 {
		return nil, errors.New("$match takes a text, a pattern and a limit")
	}
	if args[0] == nil {
		return nil, nil
	}
	text, isText := args[0].(string)
	pattern, _ := args[1].(map[string]any)
	if !isText || !isPattern(pattern) {
		return nil, errors.New("$match takes a text and a pattern")
	}
	limit := int64(-1)
	if len(args) == 3 && args[2] != nil {
		var ok bool
		if limit, ok = whole(args[2]); !ok || limit < 0 {
			return nil, errors.New("$match: the limit must be a whole number from 0")
		}
	}
	source, _ := pattern["pattern"].(string)
	flags, _ := pattern["flags"].(string)
	re, err := compilePattern(source, flags)
	if err != nil {
		return nil, err
	}
	var found []any
	for _, at := range re.FindAllStringSubmatchIndex(text, int(limit)) {
		groups := []any{}
		for i := 2; i < len(at); i += 2 {
			var group any // undefined
			if at[i] >= 0 {
				group = text[at[i]:at[i+1]]
			}
			groups = append(groups, group)
		}
		index := len(utf16.Encode([]rune(text[:at[0]])))
		found = append(found, objectOf("match", text[at[0]:at[1]], "index", float64(index), "groups", groups))
	}
	switch len(found) {
	case 0:
		return nil, nil
	case 1:
		return found[0], nil
	}
	return found, nil
}

func compilePattern(source, flags string) (*regexp.Regexp, error) {
	for _, c := range flags {
		if c == 'i' || c == 'm' {
			source = "(?" + string(c) + ")" + source
		}
	}
	return regexp.Compile(source)
}
