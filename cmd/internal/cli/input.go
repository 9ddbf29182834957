package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/notifygen/notifygen/eventbridge"
)

// readFile reads a file that a flag names, - for standard input.
func (o *options) readFile(flag, file string) ([]byte, error) {
	if file == "-" {
		if o.stdinUsed {
			return nil, withHint("name a file for one of them", "standard input can be read once only, --%s wants it too", flag)
		}
		o.stdinUsed = true
		return io.ReadAll(o.In)
	}
	src, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, withHint("name the file with --"+flag+" FILE", "there is no file %s", file)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read the file: %w", err)
	}
	return src, nil
}

// readJSON reads a flag that is JSON itself, or a file with it.
func (o *options) readJSON(flag, value string) ([]byte, error) {
	trimmed := strings.TrimSpace(value)
	if trimmed == "" {
		return nil, withHint("give a file, - for standard input, or the JSON itself", "--%s is missing", flag)
	}
	if strings.IndexByte(`{["`, trimmed[0]) >= 0 || json.Valid([]byte(trimmed)) {
		return []byte(value), nil
	}
	return o.readFile(flag, value)
}

// readEvent reads one event.
func (o *options) readEvent(value string) (*eventbridge.Event, error) {
	src, err := o.readJSON("event", value)
	if err != nil {
		return nil, err
	}
	e, err := eventbridge.ParseEvent([]byte(strings.TrimPrefix(string(src), "\ufeff")))
	if err != nil {
		return nil, withHint("an event is a JSON object", "cannot read the event: %w", err)
	}
	return e, nil
}

// assignments reads flags of the form NAME=VALUE. Values are not repeated in
// messages: they may be secrets.
func assignments(flag string, list []string) (map[string]string, error) {
	m := make(map[string]string, len(list))
	for _, item := range list {
		name, value, ok := strings.Cut(item, "=")
		if !ok || name == "" {
			return nil, withHint("write --"+flag+" NAME=VALUE", "a --%s is not of the form NAME=VALUE", flag)
		}
		m[name] = value
	}
	return m, nil
}
