package stepfunctions

import (
	"context"
	"fmt"
	"regexp"
	"time"

	"github.com/notifygen/notifygen/eventbridge"
)

// Services are what tasks call. One that no task of a machine uses may be nil.
//
// An error that is a [TaskError] is the service's, and the state machine sees
// it. Any other error, those of HTTP apart, ends the run: the world that the
// machine lives in is broken.
type Services struct {
	HTTP        HTTP
	Connections Connections
	Lambda      Lambda
	Queues      Queues
	Metrics     Metrics
	Parameters  Parameters
}

// HTTP sends requests. An error that is no [TaskError] stands for a connection
// that failed, States.Http.Socket; redirects are not followed.
type HTTP interface {
	Do(ctx context.Context, c *Call, r *HTTPRequest) (*HTTPResponse, error)
}

// Connections gives the connection of an ARN, its secrets included. One that
// cannot be used is a [TaskError] such as [ConnectionNotFound].
type Connections interface {
	Connection(ctx context.Context, arn string) (eventbridge.Connection, error)
}

// Errors of connections
// (https://docs.aws.amazon.com/step-functions/latest/dg/call-https-apis.html#connect-http-task-errors).
const (
	ConnectionNotFound     = "Events.ConnectionResource.ResourceNotFound"
	ConnectionInvalidState = "Events.ConnectionResource.InvalidConnectionState"
	ConnectionAccessDenied = "Events.ConnectionResource.AccessDenied"
)

// Lambda calls a function with JSON, and gives the JSON of its reply. An error
// of the function has the name of its type
// (https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html).
type Lambda interface {
	Invoke(ctx context.Context, c *Call, function string, payload []byte) ([]byte, error)
}

// Queues sends messages to queues.
type Queues interface {
	SendMessage(ctx context.Context, c *Call, m *Message) (id string, err error)
}

// Metrics takes data of metrics.
type Metrics interface {
	PutMetricData(ctx context.Context, c *Call, namespace string, data []Metric) error
}

// Parameters reads parameters of Systems Manager. One that is not there is the
// [TaskError] [ParameterNotFound].
type Parameters interface {
	Parameter(ctx context.Context, c *Call, name string, decrypt bool) (*Parameter, error)
}

// ParameterNotFound is the name that the AWS SDK integration gives the error
// (https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html).
const ParameterNotFound = "Ssm.ParameterNotFoundException"

// A Call is one attempt of a task.
type Call struct {
	State   string
	Attempt int // from 1
	// Timeout is the time that is left; what takes longer is given up.
	Timeout time.Duration

	spent   time.Duration
	attempt *Attempt
}

// Spend says that the call takes some time of the execution, without waiting for
// it: that of a service that is played. The clock must not tell it as well.
func (c *Call) Spend(d time.Duration) { c.spent += max(d, 0) }

// A service is an integration of Step Functions.
type service struct {
	name      string
	arguments *shape
	ready     func(Services) bool
	call      func(ctx context.Context, x *Execution, c *Call, arguments object) (any, error)
	// limit bounds a call, with the error when it is exceeded; 0 for none.
	limit      time.Duration
	limitError string
}

// services are the integrations that are known here: those that notifygen
// generates.
var services = map[string]*service{}

func init() {
	for _, s := range []*service{httpInvoke, lambdaInvoke, sqsSendMessage, sdkSendMessage, putMetricData, getParameter} {
		services[s.name] = s
	}
}

var resourceARN = regexp.MustCompile(`^arn:aws[a-z0-9-]*:states:::(.+)$`)

// serviceOf finds the integration of a resource, or tells why there is none.
func serviceOf(resource string) (*service, string) {
	m := resourceARN.FindStringSubmatch(resource)
	if m == nil {
		return nil, fmt.Sprintf("the resource %s is not supported here; it must be an integration, arn:aws:states:::SERVICE:ACTION", quote(resource))
	}
	if s := services[m[1]]; s != nil {
		return s, ""
	}
	return nil, fmt.Sprintf("the integration %s is not supported here", quote(m[1]))
}

func member(o object, name string) any {
	v, _ := o.Get(name)
	return v
}

func textOf(o object, name string) string {
	s, _ := member(o, name).(string)
	return s
}
