#!/usr/bin/env bash
# Debian's PostgreSQL of this machine as an image, dist/postgres.tar, with what it was made of in dist/postgres.packages.tsv: server, psql, pg_dump,
# pg_restore, their libraries, the shell that initdb needs; no container engine, nothing fetched. Not root (65532). The same packages and the same Go give the same
# bytes. For evaluation and for one machine; scripts/image/postgres/entry.go says what it reads.
#   VERSION     tag (default: the package's version)     REPOSITORY  name (default: nenep-postgres)
set -euo pipefail
cd "$(dirname "$0")/../.."
export GOTOOLCHAIN=local GOWORK=off GOFLAGS= LC_ALL=C
major=$(ls /usr/lib/postgresql 2>/dev/null | sort -n | tail -1)
[ -n "$major" ] && dpkg -s "postgresql-$major" >/dev/null 2>&1 ||
  { echo "No PostgreSQL server of Debian found: install postgresql-15 (apt-get install postgresql-15)." >&2; exit 1; }
home=/usr/lib/postgresql/$major
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT

# place FILE...: into the tree under the name it is known by.
place() { for each in "$@"; do install -D "$each" "$tree${each/#\/lib/\/usr\/lib}"; done; }

for each in postgres initdb psql pg_dump pg_dumpall pg_restore pg_isready; do place "$home/bin/$each"; done
# Compiling expressions to machine code would bring a compiler of 130 MB.
mapfile -t files < <(dpkg -L "postgresql-$major" | grep -E "^($home/lib|/usr/share/postgresql/$major)/" | grep -v -e /bitcode -e llvmjit -e /man/)
for each in "${files[@]}"; do [ -d "$each" ] || place "$each"; done
mapfile -t libraries < <(ldd "$home"/bin/{postgres,initdb,psql,pg_dump} "$tree$home"/lib/*.so | grep -oE '/[^ ]+\.so[^ ]*' | grep -v -e ":$" -e "^$tree" | sort -u)
place "${libraries[@]}"
install -D /bin/dash "$tree/usr/bin/sh"; ln -s usr/bin "$tree/bin"
ln -s usr/lib "$tree/lib"; [ ! -d "$tree/usr/lib64" ] || ln -s usr/lib64 "$tree/lib64"
mkdir -p "$tree/usr/share" "$tree/usr/lib/locale" "$tree/var/lib/postgresql/data"
cp -r /usr/lib/locale/C.utf8 "$tree/usr/lib/locale/"
cp -r /usr/share/zoneinfo "$tree/usr/share/"
rm -rf "$tree"/usr/share/zoneinfo/{right,posix}
CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags "-s -w -X main.binaries=$home/bin" -o "$tree/entry" scripts/image/postgres/entry.go

mkdir -p dist
# What the libraries came from: dpkg knows them by the place they are in, or by the one before /usr was merged.
{ printf '%s\n' "${libraries[@]}" "${libraries[@]/#\/lib/\/usr\/lib}"; echo "$home/bin/postgres"; echo "$home/bin/psql"; echo /bin/dash; echo /usr/share/zoneinfo/UTC; } |
  { xargs dpkg -S 2>/dev/null || true; } | sed 's/: .*//' | tr -d ' ' | tr ',' '\n' | sort -u | xargs dpkg-query -W -f '${Package}\t${Version}\t${Architecture}\n' >dist/postgres.packages.tsv
version=${VERSION:-$(dpkg-query -W -f '${Version}' "postgresql-$major" | tr '+~:' '---')}
go run scripts/image/image.go -out dist/postgres.tar -tree "$tree" -command /entry -stop-signal SIGINT -roots /etc/ssl/certs/ca-certificates.crt \
  -title "PostgreSQL $major (Debian)" -repository "${REPOSITORY:-nenep-postgres}" -version "$version" \
  -architecture "$(go env GOHOSTARCH)" -epoch "$(stat -c %Y "$home/bin/postgres")"
