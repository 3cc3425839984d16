{{/* The pods of a role. Takes root and role. */}}
{{- define "nenep.podTemplate" -}}
{{- $root := .root -}}
{{- $role := .role -}}
metadata:
  labels:
    {{- include "nenep.labels" . | nindent 4 }}
  {{- $annotations := $root.Values.podAnnotations }}
  {{- if and (eq $role "notifications") $root.Values.channels.declaration }}
  {{- /* The declaration is read at start, so another one starts the pods anew. */}}
  {{- $annotations = merge (dict "nenep/channels" (sha256sum $root.Values.channels.declaration)) $annotations }}
  {{- end }}
  {{- if and (eq $role "reports") $root.Values.signatureRoots }}
  {{- $annotations = merge (dict "nenep/signature-roots" (sha256sum $root.Values.signatureRoots)) $annotations }}
  {{- end }}
  {{- with include "nenep.catalogueHash" . }}
  {{- $annotations = merge (dict "nenep/catalogues" .) $annotations }}
  {{- end }}
  {{- with $annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  {{- include "nenep.pod" . | nindent 2 }}
  {{- with $root.Values.topologySpreadConstraints }}
  topologySpreadConstraints:
    {{- range . }}
    - {{ toYaml . | nindent 6 | trim }}
      labelSelector:
        matchLabels:
          {{- include "nenep.selector" $ | nindent 10 }}
    {{- end }}
  {{- end }}
  {{- if eq $role "worker" }}
  terminationGracePeriodSeconds: {{ add (int $root.Values.config.workerStopSeconds) 15 }}
  {{- else }}
  terminationGracePeriodSeconds: 30
  {{- end }}
  {{- if and (eq $role "units") (eq $root.Values.migrations.mode "initContainer") }}
  initContainers:
    - {{ include "nenep.migration" $root | nindent 6 | trim }}
  {{- end }}
  containers:
    - {{ include "nenep.container" . | nindent 6 | trim }}
      {{- if eq $role "worker" }}
      args: [work]
      {{- else }}
      args: [serve, {{ $role }}]
      {{- end }}
      ports:
        - name: http
          containerPort: {{ include "nenep.port" (get $root.Values.config (printf "%sAddr" $role)) }}
        {{- if $root.Values.config.metricsAddr }}
        - name: metrics
          containerPort: {{ include "nenep.port" $root.Values.config.metricsAddr }}
        {{- end }}
      {{- if ne $role "worker" }}
      # Requests still arrive until every node has dropped the pod from the Service.
      lifecycle:
        preStop:
          sleep:
            seconds: 10
      {{- end }}
      livenessProbe:
        httpGet:
          path: /livez
          port: http
          scheme: {{ include "nenep.scheme" $root | upper }}
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 6
      readinessProbe:
        httpGet:
          path: {{ eq $role "portal" | ternary "/readyz/own" "/readyz" }}
          port: http
          scheme: {{ include "nenep.scheme" $root | upper }}
        periodSeconds: 5
        timeoutSeconds: 5
        failureThreshold: 3
      resources:
        {{- toYaml (get $root.Values.roles $role).resources | nindent 8 }}
{{- end }}
