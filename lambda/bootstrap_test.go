package lambda

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/notifygen/notifygen/lambda/internal/fakes"
	"github.com/notifygen/notifygen/lambda/internal/pack"
)

// These tests run the binaries that are deployed, built for this machine, against
// a fake of the Lambda Runtime API. They need Linux, as Lambda does.

var binaries = struct {
	sync.Mutex
	dir   string
	files map[string]string
}{files: map[string]string{}}

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "notifygen-bootstrap-")
	if err != nil {
		panic(err)
	}
	binaries.dir = dir
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// bootstrap builds a function, once.
func bootstrap(t testing.TB, name string) string {
	t.Helper()
	if runtime.GOOS != "linux" {
		if os.Getenv("CI") == "true" {
			t.Fatal("Lambda functions run on Linux, and so must the tests of their binaries")
		}
		t.Skip("NOT TESTED: Lambda functions run on Linux")
	}
	binaries.Lock()
	defer binaries.Unlock()
	if binaries.files[name] == "" {
		binary, err := pack.Bootstrap("..", name, runtime.GOARCH)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(binaries.dir, name)
		if err := os.WriteFile(file, binary, 0o755); err != nil {
			t.Fatal(err)
		}
		binaries.files[name] = file
	}
	return binaries.files[name]
}

func refuse(status int, code string) func(string, map[string]any) fakes.Reply {
	return func(string, map[string]any) fakes.Reply {
		return fakes.Reply{Status: status, Error: code, Text: "not for the log: " + secret}
	}
}

// quiet checks that logs are lines of JSON in which none of the words stand.
func quiet(t *testing.T, f *fakes.Function, words ...string) {
	t.Helper()
	logs := f.Logs()
	for _, word := range words {
		if strings.Contains(logs, word) {
			t.Errorf("the log holds what it must not: %q", word)
		}
	}
	for line := range strings.Lines(logs) {
		if !json.Valid([]byte(line)) {
			t.Errorf("not a line of JSON: %s", line)
		}
	}
}

func TestWrongEnvironment(t *testing.T) {
	for name, env := range map[string]string{"signer": "SECRET_MAX_AGE=5", "enricher": "MAX_RECEIVES=0"} {
		f := fakes.Start(t, bootstrap(t, name), env, "AWS_REGION=")
		exit, _ := f.Stop()
		variable, _, _ := strings.Cut(env, "=")
		if exit != 1 || !strings.Contains(f.Logs(), variable) || !strings.Contains(f.Logs(), "AWS_REGION") {
			t.Errorf("%s: exit %d: %s", name, exit, f.Logs())
		}
		quiet(t, f)
	}
}

// BenchmarkStart is the time from the start of the process until it asks for work,
// and the most memory it has after an invocation.
func BenchmarkStart(b *testing.B) {
	support, secrets := fakes.NewAPI(b, "support", describeCases), secretsAPI(b)
	for name, payload := range map[string]string{"signer": request, "enricher": records(b, 1, fmt.Sprintf(supportEvent, "aws.support", ""))} {
		binary := bootstrap(b, name)
		b.Run(name, func(b *testing.B) {
			var started time.Duration
			var memory int64
			for range b.N {
				f := fakes.Start(b, binary, "AWS_ENDPOINT_URL_SUPPORT="+support.URL, "AWS_ENDPOINT_URL_SECRETS_MANAGER="+secrets.URL)
				if a := f.Invoke(payload, 10*time.Second); a.ErrorType != "" {
					b.Fatal(a.Error)
				}
				_, used := f.Stop()
				started, memory = started+f.Started, max(memory, used)
			}
			b.ReportMetric(float64(started.Microseconds())/1000/float64(b.N), "start-ms")
			b.ReportMetric(float64(memory)/1e6, "max-RSS-MB")
			b.ReportMetric(0, "ns/op")
		})
	}
}
