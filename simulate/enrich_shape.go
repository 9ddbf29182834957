package simulate

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/schema"
)

// shape is what a part of a recorded reply is. Members that no shape names are
// left out: APIs grow, and nobody here reads them.
type shape struct {
	kind     schema.Kind // String, List or Map
	instant  bool        // a time: seconds since 1970 on the wire, a text as the AWS CLI prints it
	elem     *shape      // of a List, or of every member of a Map
	members  map[string]*shape
	required string // member
}

var (
	wireText = &shape{kind: schema.String}
	wireTime = &shape{kind: schema.String, instant: true}
)

func wireList(elem *shape) *shape { return &shape{kind: schema.List, elem: elem} }

// wireObject is an object with members that are texts, and others.
func wireObject(required, texts string, others map[string]*shape) *shape {
	s := &shape{kind: schema.Map, required: required, members: map[string]*shape{}}
	for name := range strings.FieldsSeq(required + " " + texts) {
		s.members[name] = wireText
	}
	for name, other := range others {
		s.members[name] = other
	}
	return s
}

// supportCase is what DescribeCases tells of a case
// (https://docs.aws.amazon.com/awssupport/latest/APIReference/API_CaseDetails.html).
var supportCase = wireObject("caseId", "displayId subject status serviceCode categoryCode severityCode submittedBy timeCreated language", map[string]*shape{
	"recentCommunications": wireObject("", "nextToken", map[string]*shape{
		"communications": wireList(wireObject("", "caseId body submittedBy timeCreated", nil)),
	}),
})

// eventDetails is what DescribeEventDetails, and its form for organizations, tell
// of an event
// (https://docs.aws.amazon.com/health/latest/APIReference/API_OrganizationEventDetails.html).
var eventDetails = wireObject("event", "awsAccountId", map[string]*shape{
	"event": wireObject("arn", "service eventTypeCode eventTypeCategory region availabilityZone statusCode eventScopeCode actionability",
		map[string]*shape{"startTime": wireTime, "endTime": wireTime, "lastUpdatedTime": wireTime}),
	"eventDescription": wireObject("", "latestDescription", nil),
	"eventMetadata":    {kind: schema.Map, elem: wireText},
})

var (
	failedEvents = wireList(wireObject("eventArn", "awsAccountId errorName errorMessage", nil))
	// affectedEntity: https://docs.aws.amazon.com/health/latest/APIReference/API_AffectedEntity.html
	affectedEntity = wireObject("", "entityArn eventArn entityValue entityUrl awsAccountId statusCode", map[string]*shape{"lastUpdatedTime": wireTime})
)

// read makes of a node what goes over the wire. What is not of the shape is
// reported, and left out.
func (s *shape) read(n *schema.Node, name string, ds *diag.List) any {
	wrong := func(want, hint string) any {
		ds.Report(n.Pos, diag.WrongType, "%s must be %s, not %s", name, want, n.Kind).WithHint("%s", hint)
		return nil
	}
	const asPrinted = "write it as the API answers, or as the AWS CLI prints it"
	switch {
	case s.instant:
		return readInstant(n, name, ds)
	case s.kind == schema.String && n.Kind == schema.String:
		return n.Text
	case s.kind == schema.String && n.IsScalar():
		return wrong("a text", "put it in quotes")
	case s.kind == schema.String:
		return wrong("a text", asPrinted)
	case s.kind == schema.List:
		if n.Kind != schema.List {
			return wrong("a list", asPrinted)
		}
		list := []any{}
		for _, item := range n.Items {
			if v := s.elem.read(item, "an element of "+name, ds); v != nil {
				list = append(list, v)
			}
		}
		return list
	case n.Kind != schema.Map:
		return wrong("an object", asPrinted)
	}
	object := map[string]any{}
	for _, f := range n.Fields {
		member := s.elem
		if s.members != nil {
			member = s.members[f.Key]
		}
		if member == nil || f.Value.Kind == schema.Null {
			continue
		}
		if v := member.read(f.Value, "`"+f.Key+"`", ds); v != nil {
			object[f.Key] = v
		}
	}
	if s.required != "" && !n.Has(s.required) {
		ds.Report(n.Pos, diag.MissingKey, "%s has no `%s`, by which it is found", name, s.required).WithHint("%s", asPrinted)
	}
	return object
}

func readInstant(n *schema.Node, name string, ds *diag.List) any {
	switch n.Kind {
	case schema.Int, schema.Float:
		if seconds, err := strconv.ParseFloat(n.Text, 64); err == nil && math.Abs(seconds) < 1e11 {
			return seconds
		}
	case schema.String:
		if at, err := time.Parse(time.RFC3339, n.Text); err == nil {
			return float64(at.UnixMilli()) / 1000
		}
	}
	ds.Report(n.Pos, diag.BadValue, "%s is no time", name).WithHint("write seconds since 1970, or a text such as 2026-03-02T10:15:30Z")
	return nil
}
