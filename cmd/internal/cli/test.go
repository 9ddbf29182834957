package cli

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/notifygen/notifygen/parallel"
	"github.com/notifygen/notifygen/simulate/expect"
)

func newTest(o *options) *cobra.Command {
	var t testOptions
	cmd := &cobra.Command{
		Use:   "test [PATH…]",
		Short: "Run files of expectations: which event causes which requests",
		Long: "Runs test files (docs/tests.md has every key) and prints one line a test, then what differs. Nothing is sent.\n" +
			"A PATH is a test file, or a directory: of that, every YAML file in a directory `tests` and every *.test.yaml is run,\n" +
			"at any depth. Without a PATH, those in `tests` beside the file of -f.\n" +
			"Secrets show as ***, in expectations too, but for those of which a test file gives test values under `secrets:`.\n" +
			"It may also hold what services answer instead of what suits the request (`fail:`), parameters of Systems Manager\n" +
			"(`ssm:`) and recorded answers of APIs (`fakes:`), which come from --fake for all files that have none.\n" +
			"Exit status 1 where a test fails or a file has an error, 2 where there is no test file.",
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			t.paths, t.fileGiven = args, cmd.Flag("file").Changed
			if t.watch {
				return runWatch(o, t)
			}
			_, err := o.test(t)
			return err
		},
	}
	cmd.Flags().StringVar(&t.junit, "junit", "", "also write a JUnit report to this file")
	fakeFlag(cmd, &t.fakes)
	cmd.Flags().BoolVar(&t.coverage, "coverage", false, "also show which routes, cases and destinations the tests reach")
	cmd.Flags().BoolVar(&t.watch, "watch", false, "run again whenever a test file, or a file that one uses, changes; Ctrl-C ends it")
	return cmd
}

type testOptions struct {
	paths, fakes    []string
	junit           string
	coverage, watch bool
	fileGiven       bool // -f is on the command line
}

// standardFile is the file of routes where nobody names one.
const standardFile = "notifygen.yaml"

// find gives the test files: those named, or those beside the file of routes.
func (t testOptions) find(file string) ([]string, error) {
	if len(t.paths) > 0 {
		return findTests(t.paths)
	}
	beside := filepath.Join(filepath.Dir(file), "tests")
	if _, err := os.Stat(beside); errors.Is(err, os.ErrNotExist) {
		return nil, withHint("write test files into it (docs/tests.md has every key), or name them", "there is no directory %s", beside)
	}
	return findTests([]string{beside})
}

// test runs all test files once and prints the results. It also gives the files
// that these depend on, as far as it came.
func (o *options) test(t testOptions) (uses []string, err error) {
	files, err := t.find(o.file)
	if err != nil {
		return nil, err
	}
	recorded, err := o.readFakes(t.fakes)
	if err != nil {
		return files, err
	}
	runs := make([]testFile, len(files))
	for i, path := range files {
		runs[i].path, runs[i].fakes = path, recorded
	}
	for _, given := range t.fakes {
		if _, file, _ := strings.Cut(given, "="); file != "-" {
			uses = append(uses, file)
		}
	}
	if t.fileGiven {
		// A file that is not there is a mistake on the command line, not in a test.
		name, src, err := o.read()
		if err != nil {
			return files, err
		}
		uses = append(uses, o.file)
		for i := range runs {
			runs[i].routes, runs[i].source = name, src
		}
	}
	results := make([]expect.Result, len(files))
	errs := make([]error, len(files))
	parallel.Do(len(files), func(i int) { results[i], errs[i] = runs[i].run() })
	for _, r := range runs {
		uses = append(uses, r.uses...)
	}
	if err := errors.Join(errs...); err != nil {
		return uses, err
	}
	if err := o.printTests(results, t.coverage); err != nil {
		return uses, err
	}
	if t.junit != "" {
		if err := writeWhole(t.junit, expect.JUnit(results)); err != nil {
			return uses, err
		}
	}
	for _, r := range results {
		if r.Failed() {
			return uses, findingsError{}
		}
	}
	return uses, nil
}
