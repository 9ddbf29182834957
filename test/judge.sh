#!/usr/bin/env bash
# Lets independent judges look at the templates: cfn-lint (no ignored rules),
# asl-validator and JSONata for the state machines (test/asl), and CloudFormation as
# moto plays it (test/moto). Needs npm ci. Usage: test/judge.sh NOTIFYGEN
set -euo pipefail
notifygen=$(realpath "$1")
cd "$(dirname "$0")/.."
work=$(mktemp -d)
server=
cleanup() { [ -n "$server" ] && kill "$server" 2>/dev/null; rm -rf "$work"; }
trap cleanup EXIT

python3 test/moto/server.py --port 0 --ready-file "$work/port" >"$work/moto.log" 2>&1 &
server=$!

go run ./test/bench/generate -routes 600 >"$work/large.yaml"
# One directory of templates for each file, and one deployed beside it as a group.
for file in examples/*/notifygen.yaml test/templates/*.yaml "$work/large.yaml"; do
  name=$(basename "$(dirname "$file")")-$(basename "$file" .yaml)
  "$notifygen" -f "$file" synth --out "$work/$name" >/dev/null 2>"$work/log" || { cat "$work/log" >&2; exit 1; }
  "$notifygen" -f "$file" synth --group blue --out "$work/$name-blue" >/dev/null 2>&1
done
# The large plan's route stacks are alike: two of them are enough to lint.
mapfile -t templates < <(ls "$work"/*/*.template.json | grep -v -- -blue | grep -vE 'bench-routes-.{2,}')
cfn-lint --non-zero-exit-code informational "${templates[@]}"
echo "cfn-lint: accepts ${#templates[@]} templates"

mapfile -t machines < <(grep -l AWS::StepFunctions::StateMachine "${templates[@]}")
node test/asl/validate.mjs "${machines[@]}"
node test/asl/replies.mjs "$work/templates-queued/queued.template.json"

for _ in $(seq 100); do [ -s "$work/port" ] && break; sleep 0.1; done
[ -s "$work/port" ] || { cat "$work/moto.log" >&2; exit 1; }
deployed=0
for dir in "$work"/*/; do
  python3 test/deploy_all.py --endpoint "http://localhost:$(cat "$work/port")" "$dir"
  deployed=$((deployed + 1))
done
echo "moto: deployed $deployed applications"
