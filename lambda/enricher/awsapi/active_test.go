package awsapi

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"
)

// zone is a name server for global.health.amazonaws.com with one CNAME record.
func zone(t *testing.T, target string) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	go func() {
		buffer := make([]byte, 512)
		for {
			n, from, err := conn.ReadFrom(buffer)
			if err != nil {
				return
			}
			conn.WriteTo(cname(buffer[:n], target), from)
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

// cname answers a query (RFC 1035, section 4) with a CNAME record and an address
// for its target.
func cname(query []byte, target string) []byte {
	question := query[12:]
	end := bytes.IndexByte(question, 0) + 5
	kind := binary.BigEndian.Uint16(question[end-4 : end-2])
	var name []byte
	for label := range strings.SplitSeq(strings.TrimSuffix(target, "."), ".") {
		name = append(append(name, byte(len(label))), label...)
	}
	name = append(name, 0)
	record := func(owner []byte, kind uint16, data []byte) []byte {
		out := binary.BigEndian.AppendUint16(bytes.Clone(owner), kind)
		out = append(out, 0, 1, 0, 0, 0, 10)
		return append(binary.BigEndian.AppendUint16(out, uint16(len(data))), data...)
	}
	answers := [][]byte{record([]byte{0xc0, 12}, 5, name)}
	if kind == 1 {
		answers = append(answers, record(name, 1, []byte{192, 0, 2, 1}))
	}
	out := append(bytes.Clone(query[:2]), 0x81, 0x80, 0, 1, 0, byte(len(answers)), 0, 0, 0, 0)
	out = append(out, question[:end]...)
	return append(out, bytes.Join(answers, nil)...)
}

// Go's own resolver, as in the function, finds what dig shows for the real name.
func TestActiveRegionFromDNS(t *testing.T) {
	for target, want := range map[string]string{
		"health.us-east-1.amazonaws.com.":         "us-east-1",
		"health.us-east-2.amazonaws.com.":         "us-east-2",
		"health.us-east-2.amazonaws.com.evil.io.": "us-east-1",
		"evil.us-east-2.amazonaws.com.":           "us-east-1",
	} {
		a := NewActive("eu-west-1", zone(t, target).LookupCNAME, time.Now, slog.New(slog.DiscardHandler))
		if got := a.Region(context.Background()); got != want {
			t.Errorf("%s: %s, want %s", target, got, want)
		}
	}
}

func TestActiveRegion(t *testing.T) {
	now := time.Unix(0, 0)
	answer, fails, lookups := "health.us-east-2.amazonaws.com", error(nil), 0
	var asked string
	lookup := func(_ context.Context, host string) (string, error) {
		lookups++
		asked = host
		return answer, fails
	}
	var log bytes.Buffer
	a := NewActive("eu-west-1", lookup, func() time.Time { return now }, slog.New(slog.NewJSONHandler(&log, nil)))
	expect := func(region string, want int) {
		t.Helper()
		if got := a.Region(context.Background()); got != region || lookups != want {
			t.Errorf("%s after %d lookups, want %s after %d", got, lookups, region, want)
		}
	}
	fails = errors.New("no such host")
	expect("us-east-1", 1)
	expect("us-east-1", 2) // not remembered
	if !strings.Contains(log.String(), "lookup failed") {
		t.Error("nothing in the log:", log.String())
	}
	fails = nil
	expect("us-east-2", 3)
	now = now.Add(activeFor - 1)
	expect("us-east-2", 3)
	now = now.Add(1)
	fails = errors.New("no such host")
	expect("us-east-2", 4) // the last one known
	fails, answer = nil, "health.us-east-1.amazonaws.com."
	expect("us-east-1", 5)
	a.Forget()
	expect("us-east-1", 6)
	if asked != "global.health.amazonaws.com" {
		t.Error("asked for", asked)
	}
}

func TestPartitions(t *testing.T) {
	for region, want := range map[string][3]string{
		"eu-west-1":     {"global.health.amazonaws.com", "us-east-1", "us-east-1"},
		"cn-north-1":    {"global.health.amazonaws.com.cn", "cn-northwest-1", "cn-north-1"},
		"us-gov-east-1": {"", "us-gov-west-1", "us-gov-west-1"},
	} {
		asked := ""
		a := NewActive(region, func(_ context.Context, host string) (string, error) { asked = host; return "", errors.New("x") }, time.Now, slog.New(slog.DiscardHandler))
		if got := [3]string{asked, a.Region(context.Background()), supportRegion(region)}; got != want {
			if got[0] = asked; got != want {
				t.Errorf("%s: %v, want %v", region, got, want)
			}
		}
	}
	if host := healthHost("cn-northwest-1"); host != "health.cn-northwest-1.amazonaws.com.cn" {
		t.Error(host)
	}
}
