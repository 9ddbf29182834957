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
	cmd.Flags().StringArrayVar(into, "fake", nil, fakeForm+": recorded answers of the API, in JSON, with which the enricher runs")
}

// fakeForm is what the flag takes.
var fakeForm = strings.Join(simulate.FakeAPIs(), "=FILE or ") + "=FILE"

// missingAnswerHint tells how the recorded answer of an operation is given.
func missingAnswerHint(operation string) string {
	api, name, _ := strings.Cut(operation, ":")
	return fmt.Sprintf("--fake %s=FILE gives recorded answers of the API, with which the enricher runs; there is none of %s", api, name)
}

// readFakes reads the files of --fake.
func (o *options) readFakes(list []string) (*simulate.Fakes, error) {
	out := &simulate.Fakes{}
	var ds diag.List
	for _, item := range list {
		api, file, ok := strings.Cut(item, "=")
		if !ok || file == "" {
			return nil, withHint("write "+fakeForm+" after --fake", "--fake %s names no file", item)
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
		return nil, givenError{found}
	}
	return out, nil
}
