package cloudformation

import (
	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/schema"
)

// outputs are those of the stack, the ones that loops make included.
func (s *Stack) outputs() []schema.Field {
	if !s.outputsRead {
		s.outputsRead = true
		if n := s.unrolled(s.Template.Root.Get("Outputs")); n != nil {
			s.outputFields = n.Fields
		}
	}
	return s.outputFields
}

// importValue looks for the export in all stacks of the set.
func (s *Stack) importValue(pos diag.Pos, arg *schema.Node) *schema.Node {
	name := s.ResolveText(arg)
	for _, other := range s.set.Stacks {
		for _, f := range other.outputs() {
			export := f.Value.Get("Export").Get("Name")
			if export == nil || other.ResolveText(export) != name {
				continue
			}
			if c := f.Value.Get("Condition"); c != nil && !other.condition(c) {
				continue
			}
			other.depth += s.depth // imports in a circle must end as well
			v := other.Resolve(f.Value.Get("Value"))
			other.depth -= s.depth
			return v
		}
	}
	return s.unresolved(pos, "import:"+name, "none of the templates exports %s", schema.Quote(name))
}
