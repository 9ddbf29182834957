package eventbridge_test

import (
	"fmt"

	"github.com/notifygen/notifygen/eventbridge"
)

const healthEvent = `{"source":"aws.health","detail-type":"AWS Health Event","detail":{"service":"EC2",
	"eventDescription":[{"latestDescription":"One line.\nAnd \"another\"."}],"affectedEntities":[{"entityValue":"i-1"},{"entityValue":"i-2"}]}}`

func ExamplePattern_Match() {
	p, err := eventbridge.ParsePattern([]byte(`{"source":["aws.health"],"detail":{"service":[{"anything-but":["RDS"]}]}}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	e, err := eventbridge.ParseEvent([]byte(healthEvent))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(p.Match(e))
	// Output: true
}

func ExampleParsePattern_refused() {
	_, err := eventbridge.ParsePattern([]byte(`{"detail":{"service":"EC2"}}`))
	fmt.Println(err)
	// Output: Event pattern is not valid. Reason: "service" must be an object or an array at [line: 1, column: 22]
}

func ExampleMatcher() {
	m := eventbridge.NewMatcher()
	for id, text := range []string{
		`{"source":["aws.health"]}`,
		`{"source":["aws.support"]}`,
		`{"detail":{"affectedEntities":{"entityValue":[{"wildcard":"i-*"}]}}}`,
	} {
		p, err := eventbridge.ParsePattern([]byte(text))
		if err != nil {
			fmt.Println(err)
			return
		}
		m.Add(fmt.Sprint("rule-", id), p)
	}
	matched, err := m.AppendMatchesJSON(nil, []byte(healthEvent))
	fmt.Println(matched, err)
	// Output: [rule-0 rule-2] <nil>
}

// In a template that begins with "{", text is escaped where it lands.
func ExampleTransformer() {
	t, err := eventbridge.NewTransformer(map[string]string{
		"service":  "$.detail.service",
		"text":     "$.detail.eventDescription[0].latestDescription",
		"entities": "$.detail.affectedEntities[*].entityValue",
	}, `{"title":"<service> is affected","text":<text>,"entities":<entities>}`)
	if err != nil {
		fmt.Println(err)
		return
	}
	e, err := eventbridge.ParseEvent([]byte(healthEvent))
	if err != nil {
		fmt.Println(err)
		return
	}
	body, err := t.Render(e, eventbridge.Context{})
	fmt.Println(string(body), err)
	// Output: {"title":"EC2 is affected","text":"One line.\nAnd \"another\".","entities":["i-1","i-2"]} <nil>
}

func ExampleBuildRequest() {
	e, err := eventbridge.ParseEvent([]byte(healthEvent))
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := eventbridge.BuildRequest(eventbridge.RequestSpec{
		Destination: eventbridge.APIDestination{Endpoint: "https://example.com/hooks/*", Method: "POST"},
		Connection: eventbridge.Connection{
			AuthorizationType: eventbridge.AuthorizationAPIKey,
			APIKey:            eventbridge.APIKeyAuth{Name: "X-Api-Key", Value: "secret"},
		},
		Parameters: eventbridge.HTTPParameters{PathParameterValues: []string{"$.detail.service"}},
		Event:      e,
		Body:       []byte(`{"text":"hello"}`),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Method, r.URL, r.Get("X-Api-Key"), string(r.Body))
	// Output: POST https://example.com/hooks/EC2 secret {"text":"hello"}
}
