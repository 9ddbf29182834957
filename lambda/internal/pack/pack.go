// Package pack builds the Lambda functions and zips them, the same bytes
// everywhere.
package pack

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/notifygen/notifygen/lambda/assets"
)

// Functions are the names of the functions, which are directories of lambda.
var Functions = []string{"enricher", "signer"}

// Zip is a built function.
type Zip struct {
	assets.Asset
	BootstrapBytes int
}

// epoch is the time of the files in a zip: the earliest that the format knows.
var epoch = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

// Build builds and zips all functions of the module in a directory.
func Build(module string) ([]Zip, error) {
	var zips []Zip
	for _, name := range Functions {
		zip, err := Function(module, name)
		if err != nil {
			return nil, err
		}
		zips = append(zips, zip)
	}
	return zips, nil
}

// Function builds one function for arm64 and zips it.
func Function(module, name string) (Zip, error) {
	bootstrap, err := Bootstrap(module, name, "arm64")
	if err != nil {
		return Zip{}, err
	}
	compressed, err := compress(bootstrap)
	if err != nil {
		return Zip{}, err
	}
	digest := assets.Digest(compressed)
	return Zip{assets.Asset{Name: name, File: assets.FileName(name, digest), Hash: digest, Zip: compressed}, len(bootstrap)}, nil
}

// Bootstrap builds one function for Linux on an architecture, with the go command
// of the PATH. Nothing of the machine gets into the binary: no paths, no version
// control, no build ID, no settings of the developer.
func Bootstrap(module, name, arch string) ([]byte, error) {
	dir, err := os.MkdirTemp("", "notifygen-lambda-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "bootstrap")
	build := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w -buildid=", "-tags=lambda.norpc", "-o", file, "./lambda/"+name)
	build.Dir = module
	build.Env = environment(arch)
	if output, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("building %s: %w\n%s", name, err, output)
	}
	return os.ReadFile(file)
}

// pinned are the settings that change what the compiler writes.
var pinned = []string{"GOOS", "GOARCH", "GOARM64", "GOAMD64", "CGO_ENABLED", "GOFLAGS", "GOEXPERIMENT", "GOFIPS140", "GOWORK", "GODEBUG"}

func environment(arch string) []string {
	env := slices.DeleteFunc(os.Environ(), func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		return slices.Contains(pinned, name)
	})
	return append(env, "GOOS=linux", "GOARCH="+arch, "GOARM64=v8.0", "GOAMD64=v1", "CGO_ENABLED=0", "GOFLAGS=-mod=readonly", "GOEXPERIMENT=", "GOFIPS140=off", "GOWORK=off", "GODEBUG=")
}

// compress makes the zip of a custom runtime: one executable file, bootstrap
// (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html).
func compress(bootstrap []byte) ([]byte, error) {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	w.RegisterCompressor(zip.Deflate, func(to io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(to, flate.BestCompression)
	})
	header := &zip.FileHeader{Name: "bootstrap", Method: zip.Deflate, Modified: epoch}
	header.SetMode(0o755)
	file, err := w.CreateHeader(header)
	if err != nil {
		return nil, err
	}
	if _, err := file.Write(bootstrap); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
