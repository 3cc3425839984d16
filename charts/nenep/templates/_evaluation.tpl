{{/* What a house for a look may not be given, in one answer: nobody should believe that it is one to last. */}}
{{- define "nenep.evaluationFaults" -}}
{{- $values := .Values -}}
{{- $faults := list -}}
{{- range list "temporalAddr" "temporalTlsCert" "temporalTlsKey" "temporalTlsCa" -}}
{{- if get $values.config . -}}{{- $faults = append $faults (printf "config.%s: evaluation brings a Temporal of its own" .) -}}{{- end -}}
{{- end -}}
{{- range list "smtpAddr" "smtpUser" -}}
{{- if get $values.config . -}}{{- $faults = append $faults (printf "config.%s: in evaluation no message leaves the cluster; its mailbox shows them" .) -}}{{- end -}}
{{- end -}}
{{- range list "oidcIssuer" "oidcClientId" -}}
{{- if get $values.config . -}}{{- $faults = append $faults (printf "config.%s: in evaluation people sign in by choosing a name, without proof" .) -}}{{- end -}}
{{- end -}}
{{- range list "unitsUrl" "reportsUrl" "notificationsUrl" "channels" "signatureRoots" "auditHeadsUrl" "clamdAddr" "buildId" "deploymentName" -}}
{{- if get $values.config . -}}{{- $faults = append $faults (printf "config.%s: not read in evaluation, where all roles are one program" .) -}}{{- end -}}
{{- end -}}
{{- if or $values.config.evidenceUrl $values.evidence.existingClaim $values.evidence.emptyDir -}}
{{- $faults = append $faults "evidence: evaluation keeps files in its own volume (evaluation.storage)" -}}
{{- end -}}
{{- range $name, $from := $values.secrets -}}
{{- if and (not (has $name (list "databaseUrl" "serviceKey"))) $from.existingSecret -}}
{{- $faults = append $faults (printf "secrets.%s: evaluation makes its own Secret; what production holds has no place there" $name) -}}
{{- end -}}
{{- end -}}
{{- if or $values.tls.existingSecret $values.config.tlsCert -}}{{- $faults = append $faults "tls: not read in evaluation, where all roles are one program" -}}{{- end -}}
{{- if $values.temporalTls.existingSecret -}}{{- $faults = append $faults "temporalTls: evaluation brings a Temporal of its own" -}}{{- end -}}
{{- if or $values.channels.declaration $values.channels.env $values.channels.filesSecret -}}
{{- $faults = append $faults "channels: in evaluation no message leaves the cluster; its mailbox shows them" -}}
{{- end -}}
{{- if $values.signatureRoots -}}{{- $faults = append $faults "signatureRoots: not read in evaluation" -}}{{- end -}}
{{- if $values.ingress.enabled -}}
{{- $faults = append $faults "ingress: whoever reaches an evaluation signs in as anybody; use kubectl port-forward" -}}
{{- end -}}
{{- if $values.gateway.enabled -}}
{{- $faults = append $faults "gateway: whoever reaches an evaluation signs in as anybody; use kubectl port-forward" -}}
{{- end -}}
{{- if ne $values.portalService.type "ClusterIP" -}}
{{- $faults = append $faults "portalService.type: whoever reaches an evaluation signs in as anybody; use kubectl port-forward" -}}
{{- end -}}
{{- range $role, $settings := $values.roles -}}
{{- if or $settings.scaling.enabled (gt (int $settings.replicas) 1) (eq ($settings.kind | default "deployment") "workerDeployment") -}}
{{- $faults = append $faults (printf "roles.%s: an evaluation is one pod" $role) -}}
{{- end -}}
{{- end -}}
{{- if or $values.monitoring.serviceMonitor.enabled $values.monitoring.prometheusRule.enabled -}}
{{- $faults = append $faults "monitoring: an evaluation tells no figures" -}}
{{- end -}}
{{- if lookup "apps/v1" "Deployment" .Release.Namespace (printf "%s-units" (include "nenep.fullname" .)) -}}
{{- $faults = append $faults (printf "evaluation.enabled: the release %s is one to last and would be taken away; install the evaluation under another name" .Release.Name) -}}
{{- end -}}
{{- if $faults -}}
{{- fail (printf "\n\nevaluation.enabled does not go with these values; leave them out, or leave evaluation out:\n  - %s\n" (join "\n  - " $faults)) -}}
{{- end -}}
{{- end }}

{{- define "nenep.evaluationName" -}}
{{ include "nenep.fullname" . }}-evaluation
{{- end }}

{{/* An image beside the program's. Takes root and image. */}}
{{- define "nenep.imageBeside" -}}
{{- $image := .image -}}
{{ $image.repository }}:{{ $image.tag | default .root.Values.image.tag | default .root.Chart.AppVersion }}{{ with $image.digest }}@{{ . }}{{ end }}
{{- end }}

{{/* What of config an evaluation reads as well. */}}
{{- define "nenep.evaluationReads" -}}
[helpContact, helpPhone, logLevel, mailFrom, maxFileBytes, digestWindows, quietHours, catalogue, portalUrl]
{{- end }}
