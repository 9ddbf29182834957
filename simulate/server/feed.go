package server

import (
	"bytes"
	"encoding/json"
	"strconv"
	"sync"
	"sync/atomic"
)

// feed hands messages to the streams that are open.
type feed struct {
	mu      sync.Mutex
	readers map[*reader]bool
}

// reader is one open stream. Its channel is closed when it is too slow.
type reader struct {
	messages chan []byte
	behind   atomic.Int64 // bytes of the messages
}

// Bounds of how far a stream may be behind: in messages, and in bytes where that
// is more than one message.
const (
	maxBehind      = 1024
	maxBehindBytes = 16 << 20
)

func newFeed() *feed { return &feed{readers: map[*reader]bool{}} }

func (f *feed) open() *reader {
	f.mu.Lock()
	defer f.mu.Unlock()
	r := &reader{messages: make(chan []byte, maxBehind)}
	f.readers[r] = true
	return r
}

func (f *feed) leave(r *reader) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.readers, r)
}

// record tells of a new or changed record.
func (f *feed) record(r *Record, version int64) { f.send("record", r, version) }

// send tells all streams. The version, where there is one, is what a client
// names when it comes back.
func (f *feed) send(event string, data any, version int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.readers) == 0 {
		return
	}
	text := message(event, data, version)
	for r := range f.readers {
		if !r.take(text) { // it reconnects, and asks for what it missed
			close(r.messages)
			delete(f.readers, r)
		}
	}
}

// take queues a message, unless the stream is too far behind.
func (r *reader) take(text []byte) bool {
	size := int64(len(text))
	if behind := r.behind.Add(size); behind > size && behind > maxBehindBytes {
		return false
	}
	select {
	case r.messages <- text:
		return true
	default:
		return false
	}
}

// message is an event of a stream
// (https://html.spec.whatwg.org/multipage/server-sent-events.html).
func message(event string, data any, version int64) []byte {
	var b bytes.Buffer
	if version > 0 {
		b.WriteString("id: " + strconv.FormatInt(version, 10) + "\n")
	}
	b.WriteString("event: " + event + "\ndata: ")
	b.Write(bytes.TrimRight(encode(data), "\n"))
	b.WriteString("\n\n")
	return b.Bytes()
}

// encode writes JSON on one line, with < and > as they are.
func encode(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err) // these are values of our own
	}
	return b.Bytes()
}
