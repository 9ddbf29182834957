package expect

import "github.com/notifygen/notifygen/simulate"

// pairing assigns deliveries to expectations: each to one at most.
type pairing struct {
	expected []*Delivery
	got      []simulate.Delivery
	// differences of each expectation and delivery, nil where the delivery is
	// not the one that is meant.
	differences [][][]Failure
	pairOf      []int // of each delivery, the expectation; -1 for none
}

func pair(expected []*Delivery, got []simulate.Delivery) *pairing {
	p := &pairing{expected: expected, got: got}
	passing := simulate.OnTheWay(got)
	for _, e := range expected {
		row := make([][]Failure, len(got))
		for j, d := range got {
			if e.selects(d) && (!passing[j] || e.names(d)) {
				row[j] = append([]Failure{}, e.differences(d, false)...)
			}
		}
		p.differences = append(p.differences, row)
	}
	p.assign()
	return p
}

// assign meets as many expectations as can be.
func (p *pairing) assign() {
	p.pairOf = make([]int, len(p.got))
	for j := range p.got {
		p.pairOf[j] = -1
	}
	for i := range p.expected {
		p.augment(i, make([]bool, len(p.got)))
	}
}

func (p *pairing) fits(i, j int) bool {
	return p.differences[i][j] != nil && len(p.differences[i][j]) == 0
}

// augment finds a delivery for an expectation, moving others where it must, so
// that as many as possible are met
// (https://en.wikipedia.org/wiki/Hopcroft%E2%80%93Karp_algorithm#Augmenting_paths).
func (p *pairing) augment(i int, tried []bool) bool {
	for j := range p.got {
		if !p.fits(i, j) || tried[j] {
			continue
		}
		tried[j] = true
		if p.pairOf[j] < 0 || p.augment(p.pairOf[j], tried) {
			p.pairOf[j] = i
			return true
		}
	}
	return false
}

// met tells for each expectation whether a delivery is all it wants.
func (p *pairing) met() []bool {
	met := make([]bool, len(p.expected))
	for _, i := range p.pairOf {
		if i >= 0 {
			met[i] = true
		}
	}
	return met
}

// nearest pairs an expectation that is not met with the delivery that was
// meant and differs least, of those nobody else has; -1 for none.
func (p *pairing) nearest(i int) int {
	best := -1
	for j := range p.got {
		if p.pairOf[j] < 0 && p.differences[i][j] != nil && (best < 0 || len(p.differences[i][j]) < len(p.differences[i][best])) {
			best = j
		}
	}
	if best >= 0 {
		p.pairOf[best] = i
	}
	return best
}
