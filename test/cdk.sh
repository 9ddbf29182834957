#!/usr/bin/env bash
# The pinned CDK CLI synthesises every example, and one of them twice side by
# side. (That its templates are those of `notifygen synth` is a Go test.)
set -euo pipefail
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION=20
cd "$(dirname "$0")/.."
mkdir -p build
go build -o build/cdkapp .
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
n=0
for file in examples/*/notifygen.yaml; do
  npx --no-install cdk --no-notices synth --app build/cdkapp --output "$work/$n" --quiet -c file="$file"
  n=$((n + 1))
done
# Once with the CDK's own validation, and as a group.
CDK_VALIDATION=true npx --no-install cdk --no-notices synth --app build/cdkapp --output "$work/blue" --quiet -c file=examples/slack/notifygen.yaml -c groupName=blue
[ -s "$work/blue/slack-blue.template.json" ]
echo "cdk: synthesised $((n + 1)) applications"
