package simulate

import (
	"fmt"
	"strings"

	"github.com/notifygen/notifygen/contract"
)

// Line is the enrichment in a line.
func (e *Enrichment) Line() string {
	var words []string
	for _, r := range e.Receives {
		words = append(words, callWords(r.Calls)...)
		if r.Error != "" {
			words = append(words, r.Error)
		}
		if r.HiddenSeconds > 0 {
			words = append(words, fmt.Sprintf("back in the queue for %g s", r.HiddenSeconds))
		}
	}
	switch {
	case e.Outcome != contract.Delivered:
		words = append(words, e.Outcome)
	case e.Missing != "":
		words = append(words, "delivered, facts are missing ("+e.Missing+")")
	default:
		words = append(words, "enriched")
	}
	return "enricher " + e.Function + ": " + strings.Join(words, " → ")
}

// callWords are calls in a few words each. The attempts that the client makes of
// one are counted.
func callWords(calls []APICall) []string {
	var words []string
	for i := 0; i < len(calls); {
		same := 1
		for i+same < len(calls) && calls[i+same] == calls[i] {
			same++
		}
		_, operation, _ := strings.Cut(calls[i].Operation, ":")
		answer := calls[i].Error
		if answer == "" {
			answer = "ok"
		}
		if same > 1 && calls[i].Error != "" {
			answer += fmt.Sprintf(" ×%d", same)
		}
		words = append(words, operation, answer)
		i += same
	}
	return words
}

// note tells how an event came to be, "" where all went well at once.
func (e *Enrichment) note() string {
	var words []string
	if n := len(e.Receives); n > 1 {
		words = append(words, fmt.Sprintf("received %d times, the last time after %g s", n, e.Seconds))
	}
	if e.Missing != "" {
		words = append(words, "facts are missing: "+e.Missing)
	}
	return strings.Join(words, "; ")
}
