package server_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/contract"
	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/simulate"
	"github.com/notifygen/notifygen/simulate/catcher"
	"github.com/notifygen/notifygen/simulate/delivery"
	"github.com/notifygen/notifygen/simulate/server"
	"github.com/notifygen/notifygen/transformers"
)

// scale is how much faster than real time services are slow in these tests.
const scale = 20

// queue is the compiled template of an example with a queued destination, with a
// catcher that plays the service.
type queue struct {
	service, template string
	parameters        map[string]string
	entry             string // of PutEvents; %d is the number of the event
}

var slackQueue = queue{
	service: "slack", template: "slack-verified.template.json",
	parameters: map[string]string{"MySlackChannel": "C0123456789"},
	entry:      `{"Source":"MyTestApp","DetailType":"MyTestMessage","Detail":"{\"event\":\"message %d\"}"}`,
}

const signSecret = "SECabcdef-of-the-robot"

var dingTalkQueue = queue{
	service: "dingtalk", template: "health-to-dingtalk-signed.template.json",
	parameters: map[string]string{"DingTalkSignSecret": signSecret},
	entry: `{"Source":"custom.dingtalkevent.test","DetailType":"CUSTOM","Detail":"{\"service\":\"EC2\",\"eventTypeCode\":\"AWS_EC2_X\",` +
		`\"eventTypeCategory\":\"issue\",\"statusCode\":\"open\",\"startTime\":\"2026-01-02T03:04:05Z\",\"eventDescription\":[{\"language\":\"en_US\",\"latestDescription\":\"message %d\"}]}"}`,
}

// desk is a server that sends to a catcher.
type desk struct {
	*server.Server
	*catcher.Catcher
	mu     sync.Mutex
	caught []caught
}

type caught struct {
	catcher.Caught
	at time.Time // on the server's clock
}

func (q queue) desk(t *testing.T, configure func(*server.Config), failures ...string) *desk {
	t.Helper()
	src, err := os.ReadFile(filepath.Join("..", "..", "examples", "testdata", q.template))
	if err != nil {
		t.Fatal(err)
	}
	var ds diag.List
	set := cloudformation.Deploy([]*cloudformation.Template{cloudformation.Read(q.template, src, &ds)},
		cloudformation.Settings{Parameters: q.parameters}, &ds)
	config := server.Config{World: simulate.NewWorld(set, &ds), Services: transformers.Services(), Account: "123456789012", Region: "us-east-1"}
	d := &desk{}
	d.Catcher = catcher.New(catcher.Options{
		Services: config.Services, Keep: 10000,
		Now: func() time.Time { return d.Server.Now() },
		OnCaught: func(c catcher.Caught) {
			d.mu.Lock()
			defer d.mu.Unlock()
			d.caught = append(d.caught, caught{c, d.Server.Now()})
		},
		Sleep: func(ctx context.Context, wait time.Duration) error {
			select {
			case <-time.After(wait / scale):
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		},
	})
	if q.service == "dingtalk" {
		failures = append(failures, q.service+":secret="+signSecret)
	}
	for _, text := range failures {
		if err := d.Instruct(text); err != nil {
			t.Fatal(err)
		}
	}
	at := httptest.NewServer(d.Catcher)
	t.Cleanup(at.Close)
	config.Sending = sendingTo(t, "*="+at.URL)
	config.Sending.Speed, config.Sending.TaskTimeout = delivery.MaxSpeed, time.Minute/scale
	if configure != nil {
		configure(&config)
	}
	d.Server = server.New(config)
	t.Cleanup(d.Server.Close)
	return d
}

// put puts events from a number to another one.
func (q queue) put(t *testing.T, d *desk, first, last int) {
	t.Helper()
	for n := first; n <= last; n++ {
		put(t, d.Server, fmt.Sprintf(q.entry, n))
	}
}

// message is the delivery of an event to the state machine.
func message(t *testing.T, r record) delivered {
	t.Helper()
	for _, d := range r.Deliveries {
		if d.Kind == simulate.KindStepFunctions {
			return d
		}
	}
	t.Fatalf("no state machine in %+v, for %s", r.Deliveries, r.Event)
	return delivered{}
}

// accepted are the numbers of the messages that the service took, in order.
func (d *desk) accepted() []int {
	d.mu.Lock()
	defer d.mu.Unlock()
	var numbers []int
	for _, c := range d.caught {
		if c.Outcome != contract.Delivered || c.Reply.Status == 0 {
			continue
		}
		n := 0
		if _, text, ok := strings.Cut(c.Body, "message "); ok {
			fmt.Sscanf(text, "%d", &n)
		}
		numbers = append(numbers, n)
	}
	return numbers
}

// TestQueuedPace puts messages faster than the robot takes them, some of which it
// refuses or is too busy for: each arrives once and in order, and never are there
// more than 20 requests within a minute.
func TestQueuedPace(t *testing.T) {
	const messages = 90
	q := dingTalkQueue
	d := q.desk(t, nil)
	for _, failure := range []string{"reset", "500x3", "40035", "429"} {
		if err := d.Instruct("dingtalk=" + failure); err != nil {
			t.Fatal(err)
		}
	}
	q.put(t, d, 1, messages)
	var delivered []int
	for n := 1; n <= messages; n++ {
		got := ended(t, d.Server, n)
		m := message(t, got)
		switch m.State {
		case delivery.Delivered:
			delivered = append(delivered, n)
		case delivery.DeadLettered:
			if m.DeadLetter.Attributes["ERROR_CODE"] != "40035" {
				t.Errorf("message %d: %+v", n, m.DeadLetter)
			}
		default:
			t.Errorf("message %d: %+v", n, m.Status)
		}
	}
	if len(delivered) != messages-1 || !slices.Equal(d.accepted(), delivered) {
		t.Errorf("delivered %v, and the service took %v", delivered, d.accepted())
	}
	for i := range d.caught {
		if i >= 20 && d.caught[i].at.Sub(d.caught[i-20].at) < time.Minute-time.Second { // they arrive later than they are sent
			t.Errorf("21 requests within %v", d.caught[i].at.Sub(d.caught[i-20].at))
		}
	}
}

// TestQueuedSecretRotated gives the robot another secret than the signer has.
func TestQueuedSecretRotated(t *testing.T) {
	d := dingTalkQueue.desk(t, nil)
	dingTalkQueue.put(t, d, 1, 1)
	if m := message(t, ended(t, d.Server, 1)); m.State != delivery.Delivered {
		t.Fatalf("%+v", m.Status)
	}
	if err := d.Instruct("dingtalk:secret=SEC-the-robot-has-another-one"); err != nil {
		t.Fatal(err)
	}
	dingTalkQueue.put(t, d, 2, 2)
	m := message(t, ended(t, d.Server, 2))
	if m.State != delivery.DeadLettered || m.DeadLetter.Attributes["ERROR_CODE"] != "310000" || len(d.accepted()) != 1 {
		t.Fatalf("%+v", m.Status)
	}
}

// TestQueuedRecord shows what a message leaves in the record: what was really sent,
// with no secret in it.
func TestQueuedRecord(t *testing.T) {
	d := dingTalkQueue.desk(t, nil, "dingtalk=503")
	dingTalkQueue.put(t, d, 1, 1)
	got := ended(t, d.Server, 1)
	_, body := api(d.Server, "GET", "/api/events/1", "")
	for _, c := range d.Catcher.Caught() {
		_, sign, _ := strings.Cut(c.URL, "&sign=")
		sign, _, _ = strings.Cut(sign, "&")
		for _, leak := range []string{signSecret, sign} {
			if leak != "" && leak != cloudformation.Mask && strings.Contains(body, leak) {
				t.Errorf("%q shows in %s", leak, body)
			}
		}
	}
	var tasks []delivered
	for _, one := range got.Deliveries {
		if one.Kind == simulate.KindHTTPTask {
			tasks = append(tasks, one)
		}
	}
	if len(tasks) != 2 || tasks[0].State != server.Refused || tasks[0].Attempts[0].Status != 503 || tasks[1].State != delivery.Delivered || tasks[1].Attempts[0].Status != 200 {
		t.Fatalf("%+v", tasks)
	}
	if len(tasks[1].Shown) == 0 || !strings.Contains(tasks[1].Request.URL, "sign="+cloudformation.Mask) || !strings.Contains(tasks[1].Request.Body, "message 1") {
		t.Errorf("%+v", tasks[1])
	}
	m := message(t, got)
	if m.Execution == nil || m.Execution.Outcome != contract.Delivered || !slices.ContainsFunc(m.Execution.Path, func(s string) bool { return strings.Contains(s, "503") }) {
		t.Errorf("%+v", m.Execution)
	}
}

// TestDeduplicated puts two events with the same detail, which a FIFO queue takes
// for one, and replays the first: that is another event.
func TestDeduplicated(t *testing.T) {
	s := newServer(t, `
Resources:
  Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: q.fifo, FifoQueue: true, ContentBasedDeduplication: true}}
  Details: {Type: AWS::Events::Rule, Properties: {EventPattern: {source: [a]}, Targets: [{Id: q, Arn: !GetAtt Queue.Arn, InputPath: $.detail, SqsParameters: {MessageGroupId: g}}]}}
  Events: {Type: AWS::Events::Rule, Properties: {EventPattern: {source: [b]}, Targets: [{Id: q, Arn: !GetAtt Queue.Arn, SqsParameters: {MessageGroupId: g}}]}}
`, nil)
	for _, source := range []string{"a", "a", "b"} {
		put(t, s, `{"Source":"`+source+`","DetailType":"t","Detail":"{}"}`)
	}
	api(s, "POST", "/api/events/3/replay", "")
	same := `{"id":"e","source":"b","detail-type":"t","account":"1","region":"r","time":"2026-01-02T03:04:05Z","resources":[],"detail":{}}`
	api(s, "POST", "/api/events", "["+same+","+same+"]")
	for seq, want := range map[int]bool{1: false, 2: true, 3: false, 4: false, 5: false, 6: false} {
		if d := ended(t, s, seq).Deliveries[0]; d.Deduplicated != want || d.State != server.Shown {
			t.Errorf("event %d: %+v", seq, d)
		}
	}
}

// TestQueuedNotSent proves that nothing is sent where no rewrite leads, and that
// what would happen is shown then.
func TestQueuedNotSent(t *testing.T) {
	d := slackQueue.desk(t, func(c *server.Config) {
		c.Sending.Rewrite = sendingTo(t, "https://elsewhere.example=http://127.0.0.1:1").Rewrite
	})
	slackQueue.put(t, d, 1, 1)
	got := ended(t, d.Server, 1)
	if m := message(t, got); m.State != server.Shown || m.Execution.Outcome != contract.Delivered || len(got.Deliveries) != 3 || len(d.caught) != 0 {
		t.Errorf("%+v", got.Deliveries)
	}
}
