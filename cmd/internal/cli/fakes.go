package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/simulate"
)

// fakeFlag adds the flag that gives recorded answers of APIs.
func fakeFlag(cmd *cobra.Command, into *[]string) {
	cmd.Flags().StringArrayVar(into, "fake", nil, "support=FILE or health=FILE: recorded answers of the API, in JSON, with which the enricher runs")
}

// fakeHint tells how the recorded answer of an operation is given.
func fakeHint(operation string) string {
	api, name, _ := strings.Cut(operation, ":")
	return fmt.Sprintf("--fake %s=FILE gives recorded answers of %s, with which the enricher runs; there is none of %s", api, apiTitles[api], name)
}

var apiTitles = map[string]string{"health": "AWS Health", "support": "AWS Support"}

// readFakes reads the files of --fake.
func (o *options) readFakes(list []string) (*simulate.Fakes, error) {
	out := &simulate.Fakes{}
	var ds diag.List
	for _, item := range list {
		api, file, ok := strings.Cut(item, "=")
		if !ok || file == "" {
			return nil, withHint("write --fake support=FILE or --fake health=FILE", "--fake %s names no file", item)
		}
		if known := simulate.FakeAPIs(); !slices.Contains(known, api) {
			return nil, unknownName("API", api, known)
		}
		if _, err := os.Stat(file); file != "-" && errors.Is(err, fs.ErrNotExist) {
			return nil, withHint("name a file with recorded answers: --fake "+api+"=FILE", "there is no file %s", file)
		}
		src, err := o.readFile("fake", file)
		if err != nil {
			return nil, err
		}
		if file == "-" {
			file = stdinName
		}
		out.Read(api, file, src, &ds)
	}
	if found := ds.Sorted(); len(found) > 0 {
		var lines []string
		for _, d := range found {
			lines = append(lines, d.Pos.String()+": "+d.Message)
		}
		return nil, withHint(found[0].Hint, "%s", strings.Join(lines, "\nnotifygen: "))
	}
	return out, nil
}
