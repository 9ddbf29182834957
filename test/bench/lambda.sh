#!/usr/bin/env bash
# Sizes of the Lambda functions (arm64, as deployed), then their start-up time and
# peak memory on this machine, from the start of the process to the first request
# for work.
set -euo pipefail
cd "$(dirname "$0")/../.."
go run ./lambda/package -out build/lambda
go test ./lambda -run '^$' -bench Start -benchtime 20x
