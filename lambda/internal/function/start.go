// Package function is what both Lambda functions share: logs and start.
package function

import (
	"context"
	"log"
	"log/slog"
	"os"
	"reflect"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

// Logger writes a line of JSON to stderr for each record, with the request's ID.
func Logger() *slog.Logger {
	return slog.New(withRequest{slog.NewJSONHandler(os.Stderr, nil)})
}

type withRequest struct{ slog.Handler }

func (h withRequest) Handle(ctx context.Context, r slog.Record) error {
	if lc, ok := lambdacontext.FromContext(ctx); ok {
		r.AddAttrs(slog.String("requestId", lc.AwsRequestID))
	}
	return h.Handler.Handle(ctx, r)
}

func (h withRequest) WithAttrs(attrs []slog.Attr) slog.Handler {
	return withRequest{h.Handler.WithAttrs(attrs)}
}

func (h withRequest) WithGroup(name string) slog.Handler {
	return withRequest{h.Handler.WithGroup(name)}
}

// Start serves invocations until Lambda stops the process. Where the settings are
// wrong it says so and ends at once: Lambda reports the function as failed to start.
func Start(logger *slog.Logger, settings error, invoke func(context.Context, []byte) ([]byte, error)) {
	if settings != nil {
		logger.Error("the environment of the function is wrong", "reason", settings.Error())
		os.Exit(1)
	}
	// The runtime logs the errors of invocations itself, as JSON but for the date.
	log.SetFlags(0)
	lambda.Start(handler(func(ctx context.Context, payload []byte) ([]byte, error) {
		ctx, cancel := early(ctx)
		defer cancel()
		reply, err := invoke(ctx, payload)
		if err != nil {
			logger.ErrorContext(ctx, "invocation failed", "errorType", Name(err))
		}
		return reply, err
	}))
}

type handler func(context.Context, []byte) ([]byte, error)

func (h handler) Invoke(ctx context.Context, payload []byte) ([]byte, error) { return h(ctx, payload) }

// early ends a tenth of the remaining time before the function is killed, half a
// second at least, so that there is time to answer.
func early(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	margin := max(time.Until(deadline)/10, 500*time.Millisecond)
	return context.WithDeadline(ctx, deadline.Add(-margin))
}

// Name is the name of an error's type, as Lambda reports it.
func Name(err error) string {
	t := reflect.TypeOf(err)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Name()
}
