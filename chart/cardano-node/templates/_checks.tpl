{{/* What the schema cannot say: values that do not go together. Each message names the value. */}}

{{- define "cardano-node.checks" -}}
{{- $manager := .Values.forgeManager }}
{{- $node := .Values.cardanoNode }}
{{- if and .Values.monitoring.podMonitor.enabled .Values.monitoring.serviceMonitor.enabled }}
{{- fail "monitoring.podMonitor.enabled and monitoring.serviceMonitor.enabled: one of them, else each pod is scraped twice and sums count double" }}
{{- end }}
{{- if and (not (kindIs "invalid" .Values.podDisruptionBudget.minAvailable)) (not (kindIs "invalid" .Values.podDisruptionBudget.maxUnavailable)) }}
{{- fail "podDisruptionBudget.minAvailable and podDisruptionBudget.maxUnavailable: one of them" }}
{{- end }}
{{- include "cardano-node.checkNode" . }}
{{- range $labels := list .Values.podLabels .Values.commonLabels }}
{{- range $name, $_ := include "cardano-node.selectorLabels" $ | fromYaml }}
{{- if hasKey $labels $name }}
{{- fail (printf "podLabels and commonLabels: %s is one of the labels that select the pods, which are the chart's" $name) }}
{{- end }}
{{- end }}
{{- end }}
{{- if $manager.enabled }}
{{- include "cardano-node.checkManager" . }}
{{- include "cardano-node.checkClusters" . }}
{{- include "cardano-node.checkRunning" . }}
{{- end }}
{{- end }}

{{- define "cardano-node.checkNode" -}}
{{- $node := .Values.cardanoNode }}
{{- $known := dict "mainnet" 764824073 "preprod" 1 "preview" 2 }}
{{- $magic := $node.networkMagic }}
{{- if hasKey $known $node.network }}
{{- if and (not (kindIs "invalid" $magic)) (ne (int64 $magic) (int64 (get $known $node.network))) }}
{{- fail (printf "cardanoNode.networkMagic is %v, but that of %s is %v; leave it out" $magic $node.network (get $known $node.network)) }}
{{- end }}
{{- else if kindIs "invalid" $magic }}
{{- fail (printf "cardanoNode.networkMagic is required for the network %q, which is none of mainnet, preprod, preview" $node.network) }}
{{- end }}
{{- if eq $node.profile "custom" }}
{{- if not (and .Values.image.cardanoNode.repository .Values.image.cardanoNode.registry (or .Values.image.cardanoNode.tag .Values.image.cardanoNode.digest)) }}
{{- fail "image.cardanoNode.registry, repository, and tag or digest are required with cardanoNode.profile custom" }}
{{- end }}
{{- $words := join " " (concat $node.command $node.args) }}
{{- if and .Values.forgeManager.enabled (not (contains "non-producing-node" $words)) (not (contains "START_AS_NON_PRODUCING" (toJson $node.env))) }}
{{- fail "cardanoNode.args must hold --start-as-non-producing-node with profile custom (or cardanoNode.env START_AS_NON_PRODUCING): without it every replica forges when it starts" }}
{{- end }}
{{- else if or $node.command $node.args }}
{{- fail (printf "cardanoNode.command and cardanoNode.args are for profile custom; with %s use cardanoNode.extraArgs" $node.profile) }}
{{- end }}
{{- if contains "non-producing-node" (join " " $node.extraArgs) }}
{{- fail "cardanoNode.extraArgs must not hold --start-as-non-producing-node: the chart sets it, and given twice the node refuses it" }}
{{- end }}
{{- $ports := list (int $node.port) }}
{{- if $node.metrics.port }}{{ $ports = append $ports (int $node.metrics.port) }}{{ end }}
{{- if .Values.forgeManager.enabled }}{{ $ports = append (append $ports (int .Values.forgeManager.metricsPort)) (int .Values.forgeManager.guardPort) }}{{ end }}
{{- if ne (len $ports) (len (uniq $ports)) }}
{{- fail "cardanoNode.port, cardanoNode.metrics.port, forgeManager.metricsPort and forgeManager.guardPort must differ: the containers share their addresses" }}
{{- end }}
{{- if and $node.config.files $node.config.existingConfigMap }}
{{- fail "cardanoNode.config.files and cardanoNode.config.existingConfigMap: one of them" }}
{{- end }}
{{- if and (not (has $node.network (list "mainnet" "preprod" "preview"))) (not $node.config.path) (not $node.config.files) (not $node.config.existingConfigMap) (ne $node.profile "custom") }}
{{- fail (printf "cardanoNode.config.files, existingConfigMap or path is required for the network %q, which no image knows" $node.network) }}
{{- end }}
{{- range $env := $node.env }}
{{- if and (eq $node.profile "blinklabs") (eq $env.name "NETWORK") }}
{{- fail "cardanoNode.env must not set NETWORK with profile blinklabs: the image then ignores the keys and the flags" }}
{{- end }}
{{- end }}
{{- if or (hasKey $node.securityContext "runAsUser") (hasKey .Values.forgeManager.securityContext "runAsUser") }}
{{- fail "cardanoNode.securityContext.runAsUser and forgeManager.securityContext.runAsUser: set podSecurityContext.runAsUser instead, since the manager can only signal a node of its own user" }}
{{- end }}
{{- end }}

{{- define "cardano-node.checkManager" -}}
{{- $manager := .Values.forgeManager }}
{{- $probe := .Values.healthChecks.cardanoNode.livenessProbe }}
{{- if and (not $probe.enabled) (not $probe.acceptTwoForgersWhenSidecarDies) }}
{{- fail "healthChecks.cardanoNode.livenessProbe.enabled is false: when a sidecar dies or hangs, its node then forges on beside the next leader; set healthChecks.cardanoNode.livenessProbe.acceptTwoForgersWhenSidecarDies=true if that is wanted" }}
{{- end }}
{{- range $name := list "startupProbe" "readinessProbe" "livenessProbe" }}
{{- $one := get $.Values.healthChecks.forgeManager $name }}
{{- if and $one.enabled (ne (toString $one.httpGet.port) (toString (int $manager.metricsPort))) (ne (toString $one.httpGet.port) "metrics") }}
{{- fail (printf "healthChecks.forgeManager.%s.httpGet.port is %v, but forgeManager.metricsPort is %v" $name $one.httpGet.port $manager.metricsPort) }}
{{- end }}
{{- end }}
{{- $tenant := $manager.multiTenant }}
{{- if and $tenant.enabled (not $tenant.pool.id) }}
{{- fail "forgeManager.multiTenant.pool.id is required with forgeManager.multiTenant.enabled: without it all pools would share one Lease" }}
{{- end }}
{{- if and (not $tenant.enabled) (or $tenant.pool.id $tenant.pool.idHex $tenant.pool.name $tenant.pool.ticker) }}
{{- fail "forgeManager.multiTenant.pool has no effect unless forgeManager.multiTenant.enabled is true; enabling it names the Lease by network and pool" }}
{{- end }}
{{- $settings := include "cardano-node.settings" . | fromYamlArray }}
{{- range $env := $manager.env }}
{{- if has $env.name $settings }}
{{- fail (printf "forgeManager.env must not set %s: the manager's settings come from the values, which are checked together" $env.name) }}
{{- end }}
{{- end }}
{{- include "cardano-node.checkLease" (dict "root" . "what" "forgeManager.lease" "lease" $manager.lease) }}
{{- end }}

{{- define "cardano-node.checkClusters" -}}
{{- $management := .Values.forgeManager.clusterManagement }}
{{- if $management.enabled }}
{{- if not (or $management.region $management.identifier $management.resourceName) }}
{{- fail "forgeManager.clusterManagement.region is required, another in each cluster" }}
{{- end }}
{{- if and $management.coordination.kubeconfigSecret.name (not $management.coordination.namespace) }}
{{- fail "forgeManager.clusterManagement.coordination.namespace is required with coordination.kubeconfigSecret.name: the same for all clusters" }}
{{- end }}
{{- if and $management.healthCheck.enabled (not $management.healthCheck.endpoint) }}
{{- fail "forgeManager.clusterManagement.healthCheck.endpoint is required with healthCheck.enabled" }}
{{- end }}
{{- if lt (float64 $management.staleAfter) (mulf 2 $management.heartbeatInterval) }}
{{- fail "forgeManager.clusterManagement.staleAfter must be at least twice heartbeatInterval, so that one lost report is no absence" }}
{{- end }}
{{- include "cardano-node.checkLease" (dict "root" . "what" "forgeManager.clusterManagement.forgeLease" "lease" $management.forgeLease) }}
{{- else if or $management.region $management.coordination.kubeconfigSecret.name }}
{{- fail "forgeManager.clusterManagement.region and coordination have no effect unless forgeManager.clusterManagement.enabled is true; without it this cluster forges beside the others" }}
{{- end }}
{{- end }}
