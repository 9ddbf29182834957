package simulate

import (
	"fmt"
	"strings"

	"github.com/notifygen/notifygen/eventbridge"
)

// maxID is how many characters a message group id and a deduplication id have.
const maxID = 128

// refusal is why a queue does not take a message, nil where it does
// (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html).
func (w *World) refusal(queue string, m message) *Failure {
	limit, known := w.limits[queue]
	fifo, exists := w.fifos[queue]
	refuse := func(format string, args ...any) *Failure {
		return &Failure{eventbridge.CodeSDKClientError, "the queue refuses the message: " + fmt.Sprintf(format, args...)}
	}
	switch {
	case known && limit < maxMessageBytes && len(m.body) > limit:
		return &Failure{eventbridge.CodeSDKClientError, fmt.Sprintf("this has %d bytes, and the queue takes messages of %d", len(m.body), limit)}
	case len(m.body) > maxMessageBytes:
		return &Failure{Message: tooLarge}
	case !strings.HasSuffix(queue, ".fifo"):
		return nil
	case m.group == "":
		return refuse("a FIFO queue needs a MessageGroupId")
	case !validID(m.group):
		return refuse("its MessageGroupId %s", invalidID)
	case m.deduplication == "" && exists && !fifo.byContent:
		return refuse("the queue has no ContentBasedDeduplication, and the message no MessageDeduplicationId")
	case m.deduplication != "" && !validID(m.deduplication):
		return refuse("its MessageDeduplicationId %s", invalidID)
	}
	return nil
}

const invalidID = "must have 1 to 128 letters, digits and punctuation of ASCII, without spaces"

// validID tells whether a FIFO queue takes an id.
func validID(id string) bool {
	return len(id) <= maxID && !strings.ContainsFunc(id, func(c rune) bool { return c <= ' ' || c > '~' })
}
