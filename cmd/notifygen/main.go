// Command notifygen compiles routes that carry AWS events to people.
package main

import (
	"os"
	"runtime/debug"

	"github.com/notifygen/notifygen/cmd/internal/cli"
)

func main() {
	// A compiler that lives for milliseconds collects no garbage, unless a file
	// of ten thousand routes brings it near the limit.
	debug.SetGCPercent(-1)
	debug.SetMemoryLimit(420 << 20)
	os.Exit(cli.Main(os.Args[1:], cli.Standard()))
}
