package pack

import (
	"archive/zip"
	"bytes"
	"debug/elf"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/notifygen/notifygen/lambda/assets"
)

const module = "../../.."

// Another directory, an empty build cache and the settings of another developer
// give the same bytes.
func TestReproducible(t *testing.T) {
	here, err := Function(module, "signer")
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := filepath.Join(t.TempDir(), "another place", "src")
	for _, name := range []string{"go.mod", "go.sum", "lambda"} {
		from, to := filepath.Join(module, name), filepath.Join(elsewhere, name)
		if name == "lambda" {
			err = os.CopyFS(to, os.DirFS(from))
		} else {
			err = copyFile(from, to)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	// A commit must not get into the binary either.
	git := exec.Command("git", "-c", "user.name=x", "-c", "user.email=x", "init", "--quiet", elsewhere)
	if out, err := git.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for name, value := range map[string]string{
		"GOCACHE": t.TempDir(), "GOFLAGS": "-tags=x -race -buildvcs=true", "GOARM64": "v9.0", "GOOS": "windows", "GOARCH": "386",
		"CGO_ENABLED": "1", "TZ": "Asia/Tokyo", "GODEBUG": "http2client=0",
	} {
		t.Setenv(name, value)
	}
	there, err := Function(elsewhere, "signer")
	if err != nil {
		t.Fatal(err)
	}
	if here.File != there.File || !bytes.Equal(here.Zip, there.Zip) {
		t.Errorf("%s here, %s elsewhere", here.File, there.File)
	}
}

func copyFile(from, to string) error {
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	return os.WriteFile(to, content, 0o644)
}

func TestZips(t *testing.T) {
	zips, err := Build(module)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	old := filepath.Join(dir, "signer-0123456789abcdef.zip")
	theirs := filepath.Join(dir, "signer-notes.zip")
	for _, file := range []string{old, theirs} {
		if err := os.WriteFile(file, []byte("x"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := Write(dir, zips); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(old); !os.IsNotExist(err) {
		t.Error("the zip of an earlier build is still there")
	}
	if _, err := os.Stat(theirs); err != nil {
		t.Error("a file that is not ours is gone")
	}
	set, err := assets.FromDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if names := fmt.Sprint(set.Names()); names != fmt.Sprint(Functions) {
		t.Error(names)
	}
	wd, err := filepath.Abs(module)
	if err != nil {
		t.Fatal(err)
	}
	for _, z := range zips {
		asset, ok := set.Get(z.Name)
		if !ok || asset.File != z.File || !bytes.Equal(asset.Zip, z.Zip) {
			t.Errorf("%s is not what was written", z.Name)
		}
		files, err := zip.NewReader(bytes.NewReader(z.Zip), int64(len(z.Zip)))
		if err != nil {
			t.Fatal(err)
		}
		if len(files.File) != 1 || files.File[0].Name != "bootstrap" || files.File[0].Mode() != 0o755 || !files.File[0].Modified.Equal(time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)) {
			t.Errorf("%s holds %+v", z.Name, files.File[0].FileHeader)
		}
		content, err := files.File[0].Open()
		if err != nil {
			t.Fatal(err)
		}
		binary, err := io.ReadAll(content)
		if err != nil {
			t.Fatal(err)
		}
		program, err := elf.NewFile(bytes.NewReader(binary))
		if err != nil {
			t.Fatal(err)
		}
		if libraries, _ := program.ImportedLibraries(); program.Machine != elf.EM_AARCH64 || len(libraries) > 0 {
			t.Errorf("%s is for %s and needs %v", z.Name, program.Machine, libraries)
		}
		if bytes.Contains(binary, []byte(wd)) {
			t.Errorf("%s holds the path of this machine", z.Name)
		}
		if len(binary) != z.BootstrapBytes || len(binary) > 10_000_000 || len(z.Zip) > 4_000_000 {
			t.Errorf("%s has grown: %d bytes, zipped %d", z.Name, len(binary), len(z.Zip))
		}
	}
}

func TestBuildFails(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module x\n\ngo 1.26\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Build(dir); err == nil || !strings.Contains(err.Error(), "building enricher") {
		t.Error(err)
	}
}
