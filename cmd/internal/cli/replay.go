package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/notifygen/notifygen/simulate"
	"github.com/notifygen/notifygen/transformers"
)

// runReplay plays a file of events, one a line, and prints a summary.
func runReplay(o *options, options worldOptions, fail []string, event, events string) error {
	if event != "" {
		return withHint("give one of them", "--event and --events exclude each other")
	}
	asked, err := failures(fail)
	if err != nil {
		return err
	}
	in, size, err := o.open("events", events)
	if err != nil {
		return err
	}
	defer in.Close()
	w, err := o.load(options)
	if err != nil {
		return err
	}
	first := w.set.Stacks[0]
	bar := newProgress(o.Err, size)
	tally, err := simulate.Player{World: w.World, Now: w.now, Services: transformers.Services(), Parameters: w.stored, Fakes: w.fakes, Failures: asked}.Replay(
		in, simulate.Origin{Now: w.now, Account: first.Account(), Region: first.Region()}, options.bus, bar.update)
	bar.clear()
	if err != nil {
		return fmt.Errorf("cannot read the events: %w", err)
	}
	found := o.report(w)
	if found != nil && !isFindings(found) {
		return found
	}
	if o.json() {
		err = encode(o.Out, tally)
	} else {
		err = printTally(o.Out, tally)
		for _, why := range tally.WhyUnknown {
			fmt.Fprintln(o.Err, "notifygen: some ends are not known: "+why)
		}
		tellUnused(o.Err, tally.UnusedFailures)
	}
	if err != nil {
		return err
	}
	if found != nil || tally.Deliveries+tally.Unknown == 0 || tally.StoppedEvents+tally.Undeliverable+tally.RefusedByService+tally.BadLines+tally.Refused > 0 {
		return findingsError{}
	}
	return nil
}

// open opens a file to be streamed; the size is 0 where it is not known.
func (o *options) open(flag, file string) (io.ReadCloser, int64, error) {
	if file == "-" {
		o.stdinUsed = true
		return io.NopCloser(o.In), 0, nil
	}
	f, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0, withHint("name the file with --"+flag+" FILE", "there is no file %s", file)
	}
	if err != nil {
		return nil, 0, fmt.Errorf("cannot read the file: %w", err)
	}
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return f, 0, nil
	}
	return f, info.Size(), nil
}

// progress is a line that is written over, on terminals only.
type progress struct {
	w    io.Writer
	size int64
	next time.Time
	on   bool
}

func newProgress(w io.Writer, size int64) *progress {
	f, ok := w.(*os.File)
	return &progress{w: w, size: size, on: ok && isTerminal(f)}
}

const (
	progressEvery = 100 * time.Millisecond
	progressWidth = 30
)

func (p *progress) update(events int, read int64) {
	if !p.on || events%256 != 0 {
		return
	}
	now := time.Now()
	if now.Before(p.next) {
		return
	}
	p.next = now.Add(progressEvery)
	bar := ""
	if p.size > 0 {
		done := min(int(read*progressWidth/p.size), progressWidth)
		bar = "[" + strings.Repeat("#", done) + strings.Repeat(" ", progressWidth-done) + "] "
	}
	fmt.Fprintf(p.w, "\r%s%d events", bar, events)
}

func (p *progress) clear() {
	if p.on {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}

// slowest is how many of the slowest rules are named.
const slowest = 3

func printTally(w io.Writer, t simulate.Tally) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s, %s matched no rule\n", plural(t.Events, "event"), fates(t.Counts), plural(t.Unmatched, "event"))
	if t.Refused+t.BadLines > 0 {
		fmt.Fprintf(&b, "%d refused by PutEvents, %s no event\n", t.Refused, plural(t.BadLines, "line"))
	}
	if len(t.Routes) > 0 {
		b.WriteString("routes\n")
	}
	for _, r := range t.Routes {
		fmt.Fprintf(&b, "  %s: %s, %s\n", r.Route, plural(r.Events, "event"), fates(r.Counts))
	}
	b.WriteString("rules\n")
	for _, r := range t.Rules {
		fmt.Fprintf(&b, "  %s: %s, %s\n", r.Rule, plural(r.Events, "event"), fates(r.Counts))
	}
	slow := slices.DeleteFunc(slices.Clone(t.Rules), func(r simulate.RuleTally) bool { return r.Events == 0 })
	slices.SortStableFunc(slow, func(a, b simulate.RuleTally) int { return cmp.Compare(perEvent(b), perEvent(a)) })
	for i, r := range slow[:min(slowest, len(slow))] {
		if i == 0 {
			b.WriteString("slowest to render\n")
		}
		fmt.Fprintf(&b, "  %s: %s an event\n", r.Rule, perEvent(r).Round(100*time.Nanosecond))
	}
	for _, p := range t.Problems {
		where := strings.Join(slices.DeleteFunc([]string{p.Rule, p.Target}, func(s string) bool { return s == "" }), " → ")
		fmt.Fprintf(&b, "line %d: %s\n", p.Line, strings.TrimPrefix(where+": "+p.Message, ": "))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func fates(c simulate.Counts) string {
	others := ""
	for _, other := range []struct {
		count int
		what  string
	}{{c.RefusedByService, "refused by the service"}, {c.Stopped, "stopped on the way"}, {c.Unknown, "not played to the end"}} {
		if other.count > 0 {
			others += fmt.Sprintf("%d %s, ", other.count, other.what)
		}
	}
	return fmt.Sprintf("%d delivered, %s%d undeliverable", c.Deliveries, others, c.Undeliverable)
}

func perEvent(r simulate.RuleTally) time.Duration { return r.Took / time.Duration(max(r.Events, 1)) }
