{{/* Everything that is wrong with the values, in one answer. */}}
{{- define "nenep.refusals" -}}
{{- if .Values.evaluation.enabled -}}
{{- include "nenep.evaluationFaults" . -}}
{{- else -}}
{{- include "nenep.faults" . -}}
{{- end -}}
{{- end }}

{{- define "nenep.faults" -}}
{{- $faults := list -}}
{{- $config := .Values.config -}}
{{- $evidence := .Values.evidence -}}
{{- if not $config.temporalAddr -}}
{{- $faults = append $faults "config.temporalAddr: name the Temporal frontend, for example temporal-frontend.temporal:7233" -}}
{{- end -}}
{{- if not $config.smtpAddr -}}
{{- $faults = append $faults "config.smtpAddr: name the mail relay, for example mail.hungyen.example:587" -}}
{{- end -}}
{{- if and (not $config.portalUrl) (not .Values.ingress.enabled) (not .Values.gateway.enabled) -}}
{{- $faults = append $faults "config.portalUrl: give the portal's address as officials type it, or enable ingress or gateway; links in messages begin with it" -}}
{{- end -}}
{{- if and .Values.ingress.enabled (not .Values.ingress.host) -}}
{{- $faults = append $faults "ingress.host: name the host of the portal" -}}
{{- end -}}
{{- if and .Values.ingress.enabled .Values.gateway.enabled -}}
{{- $faults = append $faults "gateway.enabled: the portal is reached by the ingress or by the gateway, not by both" -}}
{{- end -}}
{{- if and .Values.gateway.enabled (not (and .Values.gateway.host .Values.gateway.parent.name)) -}}
{{- $faults = append $faults "gateway: name host and parent.name, an existing Gateway" -}}
{{- end -}}
{{- if hasKey .Values.migrations "enabled" -}}
{{- $faults = append $faults (printf "migrations.enabled is no longer read: say migrations.mode=%s instead" (ternary "hook" "none" .Values.migrations.enabled)) -}}
{{- end -}}
{{- range $role, $settings := .Values.roles -}}
{{- if and $settings.scaling.enabled (gt (int $settings.scaling.minReplicas) (int $settings.scaling.maxReplicas)) -}}
{{- $faults = append $faults (printf "roles.%s.scaling: minReplicas is more than maxReplicas" $role) -}}
{{- end -}}
{{- end -}}
{{- if and .Values.monitoring.serviceMonitor.enabled (not $config.metricsAddr) -}}
{{- $faults = append $faults "monitoring.serviceMonitor: nothing is measured without config.metricsAddr" -}}
{{- end -}}
{{- if $config.metricsAddr -}}
{{- range list "units" "reports" "notifications" "portal" "worker" -}}
{{- if eq (include "nenep.port" (get $config (printf "%sAddr" .))) (include "nenep.port" $config.metricsAddr) -}}
{{- $faults = append $faults (printf "config.%sAddr: its port is that of config.metricsAddr; give it another" .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range list "databaseUrl" "serviceKey" -}}
{{- if not (get $.Values.secrets .).existingSecret -}}
{{- $faults = append $faults (printf "secrets.%s.existingSecret: name the Secret that holds it" .) -}}
{{- end -}}
{{- end -}}
{{- $stores := 0 -}}
{{- range list $config.evidenceUrl $evidence.existingClaim $evidence.emptyDir -}}
{{- if . -}}{{- $stores = add1 $stores -}}{{- end -}}
{{- end -}}
{{- if ne (int $stores) 1 -}}
{{- $faults = append $faults "evidence: choose one place for files: config.evidenceUrl (s3://bucket?endpoint=…), evidence.existingClaim, or for a trial evidence.emptyDir=true" -}}
{{- end -}}
{{- if and $evidence.emptyDir (or .Values.roles.reports.scaling.enabled (gt (int .Values.roles.reports.replicas) 1)) -}}
{{- $faults = append $faults "roles.reports.replicas: files in the pod's own folder allow one pod only; use an object store for more" -}}
{{- end -}}
{{- if and $config.oidcIssuer (not (and $config.oidcClientId .Values.secrets.oidcClientSecret.existingSecret)) -}}
{{- $faults = append $faults "config.oidcIssuer: sign-in also needs config.oidcClientId and secrets.oidcClientSecret.existingSecret" -}}
{{- end -}}
{{- if and .Values.secrets.smtpPassword.existingSecret (not $config.smtpUser) -}}
{{- $faults = append $faults "config.smtpUser: a password for the mail relay needs its user" -}}
{{- end -}}
{{- if and .Values.channels.declaration $config.channels -}}
{{- $faults = append $faults "channels.declaration: channels are declared here or in the file of config.channels, not in both" -}}
{{- end -}}
{{- if and (or .Values.channels.env .Values.channels.filesSecret) (not (or .Values.channels.declaration $config.channels)) -}}
{{- $faults = append $faults "channels.declaration: secrets of channels are given and no channel is declared" -}}
{{- end -}}
{{- if and .Values.signatureRoots (not (contains "-----BEGIN CERTIFICATE-----" .Values.signatureRoots)) -}}
{{- $faults = append $faults "signatureRoots: give the text of a PEM file (--set-file signatureRoots=roots.pem), or config.signatureRoots for a file inside the container" -}}
{{- end -}}
{{- if and .Values.tls.existingSecret (not (and .Values.tls.cert .Values.tls.key)) -}}
{{- $faults = append $faults "tls: name cert and key, the files of the Secret" -}}
{{- end -}}
{{- if ne (empty $config.tlsCert) (empty $config.tlsKey) -}}
{{- $faults = append $faults "config.tlsCert: give both files, tlsCert and tlsKey, or neither" -}}
{{- end -}}
{{- if and $config.tokenKeys (not .Values.secrets.tokenKey.existingSecret) -}}
{{- $faults = append $faults "config.tokenKeys: public keys are of no use without secrets.tokenKey.existingSecret, the keys themselves" -}}
{{- end -}}
{{- if and .Values.signatureRoots $config.signatureRoots -}}
{{- $faults = append $faults "signatureRoots: roots are given here or in the file of config.signatureRoots, not in both" -}}
{{- end -}}
{{- $faults = concat $faults (include "nenep.workerRefusals" . | fromYamlArray) (include "nenep.catalogueRefusals" . | fromYamlArray) -}}
{{- if lookup "apps/v1" "Deployment" .Release.Namespace (include "nenep.evaluationName" .) -}}
{{- $faults = append $faults (printf "evaluation.enabled: the release %s is an evaluation and would be taken away with its data; install under another name" .Release.Name) -}}
{{- end -}}
{{- if $faults -}}
{{- fail (printf "\n\nThese values must be put right:\n  - %s\n" (join "\n  - " $faults)) -}}
{{- end -}}
{{- end }}

{{/* What is wrong with a worker that Temporal's worker controller is to roll out, as a list. */}}
{{- define "nenep.workerRefusals" -}}
{{- $worker := .Values.roles.worker -}}
{{- $rollout := $worker.workerDeployment.rollout -}}
{{- $faults := list -}}
{{- if eq $worker.kind "workerDeployment" -}}
{{- range list "buildId" "deploymentName" -}}
{{- if get $.Values.config . -}}
{{- $faults = append $faults (printf "config.%s: leave it empty with roles.worker.kind=workerDeployment, the worker controller gives it" .) -}}
{{- end -}}
{{- end -}}
{{- if $worker.scaling.enabled -}}
{{- $faults = append $faults "roles.worker.scaling: an autoscaler of the chart cannot follow the Deployments that the worker controller makes for each version; say roles.worker.scaling.enabled=false and, for as many pods as there is work, add a WorkerResourceTemplate to extraObjects" -}}
{{- end -}}
{{- if $worker.strategy -}}
{{- $faults = append $faults "roles.worker.strategy: is of a Deployment; with roles.worker.kind=workerDeployment say roles.worker.workerDeployment.rollout" -}}
{{- end -}}
{{- if and (eq $rollout.strategy "Progressive") (not $rollout.steps) -}}
{{- $faults = append $faults "roles.worker.workerDeployment.rollout.steps: Progressive needs at least one step, for example {rampPercentage: 10, pauseDuration: 10m}" -}}
{{- end -}}
{{- if and (ne $rollout.strategy "Progressive") $rollout.steps -}}
{{- $faults = append $faults (printf "roles.worker.workerDeployment.rollout.steps: are of the strategy Progressive, not of %s" $rollout.strategy) -}}
{{- end -}}
{{- $last := 0 -}}
{{- range $rollout.steps -}}
{{- if le (int .rampPercentage) $last -}}
{{- $faults = append $faults "roles.worker.workerDeployment.rollout.steps: rampPercentage grows from step to step" -}}
{{- end -}}
{{- $last = int .rampPercentage -}}
{{- end -}}
{{- if not $worker.workerDeployment.connection -}}
{{- $faults = concat $faults (include "nenep.connectionRefusals" . | fromYamlArray) -}}
{{- end -}}
{{- else if $worker.workerDeployment.connection -}}
{{- $faults = append $faults "roles.worker.workerDeployment.connection: is read with roles.worker.kind=workerDeployment only" -}}
{{- end -}}
{{- toYaml (uniq $faults) -}}
{{- end }}

{{/* What the worker controller could not connect with, as a list. */}}
{{- define "nenep.connectionRefusals" -}}
{{- $tls := .Values.temporalTls -}}
{{- $faults := list -}}
{{- if and $tls.existingSecret $tls.cert .Values.secrets.temporalApiKey.existingSecret -}}
{{- $faults = append $faults "secrets.temporalApiKey: a Connection of the worker controller takes a client certificate or an API key, not both; empty temporalTls.cert and temporalTls.key, or name a Connection of yours in roles.worker.workerDeployment.connection" -}}
{{- end -}}
{{- if and $tls.existingSecret $tls.cert (or (ne $tls.cert "tls.crt") (ne $tls.key "tls.key")) -}}
{{- $faults = append $faults "temporalTls: the worker controller reads tls.crt and tls.key of the Secret; name them so in cert and key" -}}
{{- end -}}
{{- if and $tls.existingSecret $tls.ca (ne $tls.ca "ca.crt") -}}
{{- $faults = append $faults "temporalTls.ca: the worker controller reads ca.crt of the Secret; name it so" -}}
{{- end -}}
{{- toYaml $faults -}}
{{- end }}
