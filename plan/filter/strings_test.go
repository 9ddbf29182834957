package filter

import (
	"strings"
	"testing"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/eventbridge"
)

// words gives every string over an alphabet up to a length.
func words(alphabet string, longest int) []string {
	out := []string{""}
	for from := 0; longest > 0; longest-- {
		to := len(out)
		for _, w := range out[from:to] {
			for _, r := range alphabet {
				out = append(out, w+string(r))
			}
		}
		from = to
	}
	return out
}

// matching tells which of some strings an atom selects, by EventBridge.
func matching(t *testing.T, a atom, events []*eventbridge.Event) []bool {
	t.Helper()
	text := cloudformation.Compact(cloudformation.NewObject("x", cloudformation.List{a.value()}))
	p, err := eventbridge.ParsePattern(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	out := make([]bool, len(events))
	for i, e := range events {
		out[i] = p.Match(e)
	}
	return out
}

func eventsOf(t *testing.T, texts []string) []*eventbridge.Event {
	t.Helper()
	var out []*eventbridge.Event
	for _, w := range texts {
		out = append(out, event(t, string(cloudformation.Compact(cloudformation.NewObject("x", w)))))
	}
	return out
}

// checkPairs compares overlap and subset of all pairs with what EventBridge
// says of a universe. It counts the pairs of which nothing is known.
func checkPairs(t *testing.T, atoms []atom, universe []string) (unknowns, pairs int) {
	t.Helper()
	events := eventsOf(t, universe)
	in := make([][]bool, len(atoms))
	for i, a := range atoms {
		in[i] = matching(t, a, events)
	}
	for i, a := range atoms {
		for j, b := range atoms {
			both, onlyA := -1, -1
			for k := range universe {
				if in[i][k] && in[j][k] {
					both = k
				}
				if in[i][k] && !in[j][k] {
					onlyA = k
				}
			}
			pairs++
			switch overlap(a, b) {
			case unknown:
				unknowns++
			case no:
				if both >= 0 {
					t.Errorf("%s and %s have %q in common", show(a), show(b), universe[both])
				}
			case yes:
				if both < 0 {
					t.Errorf("%s and %s have nothing in common", show(a), show(b))
				}
			}
			switch subset(a, b) {
			case yes:
				if onlyA >= 0 {
					t.Errorf("%s is not within %s: %q", show(a), show(b), universe[onlyA])
				}
			case no:
				if onlyA < 0 {
					t.Errorf("%s is within %s", show(a), show(b))
				}
			}
		}
	}
	return unknowns, pairs
}

func show(a atom) string {
	return string(cloudformation.Compact(cloudformation.List{a.value()}))
}

// TestPairs is exhaustive: strings of two letters in every operator, against
// every string in which one of them could show.
func TestPairs(t *testing.T) {
	var atoms []atom
	for _, w := range words("aB*", 5) {
		if strings.Contains(w, "**") || len(w)-strings.Count(w, "*") > 2 {
			continue
		}
		atoms = append(atoms, atom{kind: wildcard, text: w})
		if strings.Contains(w, "*") {
			continue
		}
		for _, k := range []atomKind{literal, prefix, suffix, ignoreCase} {
			atoms = append(atoms, atom{kind: k, text: w})
		}
		atoms = append(atoms, atom{kind: prefix, text: w, fold: true}, atom{kind: suffix, text: w, fold: true})
	}
	unknowns, pairs := checkPairs(t, atoms, words("aAbBc", 6))
	t.Logf("%d atoms, %d pairs", len(atoms), pairs)
	if unknowns > 0 {
		t.Errorf("%d of %d pairs are unknown; all are decidable", unknowns, pairs)
	}
}

// TestOddPairs has what EventBridge compares in ways of its own: addresses,
// quotes, stars as text, letters beyond ASCII.
func TestOddPairs(t *testing.T) {
	texts := []string{
		"", "a", `"`, `a"`, `"a`, "*", "a*", `\`, "é", "É", "aé", "ß", "SS", "ss", "İ", "i̇", "😀", "??",
		"10.", "192.168.", "10.0.0.1", "010.0.0.1", "10.0.0.2", "10.0.0.256", "1.2.3.4", "::ffff:a00:1", "A00:1::", "a00:1::", "a00:1::7", "a00:2::", "::1", "0:0:0:0:0:0:0:1", ":", "a00::", "2001:db8::1",
	}
	var atoms []atom
	for _, w := range texts {
		atoms = append(atoms, bare(w), atom{kind: literal, text: w}, atom{kind: ignoreCase, text: w}, atom{kind: wildcard, text: escapeWildcard(w)})
		atoms = append(atoms, atom{kind: prefix, text: w}, atom{kind: suffix, text: w}, atom{kind: prefix, text: w, fold: true}, atom{kind: suffix, text: w, fold: true})
	}
	for _, block := range []string{
		"10.0.0.0/8", "10.0.0.0/31", "10.0.0.2/31", "0.0.0.0/0", "10.0.0.0/30", "11.0.0.0/8", "::/0", "a00::/8", "a00::/16", "a00:1::/32", "2001:db8::/32",
		"a00::/12", "::ffff:a00:0/8", "2000::/3",
	} {
		atoms = append(atoms, atom{kind: cidr, text: block})
	}
	universe := append(words(`a"*`, 3), texts...)
	for _, w := range texts {
		universe = append(universe, w+"z", "z"+w, "0"+w, strings.ToUpper(w))
		for _, v := range texts {
			universe = append(universe, w+v, strings.ToUpper(w)+v)
		}
	}
	universe = append(universe, "10.0.0.0", "10.0.0.3", "192.168.0.1", "10.255.255.255", "11.0.0.1", "0.0.0.0", "255.255.255.255", "::", "aff::", "a0f::", "a00:1:0:0:0:0:0:0", "a00:ffff::", "0a00:0001::",
		"::ffff:0a00:0001", "::ffff:102:304", "102:304::", "a00:0:1::", "a00:2::1", "a00:3::", "bff::", "b00::1", "2001:0db8::1", "3fff::", "2001:db8:ffff::", "f00:1::", "0.0.0.1",
		"zé", "aÉ", "aSS", "SSa", "zßz", "x10.0.0.1y", "a1.2.3.4", "ffff::1", "0:0:0:0:0:0:0:01", "2001:DB8::1", "::0001", "1.2.3.04", "ff:1::", ":z:")
	unknowns, pairs := checkPairs(t, atoms, universe)
	t.Logf("%d of %d pairs are unknown", unknowns, pairs)
	if unknowns > pairs/4 {
		t.Errorf("%d of %d pairs are unknown", unknowns, pairs)
	}
}

// TestAddresses pins that an address is read as EventBridge reads it.
func TestAddresses(t *testing.T) {
	for _, text := range []string{
		"10.0.0.1", "010.000.000.001", "0010.0.0.1", "10.0.0.0001", "0000000010.0.0.1", "10.0.0", "10.0.0.1.", "1.2.3.256", "1.2.3.+4", "1_0.0.0.1", "", ".", "...", "1..2.3",
		"::1", "::", "1::", ":1", "1:", ":::", "1::2::3", "::ffff:1.2.3.4", "::ffff:102:304", "fe80::1%eth0", "00001::", "12345::", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8",
		"1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "g::", "::1:2:3:4:5:6:7:8", "0:0:0:0:0:ffff:102:304", "2001:DB8::A", "a b::", "::0", "000000::1",
	} {
		// Another spelling of the same address matches only an address.
		p, err := eventbridge.ParsePattern(cloudformation.Compact(cloudformation.NewObject("x", cloudformation.List{text})))
		if err != nil {
			t.Fatal(err)
		}
		ip, ok := parseAddress(text)
		isOne := false
		for _, other := range []string{"010.0.0.1", "10.0.0.1", "::01", "0::", "01::", "::ffff:0102:0304", "0001::", "01:2:3:4:5:6:7:8", "01:2:3:4:5:6:7:0", "0:2:3:4:5:6:7:8", "2001:0DB8::A"} {
			otherIP, _ := parseAddress(other)
			matches := p.Match(event(t, `{"x":"`+other+`"}`))
			isOne = isOne || matches && other != text
			if matches && other != text && !ok {
				t.Errorf("%q is an address to EventBridge", text)
			}
			if ok && !matches && ip == otherIP {
				t.Errorf("%q is not %q to EventBridge", text, other)
			}
		}
		if ok && !isOne {
			t.Errorf("%q is no address to EventBridge", text)
		}
	}
}
