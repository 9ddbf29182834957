package transformers

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/notifygen/notifygen/contract"
)

// dingTalkInsecure is the error code of every security setting that is not met.
const dingTalkInsecure = "310000"

// dingTalkSignWords are what robots say of a signature and of its time, by the
// parameter of the query (https://github.com/x-cold/dingtalk-robot/issues/7,
// https://github.com/leitingting08/ding-bot-sdk/issues/3). Some say the same in
// Chinese (https://github.com/megaease/easeprobe/issues/202,
// https://github.com/0wQ/air780e-forwarder/issues/51).
var dingTalkSignWords = map[string]string{
	"sign":      "sign not match",
	"timestamp": "invalid timestamp",
}

// dingTalkSkew is how far the time of a signature may be from the robot's, either
// way (https://open.dingtalk.com/document/robots/customize-robot-security-settings).
const dingTalkSkew = time.Hour

// dingTalkStale tells whether a time in milliseconds since 1970 is too far from
// that of the robot, or is no time.
func dingTalkStale(timestamp string, received time.Time) bool {
	ms, err := strconv.ParseInt(timestamp, 10, 64)
	return err != nil || received.Truncate(time.Millisecond).Sub(time.UnixMilli(ms)).Abs() > dingTalkSkew
}

// checkDingTalkSign verifies a request as a robot does that has a secret: the
// query must hold the time and the signature of the time, in which a + that is not
// percent-encoded reads as a blank. A robot that misses one of them says what it
// says of a wrong signature
// (https://github.com/sunmh207/AI-Codereview-Gitlab/issues/142); of a request that
// is wrong in both ways it is taken to tell the time, which is the first thing it
// can know. Where several robots are played, their secrets are separated by commas.
func checkDingTalkSign(secret string, r contract.Request) []contract.Problem {
	var f findings
	q := query(r)
	timestamp, sign := q.Get("timestamp"), q.Get("sign")
	if timestamp == "" || sign == "" {
		f.refuse(dingTalkInsecure, "sign", "the robot wants timestamp and sign in the query")
		return f
	}
	if contract.IsMasked(timestamp) {
		return nil
	}
	if !r.Received.IsZero() && dingTalkStale(timestamp, r.Received) {
		f.refuse(dingTalkInsecure, "timestamp", "must be the time in milliseconds, at most an hour from the robot's")
	}
	signed := func(secret string) bool {
		return contract.IsMasked(secret) || sign == dingTalkSignature(secret, timestamp)
	}
	if !contract.IsMasked(sign) && !signed(secret) && !slices.ContainsFunc(strings.Split(secret, ","), signed) {
		reason := "is not the timestamp's signature with the robot's secret"
		if strings.Contains(sign, " ") {
			reason += ": a + in a query reads as a blank, write %2B"
		}
		f.refuse(dingTalkInsecure, "sign", "%s", reason)
	}
	return f
}

// dingTalkSignature is the signature of a time, before it is encoded for a query.
// The signer has code of its own: the one judges the other.
func dingTalkSignature(secret, timestamp string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(timestamp + "\n" + secret))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
