package catcher_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/notifygen/notifygen/contract"
)

// verdict is what the catcher found wrong with a signature, by the parameter.
func verdict(problems []contract.Problem) string {
	for _, p := range problems {
		if !p.Accepted && (p.Field == "sign" || p.Field == "timestamp") {
			return p.Field
		}
	}
	return "right"
}

// python verifies requests from the text of DingTalk's documentation, with another
// implementation of everything: a line of JSON each.
const python = `
import base64, hashlib, hmac, json, sys, urllib.parse
for line in sys.stdin:
    request = json.loads(line)
    query = urllib.parse.parse_qs(request["query"], strict_parsing=True)
    (token,), (timestamp,), (sign,) = query["access_token"], query["timestamp"], query["sign"]
    secret = request["secret"]
    wanted = base64.b64encode(hmac.new(secret.encode(), (timestamp + "\n" + secret).encode(), hashlib.sha256).digest()).decode()
    if abs(request["at"] - int(timestamp)) > 60 * 60 * 1000:
        print("timestamp")
    elif sign != wanted:
        print("sign")
    else:
        print("right")
`

// judge lets python3 verify what came over the wire.
func judge(t *testing.T, all []captured, verdicts []string) {
	t.Run("python3", func(t *testing.T) {
		if _, err := exec.LookPath("python3"); err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatal("python3 must judge the signatures")
			}
			t.Skip("NOT JUDGED: there is no python3")
		}
		var in strings.Builder
		for _, one := range all {
			line, err := json.Marshal(map[string]any{"query": one.query, "secret": one.secret, "at": one.at.UnixMilli()})
			if err != nil {
				t.Fatal(err)
			}
			in.Write(append(line, '\n'))
		}
		python := exec.Command("python3", "-c", python)
		python.Stdin = strings.NewReader(in.String())
		out, err := python.Output()
		if err != nil {
			t.Fatal(err)
		}
		theirs := strings.Fields(string(out))
		if len(theirs) != len(verdicts) {
			t.Fatalf("%d verdicts of python3, %d of ours", len(theirs), len(verdicts))
		}
		count := map[string]int{}
		for i, v := range theirs {
			count[v]++
			if v != verdicts[i] {
				t.Errorf("request %d: %s, python3 says %s", i, verdicts[i], v)
			}
		}
		if count["right"] < 30 || count["sign"] < 10 || count["timestamp"] < 4 {
			t.Errorf("too few of a kind to tell: %v", count)
		}
	})
}
