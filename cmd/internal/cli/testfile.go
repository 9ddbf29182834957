package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/plan"
	"github.com/notifygen/notifygen/simulate"
	"github.com/notifygen/notifygen/simulate/expect"
	"github.com/notifygen/notifygen/stacks"
	"github.com/notifygen/notifygen/transformers"
)

// testFile is the run of one test file.
type testFile struct {
	path string
	// routes is the file of -f where it is on the command line, with its text.
	routes string
	source []byte
	// fakes are the recorded answers of --fake.
	fakes *simulate.Fakes
	// uses are the files that the result depends on, also those that are not there.
	uses []string
}

// subject is what a file tests.
type subject struct {
	name, dir string
	templates []*cloudformation.Template // nil where it cannot be read
	region    string
	findings  []diag.Diagnostic // of the file of routes
	// secrets are the names that the templates have for secrets of the file of routes.
	secrets map[string]string
}

// run reads the file and what it tests, and runs it where nothing is wrong.
func (t *testFile) run() (expect.Result, error) {
	t.uses = append(t.uses, t.path)
	out := expect.Result{File: t.path, Tests: []expect.TestResult{}}
	src, err := os.ReadFile(t.path)
	if err != nil {
		return out, fmt.Errorf("cannot read the test file: %w", err)
	}
	var ds, world diag.List
	f := expect.Read(t.path, src, &ds)
	if f == nil {
		out.Diagnostics = ds.Sorted()
		return out, nil
	}
	t.uses = append(append(t.uses, f.Events...), f.FakeFiles...)
	s := t.subject(f, &ds)
	out.Subject = s.name
	var set *cloudformation.Set
	var w *simulate.World
	if s.templates != nil {
		settings := f.Settings()
		settings.Region = s.region
		settings.Secrets = renamed(settings.Secrets, s.secrets)
		set = cloudformation.Deploy(s.templates, settings, &world)
		w = simulate.NewWorld(set, &world)
		f.CheckParameters(set, s.secrets, &ds)
		f.Resolve(w, &ds)
	}
	f.LoadEvents(set, &ds)
	f.LoadFakes(&ds)
	f.CheckFailures(transformers.Services(), &ds)
	tested := expect.Subject{Name: s.name, World: w, Dir: s.dir, Fakes: t.fakes}
	switch {
	case w == nil:
	case ds.HasErrors():
		out.Covered = expect.Uncovered(tested)
	default:
		out.Tests, out.Covered = f.Run(tested, transformers.Services())
	}
	out.Diagnostics = append([]diag.Diagnostic{}, slices.Concat(s.findings, ds.Sorted(), t.hinted(world.Sorted()))...)
	return out, nil
}

// subject reads what the file tests: the templates it names, or the file of
// routes that it names, that -f names, or that is nearby.
func (t *testFile) subject(f *expect.File, ds *diag.List) subject {
	if f.Templates != nil {
		return t.readTemplates(f.Templates, ds)
	}
	beside, above := filepath.Join(filepath.Dir(t.path), standardFile), filepath.Join(filepath.Dir(t.path), "..", standardFile)
	switch {
	case f.Config.Path != "":
		return t.compile(f.Config, ds)
	case t.routes != "":
		return compiled(t.routes, t.source)
	}
	t.uses = append(t.uses, beside, above)
	for _, path := range []string{beside, above} {
		if src, err := os.ReadFile(path); err == nil {
			return compiled(path, src)
		}
	}
	ds.Report(diag.Pos{File: t.path, Line: 1, Col: 1}, diag.UnreadableFile, "there is no file of routes: neither %s nor %s", beside, above).
		WithHint("name it with `file:`, or with -f")
	return subject{}
}

func (t *testFile) compile(p expect.Path, ds *diag.List) subject {
	t.uses = append(t.uses, p.Path)
	src := expect.ReadFile(p, ds)
	if src == nil {
		return subject{name: p.Path}
	}
	return compiled(p.Path, src)
}

func compiled(path string, src []byte) subject {
	s := subject{name: path, dir: filepath.Dir(path)}
	c := stacks.CompileFile(path, src, plan.Options{})
	s.findings = c.Diagnostics
	if !c.OK() {
		return s
	}
	s.secrets = secretNames(c)
	var ds diag.List
	for _, stack := range c.Stacks {
		s.region = stack.Region
		template := cloudformation.Read(stack.Name+".template.json", cloudformation.JSON(stack.Template), &ds)
		template.Name = stack.Name
		s.templates = append(s.templates, template)
	}
	return s
}

func (t *testFile) readTemplates(paths []expect.Path, ds *diag.List) subject {
	var s subject
	var names []string
	whole := true
	for _, p := range paths {
		t.uses = append(t.uses, p.Path)
		names = append(names, p.Path)
		src := expect.ReadFile(p, ds)
		if src == nil {
			whole = false
			continue
		}
		template := cloudformation.Read(p.Path, src, ds)
		whole = whole && template != nil
		s.templates = append(s.templates, template)
	}
	if s.name = strings.Join(names, ", "); !whole {
		s.templates = nil
	}
	return s
}

// hinted says of parameters without a value where a test gives them.
func (t *testFile) hinted(found []diag.Diagnostic) []diag.Diagnostic {
	for i := range found {
		if found[i].Code == diag.ParameterNotGiven {
			found[i].Hint = "give it under `parameters:` in " + t.path
		}
	}
	return found
}

// findTests gives the test files that paths stand for, each once: the files
// among them, and of directories every YAML file in a directory `tests` and
// every *.test.yaml, at any depth.
func findTests(paths []string) ([]string, error) {
	var files []string
	for _, p := range paths {
		info, err := os.Stat(p)
		if err != nil {
			if errors.Is(err, os.ErrNotExist) {
				return nil, withHint("name a test file or a directory", "there is no file %s", p)
			}
			return nil, fmt.Errorf("cannot read %s: %w", p, err)
		}
		if !info.IsDir() {
			files = append(files, filepath.Clean(p))
			continue
		}
		below, err := testsBelow(p)
		if err != nil {
			return nil, err
		}
		files = append(files, below...)
	}
	seen := map[string]bool{}
	files = slices.DeleteFunc(files, func(f string) bool {
		whole, err := filepath.Abs(f)
		if err != nil {
			whole = f
		}
		again := seen[whole]
		seen[whole] = true
		return again
	})
	if len(files) == 0 {
		return nil, withHint("write one into a directory `tests` beside notifygen.yaml (docs/tests.md has every key), or name a file",
			"there is no test file in %s", strings.Join(paths, ", "))
	}
	return files, nil
}

func testsBelow(root string) ([]string, error) {
	within := isTests(root)
	var files []string
	// The separator follows a root that is a symbolic link; below it, those to
	// directories are not followed.
	err := filepath.WalkDir(filepath.Clean(root)+string(filepath.Separator), func(path string, e os.DirEntry, err error) error {
		path = filepath.Clean(path)
		if err != nil {
			return fmt.Errorf("cannot read the directory: %w", err)
		}
		if e.IsDir() {
			hidden := strings.HasPrefix(e.Name(), ".") || e.Name() == "node_modules" || e.Name() == "cdk.out"
			if hidden && path != filepath.Clean(root) {
				return filepath.SkipDir
			}
			return nil
		}
		rel, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		inTests := within || hasTests(rel)
		for _, ext := range []string{".yaml", ".yml"} {
			if stem, ok := strings.CutSuffix(e.Name(), ext); ok && (inTests || strings.HasSuffix(stem, ".test")) {
				if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
					continue // a pipe may never end, and a directory is none of ours
				}
				files = append(files, path)
			}
		}
		return nil
	})
	return files, err
}

// isTests tells whether a directory is called tests, or is in one as far as the
// path says. What is above the directory that the process runs in does not count.
func isTests(dir string) bool {
	whole, err := filepath.Abs(dir)
	if err != nil {
		return false
	}
	if filepath.IsAbs(dir) {
		dir = ""
		if here, err := os.Getwd(); err == nil {
			if rel, err := filepath.Rel(here, whole); err == nil && filepath.IsLocal(rel) {
				dir = rel
			}
		}
	}
	return filepath.Base(whole) == "tests" || hasTests(dir)
}

func hasTests(path string) bool {
	return slices.Contains(strings.Split(filepath.ToSlash(path), "/"), "tests")
}
