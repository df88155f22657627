{{/* The two rules that keep two nodes from forging at once, in whole milliseconds as the program has
     them. A release that breaks one is refused here, before a pod is. */}}

{{- define "cardano-node.ms" -}}
{{ mulf . 1000 | floor | int64 }}
{{- end }}

{{/* Call: dict "root" $ "what" "forgeManager.lease" "lease" <values> "env" "LEASE_DURATION" */}}
{{- define "cardano-node.checkLease" -}}
{{- $manager := .root.Values.forgeManager }}
{{- $duration := include "cardano-node.ms" .lease.duration | int64 }}
{{- $fence := include "cardano-node.ms" $manager.fenceTimeout | int64 }}
{{- $api := include "cardano-node.ms" $manager.apiTimeout | int64 }}
{{- $interval := min (include "cardano-node.ms" $manager.sleepInterval | int64) (div $duration 4) }}
{{- $longest := sub (sub (div (mul 99 $duration) 101) $fence) 300 }}
{{- $deadline := min (div (mul 6 $duration) 10) $longest }}
{{- if not (kindIs "invalid" .lease.renewDeadline) }}
{{- $deadline = include "cardano-node.ms" .lease.renewDeadline | int64 }}
{{- end }}
{{- $least := add $interval $api }}
{{- if gt $least $longest }}
{{- fail (printf "%s.duration %v s is too short for forgeManager.fenceTimeout %v s, apiTimeout %v s and a renewal every %v s: a leader would have to stop within %v s of a renewal and could not renew before; lengthen it, or shorten fenceTimeout" .what .lease.duration $manager.fenceTimeout $manager.apiTimeout (divf $interval 1000) (divf $longest 1000)) }}
{{- end }}
{{- if gt (mul 101 (add $deadline $fence 300)) (mul 99 $duration) }}
{{- fail (printf "%s.renewDeadline %v s is too long: two nodes could forge at once; with duration %v s and forgeManager.fenceTimeout %v s it is at most %v s (0.99·duration/1.01 − fenceTimeout − 0.3)" .what (divf $deadline 1000) .lease.duration $manager.fenceTimeout (divf $longest 1000)) }}
{{- end }}
{{- if lt $deadline $least }}
{{- fail (printf "%s.renewDeadline %v s is too short: it must cover a renewal every %v s and forgeManager.apiTimeout %v s, so at least %v s" .what (divf $deadline 1000) (divf $interval 1000) $manager.apiTimeout (divf $least 1000)) }}
{{- end }}
{{- $probe := .root.Values.healthChecks.cardanoNode.livenessProbe }}
{{- if $probe.enabled }}
{{- $detection := add (mul $probe.periodSeconds $probe.failureThreshold) $probe.timeoutSeconds 1 (max 2 $probe.terminationGracePeriodSeconds) }}
{{- if gt (add (mul 101 $least) (mul 100000 $detection)) (mul 99 $duration) }}
{{- fail (printf "healthChecks.cardanoNode.livenessProbe is too slow: a dead sidecar's node could forge for %v s after its last renewal, and with %s.duration %v s another may start after %v s (1.01·(renewal interval %v s + apiTimeout %v s) + period·threshold + timeout + 1 + max(2, grace) = %v s); shorten the probe's timings, or lengthen the duration" (divf (add (mul 101 $least) (mul 100000 $detection)) 100000) .what .lease.duration (divf (mul 99 $duration) 100000) (divf $interval 1000) $manager.apiTimeout $detection) }}
{{- end }}
{{- end }}
{{- end }}
