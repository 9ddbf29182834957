package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/notifygen/notifygen/eventbridge"
	"github.com/notifygen/notifygen/simulate"
	"github.com/notifygen/notifygen/simulate/delivery"
)

// apiError is what the inspector's API answers instead of a result.
type apiError struct {
	Status int    `json:"-"`
	Text   string `json:"error"`
	Hint   string `json:"hint"`
}

func (e *apiError) Error() string { return e.Text }

func fail(w http.ResponseWriter, status int, text, hint string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	w.Write(encode(apiError{status, text, hint}))
}

// inspector registers the API of the page.
func (s *Server) inspector(mux *http.ServeMux) {
	read := func(path string, answer func(*http.Request) (any, error)) { mux.Handle("GET "+path, s.reply(answer)) }
	change := func(path string, answer func(*http.Request) (any, error)) {
		mux.Handle("POST "+path, s.reply(func(r *http.Request) (any, error) {
			if !isJSON(r) {
				return nil, &apiError{http.StatusUnsupportedMediaType, "the body must be JSON", "send the header Content-Type: application/json"}
			}
			return answer(r)
		}))
	}
	read("/api/info", func(*http.Request) (any, error) { return s.info(), nil })
	read("/api/rules", func(*http.Request) (any, error) { return s.description.Rules, nil })
	read("/api/dead-letters", func(*http.Request) (any, error) { return s.deadLetters(), nil })
	read("/api/events", s.events)
	read("/api/events/{seq}", func(r *http.Request) (any, error) { return s.recordOf(r) })
	read("/api/events/{seq}/explain", s.explain)
	read("/api/caught", s.caught)
	change("/api/events", s.send)
	change("/api/events/{seq}/replay", s.replay)
	change("/api/catcher/failures", s.instruct)
	mux.HandleFunc("GET /api/stream", s.stream)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		fail(w, http.StatusNotFound, "there is no "+r.Method+" "+r.URL.Path, "clients of AWS send POST /; the page is at GET /, its API begins with GET /api/info")
	})
}

// reply answers with JSON.
func (s *Server) reply(answer func(*http.Request) (any, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		result, err := answer(r)
		var refusal *apiError
		switch {
		case errors.As(err, &refusal):
			fail(w, refusal.Status, refusal.Text, refusal.Hint)
		case err != nil:
			fail(w, http.StatusInternalServerError, s.World.Conceal(err.Error()), "")
		default:
			w.Header().Set("Content-Type", "application/json")
			w.Write(encode(result))
		}
	})
}

func bad(hint, format string, args ...any) error {
	return &apiError{http.StatusBadRequest, fmt.Sprintf(format, args...), hint}
}

// number reads a number of the query, 0 where it is missing.
func number(r *http.Request, name string) (int64, error) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return 0, bad("it is the seq of a record", "%s must be a whole number", name)
	}
	return n, nil
}

func (s *Server) events(r *http.Request) (any, error) {
	since, err := number(r, "since")
	if err != nil {
		return nil, err
	}
	return s.store.list(since), nil
}

func (s *Server) recordOf(r *http.Request) (*Record, error) {
	seq, err := strconv.ParseInt(r.PathValue("seq"), 10, 64)
	if err == nil {
		if record := s.store.get(seq); record != nil {
			return record, nil
		}
	}
	return nil, &apiError{http.StatusNotFound, "there is no such event", "old events are forgotten; GET /api/events lists those that are kept"}
}

func (s *Server) explain(r *http.Request) (any, error) {
	record, err := s.recordOf(r)
	if err != nil {
		return nil, err
	}
	event, err := eventbridge.ParseEvent(record.Event)
	if err != nil {
		return nil, err
	}
	return s.World.Explain(event, record.Bus), nil
}

// send puts events that are written as `simulate` reads them: all or none.
func (s *Server) send(r *http.Request) (any, error) {
	body, err := readBody(r)
	if err != nil {
		return nil, readable(err)
	}
	incoming, err := simulate.ReadEvents(body, s.origin())
	if err != nil {
		return nil, bad("an event is a JSON object as EventBridge delivers it, or a PutEvents entry", "cannot read the event: %s", err)
	}
	bus := r.URL.Query().Get("bus")
	if bus == "" {
		bus = s.Bus
	}
	var arrivals []arrival
	ids := map[string]bool{}
	for i, in := range incoming {
		if in.Error != nil {
			return nil, bad("correct the entry", "PutEvents refuses entry %d: %s: %s", i+1, in.Error.Code, in.Error.Message)
		}
		arrivals = append(arrivals, arrival{s.anew(in.Event, ids), s.busOf(in, bus), OriginInspector})
	}
	return s.accept(arrivals)
}

// readable gives an error of the other API in the words of this one.
func readable(err error) error {
	var e *awsError
	if errors.As(err, &e) {
		return &apiError{e.Status, e.Message, ""}
	}
	return err
}

func (s *Server) replay(r *http.Request) (any, error) {
	record, err := s.recordOf(r)
	if err != nil {
		return nil, err
	}
	event, err := eventbridge.ParseEvent(record.Event)
	if err != nil {
		return nil, err
	}
	records, err := s.accept([]arrival{{s.anew(event, map[string]bool{}), record.Bus, OriginReplay}})
	if err != nil {
		return nil, err
	}
	return records, nil
}

// buried is a dead letter with where it comes from.
type buried struct {
	Seq    int64  `json:"seq"`
	ID     string `json:"id"`
	Rule   string `json:"rule"`
	Target string `json:"target"`
	// Destination is the one of the file that a state machine sends to.
	Destination string `json:"destination,omitempty"`
	delivery.DeadLetter
}

func (s *Server) deadLetters() []buried {
	all := []buried{}
	for _, r := range s.store.list(0) {
		for _, d := range r.Deliveries {
			if d.DeadLetter != nil {
				all = append(all, buried{r.Seq, r.ID, d.Rule, d.Target, d.Destination(), *d.DeadLetter})
			}
		}
	}
	return all
}

var noCatcher = &apiError{http.StatusNotFound, "there is no catcher", "start notifygen serve with --deliver catcher"}

func (s *Server) caught(*http.Request) (any, error) {
	if s.Catcher == nil {
		return nil, noCatcher
	}
	return s.Catcher.Caught(), nil
}

func (s *Server) instruct(r *http.Request) (any, error) {
	if s.Catcher == nil {
		return nil, noCatcher
	}
	var request struct {
		Failure string `json:"failure"`
	}
	body, err := readBody(r)
	if err != nil {
		return nil, readable(err)
	}
	if err := json.Unmarshal(body, &request); err != nil {
		return nil, bad(`write {"failure":"slack=429:2x3"}`, "cannot read the request: %s", serialization("failure", err))
	}
	err = s.Catcher.Instruct(request.Failure)
	var usage *UsageError
	if errors.As(err, &usage) {
		return nil, bad(usage.Hint, "%s", usage.Message)
	}
	return struct{}{}, err // the instruction may hold a secret
}
