package cli

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/notifygen/notifygen/contract"
	"github.com/notifygen/notifygen/simulate/catcher"
	"github.com/notifygen/notifygen/simulate/delivery"
	"github.com/notifygen/notifygen/simulate/server"
	"github.com/notifygen/notifygen/transformers"
)

// serveOptions are the flags of serve.
type serveOptions struct {
	worldOptions
	addr, catcher, state string
	deliver, fail        []string
	speed                float64
	keep                 int
}

func newServe(o *options) *cobra.Command {
	var s serveOptions
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Play EventBridge on this machine: its API, and a page that shows what events cause",
		Long: "Answers clients of AWS that are pointed at it (aws events put-events --endpoint-url http://127.0.0.1:4010 …):\n" +
			"PutEvents, TestEventPattern, ListRules, ListTargetsByRule, ListEventBuses, DescribeRule, DescribeEventBus.\n" +
			"Any credentials will do. Rules and targets are those of the templates. The inspector is at the same address.\n\n" +
			"Requests are shown, not sent, unless --deliver says where they may go: FROM=TO replaces the beginning of a URL\n" +
			"(* is every URL, to this machine only; FROM=FROM really sends), FROM=catcher leads to a catcher that plays Slack,\n" +
			"DingTalk and the others, and `catcher` alone leads everything there. Then requests are timed out, tried again,\n" +
			"held to their rates and dead-lettered as EventBridge does it, and messages of queued destinations are worked off\n" +
			"by their state machines. A robot that signs is verified by the catcher where its secret is given.\n" +
			"Secrets that are not given are sent as ***.",
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return runServe(o, s) },
	}
	s.flags(cmd)
	s.playing(cmd)
	f := cmd.Flags()
	f.StringVar(&s.addr, "addr", "127.0.0.1:4010", "where to listen; port 0 takes a free one")
	f.StringArrayVar(&s.deliver, "deliver", nil, "catcher, or FROM=TO, or FROM=catcher: where requests may go (default: they are only shown)")
	f.StringVar(&s.catcher, "catcher", "127.0.0.1:0", "where the catcher listens")
	f.StringArrayVar(&s.fail, "fail", nil, "what the catcher fails: SERVICE=FAILURE or SERVICE=FAILURExN, such as slack=429:2x3 or *=slow; or a setting, such as dingtalk:secret=SEC…")
	f.Float64Var(&s.speed, "speed", 1, "how many times faster time passes while deliveries wait")
	f.StringVar(&s.state, "state", "", "a directory that keeps accepted events until they are delivered, through crashes")
	f.IntVar(&s.keep, "keep", 1000, "how many events the inspector keeps, besides those that are unfinished")
	return cmd
}

// check refuses flags that have no meaning together.
func (s serveOptions) check() error {
	sends := len(s.deliver) > 0
	switch {
	case s.keep < 1:
		return withHint("1 or more", "--keep is too small")
	case !(s.speed >= 1 && s.speed <= delivery.MaxSpeed):
		return withHint(fmt.Sprintf("1 to %.0f", float64(delivery.MaxSpeed)), "--speed is out of range")
	case !sends && s.state != "":
		return withHint("add --deliver: without it nothing is sent, and nothing can be lost", "--state needs --deliver")
	case !sends && s.speed != 1:
		return withHint("add --deliver: without it nothing waits", "--speed needs --deliver")
	case !s.catches() && len(s.fail) > 0:
		return withHint("add --deliver catcher", "--fail needs the catcher")
	}
	return nil
}

// toCatcher is how --deliver names the catcher.
const toCatcher = "catcher"

func (s serveOptions) catches() bool {
	for _, rule := range s.deliver {
		if rule == toCatcher || strings.HasSuffix(rule, "="+toCatcher) {
			return true
		}
	}
	return false
}

func runServe(o *options, s serveOptions) error {
	// Unlike the other verbs this one lives long.
	debug.SetGCPercent(100)
	debug.SetMemoryLimit(math.MaxInt64)
	if err := s.check(); err != nil {
		return err
	}
	w, err := o.load(s.worldOptions)
	if err != nil {
		return err
	}
	if err := o.report(w); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends it at once
	listener, host, err := listen("addr", s.addr)
	if err != nil {
		return err
	}
	defer listener.Close()
	out := &serveLog{o: o, url: "http://" + listener.Addr().String()}
	first := w.set.Stacks[0]
	config := server.Config{
		World: w.World, Services: transformers.Services(), Parameters: w.stored, Fakes: w.fakes, Account: first.Account(), Region: first.Region(), Bus: s.bus, Keep: s.keep, Host: host,
		Version: Version, Templates: s.templates, OnRecord: out.record, OnEnd: out.end, OnError: out.failure,
	}
	if len(s.templates) == 0 {
		config.Templates = []string{o.file}
	}
	var play *server.Server
	start := func() {}
	if s.catches() {
		c, at, err := s.newCatcher(&config, func(one catcher.Caught) { play.Caught(one) }, func() time.Time { return play.Now() })
		if err != nil {
			return err
		}
		defer c.Close()
		defer at.Close()
		out.catcher = config.Catcher.URL
		start = func() { _ = c.Serve(at) }
	}
	if len(s.deliver) > 0 {
		sending, err := s.sending(out.catcher)
		if err != nil {
			return err
		}
		if sending.State != nil {
			defer sending.State.Close()
		}
		config.Sending = sending
	}
	play = server.New(config)
	defer play.Close()
	go start()
	if host != "" {
		fmt.Fprintf(o.Err, "notifygen: warning: whoever reaches %s can read the events and send some; there is no password\n", listener.Addr())
	}
	// before what is recovered, so that a program finds it in the first line
	if err := out.listening(); err != nil {
		return err
	}
	if err := play.Resume(); err != nil {
		return err
	}
	err = play.Serve(ctx, listener)
	play.Close()
	s.tellUnfinished(o, play)
	return err
}

// tellUnfinished tells what was left undone.
func (s serveOptions) tellUnfinished(o *options, play *server.Server) {
	if n := play.Unfinished(); n > 0 {
		end := "given up; --state DIR keeps them for the next start"
		if s.state != "" {
			end = "kept for the next start with the same --state"
		}
		fmt.Fprintf(o.Err, "notifygen: unfinished deliveries: %d, %s\n", n, end)
	}
}

// listen opens an address. It gives its host unless that is this machine's own.
func listen(flag, addr string) (net.Listener, string, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, "", withHint("write it as 127.0.0.1:4010", "--%s is no address", flag)
	}
	if host == "" {
		host = "127.0.0.1" // rather than every address of the machine
	}
	l, err := net.Listen("tcp", net.JoinHostPort(host, port))
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, "", withHint(fmt.Sprintf("another program listens there, perhaps another notifygen; --%s 127.0.0.1:0 takes a free port", flag), "the address %s is in use", addr)
	}
	if err != nil {
		return nil, "", withHint("give an address of this machine with --"+flag, "cannot listen: %w", err)
	}
	if at, ok := l.Addr().(*net.TCPAddr); ok && at.IP.IsLoopback() {
		host = ""
	}
	return l, host, nil
}

// newCatcher gives a catcher, and the port of its own that it is to be served at.
func (s serveOptions) newCatcher(config *server.Config, caught func(catcher.Caught), now func() time.Time) (*http.Server, net.Listener, error) {
	c := catcher.New(catcher.Options{Services: config.Services, Keep: config.Keep, Conceal: config.World.Conceal, OnCaught: caught, Now: now})
	for _, service := range config.Services {
		if _, verifies := service.Setting("secret"); !verifies {
			continue
		}
		if secrets := config.World.SignSecrets(config.Services, service.Name); len(secrets) > 0 {
			if err := c.Set(service.Name, "secret", strings.Join(secrets, ",")); err != nil {
				return nil, nil, err
			}
		}
	}
	instruct := func(text string) error {
		err := c.Instruct(text)
		var usage *contract.UsageError
		if errors.As(err, &usage) {
			return &server.UsageError{Message: usage.Message, Hint: usage.Hint}
		}
		return err
	}
	for _, text := range s.fail {
		var usage *server.UsageError
		if err := instruct(text); errors.As(err, &usage) {
			return nil, nil, withHint(usage.Hint, "--fail: %s", usage.Message)
		} else if err != nil {
			return nil, nil, err
		}
	}
	l, host, err := listen("catcher", s.catcher)
	if err != nil {
		return nil, nil, err
	}
	if host != "" {
		l.Close()
		return nil, nil, withHint("it receives the secrets of requests: write --catcher 127.0.0.1:0", "the catcher listens on this machine only")
	}
	config.Catcher = &server.Catcher{URL: "http://" + l.Addr().String(), Caught: func() any { return append([]catcher.Caught{}, c.Caught()...) }, Instruct: instruct}
	return &http.Server{Handler: c, ReadHeaderTimeout: 10 * time.Second}, l, nil
}

// sending reads where requests may go, and what an earlier run left undone.
func (s serveOptions) sending(catcher string) (*server.Sending, error) {
	out := &server.Sending{Speed: s.speed}
	for _, rule := range s.deliver {
		if rule == toCatcher {
			rule = "*=" + toCatcher
		}
		if from, ok := strings.CutSuffix(rule, "="+toCatcher); ok {
			rule = from + "=" + catcher
		}
		out.Rules = append(out.Rules, rule)
	}
	var err error
	if out.Rewrite, err = delivery.ParseRewrite(out.Rules...); err != nil {
		return nil, withHint("--deliver catcher, --deliver '*=http://127.0.0.1:9000', or --deliver https://slack.com=https://slack.com to really send", "--deliver: %w", err)
	}
	if s.state != "" {
		if out.State, out.Recovered, err = delivery.OpenState(s.state); err != nil {
			return nil, withHint("give a directory of its own with --state", "%w", err)
		}
	}
	return out, nil
}
