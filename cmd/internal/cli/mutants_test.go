package cli

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/examples"
	"github.com/notifygen/notifygen/plan"
	"github.com/notifygen/notifygen/stacks"
)

// mutants are ways to break a state machine such that AWS takes it and it no longer
// knows whether its message arrived.
var mutants = map[string]func(states map[string]any){
	"none": func(map[string]any) {},
	"the Choice is deleted": func(states map[string]any) {
		delete(states, "Accepted?")
		redirect(states, "Accepted?", "Pace")
	},
	"whatever is not accepted passes": func(states map[string]any) {
		states["Accepted?"].(map[string]any)["Default"] = "Pace"
	},
	"every reply is accepted": func(states map[string]any) {
		states["Accepted?"].(map[string]any)["Choices"].([]any)[0].(map[string]any)["Condition"] = "{% true %}"
	},
	"nothing is tried again": func(states map[string]any) {
		choice := states["Accepted?"].(map[string]any)
		choice["Choices"] = choice["Choices"].([]any)[:1]
	},
}

// redirect changes where a state goes, in its catchers too.
func redirect(v any, from, to string) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			redirect(item, from, to)
		}
	case map[string]any:
		for key, value := range v {
			if (key == "Next" || key == "Default") && value == from {
				v[key] = to
			}
			redirect(value, from, to)
		}
	}
}

// prune deletes the states that nothing leads to.
func prune(definition map[string]any) {
	states := definition["States"].(map[string]any)
	for {
		reached := map[string]bool{definition["StartAt"].(string): true}
		var walk func(any)
		walk = func(v any) {
			switch v := v.(type) {
			case []any:
				for _, item := range v {
					walk(item)
				}
			case map[string]any:
				for key, value := range v {
					if next, ok := value.(string); ok && (key == "Next" || key == "Default") {
						reached[next] = true
					}
					walk(value)
				}
			}
		}
		walk(states)
		before := len(states)
		maps.DeleteFunc(states, func(name string, _ any) bool { return !reached[name] })
		if len(states) == before {
			return
		}
	}
}

// TestExamplesKillMutants: the tests of the verified examples fail where the state
// machine of the template no longer reads the replies.
func TestExamplesKillMutants(t *testing.T) {
	for _, example := range []string{"slack-verified", "health-to-dingtalk-signed"} {
		src, err := examples.File(example)
		if err != nil {
			t.Fatal(err)
		}
		compiled := stacks.CompileFile("notifygen.yaml", src, plan.Options{})
		if !compiled.OK() || len(compiled.Stacks) != 1 {
			t.Fatal(compiled.Diagnostics)
		}
		for _, mutant := range slices.Sorted(maps.Keys(mutants)) {
			t.Run(example+"/"+mutant, func(t *testing.T) {
				var template map[string]any
				if err := json.Unmarshal(cloudformation.JSON(compiled.Stacks[0].Template), &template); err != nil {
					t.Fatal(err)
				}
				mutated := 0
				for _, r := range template["Resources"].(map[string]any) {
					if r := r.(map[string]any); r["Type"] == "AWS::StepFunctions::StateMachine" {
						definition := r["Properties"].(map[string]any)["Definition"].(map[string]any)
						mutants[mutant](definition["States"].(map[string]any))
						prune(definition)
						mutated++
					}
				}
				if mutated != 1 {
					t.Fatalf("%d state machines", mutated)
				}
				status, out, errs := run("test", mutantDir(t, example, template))
				if strings.Contains(errs, "error") || strings.Contains(out, "not run") {
					t.Fatalf("the mutant does not run\n%s%s", out, errs)
				}
				if want := mutant != "none"; (status == exitFindings) != want || (status == exitFine) == want {
					t.Errorf("status %d\n%s%s", status, out, errs)
				}
			})
		}
	}
}

// mutantDir is a directory with the tests of an example, for a template.
func mutantDir(t *testing.T, example string, template map[string]any) string {
	t.Helper()
	from, to := filepath.Join("..", "..", "..", "examples", example), t.TempDir()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(template)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(to, "template.json"), text, 0o644); err != nil {
		t.Fatal(err)
	}
	tests, err := filepath.Glob(filepath.Join(to, "tests", "*.yaml"))
	if err != nil || len(tests) == 0 {
		t.Fatal("no tests", err)
	}
	for _, file := range tests {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, append([]byte("templates: [../template.json]\n"), src...), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(to, "tests")
}
