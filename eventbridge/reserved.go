package eventbridge

import (
	"strconv"
	"time"
)

// Reserved placeholders
// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html#eb-transform-input-predefined).
const (
	reservedRuleARN   = "aws.events.rule-arn"
	reservedRuleName  = "aws.events.rule-name"
	reservedIngestion = "aws.events.event.ingestion-time"
	reservedEvent     = "aws.events.event"
	reservedEventJSON = "aws.events.event.json"
)

func isReserved(name string) bool {
	switch name {
	case reservedRuleARN, reservedRuleName, reservedIngestion:
		return true
	}
	return isJSONReserved(name)
}

// isJSONReserved tells which names stand for an object, and are accepted only
// as a value in a template in object mode.
func isJSONReserved(name string) bool { return name == reservedEvent || name == reservedEventJSON }

func reserved(name string, e *Event, c Context) insertion {
	switch name {
	case reservedRuleARN:
		return insertion{found: true, isString: true, text: c.RuleARN}
	case reservedRuleName:
		return insertion{found: true, isString: true, text: c.RuleName}
	case reservedIngestion:
		return insertion{found: true, isString: true, text: c.IngestionTime.UTC().Format("2006-01-02T15:04:05.000Z")}
	case reservedEvent:
		return insertion{found: true, json: eventSummary(e)}
	default:
		return insertion{found: true, json: e.Compact()}
	}
}

// eventSummary is the value of aws.events.event: the envelope without the
// detail, with one key renamed and the time in milliseconds since 1970. The
// documentation calls it the event as JSON; this is what the service sends.
func eventSummary(e *Event) []byte {
	dst := []byte{'{'}
	for n, key := range []string{"id", "account", "detail-type", "time", "source", "region", "resources", "version"} {
		if n > 0 {
			dst = append(dst, ',')
		}
		i, ok := e.doc.member(0, key)
		switch {
		case key == "detail-type":
			dst = append(dst, `"detailType":`...)
		default:
			dst = append(appendQuoted(dst, key), ':')
		}
		switch {
		case !ok:
			dst = append(dst, "null"...)
		case key == "time":
			dst = append(dst, epochMillis(e.doc.text(i))...)
		default:
			dst = e.doc.appendCompact(dst, i)
		}
	}
	return append(dst, '}')
}

func epochMillis(text string) string {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return "null"
	}
	return strconv.FormatInt(t.UnixMilli(), 10)
}
