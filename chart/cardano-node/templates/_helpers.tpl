{{/* Names and labels. */}}

{{- define "cardano-node.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride }}
{{- $full := contains $name .Release.Name | ternary .Release.Name (printf "%s-%s" .Release.Name $name) }}
{{- default $full .Values.fullnameOverride | trunc 52 | trimSuffix "-" }}
{{- end }}

{{/* Mode of the release: a block producer beside a manager, or a relay. */}}
{{- define "cardano-node.component" -}}
{{ ternary "block-producer" "relay" .Values.forgeManager.enabled }}
{{- end }}

{{/* What selects the pods, the same for relays, so that one can be made a block producer. Older
     deployments of a forge manager carry the name cardano-node or a label `app`, and none of these:
     neither set of selectors matches the other's pods. */}}
{{- define "cardano-node.selectorLabels" -}}
app.kubernetes.io/name: cardano-pool-node
app.kubernetes.io/instance: {{ .Release.Name }}
cardano.io/chart: cardano-forge-manager
{{- end }}

{{/* Labels of every object. Selector labels cannot be replaced by commonLabels. */}}
{{- define "cardano-node.labels" -}}
{{- $own := merge (include "cardano-node.selectorLabels" . | fromYaml) (dict
  "app.kubernetes.io/version" .Chart.AppVersion
  "app.kubernetes.io/managed-by" .Release.Service
  "app.kubernetes.io/part-of" "cardano-forge-manager"
  "app.kubernetes.io/component" (include "cardano-node.component" . | trim)
  "cardano.io/network" .Values.cardanoNode.network
  "helm.sh/chart" (printf "%s-%s" .Chart.Name (.Chart.Version | replace "+" "_"))) }}
{{- toYaml (merge $own .Values.commonLabels) }}
{{- end }}

{{/* metadata of an object. Call: dict "root" $ "name" … ["namespace" …] ["labels" …] ["annotations" …] */}}
{{- define "cardano-node.metadata" -}}
{{- $root := .root }}
{{- $labels := merge (include "cardano-node.labels" $root | fromYaml) (default dict .labels) }}
{{- $annotations := merge (dict) (default dict .annotations) $root.Values.commonAnnotations }}
{{- $metadata := dict "name" .name "namespace" (default $root.Release.Namespace .namespace) "labels" $labels }}
{{- if $annotations }}{{ $_ := set $metadata "annotations" $annotations }}{{ end }}
{{- toYaml $metadata }}
{{- end }}

{{- define "cardano-node.serviceAccountName" -}}
{{- $default := ternary (include "cardano-node.fullname" .) "default" .Values.serviceAccount.create }}
{{- default $default .Values.serviceAccount.name }}
{{- end }}

{{/* Call: dict "root" $ "image" <values> "registry" … "repository" … "tag" … */}}
{{- define "cardano-node.image" -}}
{{- $registry := default (default .registry .image.registry) .root.Values.global.imageRegistry }}
{{- $repository := default .repository .image.repository }}
{{- if .image.digest -}}
{{ $registry }}/{{ $repository }}@{{ .image.digest }}
{{- else -}}
{{ $registry }}/{{ $repository }}:{{ default .tag .image.tag }}
{{- end }}
{{- end }}

{{- define "cardano-node.nodeImage" -}}
{{- $known := dict
  "intersect" (dict "registry" "ghcr.io" "repository" "intersectmbo/cardano-node" "tag" "11.0.1")
  "blinklabs" (dict "registry" "ghcr.io" "repository" "blinklabs-io/cardano-node" "tag" "11.0.1-1")
  "custom" dict }}
{{- $image := .Values.image.cardanoNode }}
{{- $profile := get $known .Values.cardanoNode.profile }}
{{- include "cardano-node.image" (merge (dict "root" . "image" $image) $profile) }}
{{- end }}

{{/* Names that the program works out in the same way, for the Role. */}}
{{- define "cardano-node.poolScope" -}}
{{- $id := .Values.forgeManager.multiTenant.pool.id }}
{{- $network := .Values.cardanoNode.network }}
{{- if $id }}
{{- $short := trunc (ternary 10 8 (hasPrefix "pool1" $id)) $id | lower }}
{{- $short = regexReplaceAll "-+$" (regexReplaceAll "[^a-z0-9]" $short "-") "" }}
{{- printf "%s-%s" $network $short }}
{{- else }}
{{- $network }}
{{- end }}
{{- end }}

{{- define "cardano-node.leaseName" -}}
{{- $pooled := printf "cardano-leader-%s" (include "cardano-node.poolScope" .) }}
{{- $default := ternary $pooled "cardano-node-leader" (ne .Values.forgeManager.multiTenant.pool.id "") }}
{{- default $default .Values.forgeManager.lease.name }}
{{- end }}

{{- define "cardano-node.previousLeaseNames" -}}
{{- $previous := .Values.forgeManager.lease.previousNames }}
{{- if kindIs "invalid" $previous }}{{ $previous = list "cardano-node-leader" }}{{ end }}
{{- without $previous (include "cardano-node.leaseName" .) | toJson }}
{{- end }}

{{- define "cardano-node.leaderResourceName" -}}
{{- ternary (include "cardano-node.leaseName" .) "cardano-leader" (ne .Values.forgeManager.multiTenant.pool.id "") }}
{{- end }}

{{- define "cardano-node.forgeLeaseName" -}}
{{- default (printf "cardano-forge-%s" (include "cardano-node.poolScope" .)) .Values.forgeManager.clusterManagement.forgeLease.name }}
{{- end }}

{{/* Call: dict "root" $ "region" … */}}
{{- define "cardano-node.clusterName" -}}
{{- $management := .root.Values.forgeManager.clusterManagement }}
{{- $generated := printf "%s-%s" (include "cardano-node.poolScope" .root) .region }}
{{- if and $management.identifier (eq .root.Values.forgeManager.multiTenant.pool.id "") }}
{{- $generated = $management.identifier }}
{{- end }}
{{- default $generated $management.resourceName }}
{{- end }}

{{/* Where the clusters meet when it is the local API server. */}}
{{- define "cardano-node.coordinationNamespace" -}}
{{- default .Release.Namespace .Values.forgeManager.clusterManagement.coordination.namespace }}
{{- end }}
