package simulate

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/contract"
	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/schema"
	"github.com/notifygen/notifygen/stepfunctions"
)

// machine is a state machine that a pipe starts.
type machine struct {
	name, arn, role string
	destination     string // that notifygen compiled it for, "" for machines of others
	definition      *stepfunctions.Machine
	// Why there is no definition: AWS would refuse it, or it is not played here.
	refused, unplayed string
	standard          bool                  // no Express one
	secrets           map[string]signSecret // that it names, by their ids
	endpoints         []string              // of its HTTP tasks
}

// machineTypes are the types of state machines, with the properties that hold the
// type and the role; a definition has the same names in both
// (https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-statemachine.html).
var machineTypes = map[string]struct{ kind, role string }{
	"AWS::StepFunctions::StateMachine": {"StateMachineType", "RoleArn"},
	"AWS::Serverless::StateMachine":    {"Type", "Role"},
}

// machineOf reads the state machine of an ARN, nil where the templates do not
// hold it.
func (w *World) machineOf(arn string) *machine {
	if known, done := w.machines[arn]; done {
		return known
	}
	w.machines[arn] = nil
	for kind := range machineTypes {
		w.each(kind, func(r *cloudformation.Resource) {
			if own, ok := r.Attribute("Arn"); ok && own == arn {
				w.machines[arn] = w.readMachine(r, arn)
			}
		})
	}
	return w.machines[arn]
}

func (w *World) readMachine(r *cloudformation.Resource, arn string) *machine {
	properties := machineTypes[r.Type]
	m := &machine{name: r.Name(), arn: arn, role: r.Text(properties.role), destination: r.Metadata("Destination"), secrets: map[string]signSecret{}}
	if kind := r.Text(properties.kind); kind != "EXPRESS" {
		m.standard = kind == "STANDARD" || kind == ""
		m.unplayed = "it is no Express state machine"
		return m
	}
	text, at := w.definition(r)
	if text == nil {
		m.unplayed = "its definition is not in the template"
		return m
	}
	definition, findings := stepfunctions.Parse(text)
	all := func(codes ...string) bool {
		return !slices.ContainsFunc(findings, func(f stepfunctions.Finding) bool { return !slices.Contains(codes, f.Code) })
	}
	switch {
	case len(findings) == 0:
		m.definition = definition
		w.readSignSecrets(m, text)
	case unknownARN(string(text)) && all(stepfunctions.CodeBadValue, stepfunctions.CodeUnsupported): // which is reported
		m.unplayed = "a value in its definition is not known"
	case all(stepfunctions.CodeUnsupported) && m.destination == "": // others may well use what is not known here
		m.unplayed = w.Hide(fmt.Sprintf("its definition, at %s", findings[0]))
	default:
		m.refused = w.Hide(findings[0].Error())
		for _, f := range findings {
			w.ds.Report(at(f.Path), diag.RefusedTarget, "the state machine %s cannot run: %s", schema.Quote(w.Hide(m.name)), w.Hide(f.Error())).
				WithHint("https://docs.aws.amazon.com/step-functions/latest/dg/concepts-amazon-states-language.html")
		}
	}
	return m
}

// definition is that of a state machine, with its substitutions, and what finds
// the place of a JSON pointer in it; nil where the template does not hold it
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-stepfunctions-statemachine.html).
func (w *World) definition(r *cloudformation.Resource) (text []byte, at func(pointer string) diag.Pos) {
	var pairs []string
	if values := r.Property("DefinitionSubstitutions"); values != nil {
		for _, f := range values.Fields {
			pairs = append(pairs, "${"+f.Key+"}", word(f.Value))
		}
	}
	values := strings.NewReplacer(pairs...)
	if n := r.Property("DefinitionString"); n != nil {
		return []byte(values.Replace(word(n))), func(string) diag.Pos { return n.Pos }
	}
	n := r.Property("Definition")
	if n == nil {
		return nil, nil
	}
	if pairs != nil {
		n = substituted(n, values)
	}
	return n.JSON(w.ds, nil).Text, func(pointer string) diag.Pos { return posOf(n, pointer) }
}

// substituted is a copy of a definition with the values of its substitutions.
func substituted(n *schema.Node, values *strings.Replacer) *schema.Node {
	out := *n
	if n.Kind == schema.String {
		out.Text = values.Replace(n.Text)
	}
	out.Items, out.Fields = slices.Clone(n.Items), slices.Clone(n.Fields)
	for i := range out.Items {
		out.Items[i] = substituted(out.Items[i], values)
	}
	for i := range out.Fields {
		out.Fields[i].Value = substituted(out.Fields[i].Value, values)
	}
	return &out
}

// posOf is the place that a JSON pointer leads to, or of the last that is there
// on its way.
func posOf(n *schema.Node, pointer string) diag.Pos {
	for _, key := range strings.Split(pointer, "/")[1:] {
		next := n.Get(strings.NewReplacer("~1", "/", "~0", "~").Replace(key))
		if i, err := strconv.Atoi(key); err == nil && n.Kind == schema.List && i < len(n.Items) {
			next = n.Items[i]
		}
		if next == nil {
			break
		}
		n = next
	}
	return n.Pos
}

// signSecret is what a signer reads. The text holds marks where it is not to be
// shown.
type signSecret struct {
	text string
	key  string // of a JSON secret whose value for it is the text; "" for the whole
}

// readSignSecrets finds the secrets that the tasks of a definition ask for.
func (w *World) readSignSecrets(m *machine, definition []byte) {
	var tasks struct {
		States map[string]struct {
			Arguments struct {
				Payload     json.RawMessage
				ApiEndpoint string
			}
		}
	}
	if json.Unmarshal(definition, &tasks) != nil {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(tasks.States)) {
		if endpoint := tasks.States[name].Arguments.ApiEndpoint; endpoint != "" {
			m.endpoints = append(m.endpoints, endpoint)
		}
		var asked struct{ SecretID, SecretKey string }
		if json.Unmarshal(tasks.States[name].Arguments.Payload, &asked) == nil && asked.SecretID != "" {
			m.secrets[asked.SecretID] = w.signSecret(asked.SecretID, asked.SecretKey)
		}
	}
}

// signSecret is the secret of an id: that of the templates, else one that exists
// before and that only the user can give.
func (w *World) signSecret(id, key string) signSecret {
	var found *signSecret
	w.each("AWS::SecretsManager::Secret", func(r *cloudformation.Resource) {
		if arn, ok := r.Ref(); !ok || arn != id && r.Name() != id {
			return
		}
		c := connectionReader{w.set.Secrets, r.ID}
		text := r.Text("SecretString")
		if text == "" { // made by Secrets Manager
			found = &signSecret{w.set.Secrets.Opaque(r.Name(), id), key}
			return
		}
		found = &signSecret{text: c.hidden(text, r.ID+".SecretString")}
	})
	if found != nil {
		return *found
	}
	ids := []string{id}
	if parts := strings.Split(id, ":"); len(parts) == 7 && parts[0] == "arn" {
		ids = []string{parts[6], id}
	}
	var names []string
	if key != "" {
		for _, id := range ids {
			names = append(names, id+":"+key)
		}
	}
	return signSecret{w.set.Secrets.Opaque(append(names, ids...)...), key}
}

// madeUp is a secret that nobody here knows.
const madeUp = "made up by notifygen"

// plain is the secret to sign with.
func (s signSecret) plain(w *World) string {
	return w.set.Secrets.RevealOr(s.text, madeUp)
}

// value is the secret as the signer reads it.
func (s signSecret) value(w *World) string {
	text := s.plain(w)
	if s.key == "" {
		return text
	}
	return string(cloudformation.Compact(cloudformation.NewObject(s.key, text)))
}

// SignSecrets gives the secrets that requests to a service are signed with, those of
// its robots; none where some requests are not signed, and where one is not known.
func (w *World) SignSecrets(services []*contract.Service, service string) (secrets []string) {
	to := func(endpoint string) bool {
		s := contract.Find(services, w.Hide(endpoint))
		return s != nil && s.Name == service
	}
	for _, d := range w.destinations {
		if to(d.Endpoint) {
			return nil
		}
	}
	for _, m := range w.machines {
		if m == nil || !slices.ContainsFunc(m.endpoints, to) {
			continue
		}
		if len(m.secrets) == 0 {
			return nil
		}
		for _, s := range m.secrets {
			text := w.set.Secrets.Reveal(s.text)
			if w.set.Secrets.Holds(text) {
				return nil
			}
			secrets = append(secrets, text)
		}
	}
	slices.Sort(secrets)
	return slices.Compact(secrets)
}

// isSigner tells whether a function is the signer that notifygen brings.
func isSigner(r *cloudformation.Resource) bool {
	return r.Metadata("Function") == "signer"
}

// readSigners finds the functions that can be run here.
func (w *World) readSigners() {
	w.each("AWS::Lambda::Function", func(r *cloudformation.Resource) {
		if arn, ok := r.Attribute("Arn"); ok && isSigner(r) {
			w.signers[arn], w.signers[r.Name()] = true, true
		}
	})
}
