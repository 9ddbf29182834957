package stepfunctions

import (
	"context"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"time"

	"github.com/recolabs/gnata"
)

// The functions that expressions may call: those of JSONata 2.0.6
// (https://docs.jsonata.org/2.0.0/overview), and what Step Functions adds
// (https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html).
// $eval is not there in Step Functions; $shuffle is missing here, as its result
// could not be repeated. The library has functions of its own that are not listed.
var functionNames = map[string]bool{}

func init() {
	for _, name := range []string{
		"string", "length", "substring", "substringBefore", "substringAfter", "uppercase", "lowercase", "trim", "pad", "contains",
		"split", "join", "match", "replace", "base64encode", "base64decode", "encodeUrlComponent", "encodeUrl", "decodeUrlComponent",
		"decodeUrl", "number", "abs", "floor", "ceil", "round", "power", "sqrt", "random", "formatNumber", "formatBase",
		"formatInteger", "parseInteger", "sum", "max", "min", "average", "boolean", "not", "exists", "count", "append", "sort",
		"reverse", "distinct", "zip", "keys", "lookup", "spread", "merge", "sift", "each", "error", "assert", "type", "now", "millis",
		"fromMillis", "toMillis", "map", "filter", "single", "reduce",
		"partition", "range", "hash", "uuid", "parse",
	} {
		functionNames[name] = true
	}
}

// maxRange is the number of elements that $range gives at most, as that of
// States.ArrayRange
// (https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html).
const maxRange = 1000

// evalTimeout ends expressions that do not end by themselves.
const evalTimeout = 5 * time.Second

// An evaluator evaluates one expression with some variables.
type evaluator func(ctx context.Context, code *gnata.Expression, variables map[string]any) (any, error)

// newEvaluator makes an evaluator whose time is that of now, and whose random
// numbers come from source.
func newEvaluator(now func() time.Time, source rand.Source) evaluator {
	env := gnata.NewCustomEnv(map[string]gnata.CustomFunc{
		"millis": func([]any, any) (any, error) { return float64(now().UnixMilli()), nil },
		"random": func(args []any, _ any) (any, error) { return random(args, source) },
		"uuid":   func([]any, any) (any, error) { return uuid(source), nil },
		"hash":   hash,
		"range":  numberRange,
		"parse":  parse,
		"match":  match,
	})
	// The library hands custom functions copies of objects that have lost their
	// order; a function of its own type gets them as they are.
	custom, _ := env.Lookup("parse")
	env.Bind("partition", reflect.ValueOf(partition).Convert(reflect.TypeOf(custom)).Interface())
	env.Bind("now", define(nowCode, env.Lookup))
	env.Bind("filter", define(filterCode, env.Lookup))
	return func(ctx context.Context, code *gnata.Expression, variables map[string]any) (any, error) {
		ctx, cancel := context.WithTimeout(ctx, evalTimeout)
		defer cancel()
		scope := env.Clone()
		for name, v := range variables {
			scope.Bind(name, v)
		}
		return code.EvalWithCustomFuncs(ctx, nil, scope)
	}
}

// There is one clock, and $filter gives what is alone without a list around it.
var (
	nowCode    = mustCompile(`function($picture, $timezone) { $fromMillis($millis(), $picture, $timezone) }`)
	filterCode = mustCompile(`function($array, $test) { ($found := $filter($array, $test); $count($found) = 1 ? $found[0] : $found) }`)
)

func mustCompile(source string) *gnata.Expression {
	code, err := gnata.Compile(source)
	if err != nil {
		panic(err)
	}
	return code
}

// define makes a function of JSONata that calls those that are there already.
func define(code *gnata.Expression, lookup func(string) (any, bool)) any {
	there := map[string]any{}
	for _, name := range []string{"millis", "fromMillis", "filter", "count"} {
		there[name], _ = lookup(name)
	}
	function, err := code.EvalWithVars(context.Background(), nil, there)
	if err != nil {
		panic(err)
	}
	return function
}

func random(args []any, source rand.Source) (any, error) {
	if len(args) == 0 || args[0] == nil {
		return rand.New(source).Float64(), nil
	}
	seed, ok := whole(args[0])
	if !ok {
		return nil, errors.New("$random: the seed must be a whole number")
	}
	return rand.New(rand.NewPCG(uint64(seed), 0)).Float64(), nil
}

// uuid makes a version 4 UUID (RFC 9562).
func uuid(source rand.Source) string {
	var b [16]byte
	for i := range 2 {
		n := source.Uint64()
		for j := range 8 {
			b[8*i+j] = byte(n >> (8 * j))
		}
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

func hash(args []any, _ any) (any, error) {
	if len(args) != 2 {
		return nil, errors.New("$hash takes a text and the name of an algorithm")
	}
	if args[0] == nil || args[1] == nil {
		return nil, nil
	}
	text, isText := args[0].(string)
	algorithm, isName := args[1].(string)
	if !isText || !isName {
		return nil, errors.New("$hash takes a text and the name of an algorithm")
	}
	var sum []byte
	switch data := []byte(text); algorithm {
	case "MD5":
		s := md5.Sum(data)
		sum = s[:]
	case "SHA-1":
		s := sha1.Sum(data)
		sum = s[:]
	case "SHA-256":
		s := sha256.Sum256(data)
		sum = s[:]
	case "SHA-384":
		s := sha512.Sum384(data)
		sum = s[:]
	case "SHA-512":
		s := sha512.Sum512(data)
		sum = s[:]
	default:
		return nil, errors.New("$hash knows MD5, SHA-1, SHA-256, SHA-384 and SHA-512")
	}
	return hex.EncodeToString(sum), nil
}

func numberRange(args []any, _ any) (any, error) {
	if len(args) != 3 {
		return nil, errors.New("$range takes a first number, a last number and a step")
	}
	var n [3]int64
	for i, arg := range args {
		if arg == nil {
			return nil, nil
		}
		var ok bool
		if n[i], ok = whole(arg); !ok {
			return nil, errors.New("$range takes whole numbers")
		}
	}
	first, last, step := n[0], n[1], n[2]
	if step == 0 {
		return nil, errors.New("$range: the step cannot be 0")
	}
	all := []any{}
	for i := first; step > 0 && i <= last || step < 0 && i >= last; i += step {
		if len(all) == maxRange {
			return nil, fmt.Errorf("$range gives at most %d numbers", maxRange)
		}
		all = append(all, float64(i))
	}
	return all, nil
}

func partition(args []any, _ any) (any, error) {
	if len(args) != 2 {
		return nil, errors.New("$partition takes an array and a size")
	}
	if args[0] == nil || args[1] == nil {
		return nil, nil
	}
	all, isArray := args[0].([]any)
	if !isArray {
		all = []any{args[0]} // JSONata has no arrays of one element
	}
	size, ok := whole(args[1])
	if !ok || size < 1 {
		return nil, errors.New("$partition: the size must be a whole number above 0")
	}
	parts := []any{}
	for len(all) > 0 {
		n := int(min(size, int64(len(all))))
		parts = append(parts, append([]any{}, all[:n]...))
		all = all[n:]
	}
	return parts, nil
}

func parse(args []any, _ any) (any, error) {
	if len(args) != 1 {
		return nil, errors.New("$parse takes a text")
	}
	if args[0] == nil {
		return nil, nil
	}
	text, ok := args[0].(string)
	if !ok {
		return nil, errors.New("$parse takes a text")
	}
	v, err := decode([]byte(text))
	if err != nil {
		return nil, errors.New("$parse: the text is not JSON")
	}
	return v, nil
}

// jitter is a part of a delay, drawn evenly.
func jitter(source rand.Source, delay time.Duration) time.Duration {
	return time.Duration(math.Round(rand.New(source).Float64() * float64(delay)))
}
