package stacks_test

import (
	"fmt"
	"os/exec"
	"testing"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/plan"
	"github.com/notifygen/notifygen/stacks"
)

// generated gives a file with so many routes, as test/bench writes it.
func generated(tb testing.TB, routes int) []byte {
	tb.Helper()
	src, err := exec.Command("go", "run", "../test/bench/generate", "-routes", fmt.Sprint(routes)).Output()
	if err != nil {
		tb.Fatal(err)
	}
	return src
}

func BenchmarkCompile(b *testing.B) {
	for _, routes := range []int{1, 100, 1000, 10000} {
		b.Run(fmt.Sprintf("routes=%d", routes), func(b *testing.B) {
			src := generated(b, routes)
			b.ReportAllocs()
			for b.Loop() {
				c := stacks.CompileFile("notifygen.yaml", src, plan.Options{})
				if !c.OK() {
					b.Fatal(c.Diagnostics[0])
				}
				for _, s := range c.Stacks {
					cloudformation.JSON(s.Template)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/float64(routes), "µs/route")
		})
	}
}
