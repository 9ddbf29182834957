package config

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/schema"
)

// Object gives the declaration of the whole file for the given destination types.
func Object(destinations []*schema.Object) *schema.Object { return fileObject(destinations) }

// Load reads a file. The declared destination types give the keys of each. The
// result is nil where the file cannot be read as YAML; otherwise it holds what
// could be understood, and findings tell the rest.
func Load(path string, src []byte, destinations []*schema.Object, ds *diag.List) *File {
	root := schema.Parse(path, src, ds)
	if root == nil {
		return nil
	}
	if root.Kind == schema.Null {
		ds.Report(diag.Pos{File: path, Line: 1, Col: 1}, diag.EmptyFile, "the file is empty").WithHint("notifygen init writes a starter file")
		return nil
	}
	if root.Kind != schema.Map {
		ds.Report(root.Pos, diag.WrongType, "the file must be a mapping with `version`, `name`, `sources`, `destinations` and `routes`, this is %s", root.Kind).
			WithHint("notifygen init writes a starter file")
		return nil
	}
	schema.Check(root, schema.Of(fileObject(destinations)), ds)
	l := loader{
		ds: ds, file: &File{Path: path},
		sourceByName: map[string]*Source{}, destinationByName: map[string]*Destination{},
	}
	l.top(root)
	return l.file
}

type loader struct {
	ds                *diag.List
	file              *File
	sourceByName      map[string]*Source
	destinationByName map[string]*Destination
}

func (l *loader) top(root *schema.Node) {
	f := l.file
	f.Name = text(root.Get("name"))
	if n := root.Get("region"); n != nil {
		f.Region, f.RegionPos = n.Text, n.Pos
	}
	if n := root.Get("description"); n != nil {
		f.Description = text(n)
		if len(f.Description) > maxDescription {
			l.ds.Report(n.Pos, diag.OutOfRange, "the description has %d bytes, CloudFormation allows %d", len(f.Description), maxDescription).WithHint("shorten it")
		}
	}
	f.Retry = retry(root.Get("retry-policy"))
	f.DeadLetterQueue = true
	if n := root.Get("dead-letter-queue"); n.IsFalse() {
		f.DeadLetterQueue, f.DeadLetterPos = false, n.Pos
	}
	f.Alarms = alarms(root.Get("alarms"))
	f.Quotas = quotas(root.Get("quotas"))
	if n := root.Get("route-stacks"); n != nil {
		f.RouteStacks, _ = strconv.Atoi(text(n))
		f.RouteStacksPos = n.Pos
	}
	f.KMSKey = root.Get("kms-key").Scalar()
	f.LogRetention = l.logRetention(root.Get("logs").Get("retention-in-days"))
	l.tags(root.Get("tags"))
	l.parameters(root.Get("parameters"))
	l.secrets(root.Get("secrets"))
	l.sources(root.Get("sources"))
	l.destinations(root.Get("destinations"), f.KMSKey)
	l.routes(root.Get("routes"))
}

func fields(n *schema.Node) []schema.Field {
	if n == nil || n.Kind != schema.Map {
		return nil
	}
	return n.Fields
}

func items(n *schema.Node) []*schema.Node {
	if n == nil || n.Kind != schema.List {
		return nil
	}
	return n.Items
}

func text(n *schema.Node) string {
	if !n.IsScalar() {
		return ""
	}
	return n.Text
}

func retry(n *schema.Node) Retry {
	if n == nil {
		return Retry{}
	}
	return Retry{
		Pos:        n.Pos,
		Attempts:   n.Get("maximum-retry-attempts").Scalar(),
		AgeSeconds: n.Get("maximum-event-age-in-seconds").Scalar(),
	}
}

func alarms(n *schema.Node) Alarms {
	a := Alarms{Off: n.IsFalse()}
	for _, item := range items(n.Get("actions")) {
		a.Actions = append(a.Actions, item.Scalar())
	}
	return a
}

// AWS's default quotas
// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html).
func quotas(n *schema.Node) Quotas {
	read := func(key string, standard int) int {
		if i, err := strconv.Atoi(text(n.Get(key))); err == nil && i >= 1 {
			return i
		}
		return standard // Check has said what is wrong
	}
	return Quotas{
		RulesPerBus:     read("rules-per-event-bus", 300),
		PatternSize:     read("event-pattern-size", 2048),
		Connections:     read("connections", 3000),
		APIDestinations: read("api-destinations", 3000),
	}
}

// maxDescription is the length of a template's description
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html).
const maxDescription = 1024

// The limits of tags (https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html).
const maxTags, maxTagValue = 50, 256

func (l *loader) tags(n *schema.Node) {
	for i, f := range fields(n) {
		if strings.HasPrefix(strings.ToLower(f.Key), "aws:") {
			l.ds.Report(f.KeyPos, diag.BadName, "tags that start with `aws:` belong to AWS").WithHint("choose another tag key")
			continue
		}
		if i == maxTags {
			l.ds.Report(f.KeyPos, diag.OutOfRange, "more than %d tags", maxTags)
		}
		value := f.Value.Scalar()
		if utf8.RuneCountInString(value.Text) > maxTagValue {
			l.ds.Report(value.Pos, diag.OutOfRange, "the value of a tag has at most %d characters", maxTagValue)
		}
		l.file.Tags = append(l.file.Tags, Tag{Key: f.Key, KeyPos: f.KeyPos, Value: value})
	}
}

func (l *loader) parameters(n *schema.Node) {
	l.file.Parameters = map[string]*Parameter{}
	for _, f := range fields(n) {
		p := &Parameter{
			Name:           f.Key,
			Pos:            f.KeyPos,
			Description:    text(f.Value.Get("description")),
			AllowedPattern: text(f.Value.Get("allowed-pattern")),
			AllowedValues:  items(f.Value.Get("allowed-values")),
		}
		if d := f.Value.Get("default"); d.IsScalar() && d.Kind != schema.Null {
			p.Default = d
		}
		l.file.Parameters[f.Key] = p
	}
}

func (l *loader) secrets(n *schema.Node) {
	l.file.Secrets = map[string]*Secret{}
	for _, f := range fields(n) {
		v := f.Value
		if ssm := v.Field("ssm"); ssm != nil {
			l.ds.Report(ssm.KeyPos, diag.SSMSecret, "CloudFormation does not resolve SSM SecureString parameters in connections").
				WithHint("move the value to Secrets Manager: {secretsmanager: SECRET-NAME, key: JSON-KEY}, or pass it as a NoEcho parameter: {parameter: NAME}")
		}
		if v.Has("parameter") && (v.Has("key") || v.Has("version-stage")) {
			l.ds.Report(f.KeyPos, diag.ConflictingKeys, "`key` and `version-stage` belong to `secretsmanager`, not to `parameter`")
		}
		l.file.Secrets[f.Key] = &Secret{
			Name: f.Key, Pos: f.KeyPos,
			SecretsManager: text(v.Get("secretsmanager")),
			Key:            text(v.Get("key")),
			VersionStage:   text(v.Get("version-stage")),
			Parameter:      text(v.Get("parameter")),
		}
	}
}

func (l *loader) destinations(n *schema.Node, kmsKey schema.Scalar) {
	for _, f := range fields(n) {
		v := f.Value
		d := &Destination{
			Name: f.Key, Pos: f.KeyPos, Node: v,
			Type:        text(v.Get("type")),
			Description: v.Get("description").Scalar(),
			Retry:       retry(v.Get("retry-policy")),
			KMSKey:      v.Get("kms-key").Scalar(),
			Rate:        rate(v.Get("rate")),
			Deliver:     v.Get("deliver").Scalar(),
			Mentions:    l.mentions(f.Key, v.Get("mentions")),
		}
		if t := v.Get("type"); t != nil {
			d.TypePos = t.Pos
		}
		if !d.KMSKey.IsSet() {
			d.KMSKey = kmsKey
		}
		l.file.Destinations = append(l.file.Destinations, d)
		l.destinationByName[d.Name] = d
	}
}

var validRate = regexp.MustCompile(`^(?:` + ratePattern + `)$`)

// rate reads a rate. What Check refuses is not read: a number too large for an
// int is no number to reckon with.
func rate(n *schema.Node) Rate {
	if n == nil {
		return Rate{Per: Second}
	}
	s := n.Scalar()
	if s.IsParam() {
		return Rate{Value: s, Per: Second}
	}
	number, unit, _ := strings.Cut(s.Text, "/")
	i, err := strconv.Atoi(number)
	if err != nil || i < 1 || i > MaxRate || n.Kind != schema.Int && !(n.Kind == schema.String && validRate.MatchString(s.Text)) {
		return Rate{Per: Second, Bad: true}
	}
	s.Text = number
	switch unit {
	case "min":
		return Rate{Value: s, Per: Minute}
	case "h":
		return Rate{Value: s, Per: Hour}
	}
	return Rate{Value: s, Per: Second}
}

// defaultLogRetention is that of the file, in days; maxLogRetention is the last of
// logRetentions.
const defaultLogRetention, maxLogRetention = 30, 3653

// logRetentions are the days CloudWatch Logs can keep a log
// (https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html).
var logRetentions = []int{1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}

func (l *loader) logRetention(n *schema.Node) int {
	days, err := strconv.Atoi(text(n))
	if n == nil || err != nil || days < 1 || days > maxLogRetention {
		return defaultLogRetention // Check has said what is wrong
	}
	if !slices.Contains(logRetentions, days) {
		l.ds.Report(n.Pos, diag.BadValue, "no log can be kept for %d days", days).
			WithHint("CloudWatch Logs knows %s", strings.Trim(strings.Join(strings.Fields(fmt.Sprint(logRetentions)), ", "), "[]"))
	}
	return days
}
