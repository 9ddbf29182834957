// Command generate prints docs/diagnostics.md from the catalogue of codes.
package main

import (
	"fmt"
	"strings"

	"github.com/notifygen/notifygen/diag"
)

func main() {
	var b strings.Builder
	b.WriteString("# Diagnostics\n\nEvery finding carries a code in brackets. This page is printed from the declarations by `make docs`.\n" +
		"An error stops the compiler; a warning or an info does not.\n")
	for _, g := range diag.Catalogue {
		fmt.Fprintf(&b, "\n## %s\n\n| code | severity | cause | cure |\n| --- | --- | --- | --- |\n", g.Title)
		for _, d := range g.Codes {
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", d.Code, d.Severity, cell(d.Cause), cell(d.Cure))
		}
	}
	fmt.Print(b.String())
}

func cell(s string) string { return strings.ReplaceAll(s, "|", "\\|") }
