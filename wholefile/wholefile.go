// Package wholefile writes files whole or not at all.
package wholefile

import (
	"os"
	"path/filepath"
)

// Write writes a file that everybody may read, in the place of one that is there.
// After an error, that one is as it was.
func Write(path string, content []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".notifygen-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(content)
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Chmod(f.Name(), 0o644)
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	return err
}
