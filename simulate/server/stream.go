package server

import (
	"net/http"
	"strconv"
	"time"
)

// keepAlive is how often a stream without news says that it lives.
const keepAlive = 15 * time.Second

// Caught tells the streams what the catcher received.
func (s *Server) Caught(one any) { s.feed.send("caught", one, 0) }

// stream sends what happens as it happens, until the client leaves or is too
// slow. A client that comes back names the last change it saw (Last-Event-ID) or
// the last record it knows (?since=).
func (s *Server) stream(w http.ResponseWriter, r *http.Request) {
	since, err := number(r, "since")
	seen := int64(0)
	if last := r.Header.Get("Last-Event-ID"); err == nil && last != "" {
		if seen, err = strconv.ParseInt(last, 10, 64); err != nil {
			err = bad("it is the id of an event of the stream", "Last-Event-ID must be a number")
		}
	}
	if err != nil {
		fail(w, http.StatusBadRequest, err.Error(), "")
		return
	}
	reader := s.feed.open()
	defer s.feed.leave(reader)
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no")
	out := http.NewResponseController(w)
	out.SetReadDeadline(time.Time{}) // that of the request would end the stream
	write := func(text []byte) bool {
		// a client that does not read must not hold the server up
		out.SetWriteDeadline(time.Now().Add(writeTimeout))
		_, err := w.Write(text)
		return err == nil && out.Flush() == nil
	}
	ok := write(message("info", s.info(), 0))
	if since > 0 || seen > 0 {
		for _, one := range s.store.since(since, seen) {
			ok = ok && write(message("record", one.Record, one.version))
		}
	}
	alive := time.NewTicker(keepAlive)
	defer alive.Stop()
	for ok {
		select {
		case text, open := <-reader.messages:
			ok = open && write(text)
			reader.behind.Add(-int64(len(text)))
		case <-alive.C:
			ok = write([]byte(": still here\n\n"))
		case <-r.Context().Done():
			return
		case <-s.closing.Done():
			return
		}
	}
}
