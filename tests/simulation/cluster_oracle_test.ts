// Owns the proof of which moves between clusters the oracle takes for an operator's, however late they come.
// Never starts a sidecar: who claims, edits and yields is told here.

import { assert, assertEquals } from "@std/assert";
import type { ClusterSpec } from "../../lib/core/cluster.ts";
import { ANNOTATION } from "../../lib/core/lease_record.ts";
import { wallTime } from "../../lib/core/time.ts";
import { ClusterWorld, FORGE_LEASE } from "./cluster_world.ts";
import { PRODUCTION } from "./core.ts";
import { EPOCH_MS } from "./host.ts";
import { ABLE_REPORT, newSpec, NO_OVERRIDE, SimulatedCluster } from "./simulated_cluster.ts";

/** Clusters a and b, told what to do; the delay of a failback is 180 s. */
class Scene {
  readonly world: ClusterWorld;
  readonly #clusters = new Map<string, SimulatedCluster>();

  constructor() {
    let seed = 1;
    let world = newWorld(seed);
    while (!world.isTame) world = newWorld(++seed);
    this.world = world;
    for (const [index, name] of ["a", "b"].entries()) {
      const firstSpec = newSpec(name, 1 + index);
      const cluster = new SimulatedCluster({
        label: name,
        name,
        firstSpec,
        forgeTimings: {
          durationMs: 30_000,
          renewDeadlineMs: 18_000,
          fenceTimeoutMs: 4_000,
          apiTimeoutMs: 2_000,
          renewIntervalMs: 5_000,
        },
        heartbeatIntervalMs: 10_000,
        staleAfterMs: 60_000,
        failbackDelayMs: 180_000,
      });
      this.#clusters.set(name, cluster);
      world.clusters.push(cluster);
      world.clusterStore.ensure(name, firstSpec);
    }
    this.pass(100);
  }

  pass(seconds: number): this {
    this.world.agenda.runUntil(this.world.agenda.now + 1_000 * seconds, () => false);
    return this;
  }

  claim(name: string): this {
    this.#write(`${name}@uid-${name}`, {});
    return this;
  }

  release(): this {
    this.#write("", { [ANNOTATION.receipt]: "{}" });
    return this;
  }

  give(name: string): this {
    return this.#writeByHand(`${name}@uid-${name}`);
  }

  empty(): this {
    return this.#writeByHand("");
  }

  /** Which counts nothing. */
  #writeByHand(holderIdentity: string): this {
    this.world.hub.edit(FORGE_LEASE, (lease) => ({
      ...lease,
      spec: { ...lease.spec, holderIdentity },
    }));
    return this;
  }

  edit(name: string, change: Partial<ClusterSpec>): this {
    this.world.clusterStore.edit(name, (spec) => ({ ...spec, ...change }));
    return this;
  }

  /** For so long the override names a state. */
  override(name: string, seconds: number): this {
    const endsAt = EPOCH_MS + this.world.agenda.now + 1_000 * seconds;
    const expiresAt = wallTime(Math.floor(endsAt));
    const override = { ...NO_OVERRIDE, enabled: true, forceState: "Disabled", expiresAt } as const;
    return this.edit(name, { override });
  }

  /** What the oracle says when one yields to the other, that reported a moment ago. */
  verdictOn(name: string, { to, reason }: { to: string; reason: string }): string | undefined {
    this.world.clusterStore.report(to, {
      ...ABLE_REPORT,
      lastHeartbeatTime: `${this.world.agenda.now}`,
    });
    const cluster = this.#clusters.get(name)!;
    this.world.clusterOracle.yields(cluster, { kind: "yielding", to, reason });
    return this.world.violation?.kind;
  }

  #write(holderIdentity: string, annotations: Record<string, string>): void {
    const { hub, agenda } = this.world;
    const before = hub.get(FORGE_LEASE);
    const rises = holderIdentity === "" ? 0 : 1;
    const object = {
      apiVersion: "coordination.k8s.io/v1" as const,
      kind: "Lease" as const,
      metadata: { name: FORGE_LEASE, namespace: "cardano", annotations },
      spec: {
        holderIdentity,
        acquireTime: new Date(EPOCH_MS + Math.floor(agenda.now)).toISOString(),
        leaseTransitions: (before?.spec?.leaseTransitions ?? 0) + rises,
      },
    };
    if (before === undefined) hub.create(object);
    else hub.replace(object);
  }
}

function newWorld(seed: number): ClusterWorld {
  return new ClusterWorld({ core: PRODUCTION, seed, verbose: false });
}

const TO_A = { to: "a", reason: "edit" };

/** b holds, and a lasted long after its override was set, whose end in 160 s is the only edit for b. */
function disabledFor160s(): Scene {
  return new Scene().override("a", 260).claim("a").pass(100).claim("a").release().claim("b");
}

Deno.test("an override's end moves forging by the holder's clock, which may run a little ahead", () => {
  assertEquals(disabledFor160s().pass(159.6).verdictOn("b", TO_A), undefined);
});

Deno.test("before an override's end by any clock a move for its sake is needless", () => {
  assertEquals(disabledFor160s().pass(159).verdictOn("b", TO_A), "needless_move");
});

Deno.test("an edit while nobody holds acts when what it prefers is able, also after a claim", () => {
  const vacant = () => new Scene().claim("b").release().pass(10).edit("a", { priority: 1 });
  assertEquals(vacant().pass(100).claim("b").pass(60).verdictOn("b", TO_A), undefined);
  const recovers = { to: "a", reason: "recovered" };
  assertEquals(vacant().pass(100).claim("b").pass(60).verdictOn("b", recovers), "needless_move");
});

Deno.test("an edit that the last holder could have answered is none for the next", () => {
  const scene = new Scene().claim("a").edit("a", { priority: 1 }).pass(100).claim("a").release();
  assertEquals(scene.claim("b").pass(60).verdictOn("b", TO_A), "needless_move");
});

Deno.test("who holds no more, and has not heard so, moves nothing by yielding", () => {
  const recovers = { to: "a", reason: "recovered" };
  const held = () => new Scene().claim("b").pass(60);
  assertEquals(held().claim("a").verdictOn("b", recovers), undefined);
  assertEquals(held().verdictOn("b", recovers), "needless_move");
});

Deno.test("who claimed what bore its name by hand holds it, and moves nothing by writing it back", () => {
  const scene = new Scene().claim("b").give("a").pass(60).claim("a");
  const { moves } = scene.world.clusterOracle;
  scene.empty().claim("a");
  assertEquals(scene.world.clusterOracle.moves, moves);
});

Deno.test("a lease changed by hand is a trouble: not all begin to wait for it at once", () => {
  const { world } = new Scene().claim("b").pass(60).give("a");
  assertEquals(world.clusterOracle.troubledAt, world.agenda.now);
  const emptied = new Scene().claim("b").pass(60).empty().world;
  assertEquals(emptied.clusterOracle.troubledAt, emptied.agenda.now);
  const released = new Scene().claim("b").pass(60).release().world;
  assert(released.clusterOracle.troubledAt < released.agenda.now);
});
