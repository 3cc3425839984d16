#!/usr/bin/env bash
# Images and their bills of materials (CycloneDX) in dist/: one static binary each, no base image, no container engine. The same commit and the
# same Go give the same bytes.
#
#   image.sh nenep        dist/nenep.tar: every role, what production runs
#   image.sh standalone   dist/standalone.tar: the whole house with a Temporal inside, for evaluation
#
#   VERSION     tag (default: git describe)       REPOSITORY  name (default: nenep, nenep-standalone)
#   GOARCH      amd64 or arm64                    ROOTS       PEM file of the authorities to trust
set -euo pipefail
cd "$(dirname "$0")/.."
export GOTOOLCHAIN=local GOWORK=off GOFLAGS=
program=${1:-nenep}
case $program in
  nenep) module=cmd/nenep repository=nenep title='Nề Nếp' ;;
  standalone) module=standalone repository=nenep-standalone title='Nề Nếp, dùng thử' ;;
  *) sed -n '2,10s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
version=${VERSION:-$(git describe --always --dirty 2>/dev/null || echo dev)}
revision=$(git rev-parse HEAD 2>/dev/null || true)
epoch=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}
architecture=${GOARCH:-$(go env GOHOSTARCH)}
binary=dist/$program bill=dist/$program.cdx.json
mkdir -p dist
# timetzdata: the zone of the province is inside, whatever the node has.
(cd "$module" && GOOS=linux GOARCH=$architecture CGO_ENABLED=0 go build -trimpath -buildvcs=false -tags timetzdata \
  -ldflags "-s -w -X nenep/cmd/nenep/app.Version=$version" -o "$OLDPWD/$binary" .)
if [ "$program" = nenep ] && go version -m "$binary" | grep -P '\tgo\.temporal\.io/server\t|\tgithub\.com/temporalio/ui-server'; then
  echo "$binary holds the embedded Temporal: what production runs must not" >&2
  exit 1
fi
# What the binary itself says it is made of; the same bytes give the same list.
(cd tools/supply && GOARCH='' go build -o ../../bin/ github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod)
bin/cyclonedx-gomod bin -json -std -noserial -notimestamp -output "$bill" "$binary" 2>/dev/null
# Modules beside it are named by folders: their names and the version say more.
sed -i -E "s#pkg:golang/(\\.\\./)+#pkg:golang/nenep/#; s#\"name\": \"(\\.\\./)+#\"name\": \"nenep/#; s#@\\(devel\\)#@$version#; s#\"version\": \"\\(devel\\)\"#\"version\": \"$version\"#" "$bill"
lacking=$(scripts/image/lacking.sh "$binary" "$bill")
[ -z "$lacking" ] || { printf '%s lacks modules of the binary:\n%s\n' "$bill" "$lacking" >&2; exit 1; }
GOARCH='' go run scripts/image/image.go -out "dist/$program.tar" -binary "$binary" -roots "${ROOTS:-/etc/ssl/certs/ca-certificates.crt}" -title "$title" \
  -repository "${REPOSITORY:-$repository}" -version "$version" -revision "$revision" -architecture "$architecture" -epoch "$epoch"
