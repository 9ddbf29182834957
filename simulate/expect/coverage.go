package expect

import (
	"cmp"
	"path/filepath"
	"slices"

	"github.com/notifygen/notifygen/simulate"
)

// Covered is one target of a rule, with the tests that caused a delivery to it.
type Covered struct {
	Subject string `json:"subject"`
	// Route and Case are those of the file of routes; of templates of others,
	// Route is the name of the rule.
	Route       string `json:"route"`
	Case        string `json:"case"`
	Destination string `json:"destination"`
	Rule        string `json:"rule"`
	// Source is the file and line of the route or variant.
	Source string `json:"source"`
	Tests  int    `json:"tests"`
	key    [3]string
}

// cover counts for one file of tests.
type cover struct {
	rows []Covered
	at   map[*simulate.Target]int
}

// newCover lists what can be delivered. A disabled rule delivers nothing, and what
// was compiled from a source only leads to the routes.
func newCover(s Subject) *cover {
	c := &cover{at: map[*simulate.Target]int{}}
	for _, r := range s.World.Rules {
		if r.Disabled || r.Compiled.EventSource != "" {
			continue
		}
		for _, t := range r.Targets {
			row := Covered{
				Subject: s.Name, Route: r.Compiled.Route, Case: r.Compiled.Case, Destination: t.ID, Rule: r.Name,
				Source: filepath.Join(s.Dir, r.Compiled.Source), key: [3]string{r.Stack, r.ID, t.ID},
			}
			if row.Route == "" {
				row.Route, row.Source = r.Name, r.Pos.String()
			}
			c.at[t] = len(c.rows)
			c.rows = append(c.rows, row)
		}
	}
	return c
}

// Uncovered is what tests that could not be run might have reached.
func Uncovered(s Subject) []Covered { return newCover(s).rows }

// add counts the targets that one test reached, each once.
func (c *cover) add(deliveries []simulate.Delivery) {
	seen := map[int]bool{}
	for _, d := range deliveries {
		_, target := d.Cause()
		if i, ok := c.at[target]; ok && !seen[i] {
			seen[i] = true
			c.rows[i].Tests++
		}
	}
}

// Coverage is what the tests of several files reach together.
type Coverage struct {
	Covered int `json:"covered"`
	Total   int `json:"total"`
	// Percent is rounded down: 100 means all.
	Percent    int       `json:"percent"`
	Deliveries []Covered `json:"deliveries"`
}

// Cover adds up the coverage of several files: by what they test, in the order
// of its rules.
func Cover(results []Result) Coverage {
	out := Coverage{Deliveries: []Covered{}}
	type place struct {
		subject string
		key     [3]string
	}
	at := map[place]int{}
	for _, r := range results {
		for _, row := range r.Covered {
			p := place{row.Subject, row.key}
			if i, known := at[p]; known {
				out.Deliveries[i].Tests += row.Tests
				continue
			}
			at[p] = len(out.Deliveries)
			out.Deliveries = append(out.Deliveries, row)
		}
	}
	slices.SortStableFunc(out.Deliveries, func(a, b Covered) int {
		return cmp.Compare(a.Subject, b.Subject)
	})
	for _, row := range out.Deliveries {
		out.Total++
		if row.Tests > 0 {
			out.Covered++
		}
	}
	if out.Total > 0 {
		out.Percent = out.Covered * 100 / out.Total
	}
	return out
}
