// Owns how the settings of the program become those of the manager's machine.
// Never reads a setting that the machine has no use for.

import type { Config } from "../config.ts";
import type { ForgeTierSettings } from "../core/forge_tier_state.ts";
import type { ManagerSettings } from "../core/manager_state.ts";

export function machineSettings(
  config: Config,
  { podUid, nonceBase }: { readonly podUid: string; readonly nonceBase: string },
): ManagerSettings {
  return {
    podName: config.podName,
    podUid,
    lease: {
      name: config.lease.name,
      namespace: config.namespace,
      durationMs: config.lease.durationMs,
      holdMs: config.lease.renewDeadlineMs,
      renewIntervalMs: config.lease.renewIntervalMs,
    },
    previousNames: config.lease.previousNames,
    forge: forgeSettings(config),
    nonceBase,
  };
}

function forgeSettings({ cluster }: Config): ForgeTierSettings | undefined {
  if (cluster === undefined) return undefined;
  const { forgeLease, coordination } = cluster;
  return {
    cluster: cluster.name,
    lease: {
      name: forgeLease.name,
      namespace: coordination.namespace,
      durationMs: forgeLease.durationMs,
      holdMs: forgeLease.renewDeadlineMs,
      renewIntervalMs: forgeLease.renewIntervalMs,
      inherits: true,
    },
    staleAfterMs: cluster.staleAfterMs,
    failbackDelayMs: cluster.failbackDelayMs,
  };
}
