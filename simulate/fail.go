package simulate

import (
	"context"
	"errors"

	"github.com/notifygen/notifygen/contract"
	"github.com/notifygen/notifygen/stepfunctions"
)

// errReset is a connection that is closed without an answer.
var errReset = errors.New("the connection was closed")

// fail lets a request of a task fail as somebody asked for, and notes in its
// delivery what the service answers.
func (x *execution) fail(f contract.Failure, c *stepfunctions.Call, d *Delivery) (*stepfunctions.HTTPResponse, error) {
	s := contract.Named(x.Services, contractName(d.Contract))
	if s == nil {
		s = contract.Unknown
		usual := s.Judge(s.Accept(contract.Request{}), nil)
		d.Contract = &usual
	}
	p := s.Fail(f, *d.Contract, c.Timeout)
	d.Contract = &p
	switch {
	case f.Reset:
		return nil, errReset
	case p.Reply.Status == 0: // too late
		return nil, context.DeadlineExceeded
	}
	c.Spend(f.Slow)
	return response(p.Reply), nil
}
