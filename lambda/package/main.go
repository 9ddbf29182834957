// Command package builds the Lambda functions and zips them for package
// lambda/assets, at the root of the module:
//
//	go run ./lambda/package -out lambda/assets/zips
//
// The same source and the same release of Go give the same bytes on every machine
// and in every directory, so that an unchanged function is never deployed again.
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/notifygen/notifygen/lambda/internal/pack"
)

func main() {
	out := flag.String("out", "lambda/assets/zips", "directory for the zips and their manifest")
	flag.Parse()
	if err := run(*out); err != nil {
		fmt.Fprintln(os.Stderr, "package:", err)
		os.Exit(1)
	}
}

func run(out string) error {
	zips, err := pack.Build(".")
	if err != nil {
		return err
	}
	if err := pack.Write(out, zips); err != nil {
		return err
	}
	for _, z := range zips {
		fmt.Printf("%s  %.1f MB, bootstrap %.1f MB\n", z.File, float64(len(z.Zip))/1e6, float64(z.BootstrapBytes)/1e6)
	}
	return nil
}
