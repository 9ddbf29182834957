// Package stepfunctions runs Express state machines of AWS Step Functions: those
// in Amazon States Language with JSONata that notifygen generates, and nothing
// else. It never talks to AWS.
//
//	m, findings := stepfunctions.Parse(definition)
//	result, err := m.Run(ctx, stepfunctions.Execution{Input: input, Services: services, Clock: clock, Random: source})
//
// [Parse] refuses what it does not know, all of it at once and with its place in
// the definition, be it valid in Step Functions or not: other types of states,
// fields, integrations and functions, JSONPath, what is newer than JSONata 2.0.6.
// What is left runs as the documentation says
// (https://docs.aws.amazon.com/step-functions/latest/dg/welcome.html,
// https://states-language.net/spec.html); where that is silent, a comment tells
// our reading.
//
// Tasks call [Services] that the caller brings. Time is that of a [Clock], so that
// a wait of five minutes may take none. The [Result] holds every step.
//
// # JSONata
//
// Expressions are evaluated by github.com/recolabs/gnata. Known to differ from
// JSONata 2.0.6:
//
//   - Whole numbers keep all their digits, where JavaScript rounds those beyond 2^53.
//   - Patterns are RE2. Those that it cannot match, and those with an unbalanced
//     bracket behind a backslash, are refused; "\s" and "\b" know ASCII only, and a
//     "." matches a whole character outside the Basic Multilingual Plane. Replacing
//     what is empty is an error.
//   - $string writes numbers from 5e-7 up to 1e-6 without an exponent, and -0 with
//     its sign; $uppercase leaves "ß" alone.
//
// Objects keep the order of their members, and texts every character: nothing is
// escaped for HTML. A lone surrogate becomes U+FFFD. The test compares some 300
// expressions with the reference implementation.
package stepfunctions
