{{/* Roles that read the catalogue of obligations. */}}
{{- define "nenep.catalogueRoles" -}}
[units, reports, notifications, worker, migrations, terminal, evaluation]
{{- end }}

{{/* NENEP_CATALOGUE as the list of catalogues says it. */}}
{{- define "nenep.catalogueFolders" -}}
{{- $folders := list -}}
{{- range .Values.catalogues -}}
{{- $folders = append $folders (eq .name "built-in" | ternary "built-in" (printf "/etc/nenep/catalogues/%s" .name)) -}}
{{- end -}}
{{- join "," $folders -}}
{{- end }}

{{/* The ConfigMap of a catalogue. The migrations Job runs before the release's own exists and is given a copy. Takes root, role and catalogue. */}}
{{- define "nenep.catalogueMap" -}}
{{- if .catalogue.existingConfigMap -}}
{{ .catalogue.existingConfigMap }}
{{- else if and (eq .role "migrations") (eq .root.Values.migrations.mode "hook") -}}
{{ include "nenep.fullname" .root }}-migrations-catalogue-{{ .catalogue.name }}
{{- else -}}
{{ include "nenep.fullname" .root }}-catalogue-{{ .catalogue.name }}
{{- end -}}
{{- end }}

{{/* Takes root and role. */}}
{{- define "nenep.catalogueVolumes" -}}
{{- if has .role (include "nenep.catalogueRoles" . | fromYamlArray) -}}
{{- range .root.Values.catalogues }}
{{- if ne .name "built-in" }}
- name: catalogue-{{ .name }}
  configMap:
    name: {{ include "nenep.catalogueMap" (dict "root" $.root "role" $.role "catalogue" .) }}
    {{- if or .files .paths }}
    items:
      {{- range $path := keys (.files | default dict) | sortAlpha }}
      - key: {{ replace "/" "__" $path }}
        path: {{ $path }}
      {{- end }}
      {{- range $key, $path := .paths }}
      - key: {{ $key }}
        path: {{ $path }}
      {{- end }}
    {{- end }}
{{- end }}
{{- end }}
{{- end -}}
{{- end }}

{{/* Takes root and role. */}}
{{- define "nenep.catalogueMounts" -}}
{{- if has .role (include "nenep.catalogueRoles" . | fromYamlArray) -}}
{{- range .root.Values.catalogues }}
{{- if ne .name "built-in" }}
- name: catalogue-{{ .name }}
  mountPath: /etc/nenep/catalogues/{{ .name }}
  readOnly: true
{{- end }}
{{- end }}
{{- end -}}
{{- end }}

{{/* A hash of what the catalogues hold, empty for a role that reads none: the catalogue is read at start, so another one starts the pods
     anew. Of an existing ConfigMap Helm sees the content when it installs into a cluster. Takes root and role. */}}
{{- define "nenep.catalogueHash" -}}
{{- $held := list -}}
{{- if has .role (include "nenep.catalogueRoles" . | fromYamlArray) -}}
{{- range .root.Values.catalogues -}}
{{- $held = append $held . -}}
{{- with .existingConfigMap -}}
{{- $there := lookup "v1" "ConfigMap" $.root.Release.Namespace . | default dict -}}
{{- $held = concat $held (list ($there.data | default dict) ($there.binaryData | default dict)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if $held -}}{{ toJson $held | sha256sum }}{{- end -}}
{{- end }}

{{/* What is wrong with the catalogues, as a list. */}}
{{- define "nenep.catalogueRefusals" -}}
{{- $faults := list -}}
{{- $seen := list -}}
{{- if and .Values.catalogues .Values.config.catalogue -}}
{{- $faults = append $faults "catalogues: catalogues are named here or in config.catalogue, not in both" -}}
{{- end -}}
{{- range .Values.catalogues -}}
{{- if has .name $seen -}}
{{- $faults = append $faults (printf "catalogues: %s stands there twice" .name) -}}
{{- end -}}
{{- $seen = append $seen .name -}}
{{- if eq .name "built-in" -}}
{{- if or .files .existingConfigMap -}}
{{- $faults = append $faults "catalogues: built-in is the catalogue inside the program and has no files; give yours another name" -}}
{{- end -}}
{{- else if eq (empty .files) (empty .existingConfigMap) -}}
{{- $faults = append $faults (printf "catalogues: give %s either files (path: text) or existingConfigMap" .name) -}}
{{- end -}}
{{- if and .paths (not .existingConfigMap) -}}
{{- $faults = append $faults (printf "catalogues: paths of %s say where the keys of existingConfigMap lie; files say it themselves" .name) -}}
{{- end -}}
{{- if and .files (not (hasKey .files "catalogue.yaml")) -}}
{{- $editions := list -}}
{{- range keys .files -}}{{- if hasSuffix "/catalogue.yaml" . -}}{{- $editions = append $editions . -}}{{- end -}}{{- end -}}
{{- if not $editions -}}
{{- $faults = append $faults (printf "catalogues: files of %s lack catalogue.yaml, the first of every edition" .name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toYaml $faults -}}
{{- end }}
