{{/* What must not change under running pods: by which locks they keep from forging at once. helm reads
     the running StatefulSet for it, so `helm template`, and tools that only render, check none of this. */}}

{{/* Environment of the running pods' manager as JSON; {} where none runs, or none is to be seen. */}}
{{- define "cardano-node.runningEnv" -}}
{{- $env := dict }}
{{- $running := lookup "apps/v1" "StatefulSet" .Release.Namespace (include "cardano-node.fullname" .) }}
{{- if $running }}
{{- $pods := max (dig "spec" "replicas" 0 $running | int) (dig "status" "replicas" 0 $running | int) }}
{{- range $container := dig "spec" "template" "spec" "initContainers" list $running }}
{{- if and (gt $pods 0) (eq $container.name "forge-manager") }}
{{- range $container.env }}{{ $_ := set $env .name (default "" .value) }}{{ end }}
{{- end }}
{{- end }}
{{- end }}
{{- toJson $env }}
{{- end }}

{{- define "cardano-node.checkRunning" -}}
{{- $running := include "cardano-node.runningEnv" . | fromJson }}
{{- if $running }}
{{- $lease := include "cardano-node.leaseName" . }}
{{- $previous := include "cardano-node.previousLeaseNames" . | fromJsonArray }}
{{- $was := default "cardano-node-leader" $running.LEASE_NAME }}
{{- if not (has $was (append $previous $lease)) }}
{{- fail (printf "forgeManager.lease.previousNames must hold %q: the running pods elect by that Lease, those of this release by %q, and one of each would forge while they are replaced; or scale the StatefulSet to zero first" $was $lease) }}
{{- end }}
{{- $management := .Values.forgeManager.clusterManagement }}
{{- if and (hasKey $running "ENABLE_CLUSTER_MANAGEMENT") (not $management.otherClustersAreStopped) }}
{{- if not $management.enabled }}
{{- fail "forgeManager.clusterManagement.enabled is false, but the running pods take part in it: this cluster would forge beside the others; scale those to zero, then set forgeManager.clusterManagement.otherClustersAreStopped=true" }}
{{- end }}
{{- $new := dict }}
{{- range include "cardano-node.clusterEnv" . | fromYamlArray }}{{ $_ := set $new .name .value }}{{ end }}
{{- range $name := list "FORGE_LEASE_NAME" "COORDINATION_NAMESPACE" "COORDINATION_CONTEXT" "COORDINATION_KUBECONFIG" }}
{{- $was := get $running $name }}
{{- $is := get $new $name }}
{{- if ne $was $is }}
{{- fail (printf "%s would change from %q to %q under running pods: clusters that meet elsewhere would forge beside this one (a pool id names the forge Lease, too); scale the other clusters to zero, then set forgeManager.clusterManagement.otherClustersAreStopped=true" $name $was $is) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
