{{/* Everything that is wrong with the values, in one answer. */}}
{{- define "nenep.refusals" -}}
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
{{- if and .Values.signatureRoots $config.signatureRoots -}}
{{- $faults = append $faults "signatureRoots: roots are given here or in the file of config.signatureRoots, not in both" -}}
{{- end -}}
{{- if $faults -}}
{{- fail (printf "\n\nThese values must be put right:\n  - %s\n" (join "\n  - " $faults)) -}}
{{- end -}}
{{- end }}
