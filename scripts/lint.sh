#!/usr/bin/env bash
# golangci-lint over every module, with the version tools/lint pins.
set -euo pipefail
cd "$(dirname "$0")/.."
(cd tools/lint && GOWORK=off go build -o ../../bin/ tool)
status=0
for module in proto rules services workflows cmd/nenep standalone; do
  (cd $module && ../$( [ $module = cmd/nenep ] && echo ../ )bin/golangci-lint run --timeout 15m ./...) || status=1
done
exit $status
