#!/usr/bin/env bash
# Checks that packages only import what lies below them, and that the CLI never
# links the CDK. Each line: a package, then what it may import of this module.
set -euo pipefail
cd "$(dirname "$0")/.."
module=$(go list -m)
allowed='
redact:
parallel:
wholefile:
diag: redact
jsontext:
eventbridge:
stepfunctions: eventbridge
schema: diag jsontext redact
cloudformation: jsontext schema diag
config: diag redact schema
contract: eventbridge
transformers: diag jsontext schema cloudformation contract
plan/filter: schema cloudformation eventbridge
plan: diag redact schema cloudformation config transformers eventbridge plan/filter
stacks: parallel diag jsontext schema cloudformation config transformers plan
stacks/cdkapp: diag redact schema cloudformation plan stacks lambda/assets wholefile
examples:
simulate: parallel cloudformation eventbridge contract diag schema stepfunctions lambda/signer/handler lambda/enricher/awsapi
simulate/delivery: eventbridge contract
simulate/server: eventbridge stepfunctions contract cloudformation simulate simulate/delivery simulate/server/page
simulate/server/page:
simulate/expect: diag redact schema jsontext cloudformation contract eventbridge simulate
simulate/catcher: contract redact
cmd/internal/cli: lambda/assets wholefile parallel diag redact schema cloudformation config transformers plan stacks examples eventbridge contract simulate simulate/expect simulate/delivery simulate/catcher simulate/server
cmd/notifygen: cmd/internal/cli
lambda:
lambda/fault:
lambda/assets:
lambda/internal/sdk: lambda/fault
lambda/internal/function:
lambda/internal/environment:
lambda/internal/fakes:
lambda/internal/pack: lambda/assets
lambda/package: lambda/internal/pack
lambda/signer/sign:
lambda/signer/handler: lambda/fault lambda/signer/sign
lambda/signer/secrets: lambda/internal/sdk lambda/signer/handler
lambda/signer: lambda/internal/environment lambda/internal/function lambda/internal/sdk lambda/signer/handler lambda/signer/secrets
lambda/enricher/enrich: lambda/fault
lambda/enricher/awsapi: lambda/fault lambda/internal/environment lambda/internal/sdk lambda/enricher/enrich
lambda/enricher: lambda/internal/function lambda/enricher/awsapi
.: diag plan stacks stacks/cdkapp
test/bench/generate:
docs/generate: diag
'
status=0
while read -r package imports; do
  name=${package#"$module"}
  name=${name#/}
  name=${name:-.}
  line=$(grep -E "^${name//./\\.}:" <<<"$allowed" || true)
  if [ -z "$line" ]; then
    echo "layers: $name is not listed in test/layers.sh" >&2
    status=1
    continue
  fi
  for import in $imports; do
    case $import in
      "$module"/*)
        grep -qE "(^| )${import#"$module"/}( |$)" <<<"${line#*:}" || { echo "layers: $name may not import ${import#"$module"/}" >&2; status=1; } ;;
      github.com/aws/aws-cdk-go/* | github.com/aws/jsii-runtime-go* | github.com/aws/constructs-go/*)
        case $name in . | stacks/cdkapp) ;; *) echo "layers: $name may not import the CDK" >&2; status=1 ;; esac ;;
    esac
  done
done < <(go list -f '{{.ImportPath}} {{join .Imports " "}}' ./...)
if go list -deps ./cmd/notifygen | grep -E 'aws-cdk-go|jsii-runtime'; then
  echo "layers: the CLI links the CDK" >&2
  status=1
fi
[ $status = 0 ] && echo "layers: ok"
exit $status
