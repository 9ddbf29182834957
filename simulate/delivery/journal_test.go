package delivery

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const goodJournal = `{"journal":{"version":1,"seq":1,"time":"2026-01-02T03:04:05Z"}}
{"event":{"seq":2,"id":"i","bus":"","origin":"","time":"2026-01-02T03:04:05Z","event":{},"deliveries":["a"]}}
`

// TestDamage opens journals that a crash cut off, which is fine, and damaged
// ones, which is not.
func TestDamage(t *testing.T) {
	waiting := `{"delivery":{"event":2,"key":"a","state":"waiting","attempt":{"at":"2026-01-02T03:04:05Z","nanoseconds":1,"status":500}}}` + "\n"
	for name, c := range map[string]struct {
		text   string
		events int
		want   string // of the error
	}{
		"empty":                  {text: ""},
		"torn header":            {text: goodJournal[:20]},
		"good":                   {text: goodJournal, events: 1},
		"torn event":             {text: goodJournal[:len(goodJournal)-20]},
		"without a line end":     {text: goodJournal[:len(goodJournal)-1]},
		"torn delivery":          {text: goodJournal + waiting + waiting[:30], events: 1},
		"zeros at the end":       {text: goodJournal + "\x00\x00\x00\x00", events: 1},
		"zeros in the middle":    {text: goodJournal + "\x00\x00\n" + waiting, want: ":3: damaged: invalid character"},
		"cut in the middle":      {text: goodJournal + waiting[:30] + "\n" + waiting, want: ":3: damaged:"},
		"empty line":             {text: goodJournal + "\n", want: ":3: damaged: unexpected end"},
		"neither":                {text: goodJournal + "{}\n", want: ":3: damaged: neither"},
		"header twice":           {text: goodJournal + strings.SplitAfter(goodJournal, "\n")[0], want: ":3: damaged: neither"},
		"event twice":            {text: goodJournal + strings.SplitAfter(goodJournal, "\n")[1], want: ":3: damaged: event 2"},
		"event without content":  {text: goodJournal + `{"event":{"seq":3}}` + "\n", want: ":3: damaged: event 3"},
		"delivery twice":         {text: goodJournal + `{"event":{"seq":3,"event":{},"deliveries":["a","a"]}}` + "\n", want: `:3: damaged: event 3 has delivery "a" twice`},
		"event unknown":          {text: goodJournal + strings.Replace(waiting, `"event":2`, `"event":7`, 1), want: ":3: damaged: event 7 is not known"},
		"delivery unknown":       {text: goodJournal + strings.Replace(waiting, `"a"`, `"b"`, 1), want: `:3: damaged: event 2 has no delivery "b"`},
		"state unknown":          {text: goodJournal + strings.Replace(waiting, `waiting`, `in-flight`, 1), want: `:3: damaged: a delivery cannot be "in-flight"`},
		"another file":           {text: "hello\n", want: ":1: damaged"},
		"another JSON file":      {text: "{\"a\":1}\n", want: ":1: this is no journal of notifygen"},
		"a later version":        {text: `{"journal":{"version":2}}` + "\n", want: ":1: version 2"},
		"events before a header": {text: strings.SplitAfter(goodJournal, "\n")[1], want: ":1: this is no journal"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, journalName)
			if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			s, r, err := OpenState(dir)
			if c.want != "" {
				if err == nil || !strings.Contains(err.Error(), path+c.want) {
					t.Errorf("%v, want %q", err, c.want)
				}
				if left, _ := os.ReadFile(path); string(left) != c.text {
					t.Error("the journal was changed")
				}
				// The lock is free again.
				if lock, err := lockFile(filepath.Join(dir, lockName)); err != nil {
					t.Error(err)
				} else {
					lock.Close()
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if len(r.Events) != c.events {
				t.Errorf("%+v", r)
			}
			accept(t, s, 10, "x")
			s.Close()
			if _, r = open(t, dir); len(r.Events) != c.events+1 || r.Seq != 10 {
				t.Errorf("after going on: %+v", r)
			}
		})
	}
}

// TestInterruptedCompaction leaves a half-written new journal behind.
func TestInterruptedCompaction(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{journalName: goodJournal, journalName + ".new": goodJournal[:30]} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, r := open(t, dir); len(r.Events) != 1 {
		t.Errorf("%+v", r)
	}
}

// FuzzOpenState opens damaged journals: they are refused with a position, or
// what they hold is the same when they are opened again.
func FuzzOpenState(f *testing.F) {
	f.Add([]byte(goodJournal))
	f.Add([]byte(goodJournal + `{"delivery":{"event":2,"key":"a","state":"waiting","next":"2026-01-02T03:04:05Z","attempt":{"at":"2026-01-02T03:04:05Z","nanoseconds":1,"status":500}}}` + "\n"))
	f.Add([]byte(goodJournal + `{"delivery":{"event":2,"key":"a","state":"dead-lettered","deadLetter":{"queue":"q","attributes":{"A":"b"},"body":"{}"}}}` + "\n{"))
	f.Add([]byte("{}\n"))
	f.Add([]byte("\x00\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		dir := t.TempDir()
		path := filepath.Join(dir, journalName)
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		s, before, err := OpenState(dir)
		if err != nil {
			if !strings.Contains(err.Error(), path+":") {
				t.Errorf("no position: %v", err)
			}
			return
		}
		s.Close()
		s, after, err := OpenState(dir)
		if err != nil {
			t.Fatal(err)
		}
		s.Close()
		if len(before.Events) == 0 {
			before.Events = nil
		}
		a, err := json.Marshal(before)
		if err != nil {
			t.Fatal(err)
		}
		if b, _ := json.Marshal(after); !bytes.Equal(a, b) {
			t.Errorf("first %s\nthen %s", a, b)
		}
	})
}
