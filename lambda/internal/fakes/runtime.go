// Package fakes stands in for what a Lambda function talks to: the Lambda Runtime
// API and AWS APIs of the protocol JSON 1.1, on loopback. For tests only.
package fakes

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Function is a bootstrap binary that runs against a fake Runtime API
// (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html).
type Function struct {
	// Started is when the function first asked for work, since it was started.
	Started time.Duration

	t       testing.TB
	process *exec.Cmd
	exited  chan struct{}
	next    chan invocation
	answers chan Answer
	mu      sync.Mutex
	logs    bytes.Buffer
}

type invocation struct {
	payload []byte
	timeout time.Duration
}

// Answer is what came of an invocation: a reply, or an error's type and text.
type Answer struct {
	Reply     []byte
	ErrorType string
	Error     string
}

// Start runs a binary with exactly the environment given, and Lambda's own
// variables, until the test ends. It waits for the function to ask for work.
func Start(t testing.TB, binary string, env ...string) *Function {
	t.Helper()
	f := &Function{t: t, exited: make(chan struct{}), next: make(chan invocation), answers: make(chan Answer)}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ready := make(chan struct{})
	server := &http.Server{Handler: f.api(ready)}
	go server.Serve(listener)
	t.Cleanup(func() { server.Close() })

	f.process = exec.Command(binary)
	f.process.Env = append([]string{
		"AWS_LAMBDA_RUNTIME_API=" + listener.Addr().String(),
		"AWS_LAMBDA_FUNCTION_NAME=test", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=128", "AWS_REGION=eu-central-1",
		"AWS_ACCESS_KEY_ID=AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY=example", "AWS_SESSION_TOKEN=session",
	}, env...)
	f.process.Stdout, f.process.Stderr = writer{f}, writer{f}
	began := time.Now()
	if err := f.process.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { f.process.Wait(); close(f.exited) }()
	t.Cleanup(func() { f.Stop() })
	select {
	case <-ready:
		f.Started = time.Since(began)
	case <-f.exited:
	case <-time.After(10 * time.Second):
		t.Fatal("the function did not start: " + f.Logs())
	}
	return f
}

// Invoke has the function work on a payload.
func (f *Function) Invoke(payload string, timeout time.Duration) Answer {
	f.t.Helper()
	select {
	case f.next <- invocation{[]byte(payload), timeout}:
	case <-f.exited:
		f.t.Fatal("the function has ended: " + f.Logs())
	}
	select {
	case a := <-f.answers:
		return a
	case <-f.exited:
		f.t.Fatal("the function ended over the invocation: " + f.Logs())
	case <-time.After(timeout):
		f.t.Fatalf("the function was not done after %s: %s", timeout, f.Logs())
	}
	return Answer{}
}

// Logs is everything that the function wrote so far.
func (f *Function) Logs() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.logs.String()
}

// Stop ends the function. It returns its exit code, -1 where it had to be killed,
// and the most memory it had, in bytes.
func (f *Function) Stop() (exit int, memory int64) {
	select {
	case <-f.exited:
	default:
		f.process.Process.Signal(os.Kill)
		<-f.exited
	}
	state := f.process.ProcessState
	if usage, ok := state.SysUsage().(*syscall.Rusage); ok {
		memory = int64(usage.Maxrss) * 1024
	}
	return state.ExitCode(), memory
}

func (f *Function) api(ready chan struct{}) http.Handler {
	var once sync.Once
	var number int
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", func(w http.ResponseWriter, r *http.Request) {
		once.Do(func() { close(ready) })
		select {
		case work := <-f.next:
			number++
			w.Header().Set("Lambda-Runtime-Aws-Request-Id", fmt.Sprintf("request-%d", number))
			w.Header().Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(time.Now().Add(work.timeout).UnixMilli(), 10))
			w.Header().Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:eu-central-1:111122223333:function:test")
			w.Write(work.payload)
		case <-r.Context().Done():
		}
	})
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/{outcome}", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.WriteHeader(http.StatusAccepted)
		a := Answer{Reply: body}
		if r.PathValue("outcome") == "error" {
			var failure struct{ ErrorMessage, ErrorType string }
			decode(body, &failure)
			a = Answer{ErrorType: failure.ErrorType, Error: failure.ErrorMessage}
		}
		f.answers <- a
	})
	return mux
}

type writer struct{ f *Function }

func (w writer) Write(p []byte) (int, error) {
	w.f.mu.Lock()
	defer w.f.mu.Unlock()
	return w.f.logs.Write(p)
}
