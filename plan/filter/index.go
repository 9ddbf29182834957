package filter

import "strings"

// Signature is a field and a string that every event of the filter has there,
// the rarest that can be told without knowing other filters: the deepest field
// with one literal. It is "" where there is none.
func (f *Filter) Signature() string {
	best, depth := "", -1
	if len(f.alternatives) != 1 {
		return ""
	}
	for _, l := range f.alternatives[0] {
		values, ok := l.set.literalStrings()
		if ok && len(values) == 1 && values[0] != "" && strings.Count(l.path, ".") >= depth {
			best, depth = signature(l.path, values[0]), strings.Count(l.path, ".")
		}
	}
	return best
}

func signature(path, value string) string { return path + "=" + value }

// Signatures are the signatures that a filter containing this one could have.
func (f *Filter) Signatures() []string {
	out := []string{""}
	if len(f.alternatives) == 0 {
		return out
	}
	for _, l := range f.alternatives[0] {
		values, _ := l.set.literalStrings()
		for _, v := range values {
			out = append(out, signature(l.path, v))
		}
	}
	return out
}

// AbsentPaths gives the paths that the filter wants absent.
func (f *Filter) AbsentPaths() []string {
	var out []string
	for _, c := range f.alternatives {
		for _, l := range c {
			if l.set.missing {
				out = append(out, l.path)
			}
		}
	}
	return out
}

// AsksInside tells whether the filter asks of a field inside a list other than
// the given one.
func (f *Filter) AsksInside(list, other string) bool {
	for _, c := range f.alternatives {
		if othersInside(c, other, list) {
			return true
		}
	}
	return false
}
