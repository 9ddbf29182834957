package parallel

import (
	"sync/atomic"
	"testing"
)

func TestDo(t *testing.T) {
	for _, n := range []int{0, 1, 2, 1000} {
		done := make([]int, n)
		Do(n, func(i int) { done[i]++ })
		for i, times := range done {
			if times != 1 {
				t.Fatalf("%d of %d was done %d times", i, n, times)
			}
		}
	}
}

func TestPanicsReachTheCaller(t *testing.T) {
	var calls atomic.Int64
	defer func() {
		if r := recover(); r != "boom" {
			t.Errorf("recovered %v", r)
		}
	}()
	Do(100, func(i int) {
		calls.Add(1)
		if i == 3 {
			panic("boom")
		}
	})
	t.Error("no panic")
}
