package cli

import (
	"errors"
	"fmt"
	"io"

	"github.com/notifygen/notifygen/contract"
	"github.com/notifygen/notifygen/transformers"
)

// failures reads the instructions of --fail.
func failures(list []string) (*contract.Failures, error) {
	f := contract.NewFailures(transformers.Services())
	for _, text := range list {
		err := f.Instruct(text)
		var wrong *contract.UsageError
		if errors.As(err, &wrong) {
			return nil, withHint(wrong.Hint, "--fail: %w", err)
		}
		if err != nil {
			return nil, err
		}
	}
	return f, nil
}

// tellUnused tells of failures that no request met: another service may be meant,
// or the route is not taken.
func tellUnused(w io.Writer, unused []string) {
	for _, text := range unused {
		fmt.Fprintf(w, "notifygen: --fail %s did not happen: no such request is sent\n", text)
	}
}
