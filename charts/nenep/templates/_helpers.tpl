{{- define "nenep.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{ .Values.fullnameOverride }}
{{- else if contains .Chart.Name .Release.Name -}}
{{ .Release.Name | trunc 40 | trimSuffix "-" }}
{{- else -}}
{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 40 | trimSuffix "-" }}
{{- end -}}
{{- end }}

{{/* Labels a selector may use: they never change within a release. Takes root and role. */}}
{{- define "nenep.selector" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .role }}
{{- end }}

{{- define "nenep.labels" -}}
{{ include "nenep.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "nenep.image" -}}
{{- $image := .Values.image -}}
{{ $image.repository }}:{{ $image.tag | default .Chart.AppVersion }}{{ with $image.digest }}@{{ . }}{{ end }}
{{- end }}

{{/* What config leaves empty and the release knows. */}}
{{- define "nenep.config" -}}
{{- $known := dict -}}
{{- if .Values.evaluation.enabled -}}
{{- $_ := set $known "portalUrl" "http://127.0.0.1:8080" -}}
{{- end -}}
{{- range list "units" "reports" "notifications" -}}
{{- $_ := set $known (printf "%sUrl" .) (printf "%s://%s-%s" (include "nenep.scheme" $) (include "nenep.fullname" $) .) -}}
{{- end -}}
{{- with .Values.gateway -}}
{{- if and .enabled .host -}}
{{- $_ := set $known "portalUrl" (printf "%s://%s" (ternary "https" "http" .tls) .host) -}}
{{- end -}}
{{- end -}}
{{- with .Values.ingress -}}
{{- if and .enabled .host -}}
{{- $_ := set $known "portalUrl" (printf "%s://%s" (ternary "https" "http" (ne .tlsSecret "")) .host) -}}
{{- end -}}
{{- end -}}
{{- with .Values.temporalTls -}}
{{- if .existingSecret -}}
{{- range $variable, $file := dict "temporalTlsCert" .cert "temporalTlsKey" .key "temporalTlsCa" .ca -}}
{{- if $file -}}{{- $_ := set $known $variable (printf "/etc/nenep/temporal-tls/%s" $file) -}}{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $variable, $file := include "nenep.trustConfig" . | fromYaml -}}
{{- $_ := set $known $variable $file -}}
{{- end -}}
{{- if .Values.channels.declaration -}}
{{- $_ := set $known "channels" "/etc/nenep/channels/channels.yaml" -}}
{{- end -}}
{{- with include "nenep.catalogueFolders" . -}}
{{- $_ := set $known "catalogue" . -}}
{{- end -}}
{{- if .Values.signatureRoots -}}
{{- $_ := set $known "signatureRoots" "/etc/nenep/signature-roots/roots.pem" -}}
{{- end -}}
{{- if include "nenep.evidenceFolder" . -}}
{{- $_ := set $known "evidenceUrl" "file:///evidence" -}}
{{- end -}}
{{- range $key, $value := .Values.config -}}
{{- if not (has $value (list "" nil)) -}}
{{- $_ := set $known $key (ternary (printf "%v" (int64 $value)) $value (kindIs "float64" $value) | toString) -}}
{{- end -}}
{{- end -}}
{{ toYaml $known }}
{{- end }}

{{/* Not empty when evidence is kept in a folder of the pod. */}}
{{- define "nenep.evidenceFolder" -}}
{{- if and (not .Values.config.evidenceUrl) (or .Values.evidence.existingClaim .Values.evidence.emptyDir) -}}folder{{- end -}}
{{- end }}

{{/* Which role is shown which secret: none more than it uses. Worker and terminal use the service key for tokens only. */}}
{{- define "nenep.secretsOf" -}}
databaseUrl: [units, reports, notifications, portal, migrations]
serviceKey: [units, reports, notifications, portal, {{ if not .Values.secrets.tokenKey.existingSecret }}worker, terminal, {{ end }}migrations]
tokenKey: [reports, notifications, portal, worker, terminal]
smtpPassword: [notifications]
oidcClientSecret: [portal]
temporalApiKey: [units, reports, portal, worker, migrations]
payloadKeys: [units, reports, portal, worker, migrations]
personalKey: [units, migrations]
{{- end }}

{{/* Not empty when the role talks to Temporal over TLS with files of a Secret. Takes root and role. */}}
{{- define "nenep.temporalTls" -}}
{{- $roles := include "nenep.secretsOf" .root | fromYaml -}}
{{- if has .role $roles.temporalApiKey -}}{{ .root.Values.temporalTls.existingSecret }}{{- end -}}
{{- end }}

{{/* Takes root and role. */}}
{{- define "nenep.env" -}}
{{- range $key, $value := include "nenep.config" .root | fromYaml }}
- name: NENEP_{{ snakecase $key | upper }}
  value: {{ $value | quote }}
{{- end }}
{{- $roles := include "nenep.secretsOf" .root | fromYaml }}
{{- $role := .role }}
{{- range $key, $from := .root.Values.secrets }}
{{- if and $from.existingSecret (has $role (get $roles $key)) }}
- name: NENEP_{{ snakecase $key | upper }}
  valueFrom:
    secretKeyRef:
      name: {{ $from.existingSecret }}
      key: {{ $from.key | default $role }}
{{- end }}
{{- end }}
{{- if include "nenep.databaseTls" . }}
- name: PGSSLROOTCERT
  value: /etc/nenep/database-tls/{{ .root.Values.databaseTls.ca }}
{{- end }}
{{- if eq $role "notifications" }}
{{- range .root.Values.channels.env }}
- name: {{ .name }}
  valueFrom:
    secretKeyRef:
      name: {{ .existingSecret }}
      key: {{ .key }}
{{- end }}
{{- end }}
{{- with .root.Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* What every pod of the house has in common. Takes root and role. */}}
{{- define "nenep.pod" -}}
{{- $values := .root.Values -}}
{{- $role := .role -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with $values.serviceAccountName }}
serviceAccountName: {{ . }}
{{- end }}
{{- with $values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 65532
  runAsGroup: 65532
  fsGroup: 65532
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile:
    type: RuntimeDefault
{{- with $values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
volumes:
  - name: tmp
    emptyDir:
      sizeLimit: 512Mi
{{- with include "nenep.temporalTls" . }}
  - name: temporal-certificates
    secret:
      secretName: {{ . }}
      defaultMode: 0440
{{- end }}
{{- if and (eq $role "notifications") $values.channels.declaration }}
  - name: channels
    configMap:
      name: {{ include "nenep.fullname" .root }}-channels
{{- end }}
{{- if and (eq $role "notifications") $values.channels.filesSecret }}
  - name: channel-files
    secret:
      secretName: {{ $values.channels.filesSecret }}
      defaultMode: 0440
{{- end }}
{{- with include "nenep.trustVolumes" . }}
  {{- . | trim | nindent 2 }}
{{- end }}
{{- with include "nenep.catalogueVolumes" . }}
  {{- . | trim | nindent 2 }}
{{- end }}
{{- if and (eq $role "reports") $values.signatureRoots }}
  - name: signature-roots
    configMap:
      name: {{ include "nenep.fullname" .root }}-signature-roots
{{- end }}
{{- if and (eq $role "reports") (include "nenep.evidenceFolder" .root) }}
  - name: evidence
    {{- if $values.evidence.existingClaim }}
    persistentVolumeClaim:
      claimName: {{ $values.evidence.existingClaim }}
    {{- else }}
    emptyDir: {}
    {{- end }}
{{- end }}
{{- end }}

{{/* What every container of the house has in common. Takes root and role. */}}
{{- define "nenep.container" -}}
{{- $values := .root.Values -}}
name: {{ .role }}
image: {{ include "nenep.image" .root }}
imagePullPolicy: {{ $values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
env:
  {{- include "nenep.env" . | trim | nindent 2 }}
volumeMounts:
  - name: tmp
    mountPath: /tmp
{{- if include "nenep.temporalTls" . }}
  - name: temporal-certificates
    mountPath: /etc/nenep/temporal-tls
    readOnly: true
{{- end }}
{{- if and (eq .role "notifications") $values.channels.declaration }}
  - name: channels
    mountPath: /etc/nenep/channels
    readOnly: true
{{- end }}
{{- if and (eq .role "notifications") $values.channels.filesSecret }}
  - name: channel-files
    mountPath: /etc/nenep/channel-files
    readOnly: true
{{- end }}
{{- with include "nenep.trustMounts" . }}
  {{- . | trim | nindent 2 }}
{{- end }}
{{- with include "nenep.catalogueMounts" . }}
  {{- . | trim | nindent 2 }}
{{- end }}
{{- if and (eq .role "reports") $values.signatureRoots }}
  - name: signature-roots
    mountPath: /etc/nenep/signature-roots
    readOnly: true
{{- end }}
{{- if and (eq .role "reports") (include "nenep.evidenceFolder" .root) }}
  - name: evidence
    mountPath: /evidence
{{- end }}
{{- end }}

{{/* The container that brings database and Temporal to the release. */}}
{{- define "nenep.migration" -}}
{{ include "nenep.container" (dict "root" . "role" "migrations") }}
args: [migrate{{ if .Values.migrations.load }}, --load{{ end }}]
resources:
  {{- toYaml .Values.migrations.resources | nindent 2 }}
{{- end }}

{{/* The fewest pods a role has. */}}
{{- define "nenep.fewest" -}}
{{- if .scaling.enabled -}}{{ int .scaling.minReplicas }}{{- else -}}{{ int .replicas }}{{- end -}}
{{- end }}

{{/* The port of an address such as ":8080". */}}
{{- define "nenep.port" -}}
{{- splitList ":" . | last -}}
{{- end }}
