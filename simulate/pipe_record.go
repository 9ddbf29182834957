package simulate

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/notifygen/notifygen/cloudformation"
)

// message is a message in a queue.
type message struct {
	body          []byte
	group         string // MessageGroupId, of FIFO queues
	deduplication string // MessageDeduplicationId; "" for that of the content
	key           string // of the delivery that sent it
}

// record is a message as a pipe receives it for the nth time; it was sent, and first
// received, at the time given
// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-sqs.html).
// What AWS makes up is made of the message, so that it is always the same.
func (r *run) record(queue string, m message, n int, sent time.Time) []byte {
	sum := sha256.Sum256([]byte(queue + "\n" + m.key + "\n" + string(m.body)))
	id := hex.EncodeToString(sum[:])
	millis := strconv.FormatInt(sent.UnixMilli(), 10)
	attributes := cloudformation.NewObject("ApproximateReceiveCount", strconv.Itoa(n), "SentTimestamp", millis)
	if strings.HasSuffix(queue, ".fifo") {
		deduplication := m.deduplication
		if deduplication == "" {
			content := sha256.Sum256(m.body)
			deduplication = hex.EncodeToString(content[:])
		}
		sequence := new(big.Int).Mod(new(big.Int).SetBytes(sum[:]), big.NewInt(1e18))
		attributes.Set("SequenceNumber", fmt.Sprintf("18%018d", sequence)).Set("MessageGroupId", m.group).Set("MessageDeduplicationId", deduplication)
	}
	attributes.Set("SenderId", "AIDA"+strings.ToUpper(id[:17])).Set("ApproximateFirstReceiveTimestamp", millis)
	digest := md5.Sum([]byte(r.World.Hide(string(m.body)))) // of a secret nothing shows
	return cloudformation.Compact(cloudformation.NewObject(
		"messageId", id[:8]+"-"+id[8:12]+"-4"+id[13:16]+"-8"+id[17:20]+"-"+id[20:32],
		"receiptHandle", "AQEB"+id,
		"body", string(m.body),
		"attributes", attributes,
		"messageAttributes", cloudformation.NewObject(),
		"md5OfBody", hex.EncodeToString(digest[:]),
		"eventSource", "aws:sqs",
		"eventSourceARN", queue,
		"awsRegion", region(place(queue)),
	))
}
