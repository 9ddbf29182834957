package simulate_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/simulate"
	"github.com/notifygen/notifygen/transformers"
)

// BenchmarkReplay plays Health events, one in ten of which is delivered, through
// the twelve rules of an example.
func BenchmarkReplay(b *testing.B) {
	const events = 10_000
	template, err := os.ReadFile("../examples/testdata/health-to-dingtalk.template.json")
	if err != nil {
		b.Fatal(err)
	}
	event, err := os.ReadFile("../examples/health-to-dingtalk/events/account-issue.json")
	if err != nil {
		b.Fatal(err)
	}
	var line bytes.Buffer
	if err := json.Compact(&line, event); err != nil {
		b.Fatal(err)
	}
	other := bytes.ReplaceAll(line.Bytes(), []byte(`"aws.health"`), []byte(`"aws.other"`))
	var stream bytes.Buffer
	for i := range events {
		if i%10 == 0 {
			stream.Write(line.Bytes())
		} else {
			stream.Write(other)
		}
		stream.WriteByte('\n')
	}
	var ds diag.List
	set := cloudformation.Deploy([]*cloudformation.Template{cloudformation.Read("t.json", template, &ds)}, cloudformation.Settings{}, &ds)
	player := simulate.Player{World: simulate.NewWorld(set, &ds), Now: time.Unix(0, 0), Services: transformers.Services()}
	origin := simulate.Origin{Now: player.Now, Account: "111122223333", Region: "us-east-1"}
	b.ReportAllocs()
	for b.Loop() {
		tally, err := player.Replay(bytes.NewReader(stream.Bytes()), origin, "", func(int, int64) {})
		if err != nil || tally.Deliveries != events/10 {
			b.Fatal(tally, err)
		}
	}
	b.ReportMetric(events*float64(b.N)/b.Elapsed().Seconds(), "events/s")
}

// BenchmarkQueued plays a Health event to its end: queue, pipe, state machine,
// signature, reply.
func BenchmarkQueued(b *testing.B) {
	player, _ := queued{template: dingTalkSigned, parameters: map[string]string{"DingTalkSignSecret": "SECx"}}.player(b)
	event := read(b, filepath.Join("..", "examples", "health-to-dingtalk-signed", "events", "account-issue.json"))
	in, err := simulate.ReadEvents(event, simulate.Origin{Now: now, Account: "123456789012", Region: "us-east-1"})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		all := player.Play(in[0], "")
		if last := all[len(all)-1]; last.Refused() || last.Request == nil {
			b.Fatalf("%+v", last)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
}
