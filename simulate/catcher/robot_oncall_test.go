package catcher_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/notifygen/notifygen/stepfunctions"
)

// on is what a message says of people.
type on struct {
	Mobiles []string `json:"atMobiles"`
	All     bool     `json:"isAtAll"`
}

// TestFaultsOfOnCallLists: a message is sent whatever is wrong with a list, and
// mentions whom the lists that can be read name.
func TestFaultsOfOnCallLists(t *testing.T) {
	const own, byDefault = "/notify/oncall/AtMobiles/EC2", "/notify/oncall/AtMobiles/DEFAULT"
	ssm := func(name, cause string) error { return &stepfunctions.TaskError{Name: name, Cause: cause} }
	deniedList := ssm("Ssm.SsmException", "User is not authorized to perform: ssm:GetParameter (Service: Ssm, Status Code: 400)")
	slowDown := ssm("Ssm.SsmException", "Rate exceeded (Service: Ssm, Status Code: 400)")
	team := []any{"13800000000"}
	thrice := func(name string) []string { return []string{name, name, name} }
	for name, c := range map[string]struct {
		lists   map[string][]any
		service string // in the envelope, as JSON; EC2 for ""
		mobiles []string
		read    []string
		seconds int
	}{
		"one":                        {map[string][]any{own: {"13800000001"}}, "", []string{"13800000001"}, []string{own}, passes},
		"missing":                    {map[string][]any{byDefault: team}, "", []string{"13800000000"}, []string{own, byDefault}, passes},
		"both missing":               {nil, "", nil, []string{own, byDefault}, passes},
		"empty":                      {map[string][]any{own: {""}, byDefault: team}, "", []string{"13800000000"}, []string{own, byDefault}, passes},
		"both empty":                 {map[string][]any{own: {""}, byDefault: {""}}, "", nil, []string{own, byDefault}, passes},
		"a blank":                    {map[string][]any{own: {" \n"}, byDefault: {" "}}, "", nil, []string{own, byDefault}, passes},
		"commas only":                {map[string][]any{own: {",, ,"}, byDefault: {","}}, "", nil, []string{own, byDefault}, passes},
		"trailing commas and blanks": {map[string][]any{own: {" 13800000001 ,\t13800000002\r\n,, "}}, "", []string{"13800000001", "13800000002"}, []string{own}, passes},
		"some that are no numbers":   {map[string][]any{own: {"Li Lei,13800000001,@13800000002,all,<@all>,138 0000 0003"}}, "", []string{"13800000001"}, []string{own}, passes},
		"JSON":                       {map[string][]any{own: {`["13800000001"]`}, byDefault: team}, "", []string{"13800000000"}, []string{own, byDefault}, passes},
		"other separators":           {map[string][]any{own: {"13800000001;13800000002"}, byDefault: team}, "", []string{"13800000000"}, []string{own, byDefault}, passes},
		"denied":                     {map[string][]any{own: {deniedList}, byDefault: team}, "", []string{"13800000000"}, append(thrice(own), byDefault), 1 + 2 + passes},
		"both denied":                {map[string][]any{own: {deniedList}, byDefault: {deniedList}}, "", nil, append(thrice(own), thrice(byDefault)...), 6 + passes},
		"throttled once":             {map[string][]any{own: {slowDown, "13800000001"}}, "", []string{"13800000001"}, []string{own, own}, 1 + passes},
		"the key is disabled":        {map[string][]any{own: {ssm("Ssm.InvalidKeyIdException", "")}, byDefault: team}, "", []string{"13800000000"}, append(thrice(own), byDefault), 3 + passes},
		"no reply":                   {map[string][]any{own: {hang{}}, byDefault: {hang{}}}, "", nil, append(thrice(own), thrice(byDefault)...), 2*(3*3+3) + passes},
		"no reply once":              {map[string][]any{own: {hang{}, "13800000001"}}, "", []string{"13800000001"}, []string{own, own}, 3 + 1 + passes},
		"deleted between attempts":   {map[string][]any{own: {slowDown, ssm(stepfunctions.ParameterNotFound, "")}, byDefault: team}, "", []string{"13800000000"}, []string{own, own, byDefault}, 1 + passes},
		"another level":              {map[string][]any{byDefault: team}, `"EC2/../../other"`, []string{"13800000000"}, []string{byDefault}, passes},
		"another script":             {map[string][]any{byDefault: team}, `"计算"`, []string{"13800000000"}, []string{byDefault}, passes},
		"an expression":              {map[string][]any{byDefault: team}, `"{% $states.input %}"`, []string{"13800000000"}, []string{byDefault}, passes},
		"a list":                     {map[string][]any{byDefault: team}, `["EC2"]`, []string{"13800000000"}, []string{byDefault}, passes},
		"all a name may hold":        {map[string][]any{"/notify/oncall/AtMobiles/E.c-2_x": {"13800000001"}}, `"E.c-2_x"`, []string{"13800000001"}, []string{"/notify/oncall/AtMobiles/E.c-2_x"}, passes},
	} {
		t.Run(name, func(t *testing.T) {
			p := robotPath(t)
			p.lists = c.lists
			item := envelope
			if c.service != "" {
				item = strings.Replace(item, `"EC2"}`, c.service+`}`, 1)
			}
			if got := p.receive(item); got != (outcome{"delivered", 1, c.seconds}) {
				t.Fatalf("%+v, want %d seconds", got, c.seconds)
			}
			if !slices.Equal(p.read, c.read) {
				t.Errorf("read %v", p.read)
			}
			p.mentions(c.mobiles)
			p.tellsNothing()
		})
	}
	t.Run("another key", func(t *testing.T) {
		p := robotPath(t, "ssm: notify", "ssm: notify/a.b_c-d\n      key: Team_1.on-call")
		const name = "/notify/a.b_c-d/Team_1.on-call/AtMobiles/EC2"
		p.lists = map[string][]any{name: {"13800000001"}}
		p.must("delivered")
		if !slices.Equal(p.read, []string{name}) {
			t.Errorf("read %v", p.read)
		}
		p.mentions([]string{"13800000001"})
	})
	t.Run("refused", func(t *testing.T) { // who waits to be sent back was not yet mentioned
		p := robotPath(t)
		p.lists = map[string][]any{own: {"13800000001"}}
		p.instruct("dingtalk=460101")
		p.must("dead-lettered: 460101")
		if strings.Contains(p.letters[0].Body, "13800000001") {
			t.Error(p.letters[0].Body)
		}
	})
}

// mentions compares whom the last message mentions, in its text as well.
func (p *path) mentions(mobiles []string) {
	p.t.Helper()
	var got struct {
		At       *on
		Markdown struct{ Text string }
	}
	if err := json.Unmarshal([]byte(p.captured[len(p.captured)-1].body), &got); err != nil {
		p.t.Fatal(err)
	}
	var want *on
	text := "### AWS Health: EC2"
	if len(mobiles) > 0 {
		want = &on{Mobiles: mobiles}
		text += "\n\n@" + strings.Join(mobiles, " @")
	}
	if !reflect.DeepEqual(got.At, want) || got.Markdown.Text != text {
		p.t.Errorf("%+v %q, want %+v %q", got.At, got.Markdown.Text, want, text)
	}
}
