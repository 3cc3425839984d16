#!/usr/bin/env bash
# The image of nenep, dist/nenep.tar, and its bill of materials, dist/nenep.cdx.json (CycloneDX): one static binary, no base image, no container engine. The
# same commit and the same Go give the same bytes.
#   VERSION     tag (default: git describe)       REPOSITORY  name (default: nenep)
#   GOARCH      amd64 or arm64                    ROOTS       PEM file of the authorities to trust
set -euo pipefail
cd "$(dirname "$0")/.."
export GOTOOLCHAIN=local GOWORK=off GOFLAGS=
version=${VERSION:-$(git describe --always --dirty 2>/dev/null || echo dev)}
revision=$(git rev-parse HEAD 2>/dev/null || true)
epoch=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}
architecture=${GOARCH:-$(go env GOHOSTARCH)}
mkdir -p dist
# timetzdata: the zone of the province is inside, whatever the node has.
(cd cmd/nenep && GOOS=linux GOARCH=$architecture CGO_ENABLED=0 go build -trimpath -buildvcs=false -tags timetzdata \
  -ldflags "-s -w -X nenep/cmd/nenep/app.Version=$version" -o ../../dist/nenep .)
# What the binary itself says it is made of; the same bytes give the same list.
(cd tools/supply && GOARCH='' go build -o ../../bin/ github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod)
bin/cyclonedx-gomod bin -json -std -noserial -notimestamp -output dist/nenep.cdx.json dist/nenep 2>/dev/null
[ "$(go version -m dist/nenep | grep -c $'^\tdep\t')" -le "$(grep -c '"bom-ref"' dist/nenep.cdx.json)" ] ||
  { echo "dist/nenep.cdx.json lacks modules of the binary" >&2; exit 1; }
GOARCH='' go run scripts/image/image.go -out dist/nenep.tar -binary dist/nenep -roots "${ROOTS:-/etc/ssl/certs/ca-certificates.crt}" \
  -repository "${REPOSITORY:-nenep}" -version "$version" -revision "$revision" -architecture "$architecture" -epoch "$epoch"
