// Command notifygen compiles routes that carry AWS events to people.
package main

import (
	"os"

	"github.com/notifygen/notifygen/cmd/internal/cli"
)

func main() { os.Exit(cli.Main(os.Args[1:], cli.Standard())) }
