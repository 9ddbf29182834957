// Package assets holds the zips of the Lambda functions, each under a name that is
// a digest of its bytes.
//
// They are part of a binary built with `-tags lambdas` after `make lambdas`. One
// that was not has none: [Get] finds nothing, [Embedded] is empty, [Missing] says
// why, and [FromDir] reads them from a directory instead.
package assets

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
)

// Missing is the sentence for a binary without the functions, MissingHint what to
// do about it.
const (
	Missing     = "this notifygen was built without its Lambda functions"
	MissingHint = "run `make lambdas` in the source and give the directory lambda/assets/zips, or use a released binary"
)

// ManifestFile lists the zips of a directory.
const ManifestFile = "manifest.json"

// Asset is a function, zipped.
type Asset struct {
	Name string // signer, enricher
	File string // <name>-<first 16 digits of Hash>.zip: the name for S3
	Hash string // SHA-256 of Zip, in hex
	Zip  []byte
}

// Manifest is the content of ManifestFile.
type Manifest struct {
	Go        string           `json:"go"` // the release that built the functions: another gives other bytes
	Functions map[string]Entry `json:"functions"`
}

// Entry is a function of a manifest.
type Entry struct {
	File           string `json:"file"`
	SHA256         string `json:"sha256"`
	Bytes          int    `json:"bytes"`
	BootstrapBytes int    `json:"bootstrapBytes"` // of the binary in the zip
}

// Set is a set of functions.
type Set struct{ assets map[string]Asset }

// Get is a function by its name.
func (s Set) Get(name string) (Asset, bool) {
	a, ok := s.assets[name]
	return a, ok
}

// Names lists the functions of the set.
func (s Set) Names() []string { return slices.Sorted(maps.Keys(s.assets)) }

// Get is an embedded function by its name.
func Get(name string) (Asset, bool) { return Embedded().Get(name) }

// FromDir reads the functions that `make lambdas` put into a directory. Bytes that
// do not have their digest are an error.
func FromDir(dir string) (Set, error) {
	info, err := os.Stat(dir)
	if err != nil {
		return Set{}, err
	}
	if !info.IsDir() {
		return Set{}, fmt.Errorf("%s is not a directory", dir)
	}
	return read(os.DirFS(dir))
}

func read(files fs.FS) (Set, error) {
	text, err := fs.ReadFile(files, ManifestFile)
	if errors.Is(err, fs.ErrNotExist) {
		return Set{}, fmt.Errorf("there is no %s: this is no directory of Lambda functions", ManifestFile)
	}
	if err != nil {
		return Set{}, err
	}
	var m Manifest
	if err := json.Unmarshal(text, &m); err != nil {
		return Set{}, fmt.Errorf("%s: %w", ManifestFile, err)
	}
	s := Set{map[string]Asset{}}
	for _, name := range slices.Sorted(maps.Keys(m.Functions)) {
		entry := m.Functions[name]
		zip, err := fs.ReadFile(files, entry.File)
		if err != nil {
			return Set{}, err
		}
		hash := Digest(zip)
		if hash != entry.SHA256 || entry.File != FileName(name, hash) {
			return Set{}, fmt.Errorf("%s is not the file that %s describes", entry.File, ManifestFile)
		}
		s.assets[name] = Asset{Name: name, File: entry.File, Hash: hash, Zip: zip}
	}
	return s, nil
}

// Digest is the SHA-256 of a zip, in hex.
func Digest(zip []byte) string {
	sum := sha256.Sum256(zip)
	return hex.EncodeToString(sum[:])
}

// FileName is the name of a function's zip with a digest.
func FileName(name, digest string) string { return name + "-" + digest[:16] + ".zip" }
