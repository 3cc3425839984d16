#!/usr/bin/env bash
# lacking.sh BINARY BILL: the modules that the binary says it is made of and the bill of materials (CycloneDX) does not name, one a line.
# Modules of this repository (nenep/…) are compared without a version: the binary tells none.
set -euo pipefail
made_of() {
  go version -m "$1" | awk -F'\t' '
    function tell() { if (module != "") print module; module = "" }
    $2 == "dep" { tell(); module = $3 ~ /^nenep\// ? $3 : $3 "@" $4 }
    $2 == "=>" && $3 !~ /^\./ { module = $3 "@" $4 }
    END { tell() }' | sort -u
}
named() {
  grep -o '"purl": *"pkg:golang/[^"?#]*' "$1" | sed -E 's#.*"pkg:golang/##; s#%2[Bb]#+#g; s#^(nenep/[^@]*)@.*#\1#' | sort -u
}
comm -23 <(made_of "$1") <(named "$2")
