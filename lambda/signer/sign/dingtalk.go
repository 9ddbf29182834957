package sign

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// dingTalkSteps bounds the search for a signature that needs no encoding. One in
// four holds neither + nor / (42 of its 43 characters can: (62/64)^42 = 0.266), so
// that a search of 1,000 fails once in 10^133.
const dingTalkSteps = 1000

// NoPlainSignature says that no moment gave a signature free of + and /.
type NoPlainSignature struct{ Steps int }

func (e NoPlainSignature) Error() string {
	return fmt.Sprintf("no signature without + and / in %d steps", e.Steps)
}

// dingTalk signs for DingTalk's custom robots: the key of the HMAC-SHA256 is the
// secret, its text the timestamp in milliseconds, a line feed and the secret.
// DingTalk takes a timestamp within one hour of its own clock
// (https://open.dingtalk.com/document/orgapp/customize-robot-security-settings).
//
// Timestamp and signature travel in the query of an HTTP task, and how that
// encodes a query is not documented. So the moment is moved back, a millisecond at
// a time and by a second at most, until the signature holds neither + (which
// reads as a blank where it is not encoded) nor /. The signature of 32 bytes
// always ends with one =, which no step removes: encoded it is %3D, and as it
// stands it belongs to the value, because readers of a query split a field at its
// first = only (https://url.spec.whatwg.org/#urlencoded-parsing).
func dingTalk(secret string, now time.Time) (Signature, error) {
	return stepBack(now, dingTalkSteps, func(timestamp string) string {
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write([]byte(timestamp + "\n" + secret))
		return base64.StdEncoding.EncodeToString(mac.Sum(nil))
	})
}

func stepBack(now time.Time, steps int, sign func(timestamp string) string) (Signature, error) {
	last := now.UnixMilli()
	for step := range int64(steps) {
		timestamp := strconv.FormatInt(last-step, 10)
		if s := sign(timestamp); !strings.ContainsAny(s, "+/") {
			return Signature{Timestamp: timestamp, Sign: s}, nil
		}
	}
	return Signature{}, NoPlainSignature{steps}
}
