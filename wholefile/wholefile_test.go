package wholefile_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/notifygen/notifygen/wholefile"
)

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	for _, text := range []string{"one", "another"} {
		if err := wholefile.Write(path, []byte(text)); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != text {
			t.Errorf("%q, %v", got, err)
		}
	}
	if err := wholefile.Write(filepath.Join(dir, "none", "f"), nil); err == nil {
		t.Error("a directory that is not there is written to")
	}
	taken := filepath.Join(dir, "taken")
	if err := os.Mkdir(taken, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := wholefile.Write(taken, []byte("x")); err == nil {
		t.Error("a directory is replaced")
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".notifygen-*")); len(left) != 0 {
		t.Error("left behind:", left)
	}
}
