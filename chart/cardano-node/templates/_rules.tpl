{{/* What the manager asks of an API, as rules of a Role. `create` cannot be bound to names. `list` and
     `watch` can, since the manager sends them with a fieldSelector of that one name. */}}

{{- define "cardano-node.localRules" -}}
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  verbs: [create]
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  resourceNames: [{{ include "cardano-node.leaseName" . }}]
  verbs: [get, list, watch, update]
{{- with include "cardano-node.previousLeaseNames" . | fromJsonArray }}
# A lock of an older name is marked as moved before the first claim.
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  resourceNames: {{ toJson . }}
  verbs: [get, update]
{{- end }}
- apiGroups: [cardano.io]
  resources: [cardanoleaders]
  verbs: [create]
- apiGroups: [cardano.io]
  resources: [cardanoleaders]
  resourceNames: [{{ include "cardano-node.leaderResourceName" . }}]
  verbs: [get]
- apiGroups: [cardano.io]
  resources: [cardanoleaders/status]
  resourceNames: [{{ include "cardano-node.leaderResourceName" . }}]
  verbs: [patch]
# Its own pod, whose deletion it must notice; a Role cannot say "own", so these are the release's.
- apiGroups: [""]
  resources: [pods]
  resourceNames:
    {{- range $ordinal := until (int .Values.replicaCount) }}
    - {{ include "cardano-node.fullname" $ }}-{{ $ordinal }}
    {{- end }}
  verbs: [list, watch]
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [create, patch]
{{- end }}

{{/* Call: dict "root" $ "clusterName" … */}}
{{- define "cardano-node.coordinationRules" -}}
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  verbs: [create]
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  resourceNames: [{{ include "cardano-node.forgeLeaseName" .root }}]
  verbs: [get, list, watch, update]
# All clusters of the pool are followed, by their labels, which a Role cannot name.
- apiGroups: [cardano.io]
  resources: [cardanoforgeclusters]
  verbs: [list, watch, create]
# Its own is labelled, and reported on. No region reports for another.
- apiGroups: [cardano.io]
  resources: [cardanoforgeclusters]
  resourceNames: [{{ .clusterName }}]
  verbs: [get, patch]
- apiGroups: [cardano.io]
  resources: [cardanoforgeclusters/status]
  resourceNames: [{{ .clusterName }}]
  verbs: [patch]
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [create, patch]
{{- end }}

{{/* A Role, and the RoleBinding for one ServiceAccount.
     Call: dict "root" $ "name" … "namespace" … "rules" … "account" … "accountNamespace" … */}}
{{- define "cardano-node.role" -}}
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  {{- include "cardano-node.metadata" (dict "root" .root "name" .name "namespace" .namespace) | nindent 2 }}
rules:
  {{- .rules | nindent 2 }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  {{- include "cardano-node.metadata" (dict "root" .root "name" .name "namespace" .namespace) | nindent 2 }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: {{ .name }}
subjects:
  - kind: ServiceAccount
    name: {{ .account }}
    namespace: {{ .accountNamespace }}
{{- end }}
