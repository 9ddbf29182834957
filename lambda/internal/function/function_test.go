package function

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

func TestSettings(t *testing.T) {
	t.Setenv("D", "90s")
	t.Setenv("N", "7")
	t.Setenv("B", "true")
	t.Setenv("AWS_REGION", "eu-west-1")
	var s Settings
	if s.Duration("D", 0, 0, time.Hour) != 90*time.Second || s.Int("N", 0, 1, 9) != 7 || !s.Bool("B") || s.Region() != "eu-west-1" ||
		s.Duration("NONE", time.Minute, 0, time.Hour) != time.Minute || s.Int("NONE", 3, 1, 9) != 3 || s.Bool("NONE") || s.Err() != nil {
		t.Error(s.Err())
	}
	t.Setenv("B", "TRUE")
	t.Setenv("AWS_REGION", "")
	s.Duration("D", 0, 0, time.Minute)
	s.Duration("N", 0, 0, time.Minute)
	s.Int("N", 0, 1, 6)
	s.Int("D", 0, 1, 6)
	s.Bool("B")
	s.Region()
	if err := s.Err(); err == nil || strings.Count(err.Error(), "\n") != 5 {
		t.Error(err)
	}
}

func TestEarly(t *testing.T) {
	for given, want := range map[time.Duration]time.Duration{30 * time.Second: 27 * time.Second, 2 * time.Second: 1500 * time.Millisecond, 300 * time.Millisecond: -200 * time.Millisecond} {
		ctx, cancel := context.WithTimeout(context.Background(), given)
		defer cancel()
		shorter, cancelShorter := early(ctx)
		defer cancelShorter()
		deadline, _ := shorter.Deadline()
		if left := time.Until(deadline); left > want || left < want-200*time.Millisecond {
			t.Errorf("of %s %s are left, want %s", given, left, want)
		}
	}
	ctx, cancel := early(context.Background())
	defer cancel()
	if _, ok := ctx.Deadline(); ok {
		t.Error("a deadline out of nothing")
	}
}

type named struct{}

func (named) Error() string { return "" }

func TestName(t *testing.T) {
	for err, want := range map[error]string{named{}: "named", &named{}: "named", errors.New("x"): "errorString"} {
		if got := Name(err); got != want {
			t.Errorf("%T: %s", err, got)
		}
	}
}
