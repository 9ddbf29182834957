package server_test

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"

	"github.com/notifygen/notifygen/contract"
	"github.com/notifygen/notifygen/simulate/delivery"
	"github.com/notifygen/notifygen/transformers"
)

var update = flag.Bool("update", false, "rewrite golden files")

// TestQueuedFaults plays every reply of the contracts of Slack and DingTalk to a
// queued destination, on the first request or on all of them. The golden file tells
// what was delivered, tried again and dead-lettered.
func TestQueuedFaults(t *testing.T) {
	var table bytes.Buffer
	out := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "service\tfails with\trequests\treceives\tseconds\tends\tERROR_CODE")
	services := []queue{slackQueue, dingTalkQueue}
	rows := make([]bytes.Buffer, len(services))
	t.Run("services", func(t *testing.T) { // which ends when both have
		for i, q := range services {
			t.Run(q.service, func(t *testing.T) {
				t.Parallel()
				q.faults(t, &rows[i])
			})
		}
	})
	for i := range rows {
		out.Write(rows[i].Bytes())
	}
	out.Flush()
	path := filepath.Join("testdata", "queued-faults.txt")
	if *update {
		if err := os.WriteFile(path, table.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	wanted := strings.Split(string(want), "\n")
	for i, line := range strings.Split(table.String(), "\n") {
		if i >= len(wanted) || line != wanted[i] {
			t.Errorf("%s:%d: -update rewrites it: %s", path, i+1, line)
		}
	}
}

// faults plays all replies of a service, and writes a row for each.
func (q queue) faults(t *testing.T, out io.Writer) {
	faults := []string{"", "301", "400", "401", "403", "404", "408", "413", "429", "429:1", "500", "502", "503", "504", "reset", "slow:7s", "slow:90s"}
	for _, e := range contract.Named(transformers.Services(), q.service).Errors {
		faults = append(faults, e.Code)
	}
	for _, fault := range faults {
		for _, times := range []string{"x1", "x999"} {
			if fault == "" && times != "x1" || times != "x1" && strings.HasPrefix(fault, "slow") {
				continue
			}
			q.fault(t, out, fault, times)
		}
	}
}

// fault sends a message to a service that fails, and one more behind it, which must
// arrive whatever becomes of the first.
func (q queue) fault(t *testing.T, out io.Writer, fault, times string) {
	t.Helper()
	var failures []string
	if fault != "" {
		failures = []string{q.service + "=" + fault + times}
	}
	d := q.desk(t, nil, failures...)
	defer d.Server.Close()
	q.put(t, d, 1, 2)
	first, second := message(t, ended(t, d.Server, 1)), message(t, ended(t, d.Server, 2))
	end := first.Attempts[len(first.Attempts)-1]
	after := end.At.Add(end.Took).Sub(first.Attempts[0].At)
	statuses := runs(d.about("message 1"))
	code := ""
	if first.DeadLetter != nil {
		code = first.DeadLetter.Attributes["ERROR_CODE"]
		if code == "" {
			code = "(redriven)"
		}
	}
	name := fault + " " + times
	if fault == "" {
		name = "-"
	}
	fmt.Fprintf(out, "%s\t%s\t%s\t%d\t%d\t%s\t%s\n", q.service, name, statuses, len(first.Attempts), int(after.Seconds())/5*5, first.State, code)
	if times == "x1" && second.State != delivery.Delivered {
		t.Errorf("%s %s: the message behind is %+v", q.service, name, second.Status)
	}
	accepted := 0
	for _, n := range d.accepted() {
		if n == 1 {
			accepted++
		}
	}
	switch {
	case first.State == delivery.Delivered && accepted != 1 && !strings.HasPrefix(fault, "slow:90"): // a slow service has taken what it is not heard to take
		t.Errorf("%s %s: delivered, and the service has taken it %d times", q.service, name, accepted)
	case first.State == delivery.DeadLettered && (accepted != 0 || first.DeadLetter.Queue == "" || !strings.Contains(first.DeadLetter.Body, "message 1")):
		t.Errorf("%s %s: %+v, and the service has taken it %d times", q.service, name, first.DeadLetter, accepted)
	case first.State != delivery.Delivered && first.State != delivery.DeadLettered:
		t.Errorf("%s %s: %s", q.service, name, first.State)
	}
}

// about are the requests whose body holds a text, in the order in which they came:
// one that is given up can be noticed after the next one was answered.
func (d *desk) about(text string) []caught {
	d.mu.Lock()
	defer d.mu.Unlock()
	all := slices.DeleteFunc(slices.Clone(d.caught), func(c caught) bool { return !strings.Contains(c.Body, text) })
	slices.SortStableFunc(all, func(a, b caught) int { return a.Received.Compare(b.Received) })
	return all
}

// runs are the statuses of the replies, 0 for none, those of the same kind in a row
// together: "429×3 200".
func runs(all []caught) string {
	var words []string
	for i := 0; i < len(all); {
		first := i
		for i < len(all) && all[i].Reply.Status == all[first].Reply.Status {
			i++
		}
		word := fmt.Sprint(all[first].Reply.Status)
		if i-first > 1 {
			word += fmt.Sprint("×", i-first)
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}
