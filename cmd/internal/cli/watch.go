package cli

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"syscall"
	"time"
)

// watchEvery is how often files are looked at. Polling needs no help from the
// system and works on network drives.
const watchEvery = 300 * time.Millisecond

// runWatch runs the tests again and again, until it is interrupted.
func runWatch(o *options, t testOptions) error {
	if t.fileGiven && o.file == "-" {
		return withHint("name a file with -f", "standard input cannot be watched")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	debug.SetGCPercent(100) // unlike the other verbs, this one lives long
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for first := true; ; first = false {
		began := time.Now()
		uses, err := o.test(t)
		if err != nil && !isFindings(err) {
			if first {
				return err // a mistake on the command line
			}
			o.fail(err)
		}
		before := o.stamps(t, uses)
		fmt.Fprintf(o.Err, "notifygen: watching %s; Ctrl-C ends it\n", plural(len(before), "file"))
		changed := changedSince(before, began)
		for changed == "" {
			select {
			case <-ctx.Done():
				return nil
			case <-tick.C:
				changed = changedFrom(before, o.stamps(t, uses))
			}
		}
		fmt.Fprintf(o.Err, "\nnotifygen: %s changed\n", changed)
	}
}

// stamp is what tells that a file changed.
type stamp struct {
	exists bool
	size   int64
	time   time.Time
}

// stamps looks at the files in use, and at the test files there are now.
func (o *options) stamps(t testOptions, uses []string) map[string]stamp {
	out := map[string]stamp{}
	files, err := t.find(o.file)
	if err != nil {
		files = nil // the next run says why
	}
	for _, path := range append(slices.Clone(uses), files...) {
		var s stamp
		if info, err := os.Stat(path); err == nil || !errors.Is(err, os.ErrNotExist) {
			s.exists = true
			if info != nil {
				s.size, s.time = info.Size(), info.ModTime()
			}
		}
		out[path] = s
	}
	return out
}

// changedSince names a file that was written while the tests ran, which may
// have read what it held before; "" for none.
func changedSince(now map[string]stamp, began time.Time) string {
	end := time.Now()
	for _, path := range slices.Sorted(maps.Keys(now)) {
		if t := now[path].time; t.After(began) && t.Before(end) {
			return path
		}
	}
	return ""
}

// changedFrom names a file that changed, came or went; "" for none.
func changedFrom(before, now map[string]stamp) string {
	for _, path := range slices.Sorted(maps.Keys(now)) {
		if was, known := before[path]; !known || was != now[path] {
			return path
		}
	}
	for _, path := range slices.Sorted(maps.Keys(before)) {
		if _, still := now[path]; !still {
			return path
		}
	}
	return ""
}
