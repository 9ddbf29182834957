package server

import (
	"encoding/json"
	"time"

	"github.com/notifygen/notifygen/contract"
	"github.com/notifygen/notifygen/simulate"
	"github.com/notifygen/notifygen/simulate/delivery"
)

// Record is an event that was put, with all that it caused. It is what the
// page shows and what GET /api/events lists.
type Record struct {
	Seq      int64           `json:"seq"` // from 1, in the order of arrival
	ID       string          `json:"id"`
	Received time.Time       `json:"received"`
	Origin   string          `json:"origin"` // put-events, inspector, replay, recovered
	Bus      string          `json:"bus"`    // "" for every bus
	Event    json.RawMessage `json:"event"`
	// Deliveries are in the order of the rules. The requests that a state machine
	// sent stand behind the delivery that it was started by.
	Deliveries []Delivered `json:"deliveries"`
}

// Delivered is what one target receives.
type Delivered struct {
	simulate.Delivery
	// State is shown (nothing is sent), undeliverable, or one of package
	// delivery's.
	delivery.Status
	// Shown is the message as the service shows it, nil where that is not known.
	Shown []contract.Block `json:"shown"`
}

// size is about how many bytes of text a record holds. The layout of a message
// holds it once more.
func (r *Record) size() int {
	n := len(r.Event)
	for _, d := range r.Deliveries {
		if d.Message != nil {
			n += len(*d.Message)
		}
		if d.Request != nil {
			n += len(d.Request.Body)
			if d.Shown != nil {
				n += len(d.Request.Body)
			}
		}
		if d.DeadLetter != nil {
			n += len(d.DeadLetter.Body)
		}
		for _, a := range d.Attempts {
			n += len(a.Reply)
		}
		if d.Execution != nil {
			n += len(d.Execution.Steps)
		}
	}
	return n
}

// Origins of records.
const (
	OriginPutEvents = "put-events"
	OriginInspector = "inspector"
	OriginReplay    = "replay"
	OriginRecovered = "recovered" // from an earlier run
)

// States beside those of package delivery.
const (
	Shown         = "shown"
	Undeliverable = "undeliverable"
	// Passed is a message that went on from its queue, to a state machine that is
	// really run.
	Passed = "passed"
	// Refused is a request of a state machine that did not get through, which is not
	// the end of the message.
	Refused = "refused"
)
