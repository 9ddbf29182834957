package handler

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/notifygen/notifygen/lambda/fault"
)

// Source gives the text of a secret. Its errors are SecretNotFound,
// SecretUnreadable, fault.Throttled or fault.Unavailable.
type Source interface {
	Secret(ctx context.Context, id string) (string, error)
}

// fetchTime bounds the reading of a secret, retries included.
const fetchTime = 6 * time.Second

// cache keeps the texts of secrets for a while, so that a rotated secret wins
// without a deploy. A refresh that fails for good (deleted, denied) forgets the
// text at once; one that fails for a while leaves it in use during the grace.
type cache struct {
	source        Source
	now           func() time.Time
	maxAge, grace time.Duration
	log           *slog.Logger

	mu      sync.Mutex
	known   map[string]known
	fetches map[string]*fetch
}

type known struct {
	text string
	at   time.Time
}

// fetch is a reading under way, which all that want the secret wait for.
type fetch struct {
	done chan struct{}
	text string
	err  error
}

func newCache(source Source, now func() time.Time, maxAge, grace time.Duration, log *slog.Logger) *cache {
	return &cache{source: source, now: now, maxAge: maxAge, grace: grace, log: log, known: map[string]known{}, fetches: map[string]*fetch{}}
}

// get is the text of a secret, and whether it was read before this call.
func (c *cache) get(ctx context.Context, id string, fresh bool) (text string, cached bool, err error) {
	c.mu.Lock()
	old, ok := c.known[id]
	if ok && !fresh && c.within(old, c.maxAge) {
		c.mu.Unlock()
		return old.text, true, nil
	}
	f := c.fetches[id]
	if f == nil {
		f = &fetch{done: make(chan struct{})}
		c.fetches[id] = f
		// The first to ask may give up; the others still want the answer.
		go c.fetch(context.WithoutCancel(ctx), id, f)
	}
	c.mu.Unlock()
	select {
	case <-f.done:
	case <-ctx.Done():
		return "", false, fault.Unavailable{Operation: "secretsmanager:GetSecretValue", Code: "Timeout"}
	}
	// Who asks for a fresh one has no use for the old one.
	if fault.Passes(f.err) && ok && !fresh && c.within(old, c.maxAge+c.grace) {
		c.log.WarnContext(ctx, "secret not refreshed, the old one is used", "secretId", id, "code", fault.Code(f.err))
		return old.text, true, nil
	}
	return f.text, false, f.err
}

func (c *cache) fetch(ctx context.Context, id string, f *fetch) {
	ctx, cancel := context.WithTimeout(ctx, fetchTime)
	defer cancel()
	at := c.now()
	f.text, f.err = c.source.Secret(ctx, id)
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.fetches, id)
	switch {
	case f.err == nil:
		c.known[id] = known{f.text, at}
	case !fault.Passes(f.err):
		delete(c.known, id)
	}
	close(f.done)
}

// within tells whether a text is younger than limit. One from the future (the
// clock was set back) is of unknown age.
func (c *cache) within(k known, limit time.Duration) bool {
	age := c.now().Sub(k.at)
	return age >= 0 && age < limit
}
