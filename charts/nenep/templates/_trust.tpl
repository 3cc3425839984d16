{{/* https where the services answer over TLS. Takes root. */}}
{{- define "nenep.scheme" -}}
{{- if or .Values.tls.existingSecret .Values.config.tlsCert -}}https{{- else -}}http{{- end -}}
{{- end }}

{{/* The port of a Service. Takes root. */}}
{{- define "nenep.servicePort" -}}
{{- ternary 443 80 (eq (include "nenep.scheme" .) "https") -}}
{{- end }}

{{/* The Secret with the certificate of a role; empty where the role has none. Takes root and role. */}}
{{- define "nenep.tlsSecret" -}}
{{- if has .role (list "units" "reports" "notifications" "portal" "worker" "terminal") -}}
{{- .root.Values.tls.existingSecret | replace "{role}" .role -}}
{{- end -}}
{{- end }}

{{/* The Secret with the public keys of all roles; empty where the role needs none. Takes root and role. */}}
{{- define "nenep.tokenSecret" -}}
{{- if has .role (list "units" "reports" "notifications" "portal" "worker" "terminal") -}}
{{- .root.Values.secrets.tokenKey.existingSecret -}}
{{- end -}}
{{- end }}

{{/* The Secret with the authority of PostgreSQL's certificate; empty where the role does not reach it. Takes root and role. */}}
{{- define "nenep.databaseTls" -}}
{{- $roles := include "nenep.secretsOf" .root | fromYaml -}}
{{- if has .role $roles.databaseUrl -}}{{ .root.Values.databaseTls.existingSecret }}{{- end -}}
{{- end }}

{{/* What variables of certificates and of tokens the values imply. Takes root. */}}
{{- define "nenep.trustConfig" -}}
{{- $known := dict -}}
{{- with .Values.tls -}}
{{- if .existingSecret -}}
{{- range $variable, $file := dict "tlsCert" .cert "tlsKey" .key "tlsCa" .ca -}}
{{- if $file -}}{{- $_ := set $known $variable (printf "/etc/nenep/tls/%s" $file) -}}{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if .Values.secrets.tokenKey.existingSecret -}}
{{- $_ := set $known "tokenKeys" "/etc/nenep/token-keys/public.json" -}}
{{- end -}}
{{ toYaml $known }}
{{- end }}

{{/* Takes root and role. */}}
{{- define "nenep.trustVolumes" -}}
{{- with include "nenep.tlsSecret" . }}
- name: tls
  secret:
    secretName: {{ . }}
    defaultMode: 0440
{{- end }}
{{- with include "nenep.tokenSecret" . }}
- name: token-keys
  secret:
    secretName: {{ . }}
    items: [{key: public.json, path: public.json}]
{{- end }}
{{- with include "nenep.databaseTls" . }}
- name: database-tls
  secret:
    secretName: {{ . }}
    defaultMode: 0440
{{- end }}
{{- end }}

{{/* Takes root and role. */}}
{{- define "nenep.trustMounts" -}}
{{- range $name, $secret := dict "tls" (include "nenep.tlsSecret" .) "token-keys" (include "nenep.tokenSecret" .) "database-tls" (include "nenep.databaseTls" .) }}
{{- if $secret }}
- name: {{ $name }}
  mountPath: /etc/nenep/{{ $name }}
  readOnly: true
{{- end }}
{{- end }}
{{- end }}
