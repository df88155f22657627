{{/* How the node's container is started, by profile. */}}

{{- define "cardano-node.configPath" -}}
{{- $config := .Values.cardanoNode.config }}
{{- $own := or $config.files $config.existingConfigMap }}
{{- $image := printf "/opt/cardano/config/%s/config.json" .Values.cardanoNode.network }}
{{- default (ternary "/etc/cardano/config.json" $image (not (empty $own))) $config.path }}
{{- end }}

{{- define "cardano-node.topologyPath" -}}
{{- $node := .Values.cardanoNode }}
{{- $own := "/etc/cardano-topology/topology.json" }}
{{- $beside := printf "%s/topology.json" (include "cardano-node.configPath" . | dir) }}
{{- default (ternary $own $beside (not (empty $node.topology.content))) $node.topology.path }}
{{- end }}

{{/* The command past the image's entrypoint. */}}
{{- define "cardano-node.intersectCommand" -}}
- /usr/local/bin/cardano-node
- run
- --config
- {{ include "cardano-node.configPath" . }}
- --topology
- {{ include "cardano-node.topologyPath" . }}
- --database-path
- {{ .Values.cardanoNode.databasePath }}
- --socket-path
- {{ .Values.cardanoNode.socketPath }}
- --host-addr
- {{ .Values.cardanoNode.hostAddress }}
- --port
- "{{ int .Values.cardanoNode.port }}"
{{- if .Values.forgeManager.enabled }}
- --shelley-kes-key
- /keys/kes.skey
- --shelley-vrf-key
- /keys/vrf.skey
- --shelley-operational-certificate
- /keys/node.cert
- --start-as-non-producing-node
{{- end }}
{{- end }}

{{/* The entrypoint of the image takes its settings from the environment. Its flag takes a value there;
     an image too old to know it then refuses to start, instead of forging on every replica. */}}
{{- define "cardano-node.blinklabsArgs" -}}
- run
{{- if .Values.forgeManager.enabled }}
- --start-as-non-producing-node
- "true"
{{- end }}
{{- end }}

{{- define "cardano-node.blinklabsEnv" -}}
{{- $env := dict
  "CARDANO_NETWORK" .Values.cardanoNode.network
  "CARDANO_CONFIG" (include "cardano-node.configPath" .)
  "CARDANO_TOPOLOGY" (include "cardano-node.topologyPath" .)
  "CARDANO_DATABASE_PATH" .Values.cardanoNode.databasePath
  "CARDANO_SOCKET_PATH" .Values.cardanoNode.socketPath
  "CARDANO_BIND_ADDR" .Values.cardanoNode.hostAddress
  "CARDANO_PORT" (int .Values.cardanoNode.port | toString)
  "CARDANO_BLOCK_PRODUCER" (toString .Values.forgeManager.enabled) }}
{{- if .Values.forgeManager.enabled }}
{{- $env = merge $env (dict
  "START_AS_NON_PRODUCING" "true"
  "CARDANO_SHELLEY_KES_KEY" "/keys/kes.skey"
  "CARDANO_SHELLEY_VRF_KEY" "/keys/vrf.skey"
  "CARDANO_SHELLEY_OPERATIONAL_CERTIFICATE" "/keys/node.cert") }}
{{- end }}
{{- with .Values.cardanoNode.rtsOptions }}
{{- $_ := set $env "CARDANO_RTS_OPTS" (join " " .) }}
{{- end }}
{{- range $name, $value := $env }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end }}

{{- define "cardano-node.nodeContainer" -}}
{{- $node := .Values.cardanoNode }}
{{- $mounts := list
  (dict "name" "ledger" "mountPath" "/data")
  (dict "name" "ipc" "mountPath" (dir $node.socketPath))
  (dict "name" "tmp" "mountPath" "/tmp") }}
{{- if .Values.forgeManager.enabled }}
{{- /* Read-only: only the manager writes keys and its permit file, which lies beside them. */}}
{{- $mounts = append $mounts (dict "name" "keys" "mountPath" "/keys" "readOnly" true) }}
{{- end }}
{{- if $node.config.existingConfigMap }}
{{- $mounts = append $mounts (dict "name" "config" "mountPath" "/etc/cardano" "readOnly" true) }}
{{- end }}
{{- /* By subPath, which a running container never sees change: at SIGHUP the node reads the genesis
       files anew, and with changed ones it would not stop forging. */}}
{{- range $name, $_ := $node.config.files }}
{{- $mounts = append $mounts (dict "name" "config" "mountPath" (printf "/etc/cardano/%s" $name) "subPath" $name "readOnly" true) }}
{{- end }}
{{- if $node.topology.content }}
{{- $mounts = append $mounts (dict "name" "topology" "mountPath" "/etc/cardano-topology" "readOnly" true) }}
{{- end }}
name: cardano-node
image: {{ include "cardano-node.nodeImage" . }}
imagePullPolicy: {{ .Values.image.cardanoNode.pullPolicy }}
{{- if eq $node.profile "intersect" }}
command:
  {{- include "cardano-node.intersectCommand" . | nindent 2 }}
  {{- with $node.extraArgs }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
  {{- with $node.rtsOptions }}
  {{- toYaml (concat (list "+RTS") . (list "-RTS")) | nindent 2 }}
  {{- end }}
{{- else if eq $node.profile "blinklabs" }}
args:
  {{- include "cardano-node.blinklabsArgs" . | nindent 2 }}
  {{- with $node.extraArgs }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- else }}
{{- with $node.command }}
command:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with concat $node.args $node.extraArgs }}
args:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
env:
  - name: CARDANO_NODE_SOCKET_PATH
    value: {{ $node.socketPath }}
  {{- if eq $node.profile "blinklabs" }}
  {{- include "cardano-node.blinklabsEnv" . | nindent 2 }}
  {{- end }}
  {{- with $node.env }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with $node.envFrom }}
envFrom:
  {{- toYaml . | nindent 2 }}
{{- end }}
ports:
  - name: p2p
    containerPort: {{ int $node.port }}
  {{- if and $node.metrics.exposed $node.metrics.port }}
  - name: node-metrics
    containerPort: {{ int $node.metrics.port }}
  {{- end }}
{{- $probe := .Values.healthChecks.cardanoNode.livenessProbe }}
{{- if and .Values.forgeManager.enabled $probe.enabled }}
# The dead-man probe. It asks the sidecar, not the node: a node whose guard is gone must not forge on.
# By number, since a named port would have to be this container's.
livenessProbe:
  httpGet:
    path: /node-live
    port: {{ int .Values.forgeManager.guardPort }}
  periodSeconds: {{ int $probe.periodSeconds }}
  timeoutSeconds: {{ int $probe.timeoutSeconds }}
  failureThreshold: {{ int $probe.failureThreshold }}
  successThreshold: 1
  terminationGracePeriodSeconds: {{ int $probe.terminationGracePeriodSeconds }}
{{- end }}
{{- $ready := .Values.healthChecks.cardanoNode.readinessProbe }}
{{- if and .Values.forgeManager.enabled (not $ready) }}
{{- $ready = dict "httpGet" (dict "path" "/readyz" "port" (int .Values.forgeManager.metricsPort)) "periodSeconds" 5 "timeoutSeconds" 2 "failureThreshold" 3 }}
{{- end }}
{{- with $ready }}
# An update or a drain goes on when this replica could lead, not when its containers merely run: a node
# takes minutes to open its chain, in which the next pod to be replaced may be the leader.
readinessProbe:
  {{- toYaml . | nindent 2 }}
{{- end }}
resources:
  {{- toYaml .Values.resources.cardanoNode | nindent 2 }}
securityContext:
  {{- toYaml $node.securityContext | nindent 2 }}
volumeMounts:
  {{- toYaml (concat $mounts $node.extraVolumeMounts) | nindent 2 }}
{{- end }}
