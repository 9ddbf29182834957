package simulate

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"strings"
	"sync"
	"time"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/contract"
)

// fifo is how a FIFO queue tells messages apart.
type fifo struct {
	byContent bool // where a message has no deduplication id
	perGroup  bool
}

// deduplicationWindow is how long a FIFO queue remembers a message
// (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagededuplicationid-property.html).
const deduplicationWindow = 5 * time.Minute

func (w *World) readQueue(arn string, r *cloudformation.Resource) {
	if url, ok := r.Ref(); ok {
		w.urls[url] = arn
	}
	w.limits[arn] = w.number(r.Property("MaximumMessageSize"), maxMessageBytes)
	if r.Text("FifoQueue") == "true" {
		w.fifos[arn] = fifo{r.Text("ContentBasedDeduplication") == "true", r.Text("DeduplicationScope") == "messageGroup"}
	}
}

// queued follows the message of the last delivery into its queue.
func (r *run) queued(t *Target, body []byte) {
	next := run{Player: r.Player, event: r.event, visited: r.visited, passed: r.passed, behind: r.behind}
	next.queue(&r.out[len(r.out)-1], t.ARN, message{body: body, group: t.group})
	r.out = append(r.out, next.out...)
}

// Received are the messages that FIFO queues received: to deduplicate them, and
// to have them worked off one after the other. Its zero value has none; it is safe
// for concurrent use.
type Received struct {
	mu    sync.Mutex
	at    map[string]time.Time
	turns sync.Mutex           // held while somebody has a turn
	free  map[string]time.Time // by queue and message group: when the last message is done with
}

// turn gives the time when the state machine of a delivery begins with its message,
// which arrives now: in a message group, when the messages before are done with. The
// function must be called, with the execution, nil where there is none, and its end.
func (r *Received) turn(w *World, d Delivery, now time.Time) (began time.Time, done func(time.Time, *Execution)) {
	queue := d.Queue(w)
	if r == nil || !queue.Ordered {
		return now, func(time.Time, *Execution) {}
	}
	key := queue.ARN + "\n" + queue.Group
	r.turns.Lock()
	began = now
	if free := r.free[key]; free.After(began) {
		began = free
	}
	return began, func(end time.Time, e *Execution) {
		defer r.turns.Unlock()
		if e == nil {
			return
		}
		if e.Outcome == contract.Retried && end.Sub(began) < queue.Visibility { // it blocks the group while it is out of sight
			end = began.Add(queue.Visibility)
		}
		r.free = remember(r.free, key, end, now, 0)
	}
}

// repeated tells whether a queue has received a message before, and remembers it
// otherwise. One that it has taken already, and is played again, is none. Of a queue
// that no template holds, only ids are known to tell.
func (r *Received) repeated(f fifo, queue string, m message, now time.Time, again bool) bool {
	if r == nil || !strings.HasSuffix(queue, ".fifo") {
		return false
	}
	id := "id " + m.deduplication
	if m.deduplication == "" {
		if !f.byContent {
			return false
		}
		id = fmt.Sprintf("content %x", sha256.Sum256(m.body))
	}
	key := queue + "\n" + id
	if f.perGroup {
		key += "\n" + m.group
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if at, ok := r.at[key]; ok && !again && now.Sub(at) < deduplicationWindow {
		return true
	}
	r.at = remember(r.at, key, now, now, deduplicationWindow)
	return false
}

// sweepAt is how many times are remembered before those that have passed are
// forgotten, for the first time.
const sweepAt = 1 << 12

// remember notes a time. Now and then it forgets those that passed a while before.
func remember(times map[string]time.Time, key string, at, now time.Time, while time.Duration) map[string]time.Time {
	if times == nil {
		times = map[string]time.Time{}
	}
	if n := len(times); n >= sweepAt && n&(n-1) == 0 { // a power of two, so that it is done seldom
		maps.DeleteFunc(times, func(_ string, t time.Time) bool { return now.Sub(t) >= while })
	}
	times[key] = at
	return times
}
