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
  for each in etcd:etcd-server containerd:containerd runc:runc iptables:iptables conntrack:conntrack ip:iproute2 openssl:openssl curl:curl nsenter:util-linux; do
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
  await 60 "PostgreSQL and Temporal" test -s "$state/outside/database-url"
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

install() { # FLAGS...
  helm upgrade --install nenep charts/nenep --namespace nenep --wait --timeout 5m --values scripts/cluster/values.yaml "$@"
}

trial() {
  [ -e "$state" ] || trap down EXIT
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
  terminal case list --limit 4
  echo "== the worker and reports are killed while cases open ($SECONDS s)"
  kubectl --namespace nenep delete pods --selector 'app.kubernetes.io/component in (worker, reports)' --grace-period 0 --force 2>/dev/null
  kubectl --namespace nenep rollout status deployment/nenep-reports --timeout 60s
  kubectl --namespace nenep rollout status deployment/nenep-worker --timeout 60s
  settled
  echo "$(cases) cases stand ($SECONDS s)"
  memory
  echo "== upgrade ($SECONDS s)"
  local before after asking
  before=$(cases)
  ask_portal >"$state/log/portal-asked.log" & asking=$!
  install --set image.tag="$tag" --set podAnnotations.trial=again || { report; return 1; }
  kill $asking; wait $asking || true
  settled
  after=$(cases)
  echo "$before cases before, $after after; the portal was asked $(wc -l <"$state/log/portal-asked.log") times ($SECONDS s)"
  [ "$after" -ge "$before" ] || { echo "cases were lost by an upgrade" >&2; return 1; }
  ! grep -v '^200$' "$state/log/portal-asked.log" || { echo "officials would have seen the upgrade" >&2; return 1; }
  helm uninstall nenep --namespace nenep --wait
  echo "done ($SECONDS s)"
}

# settled waits until the number of cases stays the same for eight seconds. A Service whose pod
# just became ready may still be unknown to the node's rules, and an answer refused.
settled() {
  local before=-1 now=0
  until [ "$now" = "$before" ] && [ "$now" -gt 0 ]; do
    before=$now; sleep 8; now=$(cases 2>/dev/null) || now=0
  done
}

# ask_portal notes what an official's browser would have got, five times a second.
ask_portal() {
  local service
  service=$(kubectl --namespace nenep get service nenep-portal --output jsonpath='{.spec.clusterIP}')
  while sleep 0.2; do inside curl --silent --output /dev/null --max-time 5 --write-out '%{http_code}\n' "http://$service/livez" || true; done
}

docker_tag() { tar -xOf "$1" manifest.json | sed 's/.*"RepoTags":\["[^"]*:\([^"]*\)"\].*/\1/'; }

terminal() { kubectl --namespace nenep exec deployment/nenep-terminal -- /nenep "$@"; }
cases() { terminal case list --limit 2000 | tail -n +2 | wc -l; }
opened() { [ "$(cases)" -gt 0 ]; }

report() {
  kubectl --namespace nenep get pods,jobs,events
  for pod in $(kubectl --namespace nenep get pods --output name); do
    echo "-- $pod"; kubectl --namespace nenep logs --tail 15 "$pod" || true
  done
}

memory() {
  local bytes
  for pod in $(kubectl --namespace nenep get pods --field-selector status.phase=Running --output name); do
    bytes=$(kubectl get --raw /api/v1/nodes/trial/proxy/stats/summary | tr -d ' \n' | grep -o "\"name\":\"${pod#pod/}\".*" |
      grep -o '"workingSetBytes":[0-9]*' | head -1 | cut -d: -f2)
    printf '%-45s %s MiB\n' "$pod" $((bytes >> 20))
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
