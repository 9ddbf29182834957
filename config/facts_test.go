package config

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/notifygen/notifygen/lambda/enricher/enrich"
)

// TestFactsAreWhatTheEnricherAdds compares the declared facts with the members
// that the function writes.
func TestFactsAreWhatTheEnricherAdds(t *testing.T) {
	for _, test := range []struct {
		facts *Facts
		added any
	}{{supportFacts, enrich.SupportFacts{}}, {healthFacts, enrich.HealthFacts{}}} {
		var declared []string
		for _, f := range test.facts.Fields {
			declared = append(declared, f.Path)
		}
		added := paths(reflect.TypeOf(test.added), Enriched)
		slices.Sort(declared)
		slices.Sort(added)
		if !slices.Equal(declared, added) {
			t.Errorf("%s:\ndeclared %v\nadded    %v", test.facts.API, declared, added)
		}
	}
}

// paths are those of the members of a type, but the error's, which all facts
// have.
func paths(of reflect.Type, prefix string) []string {
	var out []string
	for i := range of.NumField() {
		field := of.Field(i)
		if field.Anonymous {
			continue // the error
		}
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		path, kind := prefix+"."+name, field.Type
		out = append(out, path)
		switch kind.Kind() {
		case reflect.Pointer:
			out = append(out, paths(kind.Elem(), path)...)
		case reflect.Slice:
			out = append(out, paths(kind.Elem(), path+"[]")...)
		}
	}
	return out
}
