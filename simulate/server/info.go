package server

import (
	"strings"
	"time"
)

// Catcher plays the services that requests are sent to.
type Catcher struct {
	URL string
	// Caught gives what it received, as JSON shows it.
	Caught func() any
	// Instruct makes it fail; an error may be a [*UsageError].
	Instruct func(text string) error
}

// UsageError is an instruction that cannot be followed.
type UsageError struct{ Message, Hint string }

func (e *UsageError) Error() string { return e.Message }

// info says what is played.
type info struct {
	Version   string        `json:"version"`
	Templates []string      `json:"templates"`
	Buses     []string      `json:"buses"`
	Account   string        `json:"account"`
	Region    string        `json:"region"`
	Mode      string        `json:"mode"`              // shown, deliver
	Deliver   string        `json:"deliver,omitempty"` // the rewrites, in one text
	Rewrites  []string      `json:"rewrites"`
	Speed     float64       `json:"speed"`
	Durable   bool          `json:"durable"`
	Now       time.Time     `json:"now"` // on the clock of the deliveries
	Catcher   string        `json:"catcher,omitempty"`
	Services  []infoService `json:"services"`
}

// infoService is a service that is known, with the errors it can be made to
// answer.
type infoService struct {
	Name   string      `json:"name"`
	Title  string      `json:"title"`
	Errors []infoError `json:"errors"`
}

type infoError struct {
	Code    string `json:"code"`
	Meaning string `json:"meaning"`
}

func (s *Server) info() info {
	i := info{
		Version: s.Version, Templates: append([]string{}, s.Templates...), Buses: []string{}, Account: s.Account, Region: s.Region,
		Mode: "shown", Rewrites: []string{}, Speed: 1, Now: s.now().UTC(), Services: []infoService{},
	}
	for _, b := range s.description.Buses {
		if !b.Elsewhere {
			i.Buses = append(i.Buses, b.Name)
		}
	}
	if s.Sending != nil {
		i.Mode, i.Rewrites, i.Deliver = "deliver", s.Sending.Rules, strings.Join(s.Sending.Rules, ", ")
		i.Speed, i.Durable = max(s.Sending.Speed, 1), s.Sending.State != nil
	}
	if s.Catcher != nil {
		i.Catcher = s.Catcher.URL
	}
	for _, known := range s.Services {
		one := infoService{Name: known.Name, Title: known.Title, Errors: []infoError{}}
		for _, e := range known.Errors {
			one.Errors = append(one.Errors, infoError(e))
		}
		i.Services = append(i.Services, one)
	}
	return i
}
