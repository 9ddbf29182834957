#!/usr/bin/env bash
# make bench: notifygen synth against cdk synth, then the compiler's
# allocations, package eventbridge (events/s, allocations, memory a rule), replay,
# the local EventBridge and the Lambda functions.
set -euo pipefail
cd "$(dirname "$0")/../.."
mkdir -p build
go build -o build/cdkapp .
python3 test/bench/run.py bin/notifygen build/cdkapp
echo
go test ./stacks -run '^$' -bench . -benchmem
go test ./eventbridge -run '^$' -bench . -benchmem
go test ./simulate ./simulate/server ./simulate/delivery -run '^$' -bench . -benchmem
echo
test/bench/lambda.sh
