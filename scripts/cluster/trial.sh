# Sourced by cluster.sh: what is tried on the cluster, stage by stage. A stage that finds something wrong says what, and ends everything.

ns=nenep
figures=$root/dist/cluster/figures.txt
latest=$root/dist before=$root/dist/cluster/before after=$root/dist/cluster/after

fail() { echo "FAILED ($SECONDS s): $*" >&2; exit 1; }
stage() { printf '\n== %s (%s s)\n' "$*" "$SECONDS"; }
figure() { printf '%-78s %s\n' "$1" "$2" | tee -a "$figures"; }
k() { kubectl --namespace "$ns" "$@"; }
tag_of() { tar -xOf "$1" manifest.json | sed 's/.*"RepoTags":\["[^"]*:\([^"]*\)"\].*/\1/'; }
now() { date +%s%N; }
since() { awk -v a="$1" -v b="$(now)" 'BEGIN { printf "%.1f", (b - a) / 1e9 }'; }

# within SECONDS WHAT COMMAND...
within() {
  local left=$1 what=$2; shift 2
  until "$@" >/dev/null 2>&1; do
    left=$((left - 1)); [ $left -gt 0 ] || fail "$what: not within the time given"
    sleep 1
  done
}

# namespace NAME: one that takes restricted pods only.
namespace() {
  ns=$1
  kubectl create namespace "$ns"
  kubectl label namespace "$ns" pod-security.kubernetes.io/enforce=restricted pod-security.kubernetes.io/warn=restricted >/dev/null
}

# secret DATABASE: what every release outside evaluation is given.
secret() {
  k create secret generic nenep --from-literal=database-url="$(cat "$state/outside/$1-database-url")" \
    --from-literal=service-key="$(openssl rand -hex 32)" --from-literal=payload-keys="trial:$(openssl rand -base64 32)"
}

# given: what a release to last is given besides: keys of its own for each role, a certificate of an authority that only this trial
# knows, a volume for backups and the password of Temporal's database.
given() {
  local made=$state/given each names=subjectAltName=DNS:nenep-metrics
  mkdir -p "$made" "$state/volumes/backups"
  for each in units reports notifications portal; do names+=,DNS:nenep-$each; done
  openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj '/CN=trial' -keyout "$made/ca.key" -out "$made/ca.crt" 2>/dev/null
  openssl req -newkey rsa:2048 -nodes -subj '/CN=nenep' -addext "$names" -keyout "$made/tls.key" -out "$made/tls.csr" 2>/dev/null
  openssl x509 -req -in "$made/tls.csr" -CA "$made/ca.crt" -CAkey "$made/ca.key" -CAcreateserial -days 30 -copy_extensions copyall -out "$made/tls.crt" 2>/dev/null
  k create secret generic nenep-tls --from-file="$made/tls.crt" --from-file="$made/tls.key" --from-file="$made/ca.crt"
  dist/nenep keys tokens "$made/tokens.yaml" --namespace "$ns" >/dev/null
  kubectl apply --filename "$made/tokens.yaml"
  k create secret generic temporal-db --from-literal=password="$(sed 's#.*://[^:]*:\([^@]*\)@.*#\1#' "$state/outside/nenep-database-url")"
  volume backups
  k apply --filename - <<'CLAIM'
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: nenep-backups}
spec: {accessModes: [ReadWriteOnce], storageClassName: trial, volumeName: backups, resources: {requests: {storage: 1Gi}}}
CLAIM
}

# service NAME: its address; where it answers over TLS, by its name, which curl is told where to find.
trust=()
service() { k get service "$1" --output jsonpath='{.spec.ports[0].name}{" "}{.spec.clusterIP}' | awk -v name="$1" '{ print $1 "://" ($1 == "https" ? name : $2) }'; }
trusted() { trust=(--cacert "$state/given/ca.crt" --connect-to "nenep-portal:443:$(k get service nenep-portal --output jsonpath='{.spec.clusterIP}'):443"); }
status_of() { inside curl "${trust[@]}" --silent --output /dev/null --max-time 10 --write-out '%{http_code}' "$@" || true; }
answers() { local address; address=$(service "$1" 2>/dev/null) && [ "$(status_of "$address/dang-nhap")" = 200 ]; }

# install WHAT SERVICE CHART FLAGS...: what an administrator types, and how long it takes until the first page is there.
install() {
  local what=$1 service=$2 fresh=yes left=150 began typed; shift 2
  ! helm status nenep --namespace "$ns" >/dev/null 2>&1 || fresh=
  began=$(now)
  helm upgrade --install nenep "$@" --namespace "$ns" --wait --timeout 15m --set image.pullPolicy=Never >"$state/log/helm-$ns.log" 2>&1 & typed=$!
  until answers "$service"; do
    # A Service may be unknown to the node's rules for a while after helm is content.
    kill -0 $typed 2>/dev/null || [ $((left -= 1)) -gt 0 ] || { cat "$state/log/helm-$ns.log" >&2; fail "helm: $what"; }
    sleep 0.2
  done
  [ -z "$fresh" ] || figure "$what: seconds to the first page" "$(since "$began")"
  wait $typed || { cat "$state/log/helm-$ns.log" >&2; fail "helm: $what"; }
  figure "$what: seconds until helm is content" "$(since "$began")"
}

# outside_release TAG: the values of a release whose PostgreSQL, Temporal and mail relay stand outside.
outside_release() { echo --values "${2:-scripts/cluster/values.yaml}" --set image.tag="$1"; }

terminal() {
  local pod
  for pod in evaluation terminal units; do
    ! k get "deployment/nenep-$pod" >/dev/null 2>&1 || { k exec "deployment/nenep-$pod" -- /nenep "$@"; return; }
  done
  return 1
}
cases() { terminal case list --limit 5000 | tail -n +2 | wc -l; }
opened() { [ "$(cases)" -gt 0 ]; }

# settled waits until the number of cases stays the same for eight seconds. A Service whose pod
# just became ready may still be unknown to the node's rules, and an answer refused.
settled() {
  local last=-1 count=0 left=60
  until [ "$count" = "$last" ] && [ "$count" -gt 0 ]; do
    last=$count; sleep 8; count=$(cases 2>/dev/null) || count=0
    left=$((left - 1)); [ $left -gt 0 ] || fail "cases go on opening for eight minutes"
  done
}

# A person at a browser: jar is what his browser remembers.
jar=$state/jar
browse() { inside curl "${trust[@]}" --silent --show-error --location --max-time 30 --cookie-jar "$jar" --cookie "$jar" "$@"; }
plain() { sed 's/&#43;/+/g; s/&#61;/=/g; s/&#39;/'"'"'/g; s/&amp;/\&/g'; }

# fill_in PAGE ACTION FIELD=VALUE...: fetches the page, and sends the form of that address with the hidden fields it holds; FIELD=@FILE
# sends a file.
fill_in() {
  local page=$1 action=$2 origin flags=() name value kind=--data-urlencode; shift 2
  [[ "$*" != *=@* ]] || kind=--form-string
  origin=$(echo "$page" | cut -d/ -f1-3)
  browse "$page" >"$state/page.html"
  while IFS=$'\t' read -r name value; do flags+=("$kind" "$name=$value"); done < <(
    sed -n "\\#<form[^>]*action=\"$action\"#,\\#</form>#p" "$state/page.html" | grep -o '<input type="hidden"[^>]*>' |
      sed -n 's/.*name="\([^"]*\)" value="\([^"]*\)".*/\1\t\2/p' | plain)
  [ ${#flags[@]} -gt 0 ] || fail "$page has no form for $action"
  for each; do [[ $each == *=@* ]] && flags+=(--form "$each") || flags+=("$kind" "$each"); done
  browse "${flags[@]}" --output "$state/answer.html" --write-out '%{http_code}' "$origin$action"
}

# ask_page SERVICE LOG: what an official would have got, five times a second: his page.
ask_page() {
  local address; address=$(service "$1")
  while sleep 0.2; do inside curl --silent --output /dev/null --max-time 15 --cookie "$jar" --write-out '%{http_code} %{time_total} %{errormsg}\n' "$address/" >>"$2" || true; done
}

# unrefused WHAT LOG
unrefused() {
  local asked refused
  asked=$(wc -l <"$2") refused=$(grep -cv '^200 ' "$2" || true)
  figure "$1: pages asked for, refused" "$asked, $refused"
  [ "$asked" -gt 5 ] || fail "$1: the portal was hardly asked"
  [ "$refused" = 0 ] || [ -n "${3:-}" ] || { grep -v '^200 ' "$2" >&2; fail "$1: officials would have been refused"; }
}

# signs is how the services of a source tree sign what they say to each other. Pods of two releases that differ in it do not hear each other.
signs() { grep -oE 'jwt\.SigningMethod[A-Za-z0-9]+' "$1/proto/wire/token.go" | sort -u | paste -sd' '; }

# memory WHAT: working sets of the pods of the namespace.
memory() {
  local pod bytes
  kubectl get --raw /api/v1/nodes/trial/proxy/stats/summary | tr -d ' \n' >"$state/summary"
  for pod in $(k get pods --field-selector status.phase=Running --output jsonpath='{.items[*].metadata.name}'); do
    bytes=$(grep -o "\"podRef\":{\"name\":\"$pod\".*" "$state/summary" | grep -o '"workingSetBytes":[0-9]*' | head -1 | cut -d: -f2 || true)
    [ -z "$bytes" ] || figure "memory, $1, $(echo "$pod" | sed -E 's/-[0-9a-f]{8,10}-[0-9a-z]{5}$//')" "$((bytes >> 20)) MiB"
  done
}

# started: from the start of a container until its pod was ready.
started() {
  local pod begun ready
  k get pods --field-selector status.phase=Running --output jsonpath='{range .items[*]}{.metadata.name}{" "}{.status.containerStatuses[0].state.running.startedAt}{" "}{.status.conditions[?(@.type=="Ready")].lastTransitionTime}{"\n"}{end}' |
    while read -r pod begun ready; do
      [ -z "$ready" ] || figure "start until ready, $(echo "$pod" | sed -E 's/-[0-9a-f]{8,10}-[0-9a-z]{5}$//')" "$(($(date -d "$ready" +%s) - $(date -d "$begun" +%s))) s"
    done
}

# busy SERVICE: eight browsers for half a minute.
busy() {
  local address loading; address=$(service "$1")
  (while :; do inside curl --silent --output /dev/null --parallel --parallel-max 8 --max-time 20 --cookie "$jar" "$address/?[1-200]"; done) >/dev/null 2>&1 & loading=$!
  sleep 30
  memory busy
  kill $loading; wait $loading 2>/dev/null || true
}

# everything in the namespace but what Kubernetes puts into every one.
everything() {
  local kinds
  kinds=$(kubectl api-resources --verbs=list --namespaced --output name | grep -vE '^(events|events.events.k8s.io|pods.metrics.k8s.io|endpoints)$' | paste -sd,)
  k get "$kinds" --ignore-not-found --output name 2>/dev/null |
    { grep -vE '^(configmap/kube-root-ca.crt|serviceaccount/default)$' || true; } | sort
}

# uninstall BEFORE LEFT: everything goes but what was there before, and what is said to stay (a pattern).
uninstall() {
  helm uninstall nenep --namespace "$ns" --wait --timeout 5m >/dev/null
  local left=60 rest
  while rest=$(comm -13 "$1" <(everything) | grep -vE "${2:-^$}"); do
    left=$((left - 1)); [ $left -gt 0 ] || fail "helm uninstall leaves: $rest"
    sleep 1
  done
  echo "uninstalled; what is left: $(comm -13 "$1" <(everything) | paste -sd' ')"
}

report() {
  for ns in $(kubectl get namespaces --output name | sed -n 's#^namespace/\(nenep.*\)#\1#p'); do
    echo "== $ns"
    k get pods,jobs,pvc,events
    for pod in $(k get pods --output name); do echo "-- $pod"; k logs --tail 20 "$pod" || true; done
  done
}

# The stages.

# manifests: whatever the chart can render, the API server takes, with the definitions of all kinds and every field known.
manifests() {
  stage "every manifest, applied as far as the API server goes"
  kubectl apply --server-side --filename "$bin/kinds" >/dev/null 2>&1 || kubectl apply --server-side --filename "$bin/kinds"
  kubectl wait --for=condition=Established crd --all --timeout=60s >/dev/null
  namespace nenep
  local folder=$state/rendered file each count=0
  mkdir -p "$folder"
  (cd charts/tests && GOWORK=off NENEP_RENDERED="$folder" go test -count=1 -run TestEveryOptionIsWrittenDown . >/dev/null)
  # A pod of its own, as helm test makes one, is taken only where its account exists.
  for each in $(grep -hoE 'serviceAccountName: .*' "$folder"/*.yaml | cut -d' ' -f2 | sort -u); do
    k get serviceaccount "$each" >/dev/null 2>&1 || k create serviceaccount "$each"
  done
  for file in "$folder"/*.yaml; do
    k apply --server-side --force-conflicts --dry-run=server --validate=strict --filename "$file" >"$state/log/applied.log" 2>&1 ||
      { cat "$state/log/applied.log" >&2; fail "the API server refuses $(head -1 "$file")"; }
    ! grep -i 'would violate PodSecurity' "$state/log/applied.log" >&2 || fail "not restricted: $(head -1 "$file")"
    count=$((count + $(grep -c 'serverside-applied' "$state/log/applied.log")))
  done
  figure "manifests: objects the API server took, of so many renderings" "$count, $(ls "$folder" | wc -l)"
  kubectl delete namespace nenep >/dev/null
}

# volume NAME: a static one, as an administrator without a storage class would make them.
volume() {
  mkdir -p "$state/volumes/$1"
  kubectl apply --filename - >/dev/null <<VOLUME
apiVersion: v1
kind: PersistentVolume
metadata: {name: $1}
spec:
  capacity: {storage: 2Gi}
  accessModes: [ReadWriteOnce]
  storageClassName: trial
  local: {path: $state/volumes/$1}
  nodeAffinity: {required: {nodeSelectorTerms: [{matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [trial]}]}]}}
VOLUME
}

evaluation() {
  stage "evaluation: everything inside by one command"
  namespace nenep-evaluation
  volume database
  volume data
  everything >"$state/before-evaluation"
  local flags=(charts/nenep --set evaluation.enabled=true --set evaluation.storage.className=trial
    --set evaluation.image.tag="$(tag_of dist/standalone.tar)" --set evaluation.postgres.image.tag="$(tag_of dist/postgres.tar)")
  install "evaluation" nenep-evaluation "${flags[@]}"
  started
  sign_in_by_choice
  act_in_evaluation
  settled
  handed_in
  reminded
  figure "evaluation: cases" "$(cases)"
  # Whether a reminder leaves depends on the hour; the program says what it saw.
  terminal try --within 3m && figure "evaluation: a case opened, its reminder seen" yes || figure "evaluation: a case opened, its reminder seen" no
  memory idle
  busy nenep-evaluation
  local password key
  password=$(k get secret nenep-evaluation --output jsonpath='{.data.database-password}')
  stage "evaluation: upgraded, its pods killed"
  install "evaluation, upgraded" nenep-evaluation "${flags[@]}" --set podAnnotations.trial=again
  [ "$password" = "$(k get secret nenep-evaluation --output jsonpath='{.data.database-password}')" ] || fail "an upgrade made another password"
  k delete pods --all --grace-period 0 --force >/dev/null 2>&1
  k rollout status statefulset/nenep-postgres --timeout 3m >/dev/null
  k rollout status deployment/nenep-evaluation --timeout 5m >/dev/null
  within 60 "the page of whoever was signed in" signed_in nenep-evaluation
  ! helm upgrade nenep charts/nenep --namespace "$ns" --values scripts/cluster/values.yaml >"$state/log/turned.log" 2>&1 || fail "an evaluation was turned into a release to last"
  grep -F 'would be taken away with its data' "$state/log/turned.log" >/dev/null || fail "the refusal does not say why"
  uninstall "$state/before-evaluation"
  kubectl delete persistentvolume database data >/dev/null
}

signed_in() { [ "$(inside curl "${trust[@]}" --silent --output /dev/null --max-time 10 --cookie "$jar" --write-out '%{http_code}' "$(service "$1")/")" = 200 ]; }

# sign_in_by_choice is whoever is offered and has a case; the cases open while she looks.
sign_in_by_choice() {
  local address person left=40; address=$(service nenep-evaluation)
  while [ $((left -= 1)) -gt 0 ]; do
    rm -f "$jar"
    browse "$address/dang-nhap" >"$state/entrance.html"
    for person in $(grep -o 'name="official" value="[^"]*"' "$state/entrance.html" | head -5 | sed 's/.*value="//; s/"$//'); do
      rm -f "$jar"
      [ "$(fill_in "$address/dang-nhap" /dang-nhap/chay-thu "official=$person")" = 200 ] || fail "$person cannot sign in"
      signed_in nenep-evaluation || fail "$person is not signed in"
      hers=$(grep -o 'href="/h/[^"]*"' "$state/answer.html" | head -1 | sed 's/href="//; s/"$//' || true)
      [ -z "$hers" ] || { figure "evaluation: signed in, with a case: $hers" "yes"; return; }
    done
    sleep 3
  done
  fail "none of the people offered has a case"
}

# act_in_evaluation asks for more time through the Service, and finds the message about it in the ledger and whoever reviews in it.
act_in_evaluation() {
  local address code; address=$(service nenep-evaluation)
  code=$(fill_in "$address$hers/viec/ghi-chu" "$hers/viec/ghi-chu" 'words=Đã giao cho văn phòng.' do=act)
  [ "$code" = 200 ] || fail "the note was answered by $code"
  browse "$address$hers/lich-su" | grep -F 'Đã giao cho văn phòng.' >/dev/null || fail "the note is not in the history"
  code=$(fill_in "$address$hers/viec/de-nghi-gia-han" "$hers/viec/de-nghi-gia-han" "day=$(TZ=Asia/Ho_Chi_Minh date -d '+400 days' +%d/%m/%Y)" 'words=Hội nghị phải lùi.' do=act)
  [ "$code" = 200 ] || { cat "$state/answer.html" >&2; fail "the request was answered by $code"; }
  within 120 "the message to the reviewer" told_of "${hers#/h/}"
  terminal notifications list --case "${hers#/h/}"
}

holder() { terminal unit show "$1" --json | tr -d '\n' | grep -o "\"official_id\": *\"[^\"]*\", *\"role\": *\"$2\"" | head -1 | cut -d'"' -f4; }

# enter_as UNIT ROLE signs in whoever holds it, by choice.
enter_as() {
  local person; person=$(holder "$1" "$2")
  rm -f "$jar"
  [ "$(fill_in "$address/dang-nhap" /dang-nhap/chay-thu "official=$person")" = 200 ] || fail "$2 of $1 cannot sign in"
}

# handed_in: a case is worked and submitted through the Service by the official who answers for it, and waits for whoever reviews it.
handed_in() {
  local address case code; address=$(service nenep-evaluation)
  case=$(terminal case list --obligation BCD-03 --unit SO-NV | grep -o 'BCD-03/SO-NV/[A-Z0-9-]*' | head -1)
  [ -n "$case" ] || fail "the department of home affairs has no case"
  enter_as SO-NV contact
  printf '%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 0/Kids[]>>endobj\ntrailer<</Root 1 0 R>>\n%%%%EOF\n' >"$state/quyet-dinh.pdf"
  code=$(fill_in "$address/h/$case/buoc/decision" "/h/$case/buoc/decision" "held_on=$(TZ=Asia/Ho_Chi_Minh date +%d/%m/%Y)" fact-chair_role=head fact-members=7 "files=@$state/quyet-dinh.pdf;type=application/pdf" do=act)
  [ "$code" = 200 ] || { cat "$state/answer.html" >&2; fail "the decision was answered by $code"; }
  code=$(fill_in "$address/h/$case/kiem-tra" "/h/$case/kiem-tra" do=act)
  [ "$code" = 200 ] || { cat "$state/answer.html" >&2; fail "the submission was answered by $code"; }
  terminal case show "$case" | grep -i submitted || { cat "$state/answer.html" >&2; fail "$case is not submitted"; }
  enter_as BTGDV reviewer
  browse "$address/cho-xac-nhan" | grep -F "/h/$case" >/dev/null || fail "$case does not wait for its reviewer"
  figure "evaluation: a case submitted through the Service" "$case"
}

# reminded: the clock of a case is put forward to the next rung of its ladder, and the reminder is written and delivered.
reminded() {
  local case day
  read -r case day < <(terminal case list --unit SO-NV | awk '$2 == "open" && $6 ~ /^20/ { print $1, $6; exit }')
  terminal case shift-clock "$case" --as "$(holder SO-NV contact)" --seconds $(($(TZ=Asia/Ho_Chi_Minh date -d "$day 06:01" +%s) - $(date +%s)))
  within 60 "the reminder of $case" reminder_of "$case"
  figure "evaluation: the reminder of $day, delivered" "$case"
}
reminder_of() { terminal notifications list --case "$1" | grep ' sent .* reminder '; }
told_of() { [ "$(terminal notifications list --case "$1" | wc -l)" -gt 1 ]; }

# distributed: a release to last, Temporal, PostgreSQL and mail outside.
distributed() {
  local lasting
  stage "distributed: Temporal, PostgreSQL and mail relay outside"
  # shellcheck disable=SC2207
  lasting=($(outside_release "$(tag_of dist/nenep.tar)") --set secrets.payloadKeys.existingSecret=nenep --set secrets.tokenKey.existingSecret=nenep-tokens)
  namespace nenep
  secret nenep
  given
  everything >"$state/before-distributed"
  install "distributed" nenep-portal charts/nenep "${lasting[@]}"
  started
  within 180 "cases" opened
  sign_in_by_mail
  stage "the worker and reports are killed while cases open"
  k delete pods --selector 'app.kubernetes.io/component in (worker, reports)' --grace-period 0 --force 2>/dev/null
  k rollout status deployment/nenep-reports --timeout 3m
  k rollout status deployment/nenep-worker --timeout 3m
  settled
  figure "distributed: cases" "$(cases)"
  memory idle
  busy nenep-portal
  temporal_away
  tested
  drained
  guided
  secured
  stage "distributed: uninstalled"
  uninstall "$state/before-distributed" '^(job.batch/nenep-migrations|pod/nenep-migrations-[a-z0-9]+|pod/nenep-try)$'
}

# sign_in_by_mail: a link mailed to the official opens the portal for this browser.
sign_in_by_mail() {
  local address email link; address=$(service nenep-portal)
  rm -f "$jar"
  email=$(terminal unit show SO-NV --json | sed -n 's/.*"email": "\([^"]*@[^"]*\)".*/\1/p' | tail -1)
  [ -n "$email" ] || fail "no official has an address"
  rm -f "$state"/outside/mailbox/*.eml # of an earlier sign-in
  [ "$(fill_in "$address/dang-nhap/thu" /dang-nhap/thu "email=$email")" = 200 ] || { cat "$state/answer.html" >&2; fail "no link could be asked for"; }
  within 60 "the mail with the link" mailed
  link=$(mailed)
  [ "$(fill_in "$address$link" "$link")" = 200 ] || { cat "$state/answer.html" >&2; fail "the link opens nothing"; }
  signed_in nenep-portal || fail "$email is not signed in"
  echo "$email is signed in by a link in a mail ($SECONDS s)"
}
# mailed is the link of the newest mail that holds one.
mailed() {
  local mail
  for mail in $(ls -r "$state"/outside/mailbox/*.eml); do
    tr -d '\r' <"$mail" | sed ':more; /=$/ { N; s/=\n//; b more }' | grep -oE '/dang-nhap/thu/[A-Za-z0-9_-]+' | tail -1 | grep . && return
  done
  return 1
}

# temporal_away: Temporal does not answer for a while; nothing starts anew, pages are there, and all is well when it is back.
temporal_away() {
  stage "Temporal goes away and comes back"
  local restarts; restarts=$(restarted)
  inside iptables -I INPUT 1 -p tcp --dport 7233 -d $address ! -s $address -j REJECT --reject-with tcp-reset
  k delete pods --selector app.kubernetes.io/component=worker --wait=false >/dev/null
  within 120 "a worker that says what it waits for" worker_says
  echo "the worker says: $(worker_says)"
  [ "$(status_of "$(service nenep-portal)/dang-nhap")" = 200 ] || fail "no page while Temporal is away"
  sleep 20
  inside iptables -D INPUT -p tcp --dport 7233 -d $address ! -s $address -j REJECT --reject-with tcp-reset
  local began; began=$(now)
  k rollout status deployment/nenep-worker --timeout 3m >/dev/null
  within 60 "every pod" all_ready
  figure "Temporal back after half a minute: seconds until all pods are ready" "$(since "$began")"
  [ "$(restarted)" = "$restarts" ] || fail "containers were started anew: liveness looks at Temporal"
}
worker_says() {
  local at
  at=$(k get pods --selector app.kubernetes.io/component=worker --sort-by .metadata.creationTimestamp --output jsonpath='{.items[-1:].status.podIP}')
  [ -n "$at" ] && inside curl --silent --max-time 10 "http://$at:8080/readyz" | grep Temporal
}
restarted() { k get pods --selector app.kubernetes.io/component!=migrations --output jsonpath='{range .items[*]}{.status.containerStatuses[0].restartCount}{"\n"}{end}' | awk '{ n += $1 } END { print n + 0 }'; }
all_ready() { ! k get deployments --output jsonpath='{range .items[*]}{.spec.replicas}{" "}{.status.availableReplicas}{"\n"}{end}' | awk '$1 != $2' | grep .; }

# tested: what the chart itself can tell about a release.
tested() {
  helm get hooks nenep --namespace "$ns" | grep -E 'helm.sh/hook"?: .*test' >/dev/null || { echo "the chart has no tests"; return; }
  stage "helm test"
  helm test nenep --namespace "$ns" --timeout 10m --logs
}

# drained: the only node is emptied. A budget keeps one pod of a role with two; when the node takes pods again, all come back.
drained() {
  stage "the node is drained"
  local count began; count=$(cases)
  install "two pods of the portal" nenep-portal charts/nenep "${lasting[@]}" --set roles.portal.replicas=2
  ! kubectl drain trial --ignore-daemonsets --delete-emptydir-data --force --timeout 45s >"$state/log/drain.log" 2>&1 || fail "the budget kept no pod of the portal"
  grep -F "disruption budget" "$state/log/drain.log" >/dev/null || { cat "$state/log/drain.log" >&2; fail "something else than the budget stopped the drain"; }
  [ "$(status_of "$(service nenep-portal)/livez")" = 200 ] || fail "no portal while the node is drained"
  kubectl uncordon trial >/dev/null
  began=$(now)
  within 180 "every pod after the drain" all_ready
  figure "drained node back: seconds until all pods are ready" "$(since "$began")"
  settled
  [ "$(cases)" -ge "$count" ] || fail "cases were lost: $count, now $(cases)"
}

# guided: what docs/operations.md prints for a cluster is run as it stands there, but for names and addresses.
guided() {
  stage "the guide's Job that replays the running cases, its backups"
  local at
  sed -n "/apply -f - <<'END'/,/^END/p" docs/operations.md | sed '1d;$d' | sed "s#nenep:NEW#nenep:$(tag_of dist/nenep.tar)#; s#temporal:7233#$address:7233#" | k apply --filename -
  k wait --for=condition=Complete job/replay --timeout=2m || { k logs job/replay >&2; fail "the running cases do not replay"; }
  figure "running cases replayed by the guide's Job" "$(k logs job/replay | awk 'NF == 4 && $3 ~ /^[0-9]+$/ { n += $3; types++ } END { print n " of " types " types" }')"
  k delete job replay
  at=$(sed 's#/nenep?#/?#; s#:[^:@]*@#@#' "$state/outside/nenep-database-url")
  # The evidence of this release lies in its pod: the folder stands for it.
  sed -n '/^extraObjects:/,/^```/p' docs/operations.md | sed '$d' >"$state/backup.yaml"
  sed -i "s#nenep-postgres:15#nenep-postgres:$(tag_of dist/postgres.tar)#; s#postgres://temporal@temporal-db/#$at#; s#s3://evidence[^\"]*#file:///tmp#" "$state/backup.yaml"
  lasting+=(--values "$state/backup.yaml")
  install "with backups" nenep-portal charts/nenep "${lasting[@]}"
  k create job backup --from=cronjob/nenep-backup
  k wait --for=condition=Complete job/backup --timeout=2m || { k logs job/backup --all-containers >&2; fail "no backup"; }
  k logs job/backup
  figure "backups by the guide's CronJob" "$(cd "$state/volumes/backups" && du -sk -- * | awk '{ printf "%s %s kB  ", $2, $1 }')"
}

# secured: TLS on every listener, turned on in a release that runs; whoever speaks plain HTTP to it is told.
secured() {
  stage "TLS on every listener"
  local count pod metrics; count=$(cases)
  trusted
  install "TLS turned on" nenep-portal charts/nenep "${lasting[@]}" --set tls.existingSecret=nenep-tls --set config.portalUrl=https://nenep-portal
  # Pods that still speak plain HTTP answer until they have gone.
  within 60 "only pods that speak TLS" none_leaving
  [ "$(service nenep-portal)" = https://nenep-portal ] || fail "the portal is not reached over TLS"
  [ "$(status_of "http://$(k get service nenep-units --output jsonpath='{.spec.clusterIP}'):443/livez")" = 400 ] || fail "units answers plain HTTP"
  sign_in_by_mail
  browse "$(service nenep-portal)/" | grep -F '/dang-xuat' >/dev/null || fail "the page of whoever signed in over TLS"
  settled
  [ "$(cases)" -ge "$count" ] || fail "cases were lost: $count, now $(cases)"
  for pod in $(k get pods --selector 'app.kubernetes.io/component in (units, reports, notifications, portal, worker)' --output jsonpath='{.items[*].status.podIP}'); do
    metrics=$(inside curl --silent --show-error --max-time 10 --cacert "$state/given/ca.crt" --connect-to "nenep-metrics:9090:$pod:9090" https://nenep-metrics:9090/metrics)
    grep '^nenep_certificate_ends_seconds' >/dev/null <<<"$metrics" || fail "no metric over TLS from $pod"
  done
  trust=()
}

none_leaving() { all_ready && ! k get pods --output jsonpath='{.items[*].metadata.deletionTimestamp}' | grep .; }

# release_before builds the release before the newest migration: image and chart of the parent of the commit that added it.
release_before() {
  local added parent
  added=$(git log --diff-filter=A --format=%H -1 -- 'services/*/migrations/*.sql')
  [ -n "$added" ] && parent=$(git rev-parse --verify --quiet "$added^") ||
    { echo "The history of the newest migration is not here: fetch it (git fetch --unshallow)." >&2; return 1; }
  newest=$(git show --diff-filter=A --name-only --format= "$added" -- 'services/*/migrations/*.sql' | paste -sd' ')
  source_of "$parent" "$before" || return 0
  image_of "$before" "before-${parent:0:9}"
}

# release_after builds a release that has one migration more than this one: what the next upgrade will be.
release_after() {
  local head; head=$(git rev-parse HEAD)
  source_of "$head" "$after" || return 0
  printf -- '-- +goose Up\nALTER TABLE cases ADD COLUMN trial text;\n-- +goose Down\nALTER TABLE cases DROP COLUMN trial;\n' >"$after/services/reports/migrations/99999_trial.sql"
  image_of "$after" "after-${head:0:9}"
}

# source_of COMMIT FOLDER: its tree, unless an image of it was made there already.
source_of() {
  [ "$(cat "$2/of" 2>/dev/null)" = "$1" ] && return 1
  rm -rf "$2"; mkdir -p "$2"
  git archive "$1" | tar -x -C "$2"
  commit=$1
}

# image_of FOLDER VERSION
image_of() {
  # As its own work space builds it: sums that a module alone would lack stand there.
  (cd "$1" && mkdir dist && GOWORK=$1/go.work CGO_ENABLED=0 go build -trimpath -buildvcs=false -tags timetzdata \
    -ldflags "-s -w -X nenep/cmd/nenep/app.Version=$2" -o dist/nenep ./cmd/nenep)
  GOWORK=off go run scripts/image/image.go -out "$1/dist/nenep.tar" -binary "$1/dist/nenep" -roots /etc/ssl/certs/ca-certificates.crt \
    -version "$2" -architecture "$(go env GOHOSTARCH)" >/dev/null
  echo "$commit" >"$1/of"
}

# upgraded: cases run while a migration comes in, and while the release before is put back.
upgraded() {
  stage "upgrade from the release before $newest"
  namespace nenep-upgraded
  everything >"$state/before-upgraded"
  local old new count asking log=$state/log/asked
  old=$(tag_of "$before/dist/nenep.tar") new=$(tag_of dist/nenep.tar)
  # shellcheck disable=SC2046
  { install "the release before" nenep-portal "$before/charts/nenep" $(outside_release "$old" "$before/scripts/cluster/values.yaml") \
    --set config.temporalNamespace=before --set migrations.timeoutSeconds=900; } & local typed=$!
  within 120 "a pod that misses its Secret" misses_secret
  echo "a Secret that is not there: $(misses_secret)"
  secret before
  wait $typed || fail "the install did not go on by itself once its Secret was there"
  within 180 "cases" opened
  sign_in_by_mail
  count=$(cases)
  ask_page nenep-portal "$log-upgrade" & asking=$!
  # shellcheck disable=SC2046
  install "upgrade" nenep-portal charts/nenep $(outside_release "$new") --set config.temporalNamespace=before
  sleep 10; kill $asking; wait $asking 2>/dev/null || true
  settled
  local otherwise=''
  [ "$(signs "$before")" = "$(signs .)" ] || { otherwise=yes; figure "the release before signs calls otherwise" "$(signs "$before"), now $(signs .)"; }
  unrefused "upgrade with a migration" "$log-upgrade" $otherwise
  figure "upgrade: cases before, after" "$count, $(cases)"
  [ "$(cases)" -ge "$count" ] || fail "cases were lost by an upgrade"
  stage "upgrade to a release with one migration more"
  count=$(cases)
  ask_page nenep-portal "$log-next" & asking=$!
  # shellcheck disable=SC2046
  install "next upgrade" nenep-portal "$after/charts/nenep" $(outside_release "$(tag_of "$after/dist/nenep.tar")") --set config.temporalNamespace=before
  sleep 10; kill $asking; wait $asking 2>/dev/null || true
  unrefused "next upgrade with a migration" "$log-next"
  [ "$(cases)" -ge "$count" ] || fail "cases were lost by an upgrade"
  stage "rollback"
  local began; began=$(now); count=$(cases)
  ask_page nenep-portal "$log-rollback" & asking=$!
  helm rollback nenep 2 --namespace "$ns" --wait --timeout 10m
  figure "rollback: seconds until helm is content" "$(since "$began")"
  sleep 10; kill $asking; wait $asking 2>/dev/null || true
  unrefused "rollback" "$log-rollback"
  [ "$(cases)" -ge "$count" ] || fail "cases were lost by a rollback"
  uninstall "$state/before-upgraded" '^(job.batch/nenep-migrations|pod/nenep-migrations-[a-z0-9]+|secret/nenep)$'
}
misses_secret() { k get pods --output jsonpath='{.items[*].status.containerStatuses[*].state.waiting.message}' | grep 'secret "nenep" not found'; }

sizes() {
  local image
  for image in nenep standalone postgres; do
    figure "image $image: MB, compressed as a registry keeps it" "$(($(stat -c %s "dist/$image.tar") / 1000000)), $(($(gzip -1 <"dist/$image.tar" | wc -c) / 1000000))"
  done
}

trial() {
  local image
  trap 'ended $?' EXIT
  : >"$figures"
  figure "taken" "$(date -u +%F' '%H:%M), $(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg), $(git describe --always --dirty)"
  up
  figure "node ready after, seconds since the start" "$SECONDS"
  for image in dist/nenep.tar dist/standalone.tar dist/postgres.tar "$before/dist/nenep.tar" "$after/dist/nenep.tar"; do load "$image" >/dev/null; done
  manifests
  evaluation
  distributed
  upgraded
  stage "figures"
  sizes
  figure "load at the end" "$(cut -d' ' -f1 /proc/loadavg)"
  printf '\n'; cat "$figures"
  stage "done"
}

ended() {
  [ "$1" = 0 ] || report || true
  down
}
