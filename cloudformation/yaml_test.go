package cloudformation

import (
	"strings"
	"testing"
)

// TestYAMLQuotesWhatYAML11Misreads: CloudFormation reads YAML 1.1, in which
// unquoted on, 0123 and 12:30:45 are no text.
func TestYAMLQuotesWhatYAML11Misreads(t *testing.T) {
	for _, s := range []string{"on", "Yes", "n", "NULL", "~", "0123", "1e3", "12:30:45", ".inf", "0x1F", "1_000", "-", "2020-01-01", "<<", "="} {
		text, err := YAML(NewObject("v", s, s, true))
		if err != nil {
			t.Fatal(err)
		}
		if want := "\"" + s + "\""; strings.Count(string(text), want) != 2 {
			t.Errorf("%q is written %s", s, text)
		}
	}
	text, _ := YAML(NewObject("Type", "AWS::Events::Rule", "Description", "two\nlines"))
	if string(text) != "Type: AWS::Events::Rule\nDescription: |-\n  two\n  lines\n" {
		t.Errorf("plain text is written %s", text)
	}
}
