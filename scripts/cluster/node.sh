#!/usr/bin/env bash
# The first process of the namespaces cluster.sh makes: starts every part of the node and stays.
# When it or any part ends, the kernel ends and unmounts all that was started here.
set -euo pipefail
bin=$1 state=$2 address=$3 network=$4
run=/run/nenep-trial
kubeconfig=$state/config/kubeconfig
mount -t tmpfs -o mode=755 trial /run # neither the machine's sockets nor its iptables lock
mkdir -p $run /run/lock

ip link set lo up
ip link add pods type bridge
ip address add "$address/${network#*/}" dev pods
ip link set pods up
ip route add default via "$address" dev pods # Services are routed before they are translated
echo 1 >/proc/sys/net/ipv4/ip_forward

declare -A names
start() { # NAME COMMAND...
  local name=$1; shift
  "$@" >"$state/log/$name.log" 2>&1 &
  names[$!]=$name
}
until_answers() { # SECONDS COMMAND...
  local left=$1; shift
  until "$@" >/dev/null 2>&1; do
    left=$((left - 1))
    [ $left -gt 0 ] || { echo "no answer: $*" >&2; exit 1; }
    sleep 1
  done
}

start etcd etcd --data-dir "$state/etcd" --unsafe-no-fsync \
  --listen-client-urls http://127.0.0.1:2379 --advertise-client-urls http://127.0.0.1:2379 --listen-peer-urls http://127.0.0.1:2380
start containerd containerd --config "$state/config/containerd.toml"
start apiserver "$bin/kube-apiserver" --etcd-servers http://127.0.0.1:2379 --bind-address "$address" --secure-port 6443 \
  --advertise-address "$address" --cert-dir "$state/certificates" --service-cluster-ip-range 10.96.0.0/16 \
  --service-account-issuer https://kubernetes.default.svc --service-account-key-file "$state/accounts.key" \
  --service-account-signing-key-file "$state/accounts.key" --token-auth-file "$state/tokens.csv" \
  --authorization-mode RBAC --kubelet-preferred-address-types InternalIP
until_answers 90 "$bin/kubectl" --kubeconfig "$kubeconfig" get --raw /readyz
start controllers "$bin/kube-controller-manager" --kubeconfig "$kubeconfig" --leader-elect=false --bind-address 127.0.0.1 \
  --service-account-private-key-file "$state/accounts.key" --root-ca-file "$state/certificates/apiserver.crt"
start scheduler "$bin/kube-scheduler" --kubeconfig "$kubeconfig" --leader-elect=false --bind-address 127.0.0.1
start dns "$bin/coredns" -conf "$state/config/Corefile"
until_answers 30 ctr --address $run/containerd.sock version
ctr --address $run/containerd.sock --namespace k8s.io images import "$bin/pause.tar" >/dev/null
start kubelet "$bin/kubelet" --kubeconfig "$kubeconfig" --config "$state/config/kubelet.yaml" --root-dir "$state/kubelet" \
  --cert-dir "$state/certificates" --hostname-override trial --node-ip "$address"
start proxy "$bin/kube-proxy" --config "$state/config/proxy.yaml"
wait -n -p ended || true
echo "${names[$ended]} ended, and the node with it; see ${names[$ended]}.log" >&2
exit 1
