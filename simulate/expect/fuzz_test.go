package expect

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/simulate"
)

// FuzzFile reads whatever it is given as a test file and runs what it takes for
// one: it finds mistakes or gives results, and never panics.
func FuzzFile(f *testing.F) {
	for _, dir := range []string{"bad", "failing", "passing"} {
		paths, err := filepath.Glob(filepath.Join("testdata", dir, "*.yaml"))
		if err != nil || len(paths) == 0 {
			f.Fatal("no files", err)
		}
		for _, path := range paths {
			src, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(src)
		}
	}
	template, err := os.ReadFile("testdata/world.template.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		var ds, world diag.List
		file := Read("testdata/x/fuzz.yaml", src, &ds)
		if file == nil {
			if !ds.HasErrors() {
				t.Error("no file, and nothing is found")
			}
			return
		}
		set := cloudformation.Deploy([]*cloudformation.Template{cloudformation.Read("t.yaml", template, &world)}, file.Settings(), &world)
		w := simulate.NewWorld(set, &world)
		file.CheckParameters(set, nil, &ds)
		file.Resolve(w, &ds)
		file.LoadEvents(set, &ds)
		file.LoadFakes(&ds)
		if ds.HasErrors() {
			return
		}
		results, rows := file.Run(Subject{Name: "t", World: w}, nil)
		if len(results) != len(file.Tests) || len(rows) != 5 {
			t.Errorf("%d results, %d rows", len(results), len(rows))
		}
		for _, r := range results {
			for _, failure := range r.Failures {
				if failure.Pos.Line < 1 || failure.Text() == "" {
					t.Errorf("a failure without a place: %+v", failure)
				}
			}
		}
		JUnit([]Result{{File: "f", Tests: results, Diagnostics: ds.Sorted()}})
	})
}
