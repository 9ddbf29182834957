package function

import (
	"context"
	"errors"
	"testing"
	"time"
)

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
