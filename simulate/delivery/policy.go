package delivery

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/notifygen/notifygen/eventbridge"
)

// The waits between attempts double from the first to the longest. EventBridge
// does not publish its own; these are chosen so that 185 retries, each after a
// time-out, fit into 24 hours: 2*256-1 + 176*480 + 186*5 seconds are 23.9 hours.
const (
	firstBackoff   = time.Second
	longestBackoff = 8 * time.Minute
)

// backoff is the wait before a retry, from 1. Jitter makes it shorter by up to a
// half; it depends on the delivery and the retry only, so that the same run
// waits the same.
func backoff(id ID, retry int) time.Duration {
	wait := longestBackoff
	if doublings := retry - 1; doublings < 9 { // 2^9 s is more than the longest
		wait = firstBackoff << doublings
	}
	seed := fnv.New64a()
	fmt.Fprintf(seed, "%d %s", id.Event, id.Key)
	share := rand.New(rand.NewPCG(seed.Sum64(), uint64(retry))).Float64()
	return wait - time.Duration(share*float64(wait/2))
}

// longestRetryAfter bounds Retry-After: no event gets that old.
const longestRetryAfter = 366 * 24 * time.Hour

// parseRetryAfter reads the header: seconds or an HTTP date
// (https://www.rfc-editor.org/rfc/rfc9110#field.retry-after). The wait is 0
// where it asks for none or cannot be read, and for a date that has passed.
// Negative seconds tell EventBridge to stop
// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html).
// Dates are compared with the wall clock, which is what servers write them by,
// not with the engine's.
func parseRetryAfter(text string, wall time.Time) (wait time.Duration, stop bool) {
	text = strings.TrimSpace(text)
	digits, negative := strings.CutPrefix(text, "-")
	if digits != "" && strings.Trim(digits, "0123456789") == "" {
		if negative {
			return 0, strings.Trim(digits, "0") != ""
		}
		seconds, err := strconv.Atoi(digits)
		if err != nil || seconds > int(longestRetryAfter/time.Second) {
			return longestRetryAfter, false
		}
		return time.Duration(seconds) * time.Second, false
	}
	date, err := http.ParseTime(text)
	if err != nil {
		return 0, false
	}
	return min(max(date.Sub(wall), 0), longestRetryAfter), false
}

// Values of EXHAUSTED_RETRY_CONDITION
// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html).
const (
	exhaustedAttempts = "MaximumRetryAttempts"
	exhaustedAge      = "MaximumEventAgeInSeconds"
)

// judge is what becomes of a delivery after the last of its attempts. A retry
// that would come when the event is too old is given up at once, which
// EventBridge may do later, to the same effect.
func (j *Job) judge(attempts []Attempt, wall time.Time) Status {
	last := attempts[len(attempts)-1]
	replied := last.Error == ""
	switch {
	case replied && eventbridge.Delivered(last.Status):
		return Status{State: Delivered, Attempts: attempts}
	case replied && !eventbridge.Retryable(last.Status):
		return j.giveUp(attempts, "")
	}
	after, stop := parseRetryAfter(last.RetryAfter, wall)
	next := last.At.Add(last.Took + max(after, backoff(j.ID, len(attempts))))
	switch {
	case stop:
		return j.giveUp(attempts, "")
	case len(attempts) > j.Retry.MaximumRetryAttempts:
		return j.giveUp(attempts, exhaustedAttempts)
	case !next.Before(j.deadline()):
		return j.giveUp(attempts, exhaustedAge)
	}
	return Status{State: Waiting, Attempts: attempts, Next: &next}
}

// giveUp ends a delivery that was attempted, or that got too old before.
func (j *Job) giveUp(attempts []Attempt, exhausted string) Status {
	code, message := eventbridge.CodeThrottling, "The event got too old while it waited for the rate limit of the API destination."
	if len(attempts) > 0 {
		code, message = attempts[len(attempts)-1].failure()
	}
	s := j.refuse(attempts, code, message)
	if exhausted != "" {
		s.DeadLetter.Attributes["EXHAUSTED_RETRY_CONDITION"] = exhausted
	}
	if exhausted != "" || len(attempts) > 1 {
		s.DeadLetter.Attributes["RETRY_ATTEMPTS"] = strconv.Itoa(max(len(attempts)-1, 0))
	}
	return s
}

// refuse sends the event to the dead-letter queue, if there is one.
func (j *Job) refuse(attempts []Attempt, code, message string) Status {
	s := Status{State: DeadLettered, Attempts: attempts, DeadLetter: &DeadLetter{
		Queue: j.DeadLetterQueue, Body: j.Body, Attributes: map[string]string{
			"RULE_ARN": j.RuleARN, "TARGET_ARN": j.TargetARN, "ERROR_CODE": code, "ERROR_MESSAGE": message,
		},
	}}
	if j.DeadLetterQueue == "" {
		s.State = Dropped
	}
	return s
}

// failure is the ERROR_CODE and ERROR_MESSAGE of a failed attempt. AWS lists the
// codes, but not which of them a status gets, nor the messages: 429 is taken for
// throttling, all others for an error of the client.
func (a Attempt) failure() (code, message string) {
	switch {
	case a.Error == timedOut:
		return eventbridge.CodeTimeout, "The API destination gave " + a.Error + "."
	case a.Error != "":
		return eventbridge.CodeSDKClientError, "The API destination could not be reached: " + a.Error
	case a.Status == http.StatusTooManyRequests:
		return eventbridge.CodeThrottling, "The API destination answered 429 " + http.StatusText(a.Status) + "."
	}
	return eventbridge.CodeSDKClientError, strings.TrimSpace(fmt.Sprintf("The API destination answered %d %s", a.Status, http.StatusText(a.Status))) + "."
}
