// Package parallel spreads independent work over the processors.
package parallel

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// Do calls f for 0 to n-1, several at a time, and returns when all are done. A
// panic in f is raised again where Do was called.
func Do(n int, f func(i int)) {
	var next atomic.Int64
	var group sync.WaitGroup
	var raised atomic.Value
	for range min(n, runtime.GOMAXPROCS(0)) {
		group.Go(func() {
			defer func() {
				if r := recover(); r != nil {
					raised.CompareAndSwap(nil, &r)
				}
			}()
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				f(i)
			}
		})
	}
	group.Wait()
	if r, ok := raised.Load().(*any); ok {
		panic(*r)
	}
}
