#!/usr/bin/env bash
# A real one-node Kubernetes to try the chart on, from Go modules and Debian packages: no registry,
# no container engine, nothing reachable from or reaching outside this machine. As root.
#
#   cluster.sh build       compiles the parts (some 10 minutes at first use)
#   cluster.sh up          starts the node, and a PostgreSQL, a Temporal, a mail relay beside it
#   cluster.sh load TAR    gives the node an image
#   cluster.sh in CMD...   runs kubectl, helm, curl… where the cluster is
#   cluster.sh down        ends everything and forgets it
#   cluster.sh test        all of it: dist/nenep.tar installed, pods ready, cases opened, upgraded, down
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
  for each in etcd:etcd-server containerd:containerd runc:runc iptables:iptables conntrack:conntrack ip:iproute2 openssl:openssl nsenter:util-linux; do
    command -v "${each%%:*}" >/dev/null || missing+=("${each##*:}")
  done
  [ -x /usr/lib/cni/bridge ] || missing+=(containernetworking-plugins)
  [ ${#missing[@]} = 0 ] || { echo "Install these Debian packages: apt-get install ${missing[*]}" >&2; exit 1; }
}

build() {
  mkdir -p "$bin"
  # Unstamped, the parts call themselves v0.0.0 and Helm refuses the chart.
  (cd scripts/cluster/kubernetes && stamp=$(GOWORK=off go list -m -f '{{.Version}}' k8s.io/kubernetes) &&
    GOWORK=off go build -ldflags "-X k8s.io/component-base/version.gitVersion=$stamp" -o "$bin/" tool)
  (cd scripts/cluster/dns && GOWORK=off CGO_ENABLED=0 go build -o "$bin/coredns" .)
  GOWORK=off CGO_ENABLED=0 go build -o "$bin/pause" scripts/cluster/pause/pause.go
  GOWORK=off go run scripts/image/image.go -out "$bin/pause.tar" -binary "$bin/pause" -roots /dev/null -repository local/pause -version 1 \
    -architecture "$(go env GOHOSTARCH)" >/dev/null
  go build -o "$bin/outside" scripts/cluster/outside/outside.go
}

inside() { nsenter --target "$(cat "$state/pid")" --net --mount --pid --wdns "$PWD" -- "$@"; }
kubectl() { inside "$bin/kubectl" --kubeconfig "$state/config/kubeconfig" "$@"; }
helm() { inside "$root/bin/helm" --kubeconfig "$state/config/kubeconfig" "$@"; }

await() { # SECONDS WHAT COMMAND...
  local left=$1 what=$2; shift 2
  until "$@" >/dev/null 2>&1; do
    left=$((left - 1))
    [ $left -gt 0 ] || { echo "$what: not within the time given; logs in $state/log" >&2; return 1; }
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
  [ ! -e "$state" ] || { echo "A cluster is there already: scripts/cluster.sh down" >&2; exit 1; }
  configure
  unshare --net --mount --pid --fork --mount-proc --kill-child \
    scripts/cluster/node.sh "$bin" "$state" $address $network >"$state/log/node.log" 2>&1 </dev/null &
  echo $! >"$state/holder"
  await 10 "namespaces" first_process
  await 120 "node" kubectl get node trial
  kubectl wait --for=condition=Ready node/trial --timeout=60s
  inside "$bin/outside" "$state/outside" $address >"$state/log/outside.log" 2>&1 </dev/null &
  await 60 "PostgreSQL and Temporal" test -s "$state/outside/database-url"
}

# first_process notes the process the others of the node descend from.
first_process() { pgrep -P "$(cat "$state/holder")" >"$state/pid"; }

load() { inside ctr --address /run/nenep-trial/containerd.sock --namespace k8s.io images import "$1"; }

down() {
  [ -e "$state" ] || return 0
  kill -KILL "$(cat "$state/holder")" 2>/dev/null || true
  wait 2>/dev/null || true
  await 30 "the node's end" rm -rf "$state"
  find /sys/fs/cgroup -depth -type d \( -path '*/kubepods/*' -o -name kubepods \) -exec rmdir {} + 2>/dev/null || true
}

install() { # FLAGS...
  helm upgrade --install nenep charts/nenep --namespace nenep --wait --timeout 5m --values scripts/cluster/values.yaml "$@"
}

trial() {
  trap down EXIT
  up
  load dist/nenep.tar
  local tag
  tag=$(docker_tag dist/nenep.tar)
  kubectl create namespace nenep
  kubectl label namespace nenep pod-security.kubernetes.io/enforce=restricted pod-security.kubernetes.io/warn=restricted
  kubectl --namespace nenep create secret generic nenep --from-literal=service-key="$(openssl rand -hex 32)" \
    --from-literal=database-url="$(cat "$state/outside/database-url")"
  echo "== install ($SECONDS s)"
  install --set image.tag="$tag" || { report; return 1; }
  kubectl --namespace nenep get pods,jobs --output wide
  echo "== cases ($SECONDS s)"
  await 180 "cases" opened || { report; return 1; }
  kubectl --namespace nenep exec deployment/nenep-reports -- /nenep case list | head -5
  echo "$(cases) cases stand ($SECONDS s)"
  memory
  echo "== upgrade ($SECONDS s)"
  local before
  before=$(cases)
  install --set image.tag="$tag" --set podAnnotations.trial=again || { report; return 1; }
  [ "$(cases)" -ge "$before" ] || { echo "cases were lost by an upgrade" >&2; return 1; }
  echo "done ($SECONDS s)"
}

docker_tag() { tar -xOf "$1" manifest.json | sed 's/.*"RepoTags":\["[^"]*:\([^"]*\)"\].*/\1/'; }

cases() { kubectl --namespace nenep exec deployment/nenep-reports -- /nenep case list --json | grep -c '"case_id"\|"caseId"'; }
opened() { [ "$(cases)" -gt 0 ]; }

report() {
  kubectl --namespace nenep get pods,jobs,events
  for pod in $(kubectl --namespace nenep get pods --output name); do
    echo "-- $pod"; kubectl --namespace nenep logs --tail 15 "$pod" || true
  done
}

memory() {
  for pod in $(kubectl --namespace nenep get pods --field-selector status.phase=Running --output name); do
    printf '%-45s %s\n' "$pod" "$(kubectl get --raw "/api/v1/nodes/trial/proxy/stats/summary" |
      tr -d ' \n' | grep -o "\"name\":\"${pod#pod/}\".*" | grep -o '"workingSetBytes":[0-9]*' | head -1)"
  done
}

case ${1:-} in
  build) need; build ;;
  up) need; build; up ;;
  load) load "$2" ;;
  in) shift; export KUBECONFIG=$state/config/kubeconfig PATH=$bin:$root/bin:$PATH; inside "$@" ;;
  down) down ;;
  test) need; build; trial ;;
  *) sed -n '2,13s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
