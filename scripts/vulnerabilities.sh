#!/usr/bin/env bash
# govulncheck over every program, where its database can be reached (GOVULNDB names another one, file:///… for a copy). Not part of
# make test, which reaches nothing outside this machine.
set -euo pipefail
cd "$(dirname "$0")/.."
database=${GOVULNDB:-https://vuln.go.dev}
case $database in
  file://*) ;;
  *) if ! curl --silent --fail --max-time 10 --output /dev/null "$database/index/db.json"; then
       echo "The database of vulnerabilities at $database cannot be reached from here: NOTHING WAS CHECKED." >&2
       exit 3
     fi ;;
esac
(cd tools/supply && GOWORK=off go build -o ../../bin/ golang.org/x/vuln/cmd/govulncheck)
checker=$PWD/bin/govulncheck
for program in cmd/nenep standalone; do (cd $program && GOWORK=off "$checker" -db "$database" ./...); done
