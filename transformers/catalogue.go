package transformers

import (
	"slices"

	"github.com/notifygen/notifygen/schema"
)

// Catalogue lists the destination types, sorted by type. A new destination is
// one file that declares it, and one line here.
var Catalogue = []*Destination{
	dingtalk,
	slack,
	slackWorkflow,
	webhookSite,
}

// ByType gives the declaration of a type, or nil.
func ByType(name string) *Destination {
	i := slices.IndexFunc(Catalogue, func(d *Destination) bool { return d.Type == name })
	if i < 0 {
		return nil
	}
	return Catalogue[i]
}

// Objects gives the declared keys of every type.
func Objects() []*schema.Object {
	var objects []*schema.Object
	for _, d := range Catalogue {
		objects = append(objects, d.Object())
	}
	return objects
}
