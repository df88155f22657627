{{/* The sidecar: an init container that is restarted, which Kubernetes starts before the node and ends
     after it. */}}

{{/* Call: list of pairs, name and value; empty values are left out. */}}
{{- define "cardano-node.envOf" -}}
{{- range . }}
{{- $value := index . 1 }}
{{- /* helm reads numbers as floats, and writes large ones as 1.7e+09. */}}
{{- if and (kindIs "float64" $value) (eq (floor $value) $value) }}{{ $value = int64 $value }}{{ end }}
{{- if not (or (kindIs "invalid" $value) (eq (toString $value) "")) }}
- name: {{ index . 0 }}
  value: {{ toString $value | quote }}
{{- end }}
{{- end }}
{{- end }}

{{- define "cardano-node.managerEnv" -}}
{{- $manager := .Values.forgeManager }}
{{- $node := .Values.cardanoNode }}
{{- $tenant := $manager.multiTenant }}
- name: NAMESPACE
  valueFrom:
    fieldRef:
      fieldPath: metadata.namespace
- name: POD_NAME
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
- name: POD_UID
  valueFrom:
    fieldRef:
      fieldPath: metadata.uid
{{- include "cardano-node.envOf" (list
  (list "CARDANO_NETWORK" $node.network)
  (list "NETWORK_MAGIC" (kindIs "invalid" $node.networkMagic | ternary "" (printf "%d" (int64 $node.networkMagic))))
  (list "GENESIS_START" $manager.genesisStart)
  (list "SLOTS_PER_KES_PERIOD" (kindIs "invalid" $manager.slotsPerKesPeriod | ternary "" (printf "%d" (int64 $manager.slotsPerKesPeriod))))
  (list "MAX_KES_EVOLUTIONS" (kindIs "invalid" $manager.maxKesEvolutions | ternary "" (printf "%d" (int64 $manager.maxKesEvolutions))))
  (list "POOL_ID" $tenant.pool.id)
  (list "POOL_ID_HEX" $tenant.pool.idHex)
  (list "POOL_NAME" $tenant.pool.name)
  (list "POOL_TICKER" $tenant.pool.ticker)
  (list "APPLICATION_TYPE" $tenant.application.type)
  (list "LEASE_NAME" (include "cardano-node.leaseName" .))
  (list "LEASE_DURATION" $manager.lease.duration)
  (list "RENEW_DEADLINE" $manager.lease.renewDeadline)
  (list "SLEEP_INTERVAL" $manager.sleepInterval)
  (list "FENCE_TIMEOUT" $manager.fenceTimeout)
  (list "API_TIMEOUT" $manager.apiTimeout)
  (list "CRD_NAME" (include "cardano-node.leaderResourceName" .))
  (list "NODE_SOCKET" $node.socketPath)
  (list "SOCKET_WAIT_TIMEOUT" $manager.socketWaitTimeout)
  (list "CARDANO_NODE_PROCESS_NAME" $node.processName)
  (list "SOURCE_KES_KEY" (printf "/secrets/%s" $manager.secretKeys.kesKey))
  (list "SOURCE_VRF_KEY" (printf "/secrets/%s" $manager.secretKeys.vrfKey))
  (list "SOURCE_OP_CERT" (printf "/secrets/%s" $manager.secretKeys.opCert))
  (list "TARGET_KES_KEY" "/keys/kes.skey")
  (list "TARGET_VRF_KEY" "/keys/vrf.skey")
  (list "TARGET_OP_CERT" "/keys/node.cert")
  (list "STATE_DIR" "/keys")
  (list "METRICS_PORT" (int $manager.metricsPort))
  (list "GUARD_PORT" (int $manager.guardPort))
  (list "LOG_LEVEL" $manager.logLevel)
  (list "LOG_FORMAT" $manager.logFormat)) }}
- name: PREVIOUS_LEASE_NAMES # empty: none
  value: {{ include "cardano-node.previousLeaseNames" . | fromJsonArray | join "," | quote }}
- name: NODE_METRICS_URL # empty: none
  value: {{ if $node.metrics.port }}{{ printf "http://127.0.0.1:%d/metrics" (int $node.metrics.port) | quote }}{{ else }}""{{ end }}
{{- include "cardano-node.clusterEnv" . }}
{{- end }}

{{/* Every setting of the program. Those without a value of this chart keep their defaults: with others
     the Role, or what was checked here, would not fit. */}}
{{- define "cardano-node.settings" -}}
[
  NAMESPACE, POD_NAME, POD_UID, LEASE_NAME, PREVIOUS_LEASE_NAMES, LEASE_DURATION, RENEW_DEADLINE,
  FENCE_TIMEOUT, API_TIMEOUT, SLEEP_INTERVAL, NODE_SOCKET, SOCKET_WAIT_TIMEOUT,
  DISABLE_SOCKET_CHECK, CARDANO_NODE_PROCESS_NAME, NODE_METRICS_URL, SOURCE_KES_KEY,
  SOURCE_VRF_KEY, SOURCE_OP_CERT, TARGET_KES_KEY, TARGET_VRF_KEY, TARGET_OP_CERT, STATE_DIR,
  CRD_GROUP, CRD_VERSION, CRD_PLURAL, CRD_NAME, CARDANO_NETWORK, NETWORK_MAGIC, GENESIS_START,
  SLOTS_PER_KES_PERIOD, MAX_KES_EVOLUTIONS, POOL_ID, POOL_ID_HEX, POOL_NAME, POOL_TICKER, APPLICATION_TYPE,
  ENABLE_CLUSTER_MANAGEMENT, CLUSTER_REGION, CLUSTER_IDENTIFIER, CLUSTER_NAME,
  CLUSTER_ENVIRONMENT, CLUSTER_PRIORITY, HEALTH_CHECK_ENDPOINT, HEALTH_CHECK_INTERVAL, HEALTH_CHECK_TIMEOUT,
  HEALTH_CHECK_FAILURE_THRESHOLD,
  CLUSTER_CRD_GROUP, CLUSTER_CRD_VERSION, CLUSTER_CRD_PLURAL, CLUSTER_CRD_NAME,
  COORDINATION_KUBECONFIG, COORDINATION_CONTEXT, COORDINATION_NAMESPACE, FORGE_LEASE_NAME,
  FORGE_LEASE_DURATION, FORGE_RENEW_DEADLINE, FAILBACK_DELAY, HEARTBEAT_INTERVAL,
  CLUSTER_STALE_AFTER, METRICS_PORT, GUARD_PORT, LOG_LEVEL, LOG_FORMAT, KUBECONFIG, KUBE_CONTEXT,
  KUBERNETES_SERVICE_ACCOUNT_DIR
]
{{- end }}

{{- define "cardano-node.clusterEnv" -}}
{{- $management := .Values.forgeManager.clusterManagement }}
{{- if $management.enabled }}
{{- $check := $management.healthCheck }}
{{- include "cardano-node.envOf" (list
  (list "ENABLE_CLUSTER_MANAGEMENT" "true")
  (list "CLUSTER_REGION" $management.region)
  (list "CLUSTER_IDENTIFIER" $management.identifier)
  (list "CLUSTER_ENVIRONMENT" $management.environment)
  (list "CLUSTER_PRIORITY" (int $management.priority))
  (list "CLUSTER_CRD_NAME" $management.resourceName)
  (list "HEALTH_CHECK_ENDPOINT" ($check.enabled | ternary $check.endpoint ""))
  (list "HEALTH_CHECK_INTERVAL" ($check.enabled | ternary $check.interval ""))
  (list "HEALTH_CHECK_TIMEOUT" ($check.enabled | ternary $check.timeout ""))
  (list "HEALTH_CHECK_FAILURE_THRESHOLD" ($check.enabled | ternary $check.failureThreshold ""))
  (list "FORGE_LEASE_NAME" (include "cardano-node.forgeLeaseName" .))
  (list "FORGE_LEASE_DURATION" $management.forgeLease.duration)
  (list "FORGE_RENEW_DEADLINE" $management.forgeLease.renewDeadline)
  (list "FAILBACK_DELAY" $management.failbackDelay)
  (list "HEARTBEAT_INTERVAL" $management.heartbeatInterval)
  (list "CLUSTER_STALE_AFTER" $management.staleAfter)
  (list "COORDINATION_KUBECONFIG" (ternary "/coordination/kubeconfig" "" (ne $management.coordination.kubeconfigSecret.name "")))
  (list "COORDINATION_CONTEXT" $management.coordination.context)
  (list "COORDINATION_NAMESPACE" $management.coordination.namespace)) }}
{{- end }}
{{- end }}

{{- define "cardano-node.managerContainer" -}}
{{- $manager := .Values.forgeManager }}
{{- $mounts := list
  (dict "name" "secrets" "mountPath" "/secrets" "readOnly" true)
  (dict "name" "keys" "mountPath" "/keys")
  (dict "name" "ipc" "mountPath" (dir .Values.cardanoNode.socketPath) "readOnly" true)
  (dict "name" "token" "mountPath" "/var/run/secrets/kubernetes.io/serviceaccount" "readOnly" true) }}
{{- if include "cardano-node.hasKubeconfig" . }}
{{- $mounts = append $mounts (dict "name" "coordination" "mountPath" "/coordination" "readOnly" true) }}
{{- end }}
name: forge-manager
image: {{ include "cardano-node.image" (dict "root" . "image" .Values.image.forgeManager "registry" "ghcr.io" "repository" "mochipool/cardano-forge-manager" "tag" .Chart.AppVersion) }}
imagePullPolicy: {{ .Values.image.forgeManager.pullPolicy }}
args: [run]
restartPolicy: Always
env:
  {{- include "cardano-node.managerEnv" . | trim | nindent 2 }}
  {{- with $manager.env }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
ports:
  - name: metrics
    containerPort: {{ int $manager.metricsPort }}
  - name: node-live
    containerPort: {{ int $manager.guardPort }}
{{- range $name := list "startupProbe" "livenessProbe" "readinessProbe" }}
{{- $probe := get $.Values.healthChecks.forgeManager $name }}
{{- if $probe.enabled }}
{{ $name }}:
  {{- toYaml (omit $probe "enabled") | nindent 2 }}
{{- end }}
{{- end }}
resources:
  {{- toYaml .Values.resources.forgeManager | nindent 2 }}
securityContext:
  {{- toYaml $manager.securityContext | nindent 2 }}
volumeMounts:
  {{- toYaml (concat $mounts $manager.extraVolumeMounts) | nindent 2 }}
{{- end }}

{{/* Not empty where clusters meet on another API server than the local one. */}}
{{- define "cardano-node.hasKubeconfig" -}}
{{- $management := .Values.forgeManager.clusterManagement }}
{{- if and .Values.forgeManager.enabled $management.enabled $management.coordination.kubeconfigSecret.name }}yes{{ end }}
{{- end }}

{{- define "cardano-node.managerVolumes" -}}
{{- $manager := .Values.forgeManager }}
- name: secrets
  secret:
    secretName: {{ $manager.secretName }}
    defaultMode: 0440
    items:
      {{- range $key := values $manager.secretKeys | sortAlpha }}
      - key: {{ $key }}
        path: {{ $key }}
      {{- end }}
# Never on a disk, and gone with the pod. Apart from the socket's volume, so that another container may
# have the socket without the keys.
- name: keys
  emptyDir:
    medium: Memory
    sizeLimit: {{ .Values.persistence.memoryVolumeSize }}
# As Kubernetes mounts it by itself, but in the sidecar only: the node has no business with the API.
- name: token
  projected:
    defaultMode: 0440
    sources:
      - serviceAccountToken:
          path: token
          expirationSeconds: 3607
      - configMap:
          name: kube-root-ca.crt
          items:
            - key: ca.crt
              path: ca.crt
      - downwardAPI:
          items:
            - path: namespace
              fieldRef:
                fieldPath: metadata.namespace
{{- if include "cardano-node.hasKubeconfig" . }}
- name: coordination
  secret:
    secretName: {{ $manager.clusterManagement.coordination.kubeconfigSecret.name }}
    defaultMode: 0440
    items:
      - key: {{ $manager.clusterManagement.coordination.kubeconfigSecret.key }}
        path: kubeconfig
{{- end }}
{{- end }}
