package expect

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/eventbridge"
	"github.com/notifygen/notifygen/schema"
	"github.com/notifygen/notifygen/simulate"
)

// LoadEvents reads the events of all tests. PutEvents entries come in at the
// account and Region of the first stack.
func (f *File) LoadEvents(set *cloudformation.Set, ds *diag.List) {
	l := loader{file: f, ds: ds, read: map[string][]byte{}, origin: simulate.Origin{Now: f.Now}}
	if set != nil {
		l.origin.Account, l.origin.Region = set.Stacks[0].Account(), set.Stacks[0].Region()
	}
	for _, t := range f.Tests {
		if t.event != nil {
			l.test(t)
		}
	}
}

type loader struct {
	file   *File
	ds     *diag.List
	origin simulate.Origin
	read   map[string][]byte // event files
}

func (l *loader) test(t *Test) {
	if t.file == "" && t.event.IsScalar() {
		return // of a kind that is no event, which has been said
	}
	var src []byte
	var at func(offset int) diag.Pos
	if t.file != "" {
		if src = l.open(t); src == nil {
			return
		}
		at = func(offset int) diag.Pos { return position(t.file, src, offset) }
	} else {
		j := t.event.JSON(l.ds, nil)
		src, at = j.Text, j.PosAt
	}
	var err error
	if t.incoming, err = simulate.ReadEvents(src, l.origin); err != nil {
		l.refuse(t, at, err)
		return
	}
	if t.with == nil || t.with.Kind != schema.Map {
		return
	}
	for i := range t.incoming {
		if in := &t.incoming[i]; in.Event != nil {
			merged, err := eventbridge.ParseEvent(merge([]byte(in.Event.JSON()), t.with, l.ds))
			if err != nil {
				l.refuse(t, func(int) diag.Pos { return t.with.Pos }, err)
				return
			}
			in.Event = merged
		}
	}
}

// open reads an event file once.
func (l *loader) open(t *Test) []byte {
	src, done := l.read[t.file]
	if !done || src == nil { // what is missing is missing for every test
		src = ReadFile(Path{t.file, t.event.Pos}, l.ds)
		l.read[t.file] = src
	}
	return src
}

// ReadFile reads a file that a test file names; where it cannot, it reports so,
// with the name of a file that nearly has its name, and gives nil.
func ReadFile(p Path, ds *diag.List) []byte {
	info, err := os.Stat(p.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		d := ds.Report(p.Pos, diag.UnreadableFile, "there is no file %s", schema.Quote(p.Path)).WithHint("paths are relative to the test file")
		if near := neighbour(p.Path); near != "" {
			d.WithHint("did you mean %s?", near)
		}
		return nil
	case err == nil && !info.Mode().IsRegular(): // a pipe or a device may never end
		ds.Report(p.Pos, diag.UnreadableFile, "%s is a directory, or no file at all", schema.Quote(p.Path)).WithHint("name a file")
		return nil
	case err == nil:
		var src []byte
		if src, err = os.ReadFile(p.Path); err == nil {
			return src // never nil
		}
	}
	ds.Report(p.Pos, diag.UnreadableFile, "%s cannot be read", schema.Quote(p.Path)).WithHint("look at its permissions")
	return nil
}

// neighbour is a file in the same directory whose name is nearly the same.
func neighbour(path string) string {
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return ""
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return diag.Suggest(filepath.Base(path), names)
}

func (l *loader) refuse(t *Test, at func(int) diag.Pos, err error) {
	pos, reason := at(0), err.Error()
	var syntax *eventbridge.SyntaxError
	if errors.As(err, &syntax) {
		pos, reason = at(syntax.Offset), syntax.Reason
	}
	d := l.ds.Report(pos, diag.BadEvent, "this is no event: %s", reason).
		WithHint("an event is a JSON object as EventBridge delivers it, or a PutEvents entry")
	if pos.File != l.file.Path {
		d.WithNote(t.event.Pos, "the test %s plays it", schema.Quote(t.Name))
	}
}

// position is that of an offset in a text.
func position(file string, src []byte, offset int) diag.Pos {
	pos := diag.Pos{File: file, Line: 1, Col: 1}
	for _, r := range string(src[:min(offset, len(src))]) {
		if pos.Col++; r == '\n' {
			pos.Line, pos.Col = pos.Line+1, 1
		}
	}
	return pos
}
