package cdkapp_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"sync"

	"github.com/notifygen/notifygen/lambda/assets"
)

// content stands for the zip of a function: notifygen never looks into one.
func content(name string) []byte { return []byte("the zip of " + name) }

// hash is what a function's asset is known by.
func hash(name string) string { return assets.Digest(content(name)) }

// zips is a directory as `make lambdas` writes it.
var zips = sync.OnceValue(func() string {
	dir, err := os.MkdirTemp("", "notifygen-zips-*")
	if err != nil {
		panic(err)
	}
	cleanup = append(cleanup, func() { os.RemoveAll(dir) })
	writeZips(dir, map[string][]byte{"signer": content("signer"), "enricher": content("enricher")})
	return dir
})

func writeZips(dir string, functions map[string][]byte) {
	m := assets.Manifest{Go: "go1.26", Functions: map[string]assets.Entry{}}
	err := os.MkdirAll(dir, 0o755)
	for name, zip := range functions {
		entry := assets.Entry{File: assets.FileName(name, assets.Digest(zip)), SHA256: assets.Digest(zip), Bytes: len(zip)}
		m.Functions[name] = entry
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, entry.File), zip, 0o644)
		}
	}
	text, jsonErr := json.Marshal(m)
	if err == nil {
		err = jsonErr
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, assets.ManifestFile), text, 0o644)
	}
	if err != nil {
		panic(err)
	}
}
