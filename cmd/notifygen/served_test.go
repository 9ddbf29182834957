package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
)

// served is a `notifygen serve` that runs.
type served struct {
	t        *testing.T
	cmd      *exec.Cmd
	url      string
	mu       sync.Mutex
	out, err strings.Builder
	ended    chan error
}

// serve starts `notifygen serve` on a free port.
func serve(t *testing.T, args ...string) *served {
	t.Helper()
	s := &served{t: t, ended: make(chan error, 1)}
	s.cmd = exec.Command("notifygen", append([]string{"serve", "--addr", "127.0.0.1:0"}, args...)...)
	stdout, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	stderr, err := s.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var readers sync.WaitGroup
	ready := make(chan bool)
	readers.Go(func() { s.read(stdout, &s.out, func(string) {}) })
	readers.Go(func() {
		s.read(stderr, &s.err, func(line string) {
			if url, ok := strings.CutPrefix(line, "notifygen: listening on "); ok {
				s.url = url
				defer close(ready)
			}
		})
	})
	go func() {
		readers.Wait()
		s.ended <- s.cmd.Wait()
	}()
	t.Cleanup(func() { s.cmd.Process.Kill() })
	select {
	case <-ready:
	case err := <-s.ended:
		t.Fatalf("it ended: %v\n%s", err, s.errors())
	case <-time.After(30 * time.Second):
		t.Fatalf("it does not start:\n%s", s.errors())
	}
	return s
}

func (s *served) read(from io.Reader, into *strings.Builder, see func(line string)) {
	lines := bufio.NewScanner(from)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		s.mu.Lock()
		into.WriteString(lines.Text() + "\n")
		s.mu.Unlock()
		see(lines.Text())
	}
}

func (s *served) lines() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.out.String()
}

func (s *served) errors() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err.String()
}

// end ends it with a signal, and gives its exit status.
func (s *served) end(signal os.Signal) int {
	s.t.Helper()
	if err := s.cmd.Process.Signal(signal); err != nil {
		s.t.Fatal(err)
	}
	select {
	case err := <-s.ended:
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			return exit.ExitCode()
		}
		if err != nil {
			s.t.Fatal(err)
		}
		return 0
	case <-time.After(20 * time.Second):
		s.t.Fatal("it does not end")
		return 0
	}
}

// client is an unmodified client of AWS, but for its endpoint.
func (s *served) client() *eventbridge.Client {
	return eventbridge.New(eventbridge.Options{
		Region: "eu-central-1", BaseEndpoint: aws.String(s.url), RetryMaxAttempts: 1,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "any", SecretAccessKey: "any"}, nil
		}),
	})
}

// get reads from the inspector's API.
func get[T any](s *served, path string) (v T) {
	s.t.Helper()
	reply, err := http.Get(s.url + path)
	if err != nil {
		s.t.Fatal(err)
	}
	defer reply.Body.Close()
	if err := json.NewDecoder(reply.Body).Decode(&v); err != nil {
		s.t.Fatal(path, err)
	}
	return v
}

type caught struct{ Service, URL, Body, Outcome string }

// waitCaught waits for requests at the catcher.
func (s *served) waitCaught(n int) (all []caught) {
	s.t.Helper()
	for range 1000 {
		if all = get[[]caught](s, "/api/caught"); len(all) >= n {
			return all
		}
		time.Sleep(10 * time.Millisecond)
	}
	s.t.Fatalf("%d requests, want %d\n%s", len(all), n, s.lines())
	return nil
}

// waitFor waits until a text is in what is printed.
func (s *served) waitFor(text string) {
	s.t.Helper()
	for range 1000 {
		if strings.Contains(s.lines(), text) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	s.t.Fatalf("no %q in %s", text, s.lines())
}

// post posts to the inspector's API.
func post(t *testing.T, url, body string) string {
	t.Helper()
	reply, err := http.Post(url, "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	text, err := io.ReadAll(reply.Body)
	if err != nil || reply.StatusCode != http.StatusOK {
		t.Fatal(reply.Status, string(text), err)
	}
	return string(text)
}
