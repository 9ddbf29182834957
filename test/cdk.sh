#!/usr/bin/env bash
# The pinned CDK CLI synthesises every example, and one of them twice side by
# side; it deploys those with Lambda functions to CloudFormation as moto plays it,
# with the zips that `notifygen synth` writes. (That its templates are those of
# synth is a Go test.) Needs npm ci, make lambdas, moto and the AWS CLI.
set -euo pipefail
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION=20
cd "$(dirname "$0")/.."
mkdir -p build
go build -o build/cdkapp .
work=$(mktemp -d)
server=
cleanup() { if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; fi; rm -rf "$work"; }
trap cleanup EXIT
fail() { echo "cdk: $*" >&2; exit 1; }
cdk() { npx --no-install cdk --no-notices "$@"; }

python3 test/moto/server.py --port 0 --ready-file "$work/port" >"$work/moto.log" 2>&1 &
server=$!

n=0
for file in examples/*/notifygen.yaml; do
  cdk synth --app build/cdkapp --output "$work/$(basename "$(dirname "$file")")" --quiet -c file="$file"
  n=$((n + 1))
done
# Once with the CDK's own validation, and as a group.
CDK_VALIDATION=true cdk synth --app build/cdkapp --output "$work/blue" --quiet -c file=examples/slack/notifygen.yaml -c groupName=blue
[ -s "$work/blue/slack-blue.template.json" ]
echo "cdk: synthesised $((n + 1)) applications"

# The code of functions: the bytes that synth writes, under their digest.
functions="support-enriched-to-slack health-to-dingtalk-signed"
for name in $functions; do
  go run ./cmd/notifygen -f "examples/$name/notifygen.yaml" synth --out "$work/$name.synth" --assets lambda/assets/zips >"$work/log" 2>&1 || fail "$(cat "$work/log")"
  zips=0
  for zip in "$work/$name.synth"/*.zip; do
    digits=${zip##*-} digits=${digits%.zip}
    cmp "$zip" "$work/$name/asset.$digits"*.zip
    grep -q "\"S3Key\": \"$digits[0-9a-f]*\.zip\"" "$work/$name/$name.template.json" || fail "$name does not use $zip"
    zips=$((zips + 1))
  done
  [ "$zips" = "$(ls "$work/$name"/*.zip | wc -l)" ] || fail "$name has other zips than synth writes"
done

# A program with the functions in it needs no directory of them, one without says so.
root=$PWD file=$PWD/examples/health-to-dingtalk-signed/notifygen.yaml
go build -tags lambdas -o build/cdkapp-lambdas .
mkdir "$work/elsewhere"
(cd "$work/elsewhere" && CDK_VALIDATION=false CDK_OUTDIR="$work/embedded" CDK_CONTEXT_JSON="{\"file\": \"$file\"}" "$root/build/cdkapp-lambdas")
(cd "$work/embedded" && ls ./*.zip && cat ./*.zip) | cmp - <(cd "$work/health-to-dingtalk-signed" && ls ./*.zip && cat ./*.zip)
status=0
(cd "$work/elsewhere" && CDK_OUTDIR="$work/none" CDK_CONTEXT_JSON="{\"file\": \"$file\"}" "$root/build/cdkapp") 2>"$work/log" || status=$?
[ "$status" = 2 ] || fail "status $status without zips"
grep -q 'hint: run `make lambdas`' "$work/log" || fail "no hint: $(cat "$work/log")"
[ -z "$(ls "$work/none" 2>/dev/null)" ] || fail "an assembly without the code it needs"

for _ in $(seq 100); do [ -s "$work/port" ] && break; sleep 0.1; done
[ -s "$work/port" ] || fail "$(cat "$work/moto.log")"
AWS_ENDPOINT_URL=http://localhost:$(cat "$work/port")
export AWS_ENDPOINT_URL AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1
# What `cdk bootstrap` would make.
aws s3 mb s3://cdk-hnb659fds-assets-123456789012-us-east-1 >/dev/null
aws ssm put-parameter --name /cdk-bootstrap/hnb659fds/version --type String --value 30 >/dev/null
values=(--parameters support-enriched-to-slack:MySlackToken=made-up --parameters support-enriched-to-slack:MySlackChannel=C0123456789
  --parameters health-to-dingtalk-signed:DingTalkAccessToken=made-up --parameters health-to-dingtalk-signed:DingTalkSignSecret=made-up)
for name in $functions; do
  # moto does not play Rules; CDK's checks the version of the bootstrap stack.
  node -e 'const fs = require("fs"), f = process.argv[1], t = JSON.parse(fs.readFileSync(f)); delete t.Rules; fs.writeFileSync(f, JSON.stringify(t))' "$work/$name/$name.template.json"
  cdk deploy --app "$work/$name" --require-approval never --progress events "${values[@]}" >"$work/log" 2>&1 || fail "$(cat "$work/log")"
done
deployed=$(aws lambda list-functions --query 'Functions[].CodeSha256' --output text | tr '\t' '\n' | sort)
built=$(for zip in lambda/assets/zips/*.zip; do openssl dgst -sha256 -binary "$zip" | base64; done | sort)
[ "$deployed" = "$built" ] || fail "deployed $deployed, built $built"
echo "cdk: deployed $(wc -w <<<"$functions") applications with their functions"
