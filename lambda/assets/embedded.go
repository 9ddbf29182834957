//go:build lambdas

package assets

import (
	"embed"
	"io/fs"
	"sync"
)

// The zips come from `make lambdas`.
//
//go:embed zips/manifest.json zips/*.zip
var files embed.FS

// Embedded are the functions in this binary.
func Embedded() Set { return embedded() }

var embedded = sync.OnceValue(func() Set {
	zips, err := fs.Sub(files, "zips")
	if err != nil {
		panic(err)
	}
	s, err := read(zips)
	if err != nil {
		panic(err) // the build took zips and manifest from different builds
	}
	return s
})
