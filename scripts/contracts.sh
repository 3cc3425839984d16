#!/usr/bin/env bash
# Generates Go and the OpenAPI document from the contracts, or (--check) lints them and refuses generated code that is out of date.
set -euo pipefail
cd "$(dirname "$0")/.."
export GOTOOLCHAIN=local GOWORK=off
# The only proto file that is not ours comes from its Go module, so that no registry of schemas is needed.
validate=$(cd tools/contracts && go mod download -json github.com/bufbuild/protovalidate@v1.2.2 | sed -n 's/.*"Dir": "\(.*\)",*/\1/p')
(cd tools/contracts && go build -o ../../bin/ tool)
(cd proto && go build -o ../bin/ ./openapi/protoc-gen-nenep-openapi)
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cp -r proto/nenep proto/buf.yaml proto/buf.gen.yaml "$work/"
mkdir -p "$work/buf/validate"; cp "$validate/proto/protovalidate/buf/validate/validate.proto" "$work/buf/validate/"
chmod -R u+w "$work"
sed -i "s#local: ../bin/#local: $PWD/bin/#" "$work/buf.gen.yaml"
cd "$work"
"$OLDPWD/bin/buf" lint
find nenep -name '*.go' -delete
mkdir openapi
"$OLDPWD/bin/buf" generate
if [ "${1:-}" = --check ]; then
  { diff -r nenep "$OLDPWD/proto/nenep" && diff openapi/openapi.json "$OLDPWD/proto/openapi/openapi.json"; } || { echo "Generated code is out of date: run make generate"; exit 1; }
else
  find "$OLDPWD/proto/nenep" -name '*.go' -delete
  cp -r nenep "$OLDPWD/proto/"
  cp openapi/openapi.json "$OLDPWD/proto/openapi/"
fi
