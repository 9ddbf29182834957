package contract_test

import (
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/notifygen/notifygen/contract"
)

// bell is a service with an error code, an open setting and a secret one.
var bell = &contract.Service{
	Name: "bell", Title: "Bell", Endpoint: regexp.MustCompile(`^bell\.example\.com/ring$`),
	Check:  func(contract.Request) []contract.Problem { return nil },
	Accept: func(contract.Request) contract.Reply { return contract.Reply{Status: 200, Body: "ok"} },
	Refuse: func(p contract.Problem) contract.Reply { return contract.Reply{Status: 200, Body: p.Code} },
	Refused: func(r contract.Reply) (sign, code string) {
		if r.Body == "ok" {
			return "", ""
		}
		return "not ok", r.Body
	},
	Errors: []contract.Error{{Code: "muted", Meaning: "nobody hears it"}, {Code: "boxx2", Meaning: "it ends like a number of times"}},
	Settings: []contract.Setting{
		{Name: "tone", Check: func(value string, r contract.Request) []contract.Problem {
			if strings.Contains(string(r.Body), value) {
				return nil
			}
			return []contract.Problem{{Code: "muted", Message: "the tone is missing"}}
		}},
		{Name: "key", Secret: true, Check: func(string, contract.Request) []contract.Problem { return nil }},
	},
}

var ring = contract.Request{Method: "POST", URL: "https://bell.example.com/ring", Body: []byte("ding")}

func TestFailuresInOrder(t *testing.T) {
	f := contract.NewFailures([]*contract.Service{bell})
	for _, text := range []string{"*=reset", "bell=503x2", "bell=429:30", "bell=boxx2", "*=slow:6s", "*=slow:2s"} {
		if err := f.Instruct(text); err != nil {
			t.Fatal(text, err)
		}
	}
	want := []string{"503", "503", "429:30", "boxx2", "reset", "slow:6s", "slow:2s"}
	var got []string
	for f.Pending() {
		got = append(got, f.Next("bell").Text)
	}
	if !slices.Equal(got, want) || f.Next("bell") != nil || len(f.Unused()) != 0 {
		t.Errorf("%v, want %v; unused %v", got, want, f.Unused())
	}
}

func TestFailuresPredict(t *testing.T) {
	services := []*contract.Service{bell}
	for failure, want := range map[string]struct {
		outcome, note string
		status        int
	}{
		"muted":     {contract.Lost, "Bell would answer 200 with `not ok` (muted); EventBridge counts that as delivered", 200},
		"503":       {contract.Retried, "Bell would answer 503; EventBridge tries again", 503},
		"404":       {contract.DeadLettered, "Bell would answer 404; EventBridge does not try again", 404},
		"429:30":    {contract.Retried, "Bell would answer 429; EventBridge tries again", 429},
		"reset":     {contract.Retried, "Bell would close the connection without an answer; EventBridge tries again", 0},
		"slow":      {contract.Retried, "Bell would answer after 7s, which is too late; EventBridge tries again", 0},
		"slow:5s":   {contract.Retried, "Bell would answer after 5s, which is too late; EventBridge tries again", 0},
		"slow:4.9s": {contract.Delivered, "", 200},
		"204":       {contract.Lost, "Bell would answer 204 with `not ok`; EventBridge counts that as delivered", 204},
	} {
		f := contract.NewFailures(services)
		if err := f.Instruct("bell=" + failure); err != nil {
			t.Fatal(err)
		}
		p := f.Predict(services, ring)
		if p.Outcome != want.outcome || p.Note != want.note || p.Reply.Status != want.status {
			t.Errorf("%s: %+v", failure, p)
		}
		if next := f.Predict(services, ring); next.Outcome != contract.Delivered {
			t.Errorf("%s happens again: %+v", failure, next)
		}
	}
}

func TestFailuresOfUnknownServices(t *testing.T) {
	f := contract.NewFailures([]*contract.Service{bell})
	elsewhere := contract.Request{URL: "https://elsewhere.example.com/"}
	if f.Predict(nil, elsewhere) != nil {
		t.Error("what is not known is foretold")
	}
	if err := f.Instruct("*=500"); err != nil {
		t.Fatal(err)
	}
	if p := f.Predict(nil, elsewhere); p == nil || p.Outcome != contract.Retried || p.Note != "the service would answer 500; EventBridge tries again" {
		t.Errorf("%+v", p)
	}
	if f.Predict(nil, elsewhere) != nil {
		t.Error("it happens twice")
	}
}

func TestFailureReplies(t *testing.T) {
	for text, want := range map[string]contract.Reply{
		"muted":  {Status: 200, Body: "muted"},
		"500":    {Status: 500, Body: "500 Internal Server Error"},
		"429:-1": {Status: 429, Body: "429 Too Many Requests", Header: map[string]string{"Retry-After": "-1"}},
		"204":    {Status: http.StatusNoContent},
		"304":    {Status: http.StatusNotModified},
	} {
		f := contract.NewFailures([]*contract.Service{bell})
		if err := f.Instruct("bell=" + text); err != nil {
			t.Fatal(err)
		}
		if got := f.Next("bell").Reply(bell); got.Status != want.Status || got.Body != want.Body || got.Header["Retry-After"] != want.Header["Retry-After"] {
			t.Errorf("%s: %+v", text, got)
		}
	}
}

func TestFailureSettings(t *testing.T) {
	services := []*contract.Service{bell}
	f := contract.NewFailures(services)
	var secrets []string
	f.OnSecret = func(value string) { secrets = append(secrets, value) }
	for _, text := range []string{"bell:tone=dong", "bell:key=hush=hush"} {
		if err := f.Instruct(text); err != nil {
			t.Fatal(err)
		}
	}
	if p := f.Predict(services, ring); p.Outcome != contract.Lost || f.Pending() {
		t.Errorf("%+v", p)
	}
	if err := f.Instruct("bell:tone=ding"); err != nil {
		t.Fatal(err)
	}
	if p := f.Predict(services, ring); p.Outcome != contract.Delivered {
		t.Errorf("the setting before still holds: %+v", p)
	}
	if !slices.Equal(secrets, []string{"hush=hush"}) {
		t.Errorf("%v", secrets)
	}
}

// TestFailuresRefuse: what cannot be followed is told with a hint, without secrets.
func TestFailuresRefuse(t *testing.T) {
	f := contract.NewFailures([]*contract.Service{bell})
	for _, text := range []string{
		"", "=", "bell", "bell=", "=503", "bel=503", "bell=muted!", "bell=99", "bell=600", "bell=429:", "bell=429:soon", "bell=slow:", "bell=slow:0s",
		"bell=slow:2h", "bell=slow:-1s", "bell=slow:x", "bell=503x0", "bell=503x9999999999", "bell=x3", "*=muted", "*:tone=x", "bell:pitch=x",
		"bell.key=hush-hush", "bell:kee:key=hush-hush", "bel:key hush-hush", "key=hush-hush",
	} {
		err := f.Instruct(text)
		var wrong *contract.UsageError
		if !errors.As(err, &wrong) || wrong.Hint == "" || strings.Contains(err.Error(), "hush-hush") {
			t.Errorf("%q: %v", text, err)
		}
	}
	if f.Pending() {
		t.Error("one of them happens")
	}
}

// TestFailuresTogether asks and takes at the same time: none happens more often than
// it was asked for.
func TestFailuresTogether(t *testing.T) {
	f := contract.NewFailures([]*contract.Service{bell})
	var wg sync.WaitGroup
	var mu sync.Mutex
	happened := 0
	for range 8 {
		wg.Go(func() {
			for range 50 {
				if err := f.Fail("bell", "503", 2); err != nil {
					t.Error(err)
				}
				f.Check(bell, ring)
				if f.Next("bell") != nil {
					mu.Lock()
					happened++
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	for f.Next("bell") != nil {
		happened++
	}
	if happened != 8*50*2 {
		t.Errorf("%d", happened)
	}
}

// TestNoFailures: nil asks for nothing.
func TestNoFailures(t *testing.T) {
	var f *contract.Failures
	if f.Next("bell") != nil || f.Pending() || f.Unused() != nil || f.Check(bell, ring) != nil || f.Predict([]*contract.Service{bell}, ring).Outcome != contract.Delivered {
		t.Error("nil does something")
	}
	if p := bell.Fail(contract.Failure{Slow: time.Minute}, contract.Prediction{}, time.Second); p.Outcome != contract.Retried {
		t.Errorf("%+v", p)
	}
}
