#!/usr/bin/env bash
# The licences of everything that is built into the programs: LICENCES.tsv, against the list of those that are allowed. --check compares only.
set -euo pipefail
cd "$(dirname "$0")/../tools/supply"
GOWORK=off exec go run ./licences -allowed licences/allowed.txt -stated licences/stated.tsv -list ../../LICENCES.tsv "$@" ../../cmd/nenep ../../standalone
