// Package environment reads the settings of a Lambda function from its environment
// variables.
package environment

import (
	"errors"
	"fmt"
	"strconv"
	"time"
)

// Settings reads environment variables and keeps what is wrong with them. An
// unset or empty one has its default.
type Settings struct {
	getenv func(name string) string
	errs   []error
}

// New reads variables with a function such as os.Getenv.
func New(getenv func(name string) string) *Settings { return &Settings{getenv: getenv} }

// Err is everything that is wrong, nil where nothing is.
func (s *Settings) Err() error { return errors.Join(s.errs...) }

// Region is the Region of the function.
func (s *Settings) Region() string {
	region := s.getenv("AWS_REGION")
	if region == "" {
		s.errs = append(s.errs, errors.New("AWS_REGION is not set"))
	}
	return region
}

// Duration is a duration such as 5m.
func (s *Settings) Duration(name string, or, low, high time.Duration) time.Duration {
	return setting(s, name, or, low, high, time.ParseDuration)
}

// Int is a whole number.
func (s *Settings) Int(name string, or, low, high int) int {
	return setting(s, name, or, low, high, strconv.Atoi)
}

// Bool is true or false.
func (s *Settings) Bool(name string) bool {
	switch value := s.getenv(name); value {
	case "", "false":
		return false
	case "true":
		return true
	default:
		s.errs = append(s.errs, fmt.Errorf("%s is %q: it must be true or false", name, value))
		return false
	}
}

func setting[T int | time.Duration](s *Settings, name string, or, low, high T, parse func(string) (T, error)) T {
	text := s.getenv(name)
	if text == "" {
		return or
	}
	value, err := parse(text)
	if err != nil || value < low || value > high {
		s.errs = append(s.errs, fmt.Errorf("%s is %q: it must be from %v to %v", name, text, low, high))
		return or
	}
	return value
}
