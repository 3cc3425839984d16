#!/usr/bin/env bash
# golangci-lint over every module at once, with the version tools/lint pins.
set -euo pipefail
cd "$(dirname "$0")/.."
(cd tools/lint && GOWORK=off go build -o ../../bin/ tool)
bin/golangci-lint run --timeout 30m ./proto/... ./rules/... ./services/... ./workflows/... ./cmd/nenep/... ./standalone/...
