package stacks

import (
	"fmt"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/plan"
)

// maxAlarmMetrics is the number of metrics one alarm may combine
// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html),
// less the one that adds them up.
const maxAlarmMetrics = 9

// alarm is a CloudWatch alarm that rises above 0, with the first failure
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudwatch-alarm.html).
func (s *scope) alarm(id, name, description string, metric *cloudformation.Object, metadata *cloudformation.Object) {
	s.alarmWhen(above(0), id, name, description, metric, metadata)
}

// rising says when an alarm rises: with every one of so many periods.
type rising struct {
	periods, threshold int
	comparison         string
}

// above rises with the first period above the threshold.
func above(threshold int) rising { return rising{1, threshold, "GreaterThanThreshold"} }

func (s *scope) alarmWhen(r rising, id, name, description string, metric *cloudformation.Object, metadata *cloudformation.Object) {
	properties := cloudformation.NewObject("AlarmName", physicalName(255, s.stack, name), "AlarmDescription", description)
	for k, v := range metric.All() {
		properties.Set(k, v)
	}
	properties.
		Set("EvaluationPeriods", r.periods).
		Set("Threshold", r.threshold).
		Set("ComparisonOperator", r.comparison).
		Set("TreatMissingData", "notBreaching")
	var actions cloudformation.List
	for _, a := range s.b.plan.Alarms.Actions {
		actions = append(actions, scalar(a))
	}
	if len(actions) > 0 {
		properties.Set("AlarmActions", actions).Set("OKActions", actions)
	}
	s.add(id, resource("AWS::CloudWatch::Alarm", s.b.withTags(properties), metadata))
}

func (s *scope) deadLetterAlarm() {
	s.alarm(deadLetterAlarmID, "dead-letters", "Events of "+s.stack+" could not be delivered; they wait in the dead-letter queue",
		queueMetric(deadLetterQueueID, "ApproximateNumberOfMessagesVisible"), nil)
}

// functionAlarm tells of a function that keeps failing, a quarter of an hour long:
// who calls it tries again, so that what passes does no harm
// (https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html).
// Unless it is told otherwise, an alarm wants all its periods.
func (s *scope) functionAlarm(f function, metadata *cloudformation.Object) {
	metric := cloudformation.NewObject(
		"Namespace", "AWS/Lambda",
		"MetricName", "Errors",
		"Dimensions", cloudformation.List{dimension("FunctionName", cloudformation.Ref(f.id))},
		"Statistic", "Sum",
		"Period", 300,
	)
	s.alarmWhen(rising{3, 1, "GreaterThanOrEqualToThreshold"}, f.alarm(), f.name+"_errors",
		"The "+f.name+" of "+s.stack+" has been failing for a quarter of an hour; faults that pass are retried and not told", metric, metadata)
}

// queueMetric is the highest value of a queue's metric in five minutes.
func queueMetric(queue, metric string) *cloudformation.Object {
	return cloudformation.NewObject(
		"Namespace", "AWS/SQS",
		"MetricName", metric,
		"Dimensions", cloudformation.List{dimension("QueueName", cloudformation.GetAtt(queue, "QueueName"))},
		"Statistic", "Maximum",
		"Period", 300,
	)
}

func dimension(name string, value cloudformation.Value) *cloudformation.Object {
	return cloudformation.NewObject("Name", name, "Value", value)
}

// failedInvocationsAlarm tells that EventBridge gave up deliveries of a route:
// one alarm, or several where the route has more rules than an alarm has room.
func (s *scope) failedInvocationsAlarm(r *plan.Route, pieces []rulePiece) {
	for start := 0; start < len(pieces); start += maxAlarmMetrics {
		some := pieces[start:min(start+maxAlarmMetrics, len(pieces))]
		name := alarmName(r, start/maxAlarmMetrics)
		id := s.b.names.id("FailedInvocationsAlarm", name)
		s.alarm(id, name+"-failed-invocations", "EventBridge could not deliver events of the route "+r.Name, s.failedInvocations(some), s.b.source("Route", r.Name, r.Pos))
	}
}

// alarmName names the alarms of a route, for what they watch. Dots stand in no
// name of the file.
func alarmName(r *plan.Route, i int) string {
	if i == 0 {
		return r.Name
	}
	return fmt.Sprintf("%s.%d", r.Name, i+1)
}

func (s *scope) failedInvocations(pieces []rulePiece) *cloudformation.Object {
	if len(pieces) == 1 {
		return s.ruleMetric(pieces[0]).Set("Statistic", "Sum").Set("Period", 300)
	}
	metrics := cloudformation.List{cloudformation.NewObject("Id", "failed", "Expression", "SUM(METRICS())", "ReturnData", true)}
	for i, p := range pieces {
		metrics = append(metrics, cloudformation.NewObject(
			"Id", fmt.Sprintf("rule%d", i+1),
			"MetricStat", cloudformation.NewObject("Metric", s.ruleMetric(p), "Period", 300, "Stat", "Sum"),
			"ReturnData", false,
		))
	}
	return cloudformation.NewObject("Metrics", metrics)
}

// ruleMetric is FailedInvocations of one rule. The rule is named, not referred
// to: Ref gives "bus|rule" for a rule on a custom bus
// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html).
func (s *scope) ruleMetric(p rulePiece) *cloudformation.Object {
	var dimensions cloudformation.List
	if bus := s.busMetricName(p.match.Bus); bus != nil {
		dimensions = append(dimensions, dimension("EventBusName", bus))
	}
	dimensions = append(dimensions, dimension("RuleName", ruleName(s.stack, p)))
	return cloudformation.NewObject("Namespace", "AWS/Events", "MetricName", "FailedInvocations", "Dimensions", dimensions)
}
