package pack

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/notifygen/notifygen/lambda/assets"
)

// Write puts zips and their manifest into a directory, and removes the zips of
// earlier builds from it.
func Write(dir string, zips []Zip) error {
	version, err := exec.Command("go", "env", "GOVERSION").Output()
	if err != nil {
		return fmt.Errorf("asking for the release of Go: %w", err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := clean(dir); err != nil {
		return err
	}
	m := assets.Manifest{Go: strings.TrimSpace(string(version)), Functions: map[string]assets.Entry{}}
	for _, z := range zips {
		if err := os.WriteFile(filepath.Join(dir, z.File), z.Zip, 0o644); err != nil {
			return err
		}
		m.Functions[z.Name] = assets.Entry{File: z.File, SHA256: z.Hash, Bytes: len(z.Zip), BootstrapBytes: z.BootstrapBytes}
	}
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, assets.ManifestFile), append(text, '\n'), 0o644)
}

var ours = regexp.MustCompile(`^(?:` + strings.Join(Functions, "|") + `)-[0-9a-f]{16}\.zip$`)

func clean(dir string) error {
	files, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, f := range files {
		if ours.MatchString(f.Name()) {
			if err := os.Remove(filepath.Join(dir, f.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}
