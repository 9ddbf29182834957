package sign

import (
	"encoding/json"
	"errors"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
)

// python computes signatures from the text of DingTalk's documentation with
// another implementation of everything: a secret and a timestamp a line, in JSON.
const python = `
import base64, hashlib, hmac, json, sys
for line in sys.stdin:
    secret, timestamp = json.loads(line)
    text = timestamp + "\n" + secret
    print(base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()).decode())
`

func TestDingTalkAgainstPython(t *testing.T) {
	now := time.UnixMilli(1_700_000_000_000)
	secrets := []string{"this is secret", "SEC" + strings.Repeat("0f", 32), "x", "密钥 ü 🔑", `"quoted\n"`, "a\nb", strings.Repeat("long ", 50)}
	var in strings.Builder
	var ours []Signature
	for i := range 300 {
		secret := secrets[i%len(secrets)] + strconv.Itoa(i)
		signature, err := dingTalk(secret, now.Add(time.Duration(i)*977*time.Millisecond))
		if err != nil {
			t.Fatal(err)
		}
		line, err := json.Marshal([]string{secret, signature.Timestamp})
		if err != nil {
			t.Fatal(err)
		}
		in.Write(append(line, '\n'))
		ours = append(ours, signature)
	}
	judge := exec.Command("python3", "-c", python)
	judge.Stdin = strings.NewReader(in.String())
	out, err := judge.Output()
	if err != nil {
		t.Fatal(err)
	}
	theirs := strings.Fields(string(out))
	if len(theirs) != len(ours) {
		t.Fatalf("%d signatures of python for %d of ours", len(theirs), len(ours))
	}
	for i, s := range ours {
		if s.Sign != theirs[i] {
			t.Errorf("%d: %s, python says %s", i, s.Sign, theirs[i])
		}
	}
}

func FuzzDingTalk(f *testing.F) {
	f.Add("this is secret", int64(1_700_000_000_000))
	f.Add("", int64(0))
	f.Add("SEC\x00\xff", int64(253_402_300_799_999))
	f.Fuzz(func(t *testing.T, secret string, at int64) {
		now := time.UnixMilli(at % 253_402_300_799_999)
		s, err := dingTalk(secret, now)
		if err != nil {
			t.Fatal(err)
		}
		if strings.ContainsAny(s.Sign, "+/") || len(s.Sign) != 44 || !strings.HasSuffix(s.Sign, "=") || strings.Count(s.Sign, "=") != 1 {
			t.Errorf("signature %q", s.Sign)
		}
		timestamp, err := strconv.ParseInt(s.Timestamp, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		if back := now.UnixMilli() - timestamp; back < 0 || back >= dingTalkSteps {
			t.Errorf("the timestamp is %d ms before now", back)
		}
	})
}

func TestSearchIsBounded(t *testing.T) {
	tried := 0
	_, err := stepBack(time.UnixMilli(5_000), 10, func(timestamp string) string {
		if want := strconv.Itoa(5000 - tried); timestamp != want {
			t.Errorf("step %d signs %s", tried, timestamp)
		}
		tried++
		return "a+b"
	})
	if err != (NoPlainSignature{10}) || tried != 10 {
		t.Errorf("%v after %d steps", err, tried)
	}
}

func TestSchemes(t *testing.T) {
	if _, err := Find("dingtalk"); err != nil {
		t.Error(err)
	}
	for _, name := range []string{"", "DingTalk", "feishu", strings.Repeat("x", 1000)} {
		_, err := Find(name)
		var unknown UnknownScheme
		if !errors.As(err, &unknown) || unknown.Scheme != name {
			t.Errorf("%.20q: %v", name, err)
		}
		if len(err.Error()) > 200 {
			t.Errorf("the error has %d bytes", len(err.Error()))
		}
	}
}
