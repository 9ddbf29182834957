package server

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"time"

	"github.com/notifygen/notifygen/contract"
	"github.com/notifygen/notifygen/simulate"
	"github.com/notifygen/notifygen/simulate/delivery"
	"github.com/notifygen/notifygen/simulate/server/page"
)

// Config says what a server plays.
type Config struct {
	World    *simulate.World
	Services []*contract.Service
	// Parameters are those of Systems Manager, Fakes the recorded answers of the APIs
	// that the enricher asks.
	Parameters map[string]string
	Fakes      *simulate.Fakes
	// Account and Region are those of events.
	Account, Region string
	// Bus is where events go that name none; "" is the default bus for entries,
	// every bus for events of the inspector.
	Bus string
	// Keep is how many records are kept, the newest ones and all that are
	// unfinished; 0 stands for 1,000.
	Keep int
	// Host is a host beside those of the loopback interface that requests may be
	// addressed to. An unspecified address, such as 0.0.0.0, stands for every IP
	// address.
	Host string
	// Version and Templates, by name, are shown by GET /api/info.
	Version   string
	Templates []string
	// Sending is nil where requests are shown only.
	Sending *Sending
	// Catcher is nil where none runs.
	Catcher *Catcher
	// OnRecord is called with each new record, and whether its bus exists; OnEnd
	// when a delivery of one has come to an end; OnError with what no client is
	// told. Calls come from several goroutines.
	OnRecord func(r *Record, busExists bool)
	OnEnd    func(*Record, Delivered)
	OnError  func(error)
}

// Sending says where requests go.
type Sending struct {
	Rewrite *delivery.Rewrite
	Rules   []string // of the rewrite, as they were given
	Speed   float64  // of the clock
	// State keeps what is accepted, nil keeps nothing. Recovered is what it held.
	State     *delivery.State
	Recovered delivery.Recovered
	// TaskTimeout is for tests: see [delivery.Options].
	TaskTimeout time.Duration
}

// Server answers the requests of AWS's clients, and those of the inspector. It
// is an http.Handler.
type Server struct {
	Config
	description simulate.Description
	received    simulate.Received
	store       *store
	feed        *feed
	engine      *delivery.Engine // nil where requests are shown only
	now         func() time.Time
	handler     http.Handler
	closing     context.Context // done when streams must end
	close       context.CancelFunc
}

// New gives a server. The world's templates must have been judged by then: it
// describes them. Resume and Serve follow; Close it in the end.
func New(c Config) *Server {
	if c.OnRecord == nil {
		c.OnRecord = func(*Record, bool) {}
	}
	if c.OnEnd == nil {
		c.OnEnd = func(*Record, Delivered) {}
	}
	if c.OnError == nil {
		c.OnError = func(error) {}
	}
	s := &Server{Config: c, description: c.World.Describe(), feed: newFeed(), now: time.Now}
	s.store = newStore(c.Keep, s.feed.record)
	s.closing, s.close = context.WithCancel(context.Background())
	pages := unstored(page.Handler())
	mux := http.NewServeMux()
	mux.HandleFunc("POST /{$}", s.aws)
	mux.Handle("/{$}", pages)
	mux.Handle("/assets/", pages)
	s.inspector(mux)
	s.handler = s.guard(mux)
	if c.Sending != nil {
		s.engine = delivery.New(delivery.Options{
			Rewrite: c.Sending.Rewrite, State: c.Sending.State, Speed: c.Sending.Speed, Start: c.Sending.Recovered.Time,
			Services: c.Services, Conceal: c.World.Conceal, Observe: s.observe, Failed: c.OnError,
			TaskTimeout: c.Sending.TaskTimeout,
		})
		s.now = s.engine.Now
	}
	return s
}

// Now is the time on the clock of the deliveries.
func (s *Server) Now() time.Time { return s.now() }

// Unfinished is the number of deliveries that have not come to an end.
func (s *Server) Unfinished() int { return s.store.unfinished() }

// Close ends streams and deliveries. What is not finished stays in the state.
func (s *Server) Close() {
	s.close()
	if s.engine != nil {
		s.engine.Close()
	}
}

// ServeHTTP answers a request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Time limits of requests. Streams have one for each write.
const (
	headerTimeout = 10 * time.Second
	readTimeout   = 30 * time.Second
	writeTimeout  = 60 * time.Second
	idleTimeout   = 2 * time.Minute
	endTimeout    = 5 * time.Second
)

const maxHeader = 64 << 10

// Serve answers requests until the context ends, then lets those that are
// running finish.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	h := &http.Server{
		Handler: s, ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout, IdleTimeout: idleTimeout,
		MaxHeaderBytes: maxHeader, ErrorLog: log.New(io.Discard, "", 0), // it would print what clients sent
	}
	failed := make(chan error, 1)
	go func() { failed <- h.Serve(l) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	s.close()
	end, cancel := context.WithTimeout(context.Background(), endTimeout)
	defer cancel()
	if err := h.Shutdown(end); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return h.Close()
}
