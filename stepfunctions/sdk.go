package stepfunctions

import "context"

// A Metric is one value of a metric
// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html).
type Metric struct {
	Name       string
	Dimensions []Dimension
	Value      float64
	Unit       string
}

// A Dimension tells metrics of one name apart.
type Dimension struct{ Name, Value string }

var putMetricData = &service{
	name: "aws-sdk:cloudwatch:putMetricData",
	arguments: record([]string{"Namespace", "MetricData"}, map[string]*shape{
		"Namespace": filled,
		"MetricData": {kind: shapeList, element: record([]string{"MetricName", "Value"}, map[string]*shape{
			"MetricName": filled,
			"Dimensions": {kind: shapeList, element: record([]string{"Name", "Value"}, map[string]*shape{"Name": filled, "Value": filled})},
			"Value":      {kind: shapeNumber},
			"Unit":       filled,
		})},
	}),
	ready: func(s Services) bool { return s.Metrics != nil },
	call: func(ctx context.Context, x *Execution, c *Call, arguments object) (any, error) {
		var data []Metric
		for _, v := range list(arguments, "MetricData") {
			o := v.(object)
			value, _ := number(member(o, "Value"))
			m := Metric{Name: textOf(o, "MetricName"), Value: value, Unit: textOf(o, "Unit")}
			for _, d := range list(o, "Dimensions") {
				m.Dimensions = append(m.Dimensions, Dimension{textOf(d.(object), "Name"), textOf(d.(object), "Value")})
			}
			data = append(data, m)
		}
		return newObject(), x.Services.Metrics.PutMetricData(ctx, c, textOf(arguments, "Namespace"), data)
	},
}

// list gives a member whose shape has been checked.
func list(o object, name string) []any {
	l, _ := member(o, name).([]any)
	return l
}

// A Parameter is one of Systems Manager
// (https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html).
type Parameter struct{ Name, Type, Value string }

var getParameter = &service{
	name: "aws-sdk:ssm:getParameter",
	arguments: record([]string{"Name"}, map[string]*shape{
		"Name": filled, "WithDecryption": {kind: shapeBool},
	}),
	ready: func(s Services) bool { return s.Parameters != nil },
	call: func(ctx context.Context, x *Execution, c *Call, arguments object) (any, error) {
		decrypt, _ := member(arguments, "WithDecryption").(bool)
		p, err := x.Services.Parameters.Parameter(ctx, c, textOf(arguments, "Name"), decrypt)
		if err != nil {
			return nil, err
		}
		return objectOf("Parameter", objectOf("Name", p.Name, "Type", p.Type, "Value", p.Value)), nil
	},
}
