// Owns what people do by hand: to leases, to credentials, and to the name of the lock.
// Never does what the runbooks forbid without setting it apart.

import { ANNOTATION, readLease } from "../../lib/core/lease_record.ts";
import type { LeaseObject } from "../../lib/core/lease_object.ts";
import type { Fault } from "./fault.ts";
import { renameLock } from "./rename.ts";
import type { World } from "./world.ts";

function edit(
  world: World,
  change: (lease: LeaseObject) => LeaseObject,
  name = world.random.pick(world.lockNames),
): boolean | void {
  if (world.store.get(name) === undefined) return false;
  world.note("operator", `edits ${name} by hand`);
  world.store.edit(name, change);
}

function withSpec(lease: LeaseObject, spec: NonNullable<LeaseObject["spec"]>): LeaseObject {
  return { ...lease, spec: { ...lease.spec, ...spec } };
}

/** Everything it held before, or only a part of it, as a restore or a self-healing tool would put it. */
function restore(world: World, part: "object" | "spec" | "annotations"): boolean | void {
  const { store, random } = world;
  if (store.past.length === 0) return false;
  // Only what was of this very lock, and not marked as moved: restoring that is renaming it.
  const released = store.past.filter((one) => one.spec?.holderIdentity === "");
  const old = random.pick(released.length > 0 && random.chance(0.5) ? released : store.past);
  const { name } = old.metadata;
  const present = store.get(name);
  if (present === undefined || old.metadata.annotations?.[ANNOTATION.movedTo] !== undefined) {
    return false;
  }
  if (present.metadata.annotations?.[ANNOTATION.movedTo] !== undefined) return false;
  world.note("operator", `restores the ${part} of ${name}`);
  const seen = world.pods.map(({ sidecar }) => sidecar?.manager?.highestTransitionsOf(name) ?? 0);
  const lost = Math.max(present.spec?.leaseTransitions ?? 0, ...seen);
  // A state of another history that is no older than the present one cannot be told from it.
  if (part === "object" && (old.spec?.leaseTransitions ?? 0) >= lost) return false;
  if (part === "spec" && random.chance(0.3)) {
    // A process that begins now has only what is there to go by.
    random.pick(world.pods).sidecar?.crashManager(random.skewed(20, 500));
  }
  const annotations = old.metadata.annotations ?? {};
  // Where durations differ, a shorter one put in by hand misleads who did not see the longer.
  const kept = { leaseDurationSeconds: present.spec?.leaseDurationSeconds ?? 15 };
  const change = (lease: LeaseObject): LeaseObject => ({
    ...lease,
    metadata: { ...lease.metadata, ...(part === "spec" ? {} : { annotations }) },
    spec: part === "annotations"
      ? { ...lease.spec, holderIdentity: "" }
      : { ...old.spec, ...kept, ...(part === "spec" ? { holderIdentity: "" } : {}) },
  });
  // Both halves of one old release, put in by hand one after the other, are the whole of it.
  const after = change(present);
  const text = after.metadata.annotations?.[ANNOTATION.receipt] ?? "";
  if (part !== "spec") world.receiptsByHand.add(text);
  const isValid = (readLease(after)?.receipt?.transitions ?? lost) < lost;
  const isWhole = part === "object" || (isValid && world.receiptsByHand.has(text));
  if (isWhole) world.forget((one) => one.highestTransitionsOf(name) >= lost);
  store.edit(name, change);
}

/** Where durations differ, who begins after this cannot know the longest, nor who did not see it yet. */
export function removeLease(world: World, name: string): void {
  const last = world.store.get(name)?.spec?.leaseTransitions ?? 0;
  if (world.isUnequal) world.forget((one) => one.highestTransitionsOf(name) >= last);
  world.store.remove(name);
}

export const OPERATOR_FAULTS: readonly Fault[] = [
  {
    name: "lease_deleted",
    weight: 3,
    isMild: true,
    strike: (world) => {
      const name = world.random.pick(world.lockNames);
      // A deleted tombstone is a lock that was never moved: the runbook says when that is right.
      if (world.store.get(name)?.metadata.annotations?.[ANNOTATION.movedTo] !== undefined) {
        return false;
      }
      removeLease(world, name);
    },
  },
  {
    name: "lease_emptied",
    weight: 3,
    isMild: true,
    strike: (world) => edit(world, (lease) => withSpec(lease, { holderIdentity: "" })),
  },
  {
    name: "lease_given_to_a_pod",
    weight: 3,
    strike: (world) =>
      edit(
        world,
        (lease) => withSpec(lease, { holderIdentity: world.random.pick(world.pods).podName }),
      ),
  },
  {
    // As whoever copies all of another pod's record would do it.
    name: "lease_given_wholly_to_a_pod",
    weight: 2,
    strike: (world) => {
      const pod = world.random.pick(world.pods);
      return edit(world, (lease) => {
        const annotations = { ...lease.metadata.annotations, [ANNOTATION.holderUid]: pod.uid };
        const given = { ...lease, metadata: { ...lease.metadata, annotations } };
        return withSpec(given, { holderIdentity: pod.podName });
      });
    },
  },
  {
    name: "lease_given_to_a_stranger",
    weight: 2,
    strike: (world) => {
      const name = world.random.pick(world.lockNames);
      const able = world.pods.filter((pod) =>
        world.oracle.isAble(pod) && pod.permitRuns() && pod.leaseName === name
      );
      const give = (lease: LeaseObject) => withSpec(lease, { holderIdentity: "stranger" });
      const before = world.store.get(name);
      if (edit(world, give, name) === false) return false;
      for (const pod of able) world.oracle.mustStopSoon(pod, before);
    },
  },
  {
    name: "lease_duration_edited",
    weight: 1,
    isMild: true,
    strike: (world) =>
      edit(
        world,
        (lease) =>
          withSpec(lease, {
            leaseDurationSeconds: world.random.pick(
              world.isUnequal ? [40, 86_400] : [1, 5, 40, 86_400],
            ),
          }),
      ),
  },
  {
    name: "lease_labelled",
    weight: 2,
    isMild: true,
    strike: (world) =>
      edit(world, (lease) => ({
        ...lease,
        metadata: { ...lease.metadata, labels: { note: String(world.nextSerial()) } },
      })),
  },
  { name: "lease_restored", weight: 1, strike: (world) => restore(world, "object") },
  { name: "lease_spec_restored", weight: 1.5, strike: (world) => restore(world, "spec") },
  { name: "lease_annotations_restored", weight: 1.5, strike: (w) => restore(w, "annotations") },
  {
    name: "credentials_rotated",
    weight: 4,
    strike: (world) => {
      world.rotate(true);
    },
  },
  {
    name: "credentials_spoilt",
    weight: 1,
    strike: (world) => {
      world.rotate(false);
      world.agenda.after(world.random.between(1_000, 60_000), () => world.rotate(true));
    },
  },
  { name: "lock_renamed", weight: 2, strike: (world) => renameLock(world) },
];
