// Package examples holds the example files, for `notifygen init --example`.
package examples

import (
	"embed"
	"path"
)

//go:embed */notifygen.yaml
var files embed.FS

// Names gives the examples, sorted.
func Names() []string {
	entries, err := files.ReadDir(".")
	if err != nil {
		panic("examples: " + err.Error())
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// File gives the notifygen.yaml of an example.
func File(name string) ([]byte, error) { return files.ReadFile(path.Join(name, "notifygen.yaml")) }
