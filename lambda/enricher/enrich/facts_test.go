package enrich

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestSizes(t *testing.T) {
	big := func(n int) string {
		event := strings.Replace(caseEvent, `"origin":""`, `"origin":"`+strings.Repeat("é", n/2)+`"`, 1)
		return strings.Replace(event, `"case-id"`, `"eventArn":"arn","case-id"`, 1)
	}
	health := func(event string) string { return strings.Replace(event, "aws.support", "aws.health", 1) }
	many := make([]Entity, 1000)
	for i := range many {
		many[i] = Entity{Value: fmt.Sprint(i) + strings.Repeat("v", 1200), ARN: strings.Repeat("a", 1600)}
	}
	a := &apis{
		found:    Case{Subject: "s", RecentCommunications: RecentCommunications{[]Communication{{Body: strings.Repeat("€\x01", 8000)}}}},
		details:  HealthDetails{Description: strings.Repeat("字", 30000), Metadata: map[string]string{"k": strings.Repeat("m", 100000)}},
		entities: many,
	}
	for name, c := range map[string]struct {
		body  string
		below int
		code  any
	}{
		"small event":  {caseEvent, maxOutput, nil},
		"small health": {healthEvent, maxOutput, nil},
		"half":         {health(big(120_000)), maxOutput, nil},
		"little room":  {health(big(238_000)), maxOutput, nil},
		"no room":      {health(big(239_500)), maxOutput + 300, TooLarge},
		"256 KB":       {big(256 * 1024), 256*1024 + 1000, TooLarge},
		"a megabyte":   {big(1000 * 1000), 1000*1000 + 1000, TooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			got, _, err := invoke(t, a, c.body, 1)
			if err != nil {
				t.Fatal(err)
			}
			if string(got.Event) != c.body {
				t.Error("the event is not the same")
			}
			if got.size > c.below+50 || got.code() != c.code {
				t.Errorf("%d bytes, error %v", got.size, got.code())
			}
			if entities, ok := got.Enriched["affectedEntities"].([]any); ok && len(entities) < len(many) && got.Enriched["affectedEntitiesTruncated"] != true {
				t.Errorf("%d entities, not flagged", len(entities))
			}
			if text, ok := got.Enriched["affectedEntitiesText"].(string); ok && len(text) > 1300+len(" and more") {
				t.Errorf("%d bytes of entities in the text", len(text))
			}
		})
	}
	got, _, err := invoke(t, a, caseEvent, 1)
	if err != nil {
		t.Fatal(err)
	}
	said := got.Enriched["latestCommunication"].(map[string]any)
	if text := said["body"].(string); said["truncated"] != true || len(text) > 8000 || len(text) < 7997 || !utf8.ValidString(text) || strings.ContainsRune(text, '\uFFFD') {
		t.Errorf("%d bytes, truncated %v", len(text), said["truncated"])
	}
}

func FuzzCut(f *testing.F) {
	f.Add("abc", 2)
	f.Add("€€", 4)
	f.Add("🔑", 1)
	f.Fuzz(func(t *testing.T, text string, limit int) {
		if limit < 0 || !utf8.ValidString(text) {
			return
		}
		got, truncated := cut(text, limit)
		if len(got) > limit || !strings.HasPrefix(text, got) || !utf8.ValidString(got) || truncated != (got != text) || truncated && len(got) < limit-3 {
			t.Errorf("%q to %d: %q, %v", text, limit, got, truncated)
		}
	})
}
