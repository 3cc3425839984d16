#!/usr/bin/env bash
# workflowcheck: no workflow reads a clock, a map's order, the network.
set -euo pipefail
cd "$(dirname "$0")/.."
(cd tools/lint && GOWORK=off go build -o ../../bin/ tool)
cd workflows && ../bin/workflowcheck -config workflowcheck.config.yaml ./...
