// Command notifygen compiles routes that carry AWS events to people.
package main

import (
	"os"
	"runtime/debug"

	"github.com/notifygen/notifygen/cmd/internal/cli"
)

func main() {
	// A compiler that lives for milliseconds need not collect garbage early, and
	// must when a file of ten thousand routes comes near the limit.
	debug.SetGCPercent(400)
	debug.SetMemoryLimit(384 << 20)
	os.Exit(cli.Main(os.Args[1:], cli.Standard()))
}
