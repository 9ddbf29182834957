package eventbridge

import (
	"fmt"
	"slices"
	"sync"
	"testing"
)

func mustEvent(tb testing.TB, text string) *Event {
	tb.Helper()
	e, err := ParseEvent([]byte(text))
	if err != nil {
		tb.Fatal(err)
	}
	return e
}

func mustPattern(tb testing.TB, text string) *Pattern {
	tb.Helper()
	p, err := ParsePattern([]byte(text))
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

// TestMatcherAccess has a pattern for every way to be found, and one for every
// way to be found by nothing but the presence of a field.
func TestMatcherAccess(t *testing.T) {
	m := NewMatcher()
	for _, entry := range []string{
		`"xay"`, `1.0`, `123456789012345678901`, `true`, `null`, `"10.0.0.1"`,
		`{"prefix":"xa"}`, `{"prefix":""}`, `{"prefix":"xay\""}`, `{"prefix":{"equals-ignore-case":"XA"}}`,
		`{"suffix":"ay"}`, `{"suffix":""}`, `{"suffix":"\"xay"}`, `{"suffix":{"equals-ignore-case":"AY"}}`,
		`{"equals-ignore-case":"XaY"}`, `{"equals-ignore-case":"É"}`, `{"equals-ignore-case":""}`,
		`{"wildcard":"xay"}`, `{"wildcard":"x*"}`, `{"wildcard":"*y"}`, `{"wildcard":"*a*"}`, `{"wildcard":"*"}`, `{"wildcard":"*a*y"}`,
		`{"anything-but":"q"}`, `{"anything-but":[5]}`, `{"anything-but":{"wildcard":"*q*"}}`,
		`{"numeric":["<",5]}`, `{"cidr":"10.0.0.0/8"}`, `{"exists":true}`, `{"exists":false}`, `"a","xay",{"exists":false}`, `"a",7,{"prefix":"x"}`,
	} {
		m.Add(entry, mustPattern(t, `{"v":[`+entry+`]}`))
	}
	for _, event := range []string{
		`{"v":"xay"}`, `{"v":"XAY"}`, `{"v":""}`, `{"v":"a"}`, `{"v":"é"}`, `{"v":"q"}`, `{"v":1}`, `{"v":7}`, `{"v":5.0}`, `{"v":123456789012345678901}`,
		`{"v":true}`, `{"v":false}`, `{"v":null}`, `{"v":"010.0.0.1"}`, `{"v":"10.2.3.4"}`, `{"v":["xay",1,null]}`, `{"v":{}}`, `{"w":1}`,
	} {
		e := mustEvent(t, event)
		var want []string
		for _, entry := range m.entries {
			if entry.pattern.Match(e) {
				want = append(want, entry.id)
			}
		}
		if got := m.Match(e); !slices.Equal(got, want) {
			t.Errorf("%s\ngot  %q\nwant %q", event, got, want)
		}
	}
}

func TestMatcherOverlappingFragments(t *testing.T) {
	m := NewMatcher()
	for _, glob := range []string{"*abcd*", "*bc*", "*c*", "*bcx*", "*cab*", "*aa*"} {
		m.Add(glob, mustPattern(t, `{"v":[{"wildcard":"`+glob+`"}]}`))
	}
	for event, want := range map[string][]string{
		`{"v":"abcd"}`:    {"*abcd*", "*bc*", "*c*"},
		`{"v":"abcx"}`:    {"*bc*", "*c*", "*bcx*"},
		`{"v":"abcabcd"}`: {"*abcd*", "*bc*", "*c*", "*cab*"},
		`{"v":"aaab"}`:    {"*aa*"},
		`{"v":"xyz"}`:     nil,
	} {
		if got := m.Match(mustEvent(t, event)); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", event, got, want)
		}
	}
	m = NewMatcher()
	for _, glob := range []string{"*abcd*", "*bce*", "*c*"} {
		m.Add(glob, mustPattern(t, `{"v":[{"wildcard":"`+glob+`"}]}`))
	}
	if got := m.Match(mustEvent(t, `{"v":"abc"}`)); !slices.Equal(got, []string{"*c*"}) {
		t.Errorf("an ending of an ending is missed: %q", got)
	}
}

func TestMatcherOrder(t *testing.T) {
	m := NewMatcher()
	if got := m.Match(mustEvent(t, `{"a":1}`)); got != nil {
		t.Errorf("an empty Matcher matches %q", got)
	}
	m.Add("z", mustPattern(t, `{"b":[{"exists":false}]}`))
	m.Add("y", mustPattern(t, `{"$or":[{"a":[1]},{"a":[{"numeric":[">",0]}]}]}`))
	m.Add("y", mustPattern(t, `{"a":[1]}`))
	if got := m.Match(mustEvent(t, `{"a":[1,1]}`)); !slices.Equal(got, []string{"z", "y", "y"}) {
		t.Errorf("got %q", got)
	}
	m.Add("x", mustPattern(t, `{"a":[1]}`))
	if got := m.AppendMatches([]string{"0"}, mustEvent(t, `{"a":1,"b":1}`)); !slices.Equal(got, []string{"0", "y", "y", "x"}) {
		t.Errorf("after a further Add: %q", got)
	}
	if _, err := m.AppendMatchesJSON(nil, []byte(`[]`)); err == nil {
		t.Error("an array is an event")
	}
	if _, err := m.AppendMatchesJSON(nil, []byte(`{`)); err == nil {
		t.Error("a brace is an event")
	}
}

func TestMatcherConcurrency(t *testing.T) {
	m := benchMatcher(t, 200)
	e := mustEvent(t, string(benchEvent))
	var group sync.WaitGroup
	for worker := range 4 {
		group.Go(func() {
			for i := range 100 {
				if i%20 == 0 {
					m.Add(fmt.Sprint("more ", worker), mustPattern(t, `{"source":["nothing"]}`))
				}
				if got := m.Match(e); !slices.Equal(got, []string{"rule-199"}) {
					t.Errorf("got %q", got)
				}
				if got, err := m.AppendMatchesJSON(nil, benchEvent); err != nil || !slices.Equal(got, []string{"rule-199"}) {
					t.Errorf("got %q %v", got, err)
				}
			}
		})
	}
	group.Wait()
}
