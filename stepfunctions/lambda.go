package stepfunctions

import "context"

// lambdaInvoke is the optimised integration of Lambda
// (https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html).
var lambdaInvoke = &service{
	name:      "lambda:invoke",
	arguments: record([]string{"FunctionName"}, map[string]*shape{"FunctionName": filled, "Payload": anything}),
	ready:     func(s Services) bool { return s.Lambda != nil },
	call: func(ctx context.Context, x *Execution, c *Call, arguments object) (any, error) {
		payload := []byte("{}")
		if v, given := arguments.Get("Payload"); given {
			var err error
			if payload, err = encode(v); err != nil {
				return nil, err
			}
		}
		reply, err := x.Services.Lambda.Invoke(ctx, c, textOf(arguments, "FunctionName"), payload)
		if err != nil {
			return nil, err
		}
		v, err := decode(reply)
		if err != nil {
			return nil, taskError("Lambda.Unknown", "the function did not reply with JSON")
		}
		return objectOf("ExecutedVersion", "$LATEST", "Payload", v, "StatusCode", float64(200)), nil
	},
}
