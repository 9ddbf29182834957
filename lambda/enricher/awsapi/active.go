package awsapi

import (
	"context"
	"log/slog"
	"regexp"
	"strings"
	"sync"
	"time"
)

const (
	// activeFor is how long an answer is used. The record's own time to live, which
	// Go's resolver does not tell, is seconds.
	activeFor = time.Minute
	// lookupTime bounds a lookup, so that a name server that does not answer leaves
	// time for the API.
	lookupTime = 2 * time.Second
)

// regionalHost is an endpoint of the Health API in a Region.
var regionalHost = regexp.MustCompile(`^health\.([a-z]{2}(?:-[a-z]+)+-[0-9]+)\.amazonaws\.com(?:\.cn)?\.?$`)

// Active finds the Region where the Health API is active. It is active in one
// Region of the partition at a time; the others answer too, but late: the
// canonical name of the global endpoint tells which
// (https://docs.aws.amazon.com/health/latest/ug/health-api.html#endpoints,
// https://github.com/aws/aws-health-tools/tree/master/high-availability-endpoint).
type Active struct {
	global string // "" in partitions that have no such name
	lookup func(ctx context.Context, host string) (string, error)
	now    func() time.Time
	log    *slog.Logger

	mu     sync.Mutex
	region string
	until  time.Time
}

// NewActive finds the Region for a function in the Region given. lookup gives the
// canonical name of a host: net.DefaultResolver.LookupCNAME.
func NewActive(region string, lookup func(ctx context.Context, host string) (string, error), now func() time.Time, log *slog.Logger) *Active {
	a := &Active{lookup: lookup, now: now, log: log}
	switch {
	case strings.HasPrefix(region, "cn-"):
		a.global, a.region = "global.health.amazonaws.com.cn", "cn-northwest-1"
	case strings.HasPrefix(region, "us-gov-"):
		a.region = "us-gov-west-1"
	default:
		a.global, a.region = "global.health.amazonaws.com", "us-east-1"
	}
	return a
}

// Region is the active Region. Where the lookup fails it is the last one known,
// and before that the partition's first.
func (a *Active) Region(ctx context.Context) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.global == "" || a.now().Before(a.until) {
		return a.region
	}
	ctx, cancel := context.WithTimeout(ctx, lookupTime)
	defer cancel()
	name, err := a.lookup(ctx, a.global)
	if err != nil {
		a.log.WarnContext(ctx, "the active endpoint of AWS Health was not found", "used", a.region, "reason", "lookup failed")
		return a.region
	}
	found := regionalHost.FindStringSubmatch(name)
	if found == nil {
		a.log.WarnContext(ctx, "the active endpoint of AWS Health was not found", "used", a.region, "reason", "the name is not a regional endpoint")
		return a.region
	}
	a.region, a.until = found[1], a.now().Add(activeFor)
	return a.region
}

// Forget has the next call of Region look again.
func (a *Active) Forget() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.until = time.Time{}
}
