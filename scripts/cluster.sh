#!/usr/bin/env bash
# A real one-node Kubernetes to try the chart on, from Go modules and Debian packages: no registry,
# no container engine, nothing reachable from or reaching outside this machine. As root.
#
#   cluster.sh build       compiles the parts (some 10 minutes at first use)
#   cluster.sh up          starts the node, and a PostgreSQL, a Temporal, a mail relay beside it
#   cluster.sh load TAR    gives the node an image
#   cluster.sh in CMD...   runs kubectl, helm, curl… where the cluster is
#   cluster.sh down        ends everything and forgets it
#   cluster.sh stage NAME  one stage of the test on the cluster that is up: manifests, evaluation, distributed, upgraded
#   cluster.sh test        all of it, with the images in dist/: what is said of every stage stands in scripts/cluster/trial.sh, what was
#                          measured in dist/cluster/figures.txt; then down
#
# NetworkPolicy is not enforced by the bridge it uses.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD bin=$PWD/dist/cluster/bin state=$PWD/dist/cluster/state
address=10.77.0.1 network=10.77.0.0/16 first=10.77.1.1
export GOTOOLCHAIN=local

need() {
  [ "$(id -u)" = 0 ] || { echo "A cluster needs root: sudo make test-cluster" >&2; exit 1; }
  local missing=()
  for each in etcd:etcd-server containerd:containerd runc:runc iptables:iptables conntrack:conntrack ip:iproute2 openssl:openssl curl:curl nsenter:util-linux; do
    command -v "${each%%:*}" >/dev/null || missing+=("${each##*:}")
  done
  [ -x /usr/lib/cni/bridge ] || missing+=(containernetworking-plugins)
  [ ${#missing[@]} = 0 ] || { echo "Install these Debian packages: apt-get install ${missing[*]}" >&2; exit 1; }
}

build() {
  mkdir -p "$bin"
  local stamp parts=(kube-apiserver kube-controller-manager kube-proxy kube-scheduler kubectl kubelet)
  stamp=$(cd scripts/cluster/kubernetes && GOWORK=off go list -m -f '{{.Version}}' k8s.io/kubernetes)
  # Unstamped, the parts call themselves v0.0.0 and Helm refuses the chart.
  made_of k8s.io/kubernetes "$stamp" "${parts[@]}" || (cd scripts/cluster/kubernetes &&
    GOWORK=off go build -ldflags "-X k8s.io/component-base/version.gitVersion=$stamp" -o "$bin/" tool)
  made_of github.com/coredns/coredns "$(cd scripts/cluster/dns && GOWORK=off go list -m -f '{{.Version}}' github.com/coredns/coredns)" coredns ||
    (cd scripts/cluster/dns && GOWORK=off CGO_ENABLED=0 go build -o "$bin/coredns" .)
  GOWORK=off CGO_ENABLED=0 go build -o "$bin/pause" scripts/cluster/pause/pause.go
  GOWORK=off go run scripts/image/image.go -out "$bin/pause.tar" -binary "$bin/pause" -roots /dev/null -repository local/pause -version 1 \
    -architecture "$(go env GOHOSTARCH)" >/dev/null
  kinds
  go build -o "$bin/outside" scripts/cluster/outside/outside.go
}

# made_of MODULE VERSION BINARY...: whether all of them are there, of that version and this Go.
made_of() {
  local module=$1 version=$2; shift 2
  for each; do
    [ "$(go version "$bin/$each" 2>/dev/null)" = "$bin/$each: $(go env GOVERSION)" ] &&
      go version -m "$bin/$each" | cut -f 3,4 | grep -xF "$module"$'\t'"$version" >/dev/null || return 1
  done
}

# kinds collects the definitions of the kinds that the chart may use besides Kubernetes' own: what their modules ship, what is made of
# their types, and what this repository says itself where neither can be had.
kinds() {
  ! cmp -s scripts/cluster/crds/go.sum "$bin/kinds/made-of" || return 0
  rm -rf "$bin/kinds" && mkdir -p "$bin/kinds"
  (
    cd scripts/cluster/crds
    export GOWORK=off
    folder() { go list -m -f '{{.Dir}}' "$1"; }
    go mod download
    cp "$(folder github.com/kedacore/keda/v2)"/config/crd/bases/keda.sh_{scaledobjects,triggerauthentications}.yaml "$bin/kinds/"
    cp "$(folder sigs.k8s.io/gateway-api)"/config/crd/standard/gateway.networking.k8s.io_{gateways,httproutes}.yaml "$bin/kinds/"
    go tool controller-gen crd paths=github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1 output:crd:dir="$bin/kinds/all"
    mv "$bin"/kinds/all/monitoring.coreos.com_{servicemonitors,prometheusrules}.yaml "$bin/kinds/"
    rm -rf "$bin/kinds/all"
    cp temporal.yaml "$bin/kinds/"
    chmod -R u+w "$bin/kinds"
  )
  cp scripts/cluster/crds/go.sum "$bin/kinds/made-of"
}

inside() { nsenter --target "$(cat "$state/pid")" --net --mount --pid --wd="$root" -- "$@"; }
kubectl() { inside "$bin/kubectl" --kubeconfig "$state/config/kubeconfig" "$@"; }
helm() { inside "$root/bin/helm" --kubeconfig "$state/config/kubeconfig" "$@"; }

await() { # SECONDS WHAT COMMAND...
  local left=$1 what=$2; shift 2
  until "$@" >/dev/null 2>&1; do
    left=$((left - 1))
    kill -0 "$(cat "$state/holder")" 2>/dev/null || { cat "$state/log/node.log" >&2; return 1; }
    [ $left -gt 0 ] || { echo "$what: not within the time given; logs in dist/cluster/log" >&2; return 1; }
    sleep 1
  done
}

configure() {
  local token
  token=$(openssl rand -hex 16)
  mkdir -p "$state"/{log,config/cni,outside}
  echo "$token,administrator,1,\"system:masters\"" >"$state/tokens.csv"
  openssl genrsa -out "$state/accounts.key" 2048 2>/dev/null
  for file in scripts/cluster/config/*; do
    sed "s#@STATE@#$state#g; s#@RUN@#/run/nenep-trial#g; s#@ADDRESS@#$address#g; s#@NETWORK@#$network#g; s#@FIRST@#$first#g; s#@TOKEN@#$token#g" \
      "$file" >"$state/config/${file##*/}"
  done
  mv "$state/config/pods.conflist" "$state/config/cni/"
}

up() {
  [ ! -e "$state" ] || { echo "A cluster is there already, or its remains are: scripts/cluster.sh down" >&2; exit 1; }
  configure
  unshare --net --mount --pid --fork --mount-proc --kill-child \
    scripts/cluster/node.sh "$bin" "$state" $address $network >"$state/log/node.log" 2>&1 </dev/null &
  echo $! >"$state/holder"
  await 10 "namespaces" first_process
  await 120 "node" kubectl get node trial
  kubectl wait --for=condition=Ready node/trial --timeout=60s
  inside "$bin/outside" "$state/outside" $address >"$state/log/outside.log" 2>&1 </dev/null &
  await 60 "PostgreSQL and Temporal" test -s "$state/outside/before-database-url"
}

# first_process notes the process the others of the node descend from.
first_process() { pgrep -P "$(cat "$state/holder")" >"$state/pid"; }

load() { inside ctr --address /run/nenep-trial/containerd.sock --namespace k8s.io images import "$1"; }

down() {
  [ -e "$state" ] || return 0
  kill -KILL "$(cat "$state/holder")" 2>/dev/null || true
  wait 2>/dev/null || true
  rm -rf dist/cluster/log && cp -r "$state/log" dist/cluster/log # to be read afterwards
  for _ in 1 2 3 4 5; do rm -rf "$state" 2>/dev/null && break; sleep 1; done
  find /sys/fs/cgroup -depth -type d \( -path '*/kubepods/*' -o -name kubepods \) -exec rmdir {} + 2>/dev/null || true
}

. scripts/cluster/trial.sh

case ${1:-} in
  build) need; build ;;
  up) need; build; up ;;
  load) load "$2" ;;
  in) shift; export KUBECONFIG=$state/config/kubeconfig PATH=$bin:$root/bin:$PATH; inside "$@" ;;
  down) down ;;
  stage) [ "$2" != upgraded ] || { release_before; release_after; }; eval "$2" ;;
  test) need; build; release_before; release_after; trial ;;
  *) sed -n '2,15s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
