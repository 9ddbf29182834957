package server_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// BenchmarkPutEvents is a PutEvents request of one entry over HTTP, from the
// socket to the shown request of its target.
func BenchmarkPutEvents(b *testing.B) { benchmarkPutEvents(b, 1) }

// BenchmarkPutEvents10 is one of ten entries.
func BenchmarkPutEvents10(b *testing.B) { benchmarkPutEvents(b, 10) }

func benchmarkPutEvents(b *testing.B, entries int) {
	h := httptest.NewServer(newServer(b, shop, nil))
	defer h.Close()
	body := `{"Entries":[` + strings.Repeat(orderEntry+",", entries-1) + orderEntry + `]}`
	b.ReportAllocs()
	for b.Loop() {
		r, _ := http.NewRequest("POST", h.URL, strings.NewReader(body))
		r.Header.Set("X-Amz-Target", "AWSEvents.PutEvents")
		reply, err := http.DefaultClient.Do(r)
		if err != nil || reply.StatusCode != 200 {
			b.Fatal(reply, err)
		}
		reply.Body.Close()
	}
	b.ReportMetric(float64(b.N*entries)/b.Elapsed().Seconds(), "events/s")
}
