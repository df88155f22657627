// Owns the shortest story of a failing seed: which of its faults are enough, and who knew what when.
// Never invents a fault: it leaves out, and tries the rest on a few other days.

import type { RunOptions } from "./course.ts";
import { type KindName, KINDS } from "./kinds.ts";
import type { Struck } from "./storm.ts";
import type { RunSummary } from "./summary.ts";

/** Days on which a shorter list of faults is tried: other latencies, the same faults. */
const DAYS = 6;
const RUNS_MAX = 600;

interface Failing {
  readonly keys: readonly string[];
  readonly salt: number;
}

/** Delta debugging: half of the faults is left out, then a quarter, until none can be spared. */
function minimize(whole: Failing, fails: (candidate: Failing) => boolean): Failing {
  let [best, size, runs] = [whole, Math.ceil(whole.keys.length / 2), 0];
  while (best.keys.length > 0 && runs < RUNS_MAX) {
    let shorter: Failing | undefined;
    for (let from = 0; from < best.keys.length && shorter === undefined; from += size) {
      const keys = best.keys.filter((_, index) => index < from || index >= from + size);
      for (let day = 0; day < DAYS && shorter === undefined && runs < RUNS_MAX; day++, runs++) {
        const candidate = { keys, salt: day === 0 ? best.salt : day };
        if (fails(candidate)) shorter = candidate;
      }
    }
    if (shorter !== undefined) {
      best = shorter;
      size = Math.min(size, Math.ceil(best.keys.length / 2));
    } else if (size === 1) break;
    else size = Math.ceil(size / 2);
  }
  return best;
}

/** Lines to print; the seed is known to fail. */
export function shrinkStory(
  kind: KindName,
  seed: number,
  options: Pick<RunOptions, "core" | "hours" | "replicas">,
): string[] {
  const run = ({ keys, salt }: Failing, all = false): RunSummary =>
    KINDS[kind].run(seed, {
      ...options,
      salt,
      ...(all ? {} : { keepsOnly: new Set(keys) }),
    });
  const original = run({ keys: [], salt: 0 }, true);
  const violated = original.violation?.kind;
  if (violated === undefined) return [`Seed ${seed} fails no more`];
  const whole = { keys: original.struck.map(({ key }) => key), salt: 0 };
  const fails = (candidate: Failing) => run(candidate).violation?.kind === violated;
  // Without the faults that struck in vain it is another day, which may be a fair one.
  const least = fails(whole) ? minimize(whole, fails) : undefined;
  const shown = least === undefined ? original : run(least);
  return [
    `Seed ${seed}: ${shown.violation?.kind}: ${shown.violation?.what}`,
    `Of ${original.struck.length} faults ${shown.struck.length} are enough` +
    `${
      least === undefined || least.salt === 0 ? "" : `, with the latencies of day ${least.salt}`
    }:`,
    ...shown.struck.map(describe),
    "",
    "Who knew what when (the whole: --replay):",
    ...shown.story,
  ];
}

function describe({ name, who, at }: Struck): string {
  return `${(at / 1_000).toFixed(3).padStart(10)} ${who.padEnd(8)} ${name}`;
}
