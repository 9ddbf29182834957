package cdkapp

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/notifygen/notifygen/diag"
	"github.com/notifygen/notifygen/stacks"
)

// Notifications is a construct that holds everything a file of routes compiles
// to, for use within a stack of your own. Its methods find resources by the
// names the file gives.
type Notifications struct {
	constructs.Construct
	*Resources
	stack awscdk.Stack
}

// Stack gives the stack that holds the construct.
func (n *Notifications) Stack() awscdk.Stack { return n.stack }

// NewNotifications compiles a file of routes into the stack of scope. props may
// be nil.
//
// Logical IDs are the compiled ones, the same that `notifygen synth` prints, and
// so are physical names, which begin with the file's name: a stack therefore
// holds one Notifications, and a file is deployed once to a Region of an account
// unless Props.Group tells its copies apart. The file's tags are tags of its
// resources; the stack's own tags, its description and its Region remain yours,
// but a file with a region must stand in a stack of that Region. What the
// compiler warns of becomes warnings of the construct
// (awscdk.Annotations_Of(scope).AcknowledgeWarning silences them).
//
// Unlike CDK's own constructors it gives an error rather than a panic, because
// what can be wrong is a file that others write: *FindingsError for its mistakes,
// *Error for the rest, a file that compiles to several stacks among them. Those
// are for NewStacks.
func NewNotifications(scope constructs.Construct, id string, props *Props) (*Notifications, error) {
	if props == nil {
		props = &Props{}
	}
	compiled, err := props.mustCompile()
	if err != nil {
		return nil, err
	}
	if n := len(compiled.Stacks); n > 1 {
		return nil, failure("use NewStacks, which makes a stack for each", "%s compiles to %d stacks, which one construct within one stack cannot hold", props.path(), n)
	}
	var n *Notifications
	err = guarded(func() error {
		n, err = placeNotifications(scope, id, compiled, props)
		return err
	})
	if err != nil {
		return nil, err
	}
	return n, nil
}

// marker is a construct that says that a stack holds Notifications.
const marker = "$notifygen"

func placeNotifications(scope constructs.Construct, id string, compiled stacks.Compiled, props *Props) (*Notifications, error) {
	owner, compiledStack := awscdk.Stack_Of(scope), compiled.Stacks[0]
	if owner.Node().TryFindChild(jsii.String(marker)) != nil {
		return nil, failure("give each a stack of its own, or a nested one (awscdk.NewNestedStack)", "the stack %s already holds Notifications; their logical IDs would collide", *owner.StackName())
	}
	parameters, err := values(owner, compiled.Stacks, props.Parameters)
	if err != nil {
		return nil, err
	}
	code, err := props.code(compiled.Stacks)
	if err != nil {
		return nil, err
	}
	regionFree := *awscdk.Token_IsUnresolved(owner.Region())
	if want := compiledStack.Region; want != "" && !regionFree && want != *owner.Region() {
		return nil, failure("put it into a stack of that Region, or change `region` in the file", "%s is for %s, the stack %s is for %s", props.path(), want, *owner.StackName(), *owner.Region())
	}
	constructs.NewConstruct(owner, jsii.String(marker))
	n := &Notifications{Resources: &Resources{group: props.Group}, stack: owner}
	// The override makes *Notifications itself a construct to CDK, so that it can be
	// passed to awscdk.Aspects_Of and the like. The bindings look into what it
	// embeds, which must not be nil, and insist on methods with pointer receivers.
	constructs.NewConstruct_Override(n, scope, &id)
	if err := addCode(owner, compiledStack.Lambdas, code, parameters[0]); err != nil {
		return nil, err
	}
	// A stack's description is its owner's to write.
	included, err := include(n, without(compiledStack.Template, "Description"), parameters[0])
	if err != nil {
		return nil, err
	}
	n.parts = []part{{compiledStack, included}}
	annotate(n, compiled.Diagnostics)
	if compiledStack.Region != "" && regionFree {
		awscdk.Annotations_Of(n).AddWarningV2(jsii.String("notifygen:region"), jsii.String(
			props.path()+" is for "+compiledStack.Region+", and the stack names no Region (hint: give the stack env with that region)"))
	}
	return n, nil
}

// annotate turns findings into annotations, which the CDK CLI prints.
func annotate(on constructs.Construct, findings []diag.Diagnostic) {
	for _, d := range findings {
		message := d.Pos.String() + ": " + d.Message
		if d.Hint != "" {
			message += " (hint: " + d.Hint + ")"
		}
		add := awscdk.Annotations_Of(on).AddWarningV2
		if d.Severity == diag.Info {
			add = awscdk.Annotations_Of(on).AddInfoV2
		}
		add(jsii.String("notifygen:"+string(d.Code)), &message)
	}
}
