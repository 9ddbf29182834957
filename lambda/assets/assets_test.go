package assets

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// write lays a directory out with one function and a manifest of it.
func write(t *testing.T, change func(*Entry)) string {
	t.Helper()
	dir, zip := t.TempDir(), []byte("a zip")
	entry := Entry{File: FileName("signer", Digest(zip)), SHA256: Digest(zip), Bytes: len(zip)}
	if err := os.WriteFile(filepath.Join(dir, entry.File), zip, 0o644); err != nil {
		t.Fatal(err)
	}
	change(&entry)
	text, err := json.Marshal(Manifest{Go: "go1.26", Functions: map[string]Entry{"signer": entry}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, ManifestFile), text, 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestFromDir(t *testing.T) {
	set, err := FromDir(write(t, func(*Entry) {}))
	if err != nil {
		t.Fatal(err)
	}
	a, ok := set.Get("signer")
	if !ok || a.Name != "signer" || string(a.Zip) != "a zip" || a.Hash != Digest(a.Zip) || a.File != "signer-"+a.Hash[:16]+".zip" {
		t.Errorf("%+v", a)
	}
	if _, ok := set.Get("enricher"); ok {
		t.Error("a function that is not there")
	}
}

func TestBadDirs(t *testing.T) {
	empty := t.TempDir()
	broken := t.TempDir()
	if err := os.WriteFile(filepath.Join(broken, ManifestFile), []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	for want, dir := range map[string]string{
		"no such file":                       filepath.Join(empty, "none"),
		"there is no manifest.json":          empty,
		"manifest.json":                      broken,
		"is not a directory":                 filepath.Join(broken, ManifestFile),
		"is not the file that manifest.json": write(t, func(e *Entry) { e.SHA256 = Digest([]byte("another")) }),
		"open none.zip":                      write(t, func(e *Entry) { e.File = "none.zip" }),
		"invalid argument":                   write(t, func(e *Entry) { e.File = "../../etc/passwd" }),
	} {
		if set, err := FromDir(dir); err == nil || !strings.Contains(err.Error(), want) || len(set.Names()) > 0 {
			t.Errorf("%v, want: %s", err, want)
		}
	}
}
