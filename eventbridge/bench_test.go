package eventbridge

import (
	"fmt"
	"runtime"
	"testing"
)

// benchPatterns are n patterns of which the last matches benchEvent: equal
// fifths of five shapes that alerting on AWS services tends to have.
func benchPatterns(tb testing.TB, n int) []*Pattern {
	tb.Helper()
	patterns := make([]*Pattern, 0, n)
	add := func(format string, args ...any) {
		p, err := ParsePattern(fmt.Appendf(nil, format, args...))
		if err != nil {
			tb.Fatal(err)
		}
		patterns = append(patterns, p)
	}
	for i := range n - 1 {
		switch i % 5 {
		case 0:
			add(`{"source":["aws.health"],"detail":{"service":["SVC%d"]}}`, i)
		case 1:
			add(`{"source":["aws.health"],"detail":{"eventTypeCode":[{"prefix":"AWS_SVC%d_"}]}}`, i)
		case 2:
			add(`{"detail-type":["AWS Health Event"],"detail":{"statusCode":[{"anything-but":["closed"]}],"eventTypeCode":["AWS_SVC%d_X"]}}`, i)
		case 3:
			add(`{"source":["aws.health"],"detail":{"eventArn":[{"wildcard":"arn:*:svc%d/*"}]}}`, i)
		case 4:
			add(`{"account":["%012d"],"detail":{"service":[{"exists":true}]}}`, i)
		}
	}
	add(`{"source":["aws.health"],"detail":{"service":["EC2"]}}`)
	return patterns
}

func benchMatcher(tb testing.TB, n int) *Matcher {
	m := NewMatcher()
	for i, p := range benchPatterns(tb, n) {
		m.Add(fmt.Sprint("rule-", i), p)
	}
	return m
}

// benchEvent has the size of a usual event of AWS Health.
var benchEvent = []byte(`{"version":"0","id":"7bf73129-1428-4cd3-a780-95db273d1602","detail-type":"AWS Health Event","source":"aws.health","account":"123456789012","time":"2023-01-27T09:01:22Z","region":"us-east-1","resources":["i-0123456789abcdef0"],"detail":{"eventArn":"arn:aws:health:us-east-1::event/EC2/AWS_EC2_INSTANCE_STORE_DRIVE_PERFORMANCE_DEGRADED/AWS_EC2_INSTANCE_STORE_DRIVE_PERFORMANCE_DEGRADED_90353408594353983","service":"EC2","eventTypeCode":"AWS_EC2_INSTANCE_STORE_DRIVE_PERFORMANCE_DEGRADED","eventTypeCategory":"issue","eventScopeCode":"ACCOUNT_SPECIFIC","communicationId":"4826e1b01e4eed2b0f117c54306d907c713586799d76c487c9132a40149ac107-1","startTime":"Fri, 27 Jan 2023 06:02:51 GMT","endTime":"Fri, 27 Jan 2023 09:01:22 GMT","lastUpdatedTime":"Fri, 27 Jan 2023 09:01:22 GMT","statusCode":"open","eventRegion":"us-east-1","eventDescription":[{"language":"en_US","latestDescription":"A description of the event will be provided here, with what happened and what to do"}],"affectedEntities":[{"entityValue":"i-0123456789abcdef0","lastUpdatedTime":"Thu, 26 Jan 2023 19:01:55 GMT","status":"PENDING"}],"affectedAccount":"123456789012","page":"1","totalPages":"1"}}`)

// BenchmarkMatcher parses an event and matches it against many patterns.
func BenchmarkMatcher(b *testing.B) {
	for _, n := range []int{1, 100, 1_000, 10_000} {
		b.Run(fmt.Sprintf("rules=%d", n), func(b *testing.B) {
			m := benchMatcher(b, n)
			b.ReportAllocs()
			var ids []string
			for b.Loop() {
				e, err := ParseEvent(benchEvent)
				if err != nil {
					b.Fatal(err)
				}
				if ids = m.AppendMatches(ids[:0], e); len(ids) != 1 {
					b.Fatalf("%d matches, want 1", len(ids))
				}
			}
			reportEvents(b)
		})
	}
}

// BenchmarkMatcherJSON is BenchmarkMatcher without keeping the event.
func BenchmarkMatcherJSON(b *testing.B) {
	for _, n := range []int{1, 100, 1_000, 10_000} {
		b.Run(fmt.Sprintf("rules=%d", n), func(b *testing.B) {
			m := benchMatcher(b, n)
			b.ReportAllocs()
			var ids []string
			for b.Loop() {
				var err error
				if ids, err = m.AppendMatchesJSON(ids[:0], benchEvent); err != nil || len(ids) != 1 {
					b.Fatal(ids, err)
				}
			}
			reportEvents(b)
		})
	}
}

func reportEvents(b *testing.B) {
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
}

// BenchmarkMatcherBuild compiles many patterns, and measures what they keep.
func BenchmarkMatcherBuild(b *testing.B) {
	for _, n := range []int{1, 100, 1_000, 10_000} {
		b.Run(fmt.Sprintf("rules=%d", n), func(b *testing.B) {
			// What a single matcher keeps drowns in the heap's noise.
			kept := make([]*Matcher, max(1, 1_000/n))
			before := heap()
			for i := range kept {
				kept[i] = benchMatcher(b, n)
				if _, err := kept[i].AppendMatchesJSON(nil, benchEvent); err != nil { // files the patterns
					b.Fatal(err)
				}
			}
			bytes := float64(heap()-before) / float64(len(kept)*n)
			runtime.KeepAlive(kept)
			for b.Loop() {
				benchMatcher(b, n)
			}
			b.ReportMetric(bytes, "bytes-kept/rule")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/rule")
		})
	}
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func BenchmarkParseEvent(b *testing.B) {
	b.SetBytes(int64(len(benchEvent)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseEvent(benchEvent); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPatternMatch(b *testing.B) {
	p := benchPatterns(b, 1)[0]
	e, err := ParseEvent(benchEvent)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if !p.Match(e) {
			b.Fatal("no match")
		}
	}
}
