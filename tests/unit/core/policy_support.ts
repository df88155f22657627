// Owns short ways to describe clusters for the policy, and arbitrary ones.
// Never judges them.

import fc from "fast-check";
import type {
  ClusterReport,
  ClusterResource,
  ClusterSpec,
  UnusableCluster,
} from "../../../lib/core/cluster.ts";
import { judgeClusters } from "../../../lib/core/policy.ts";
import type { Heartbeat } from "../../../lib/core/policy_heartbeat.ts";
import type {
  ForgeLeaseView,
  OwnCluster,
  PolicyInput,
  Verdict,
} from "../../../lib/core/policy_verdict.ts";
import { monotonic, type WallTime, wallTime } from "../../../lib/core/time.ts";

/** 2026-09-21T14:13:20Z. */
export const NOW = wallTime(1_790_000_000_000);
export const EPOCH = 7;
export const STALE_AFTER_MS = 60_000;
const MONOTONIC_NOW = monotonic(1_000_000);

/** Of "eu", whenever it is the asker's own. */
export const OURS: OwnCluster = {
  name: "eu",
  ready: true,
  forgeEpoch: undefined,
  farBehind: false,
  health: { healthy: true, consecutiveFailures: 0 },
};

export interface ClusterSketch {
  readonly region?: string;
  readonly state?: ClusterSpec["forgeState"];
  readonly priority?: number;
  readonly override?: Partial<ClusterSpec["override"]>;
  readonly ready?: boolean;
  readonly failures?: number;
  readonly healthy?: boolean;
  readonly farBehind?: boolean;
  /** Undefined: it cannot claim. */
  readonly epoch?: number | undefined;
  /** Seconds since its heartbeat changed; undefined: it never reported. */
  readonly silent?: number | undefined;
  /** Its heartbeat was only found. */
  readonly found?: boolean;
  readonly forges?: boolean;
}

export type Sketches = Readonly<Record<string, ClusterSketch>>;

export interface World {
  readonly clusters: Sketches;
  readonly unusable?: readonly UnusableCluster[];
  readonly lease?: Partial<ForgeLeaseView>;
  readonly own?: OwnCluster;
  readonly now?: WallTime;
}

export function resourceOf(name: string, sketch: ClusterSketch = {}): ClusterResource {
  return {
    name,
    generation: 1,
    spec: {
      network: "preview",
      poolIdHex: undefined,
      region: sketch.region ?? name,
      forgeState: sketch.state ?? "Priority-based",
      priority: sketch.priority ?? 100,
      healthCheck: {
        enabled: false,
        endpoint: undefined,
        intervalMs: 30_000,
        timeoutMs: 10_000,
        failureThreshold: 3,
        headers: {},
      },
      override: {
        enabled: sketch.override !== undefined,
        reason: "",
        expiresAt: undefined,
        forcePriority: undefined,
        forceState: undefined,
        ...sketch.override,
      },
    },
    report: isSilentForEver(sketch) ? undefined : reportOf(sketch),
  };
}

function isSilentForEver(sketch: ClusterSketch): boolean {
  return "silent" in sketch && sketch.silent === undefined;
}

function reportOf(sketch: ClusterSketch): ClusterReport {
  const failures = sketch.failures ?? 0;
  return {
    lastHeartbeatTime: "a heartbeat",
    forgeEpoch: "epoch" in sketch ? sketch.epoch : EPOCH,
    ready: sketch.ready ?? true,
    activeLeader: sketch.forges === true ? `${sketch.region}-0` : "",
    betterSince: undefined,
    consecutiveFailures: failures,
    healthy: sketch.healthy ?? failures < 3,
    farBehind: sketch.farBehind ?? false,
  };
}

function heartbeatOf({ silent = 0, found = false }: ClusterSketch): Heartbeat {
  const since = monotonic(MONOTONIC_NOW - silent * 1_000);
  return { text: "a heartbeat", since, seenToChange: !found };
}

export function verdictOf(world: World): Verdict {
  const sketches = Object.entries(world.clusters);
  return verdictOn(sketches.map(([name, sketch]) => resourceOf(name, sketch)), world);
}

/** For resources in an order of their own, or twice. */
export function verdictOn(resources: readonly ClusterResource[], world: World): Verdict {
  return judgeClusters(inputOn(resources, world));
}

export function inputOn(resources: readonly ClusterResource[], world: World): PolicyInput {
  return {
    resources,
    unusable: world.unusable ?? [],
    heartbeats: new Map(
      Object.entries(world.clusters).filter(([, sketch]) => !isSilentForEver(sketch))
        .map(([name, sketch]) => [name, heartbeatOf(sketch)]),
    ),
    lease: {
      holder: undefined,
      transitions: EPOCH,
      lapsedBy: undefined,
      yieldedTo: undefined,
      ...world.lease,
    },
    own: world.own,
    staleAfterMs: STALE_AFTER_MS,
    now: { monotonic: MONOTONIC_NOW, wall: world.now ?? NOW },
  };
}

export function reasonOf(verdict: Verdict, name: string): string | undefined {
  return verdict.clusters.find((one) => one.name === name)?.reason;
}

/** Candidates in their order. */
export function orderOf(verdict: Verdict): string {
  return verdict.clusters.filter(({ rank }) => rank !== undefined).map(({ name }) => name).join(
    " ",
  );
}

const anyState = fc.constantFrom<ClusterSpec["forgeState"]>(
  "Enabled",
  "Disabled",
  "Priority-based",
);
const anyPriority = fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 999 }));

const anyOverride = fc.record({
  enabled: fc.boolean(),
  reason: fc.constantFrom("", "maintenance"),
  expiresAt: fc.option(fc.constantFrom(-1, 0, 1, 1e9).map((ms) => wallTime(NOW + ms)), {
    nil: undefined,
  }),
  forcePriority: fc.option(anyPriority, { nil: undefined }),
  forceState: fc.option(fc.constantFrom("Enabled" as const, "Disabled" as const), {
    nil: undefined,
  }),
});

export const anySketch: fc.Arbitrary<ClusterSketch> = fc.record({
  region: fc.constantFrom("eu-west-1", "us-east-1", "ap-south-1"),
  state: anyState,
  priority: anyPriority,
  override: anyOverride,
  ready: fc.boolean(),
  failures: fc.integer({ min: 0, max: 4 }),
  farBehind: fc.boolean(),
  epoch: fc.constantFrom(undefined, EPOCH - 1, EPOCH),
  silent: fc.constantFrom(undefined, 0, 30, 59, 60, 3600),
  found: fc.boolean(),
});

export const NAMES = ["a", "b", "c", "d"] as const;
const anyName = fc.option(fc.constantFrom(...NAMES, "gone"), { nil: undefined });

export const anyWorld: fc.Arbitrary<World> = fc.record({
  clusters: fc.array(anySketch, { maxLength: NAMES.length }).map((all): Sketches =>
    Object.fromEntries(all.map((sketch, index) => [NAMES[index] ?? "", sketch]))
  ),
  unusable: fc.array(
    fc.constantFrom<UnusableCluster>(
      { name: "d", field: "spec.priority", problem: "is no number" },
      { name: "e", field: "spec.override.expiresAt", problem: 'is no time: "soon"' },
    ),
    { maxLength: 2 },
  ),
  lease: fc.record({ holder: anyName, lapsedBy: anyName, yieldedTo: anyName }),
});
