package stacks

import (
	"cmp"
	"slices"
	"strings"

	"github.com/notifygen/notifygen/cloudformation"
	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/plan"
)

// function is a Lambda function of a stack. Its logical IDs, and the stack
// parameters that say where its code is, begin with id.
type function struct {
	id, name string
	user     string // what of the file needs it
	pos      diag.Pos
}

func (f function) role() string   { return f.id + "Role" }
func (f function) log() string    { return f.id + "LogGroup" }
func (f function) alarm() string  { return f.id + "ErrorsAlarm" }
func (f function) bucket() string { return f.id + "CodeBucket" }
func (f function) key() string    { return f.id + "CodeKey" }

// functions are those that the plan needs.
func (b *builder) functions() []function {
	var out []function
	if all := signed(b.plan.Destinations); len(all) > 0 {
		out = append(out, signerOf(all[0]))
	}
	if all := enriched(b.plan.Hops); len(all) > 0 {
		out = append(out, enricherOf(all[0]))
	}
	return out
}

// lambdaOrder are the names of functions, in the order in which they are told.
var lambdaOrder = []string{signerName, enricherName}

func compareLambdas(a, b Lambda) int {
	return cmp.Compare(slices.Index(lambdaOrder, a.Name), slices.Index(lambdaOrder, b.Name))
}

// LambdaKind is a kind of function, of which several stacks may have one each.
type LambdaKind struct {
	Lambda
	Functions int `json:"functions"`
}

// Lambdas counts the functions of all stacks by what they are, in one order
// wherever they stand.
func (c Compiled) Lambdas() []LambdaKind {
	out := []LambdaKind{}
	for _, s := range c.Stacks {
		for _, l := range s.Lambdas {
			i := slices.IndexFunc(out, func(k LambdaKind) bool { return k.Lambda == l })
			if i < 0 {
				i, out = len(out), append(out, LambdaKind{Lambda: l})
			}
			out[i].Functions++
		}
	}
	slices.SortStableFunc(out, func(a, b LambdaKind) int { return compareLambdas(a.Lambda, b.Lambda) })
	return out
}

// codeParameters name the code of the functions that the plan needs.
func (b *builder) codeParameters() []plan.Parameter {
	var out []plan.Parameter
	for _, f := range b.functions() {
		for _, p := range b.plan.Parameters {
			if p.Name == f.bucket() || p.Name == f.key() {
				b.ds.Report(p.Pos, diag.NameCollision, "the stack parameter %s names the %s's code, which %s needs", p.Name, f.name, f.user).WithHint("rename the parameter")
			}
		}
		code := "the " + f.name + "'s code (the zip of notifygen's function " + f.name + ")"
		out = append(out,
			plan.Parameter{Name: f.bucket(), Pos: f.pos, Description: "Bucket, in the Region of the stack, that holds " + code, AllowedPattern: `^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`, ConstraintDescription: "the name of an S3 bucket"},
			plan.Parameter{Name: f.key(), Pos: f.pos, Description: "Key of the object of " + f.bucket() + " that holds " + code, AllowedPattern: `^.{1,1024}$`, ConstraintDescription: "the key of an S3 object"},
		)
	}
	return out
}

// runtime is how a function runs: MB, seconds, executions at a time.
type runtime struct {
	memory, timeout, concurrency int
	environment                  *cloudformation.Object
}

// function adds a function with its role, its log and its alarm
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html).
// The role says what it may do, the description what it is for, the reasons why
// the stack has it.
func (s *scope) function(f function, r runtime, description, role string, reasons []string, statements ...cloudformation.Value) {
	name := physicalName(maxName, s.stack, f.name)
	metadata := func() *cloudformation.Object { return s.b.source("Function", f.name, f.pos) }
	s.logGroup(f.log(), "/aws/lambda/"+name, s.b.plan.KMSKey, nil)
	s.serviceRole(f.role(), role, "lambda.amazonaws.com", nil, nil, append(statements,
		allow("WriteLog", cloudformation.GetAtt(f.log(), "Arn"), "logs:CreateLogStream", "logs:PutLogEvents"))...)
	s.add(f.id, resource("AWS::Lambda::Function", s.b.withTags(cloudformation.NewObject(
		"FunctionName", name,
		"Description", description,
		"Architectures", cloudformation.Strings("arm64"),
		"Runtime", "provided.al2023",
		"Handler", "bootstrap",
		"Code", cloudformation.NewObject("S3Bucket", cloudformation.Ref(f.bucket()), "S3Key", cloudformation.Ref(f.key())),
		"Role", cloudformation.GetAtt(f.role(), "Arn"),
		"MemorySize", r.memory,
		"Timeout", r.timeout,
		"ReservedConcurrentExecutions", r.concurrency,
		"Environment", cloudformation.NewObject("Variables", r.environment),
		"LoggingConfig", cloudformation.NewObject("LogFormat", "JSON", "LogGroup", cloudformation.Ref(f.log())),
	)), metadata()))
	if !s.b.plan.Alarms.Off {
		s.functionAlarm(f, metadata())
	}
	s.lambdas = append(s.lambdas, Lambda{f.name, strings.Join(reasons, ", "), f.bucket(), f.key()})
}
