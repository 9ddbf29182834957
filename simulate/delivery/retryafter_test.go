package delivery

import (
	"net/http"
	"testing"
	"time"
)

func TestParseRetryAfter(t *testing.T) {
	date := func(after time.Duration) string { return wall.Add(after).Format(http.TimeFormat) }
	for text, want := range map[string]struct {
		wait time.Duration
		stop bool
	}{
		"":                               {},
		"0":                              {},
		"-0":                             {},
		"7":                              {wait: 7 * time.Second},
		" 007 ":                          {wait: 7 * time.Second},
		"-1":                             {stop: true},
		"-99999999999999999999":          {stop: true},
		"99999999999999999999":           {wait: longestRetryAfter},
		"31622401":                       {wait: longestRetryAfter},
		"1.5":                            {},
		"+5":                             {},
		"- 5":                            {},
		"5s":                             {},
		"-":                              {},
		"٣":                              {},
		date(time.Minute):                {wait: time.Minute},
		date(-time.Minute):               {},
		date(0):                          {},
		"Friday, 02-Jan-26 03:05:05 GMT": {wait: time.Minute},
		"Fri Jan  2 03:05:05 2026":       {wait: time.Minute},
		"Fri, 31 Dec 9999 23:59:59 GMT":  {wait: longestRetryAfter},
		"2026-01-02T03:05:05Z":           {},
	} {
		if wait, stop := parseRetryAfter(text, wall); wait != want.wait || stop != want.stop {
			t.Errorf("%q: %v %v, want %+v", text, wait, stop, want)
		}
	}
}

func FuzzParseRetryAfter(f *testing.F) {
	for _, text := range []string{"", "0", "-1", "120", "99999999999999999999", "Fri, 02 Jan 2026 03:05:05 GMT", "- 1", "٣"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		wait, stop := parseRetryAfter(text, wall)
		if wait < 0 || wait > longestRetryAfter || stop && wait != 0 {
			t.Errorf("%q: %v %v", text, wait, stop)
		}
	})
}
