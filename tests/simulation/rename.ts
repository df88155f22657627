// Owns the rolling update that gives the lock another name, and its rolling back half-way.
// Never has fewer names listed as previous ones than the program's default lists.

import type { World } from "./world.ts";

export const DEFAULT_LOCK = "cardano-node-leader";
export const OTHER_LOCK = "cardano-leader-mainnet-pool1abc";
export const THIRD_LOCK = "cardano-leader-mainnet-pool1xyz";
export const LOCKS: readonly string[] = [DEFAULT_LOCK, OTHER_LOCK, THIRD_LOCK];

/** Pod after pod ends gracefully and comes back with the other name; perhaps it is all taken back. */
export function renameLock(world: World): boolean | void {
  if (!world.renames || world.isRenaming) return false;
  world.isRenaming = true;
  const { random, pods, agenda } = world;
  const back = pods[0]?.leaseName ?? DEFAULT_LOCK;
  const to = random.pick(LOCKS.filter((name) => name !== back));
  const order = pods.map((_, index) => index).reverse();
  const turnsBackAfter = random.chance(0.5) ? random.below(order.length) : Infinity;
  const steps: { index: number; name: string }[] = [];
  for (const [count, index] of order.entries()) {
    steps.push({ index, name: to });
    if (count !== turnsBackAfter) continue;
    for (const done of order.slice(0, count + 1).reverse()) steps.push({ index: done, name: back });
    break;
  }
  let at = agenda.now;
  for (const { index, name } of steps) {
    const pod = pods[index];
    agenda.book(at, () => {
      if (pod === undefined) return;
      world.note("operator", `rolls ${pod.label} to lock ${name}`);
      pod.delete(random.skewed(500, 5_000), () => {
        pod.leaseName = name;
        pod.previousNames = name === DEFAULT_LOCK ? [] : [DEFAULT_LOCK];
      });
    });
    at += random.skewed(1_000, 40_000);
  }
  agenda.book(at + 1_000, () => {
    world.isRenaming = false;
  });
}
