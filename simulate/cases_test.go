package simulate_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/simulate"
	"github.com/notifygen/notifygen/transformers"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var now = time.Date(2026, 3, 2, 10, 15, 31, 250_000_000, time.UTC)

type settings struct {
	Parameters, Secrets map[string]string
	Bus                 string
	Services            bool              // with the contracts of those that are known
	Example             string            // whose template plays, too
	SSM                 map[string]string // parameters of Systems Manager
	Fakes               map[string]json.RawMessage
}

// load reads all templates of a directory as one set.
func load(t *testing.T, dir string, s settings) (*simulate.World, *cloudformation.Set, *diag.List) {
	t.Helper()
	var ds diag.List
	var templates []*cloudformation.Template
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	if s.Example != "" {
		files = append(files, filepath.Join("..", "examples", "testdata", s.Example+".template.json"))
	}
	for _, file := range files {
		switch filepath.Base(file) {
		case "event.json", "settings.json", "want.txt":
			continue
		}
		template := cloudformation.Read(filepath.Base(file), read(t, file), &ds)
		if template == nil {
			t.Fatal(ds.Sorted())
		}
		templates = append(templates, template)
	}
	set := cloudformation.Deploy(templates, cloudformation.Settings{Parameters: s.Parameters, Secrets: s.Secrets}, &ds)
	return simulate.NewWorld(set, &ds), set, &ds
}

func read(t testing.TB, file string) []byte {
	t.Helper()
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return src
}

func play(t *testing.T, p simulate.Player, src []byte, bus string) []simulate.Delivery {
	t.Helper()
	incoming, err := simulate.ReadEvents(src, simulate.Origin{Now: now, Account: "123456789012", Region: "us-east-1"})
	if err != nil {
		t.Fatal(err)
	}
	var all []simulate.Delivery
	for _, in := range incoming {
		if in.Error != nil {
			all = append(all, simulate.Delivery{Error: in.Error})
			continue
		}
		all = append(all, p.Play(in, bus)...)
	}
	return all
}

// TestCases plays testdata/cases/NAME/event.json through the templates beside
// it and compares deliveries and findings with want.txt.
//
//	go test ./simulate -run TestCases -update
func TestCases(t *testing.T) {
	dirs, err := filepath.Glob(filepath.Join("testdata", "cases", "*"))
	if err != nil || len(dirs) == 0 {
		t.Fatal("no cases", err)
	}
	for _, dir := range dirs {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			var s settings
			src, err := os.ReadFile(filepath.Join(dir, "settings.json"))
			if err == nil {
				err = json.Unmarshal(src, &s)
			}
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				t.Fatal(err)
			}
			w, _, ds := load(t, dir, s)
			var got bytes.Buffer
			enc := json.NewEncoder(&got)
			enc.SetEscapeHTML(false)
			enc.SetIndent("", "  ")
			player := simulate.Player{World: w, Now: now, Parameters: s.SSM, Fakes: &simulate.Fakes{}}
			for api, answers := range s.Fakes {
				player.Fakes.Read(api, "settings.json", answers, ds)
			}
			if s.Services {
				player.Services = transformers.Services()
			}
			for _, d := range play(t, player, read(t, filepath.Join(dir, "event.json")), s.Bus) {
				if err := enc.Encode(d); err != nil {
					t.Fatal(err)
				}
			}
			if err := diag.PrintText(&got, ds.Sorted(), false); err != nil {
				t.Fatal(err)
			}
			for _, secret := range []string{"literal-password", "hush-hush", "with:colon", "plain-text-key", "zZnotifygen", "bGl0ZXJhbC1wYXNzd29yZA"} {
				if strings.Contains(got.String(), secret) {
					t.Errorf("%q shows", secret)
				}
			}
			golden(t, filepath.Join(dir, "want.txt"), got.Bytes())
		})
	}
}

func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want := read(t, path); !bytes.Equal(got, want) {
		t.Errorf("%s differs; -update rewrites it\ngot:\n%s\nwant:\n%s", path, got, want)
	}
}
