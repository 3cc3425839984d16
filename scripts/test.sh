#!/usr/bin/env bash
# Everything that must hold before a change lands. `.ci/run` calls it through make test.
set -euo pipefail
cd "$(dirname "$0")/.."
step() { printf '\n== %s (%s s)\n' "$1" "$SECONDS"; }
scripts/need.sh postgres chromium icalendar office clamd axe

step "formatting"
unformatted=$(gofmt -l proto rules services workflows cmd standalone charts)
[ -z "$unformatted" ] || { echo "gofmt these: $unformatted"; exit 1; }

step "contracts: lint, generated code up to date"
scripts/contracts.sh --check

step "vet"
for module in proto rules services workflows cmd/nenep standalone; do (cd $module && go vet ./...); done

step "lint"
scripts/lint.sh

step "determinism of workflow code"
scripts/determinism.sh

step "licences"
scripts/licences.sh --check

step "tests"
for module in proto rules services workflows cmd/nenep; do (cd $module && go test -timeout 30m ./...); done

step "the whole house" # lives through two reforms of the province, which takes minutes
(cd standalone && go test -timeout 45m ./...)

step "chart"
make --no-print-directory chart-test

step "done"
