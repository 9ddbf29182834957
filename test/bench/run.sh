#!/usr/bin/env bash
# make bench: notifygen synth against cdk synth, then the allocations of the
# compiler and the costs of package eventbridge.
set -euo pipefail
cd "$(dirname "$0")/../.."
mkdir -p build
go build -o build/cdkapp .
python3 test/bench/run.py bin/notifygen build/cdkapp
echo
go test ./stacks -run '^$' -bench . -benchmem
go test ./eventbridge -run '^$' -bench . -benchmem
