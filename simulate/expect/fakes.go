package expect

import (
	"slices"

	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/schema"
	"github.com/notifygen/notifygen/simulate"
)

// fakeSources are recorded answers as the file gives them, by API.
type fakeSources struct {
	inline map[string]*schema.Node
	files  map[string]Path
	loaded *simulate.Fakes
}

// fakes reads where recorded answers are, nil where there are none.
func (r *reader) fakes(n *schema.Node) *fakeSources {
	if len(fields(n)) == 0 {
		return nil
	}
	s := &fakeSources{inline: map[string]*schema.Node{}, files: map[string]Path{}}
	for _, f := range fields(n) {
		switch {
		case !slices.Contains(simulate.FakeAPIs(), f.Key): // which has been said
		case f.Value.Kind == schema.String:
			path := r.path(f.Value)
			s.files[f.Key] = path
			if !slices.Contains(r.file.FakeFiles, path.Path) {
				r.file.FakeFiles = append(r.file.FakeFiles, path.Path)
			}
		case f.Value.Kind == schema.Map && len(f.Value.Fields) > 0:
			s.inline[f.Key] = f.Value
		}
	}
	return s
}

// LoadFakes reads the recorded answers of the file and of all its tests.
func (f *File) LoadFakes(ds *diag.List) {
	found := map[string]bool{} // files, whose findings are told once
	f.fakes.load(found, ds)
	for _, t := range f.Tests {
		t.fakes.load(found, ds)
	}
}

func (s *fakeSources) load(told map[string]bool, ds *diag.List) {
	if s == nil {
		return
	}
	s.loaded = &simulate.Fakes{}
	for _, api := range simulate.FakeAPIs() {
		if n := s.inline[api]; n != nil {
			s.loaded.Add(api, n, ds)
			continue
		}
		path, given := s.files[api]
		if !given {
			continue
		}
		into := ds
		if told[path.Path] {
			into = &diag.List{}
		}
		told[path.Path] = true
		if src := ReadFile(path, into); src != nil {
			s.loaded.Read(api, path.Path, src, into)
		}
	}
}

// over are recorded answers with those of the file, or of a test, in place of them.
func (s *fakeSources) over(fakes *simulate.Fakes) *simulate.Fakes {
	if s == nil {
		return fakes
	}
	if fakes == nil {
		return s.loaded
	}
	return fakes.Override(s.loaded)
}
