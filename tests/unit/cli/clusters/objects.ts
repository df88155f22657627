// Owns CardanoForgeClusters as an API server has them, described in few words, and pools of them.
// Never talks to a server.

import { listedCluster } from "../../../../lib/cli/clusters/listed_cluster.ts";
import { type Pool, poolsOf } from "../../../../lib/cli/clusters/pools.ts";
import { type PoolView, viewOf } from "../../../../lib/cli/clusters/view.ts";
import { addMs, type WallTime } from "../../../../lib/core/time.ts";
import type { Json } from "../../../support/api_request.ts";
import { type ClusterSketch, EPOCH, NOW, STALE_AFTER_MS } from "../../core/policy_support.ts";

export { NOW, STALE_AFTER_MS };

export interface ObjectSketch extends ClusterSketch {
  readonly forging?: boolean;
  readonly network?: string;
  readonly counter?: number;
  /** Days until its certificate is over. */
  readonly certificateDays?: number;
  /** Of pool, for label and ticker. */
  readonly pool?: string;
}

const API_VERSION = "cardano.io/v1";
const MAGICS: Readonly<Record<string, number>> = { mainnet: 764_824_073, preprod: 1, preview: 2 };

export function objectOf(name: string, sketch: ObjectSketch = {}, now: WallTime = NOW): Json {
  const { network = "preview", pool = "pool1abc", region = name } = sketch;
  return {
    apiVersion: API_VERSION,
    kind: "CardanoForgeCluster",
    metadata: {
      name,
      uid: `uid-${name}`,
      resourceVersion: "1",
      labels: { "cardano.io/network": network, "cardano.io/pool-id": pool },
    },
    spec: {
      network: { name: network, magic: MAGICS[network] },
      pool: { ticker: pool.slice(-3).toUpperCase() },
      region,
      forgeState: sketch.state ?? "Priority-based",
      priority: sketch.priority ?? 100,
      ...(sketch.override === undefined ? {} : { override: overrideOf(sketch.override) }),
    },
    ...("silent" in sketch && sketch.silent === undefined ? {} : { status: statusOf(sketch, now) }),
  };
}

function overrideOf({ expiresAt, ...others }: NonNullable<ClusterSketch["override"]>): Json {
  const override = { enabled: true, ...others };
  const end = expiresAt === undefined ? {} : { expiresAt: new Date(expiresAt).toISOString() };
  return JSON.parse(JSON.stringify({ ...override, ...end }));
}

export function statusOf(sketch: ObjectSketch, now: WallTime): Json {
  const failures = sketch.failures ?? 0;
  const heartbeat = secondsText(addMs(now, -(sketch.silent ?? 0) * 1_000));
  const forging = sketch.forging ?? false;
  const epoch = "epoch" in sketch ? sketch.epoch : EPOCH;
  return {
    effectiveState: "Priority-based",
    effectivePriority: 100,
    activeLeader: forging ? "bp-0" : "",
    forgingEnabled: forging,
    lastTransition: heartbeat,
    reason: forging ? "Forging" : "Waiting",
    message: "",
    healthStatus: {
      healthy: sketch.healthy ?? failures < 3,
      consecutiveFailures: failures,
      message: "",
    },
    conditions: [{
      type: "Ready",
      status: sketch.ready ?? true ? "True" : "False",
      lastTransitionTime: heartbeat,
      reason: "CanForge",
      message: "",
    }],
    lastHeartbeatTime: heartbeat,
    ...(epoch === undefined ? {} : { forgeEpoch: epoch }),
    nodeFarBehind: sketch.farBehind ?? false,
    ...(sketch.counter === undefined ? {} : {
      credentials: {
        kesPeriodStart: 100,
        kesPeriodEnd: 162,
        expiresAt: secondsText(addMs(now, (sketch.certificateDays ?? 60) * 86_400_000)),
        certificateCounter: sketch.counter,
      },
    }),
  };
}

function secondsText(at: WallTime): string {
  return new Date(at).toISOString().replace(/\.\d+Z$/, "Z");
}

export function poolOf(objects: readonly Json[]): Pool {
  const listed = objects.map((object) => listedCluster(object, { apiVersion: API_VERSION })!);
  const { pools } = poolsOf(listed, { pool: undefined, network: undefined });
  if (pools.length !== 1) throw new Error(`Expected one pool, found ${pools.length}`);
  return pools[0]!;
}

export function view(objects: readonly Json[]): PoolView {
  return viewOf(poolOf(objects), { now: NOW, staleAfterMs: STALE_AFTER_MS });
}

/** By name. */
export function viewOfSketches(sketches: Readonly<Record<string, ObjectSketch>>): PoolView {
  return view(Object.entries(sketches).map(([name, sketch]) => objectOf(name, sketch)));
}
