package cloudformation

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/schema"
)

// Resource is a resource that a stack creates.
type Resource struct {
	ID         string // logical
	Type       string
	Pos        diag.Pos
	Stack      *Stack
	properties *schema.Node
	condition  *schema.Node
	metadata   *schema.Node // what notifygen wrote there
	name       string
	naming     bool // the name is being resolved
}

// Property gives a property with its functions evaluated, nil where there is none.
func (r *Resource) Property(name string) *schema.Node {
	return r.Stack.Resolve(r.properties.Get(name))
}

// Metadata gives what notifygen wrote about a resource, such as the Source in the
// file that it was compiled from, "" in templates of others.
func (r *Resource) Metadata(key string) string {
	if n := r.metadata.Get(key); n != nil && n.Kind == schema.String {
		return n.Text
	}
	return ""
}

// Shallow gives a property of which only the outermost function is evaluated.
func (r *Resource) Shallow(name string) *schema.Node {
	return r.Stack.Shallow(r.properties.Get(name))
}

// Text gives a property that is a single value, "" where there is none.
func (r *Resource) Text(name string) string {
	if n := r.properties.Get(name); n != nil {
		return r.Stack.ResolveText(n)
	}
	return ""
}

// PropertyPos is where a property stands, or the resource where there is none.
func (r *Resource) PropertyPos(name string) diag.Pos {
	if n := r.properties.Get(name); n != nil {
		return n.Pos
	}
	return r.Pos
}

// Named tells whether the template gives the resource its physical name.
func (r *Resource) Named() bool {
	d, ok := resourceTypes[r.Type]
	return ok && r.properties.Has(d.name)
}

// Name gives the physical name: the template's, or one of the form that
// CloudFormation makes up, STACK-LOGICALID-RANDOM, the random part of which is
// always the same here.
func (r *Resource) Name() string {
	if r.name != "" {
		return r.name
	}
	made := madeUpName(r.Stack.Name, r.ID)
	if r.naming {
		r.Stack.unresolved(r.Pos, r.ID, "the name of %s depends on itself", schema.Quote(r.ID))
		return made
	}
	r.naming = true
	defer func() { r.naming = false }()
	if d, ok := resourceTypes[r.Type]; ok && d.name != "" {
		if given := r.Text(d.name); given != "" {
			r.name = given
			return given
		}
		if r.Text("FifoQueue") == "true" || r.Text("FifoTopic") == "true" {
			made += ".fifo" // FIFO queues and topics must be called so
		}
	}
	if r.Type == "AWS::S3::Bucket" {
		made = strings.ToLower(made)
	}
	r.name = made
	return made
}

// maxMadeUpName keeps names that CloudFormation makes up valid for every type:
// it shortens them as well.
const maxMadeUpName = 64

func madeUpName(stack, id string) string {
	random := strings.ToUpper(digest(stack + "/" + id)[:12])
	most := (maxMadeUpName - len(random) - len("--.fifo")) / 2
	return stack[:min(len(stack), most)] + "-" + id[:min(len(id), most)] + "-" + random
}

// Ref is what {"Ref": …} gives.
func (r *Resource) Ref() (string, bool) {
	d, ok := resourceTypes[r.Type]
	if !ok || d.ref == "" {
		return "", false
	}
	return r.fill(d.ref), true
}

// Attribute is what Fn::GetAtt gives.
func (r *Resource) Attribute(name string) (string, bool) {
	form, ok := resourceTypes[r.Type].attributes[name]
	if !ok {
		return "", false
	}
	return r.fill(form), true
}

// fill replaces the braces of a form in resourceTypes.
func (r *Resource) fill(form string) string {
	s := r.Stack
	var b strings.Builder
	for {
		before, after, found := strings.Cut(form, "{")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		name, rest, _ := strings.Cut(after, "}")
		switch name {
		case "name":
			b.WriteString(r.Name())
		case "region":
			b.WriteString(s.Region())
		case "account":
			b.WriteString(s.Account())
		case "partition":
			b.WriteString(s.Partition())
		case "suffix":
			b.WriteString(s.urlSuffix())
		case "uuid":
			b.WriteString(uuid(s.Name + "/" + r.ID))
		case "random":
			b.WriteString(digest(s.Name + "/" + r.ID)[:6])
		case "bus|", "bus/":
			if bus := r.bus(); bus != "default" {
				b.WriteString(bus + name[3:])
			}
		case "machine":
			b.WriteString(r.machine())
		default: // a property
			if whole, ok := strings.CutPrefix(name, "="); ok {
				b.WriteString(r.Text(whole))
			} else {
				b.WriteString(lastPart(r.Text(name)))
			}
		}
		form = rest
	}
}

// machine is the name of the state machine whose versions an alias leads to.
func (r *Resource) machine() string {
	version := r.Property("DeploymentPreference").Get("StateMachineVersionArn")
	if routes := r.Property("RoutingConfiguration"); version == nil && routes != nil && len(routes.Items) > 0 {
		version = routes.Items[0].Get("StateMachineVersionArn")
	}
	parts := strings.Split(scalarText(version), ":") // arn:aws:states:region:account:stateMachine:name:version
	if len(parts) < 7 {
		return lastPart(scalarText(version))
	}
	return parts[6]
}

// bus is the name of the event bus of a rule, whose property is a name or an ARN.
func (r *Resource) bus() string {
	bus := r.Text("EventBusName")
	if bus == "" {
		return "default"
	}
	if i := strings.Index(bus, ":event-bus/"); i >= 0 {
		return bus[i+len(":event-bus/"):]
	}
	return bus
}

// lastPart is the name in an ARN, or the name that it already is.
func lastPart(s string) string { return s[strings.LastIndexAny(s, ":/")+1:] }

func digest(of string) string {
	sum := sha256.Sum256([]byte(of))
	return hex.EncodeToString(sum[:])
}

// uuid gives an identifier of the usual form that is always the same.
func uuid(of string) string {
	d := digest(of)
	return d[:8] + "-" + d[8:12] + "-4" + d[13:16] + "-8" + d[17:20] + "-" + d[20:32]
}
