// Owns the plan of a campaign: which fault strikes when, whom, and for how long, all from one seed.
// Never knows what a fault does: the same seed and the same table give the same plan.

import { Random } from "../simulation/random.ts";

export interface PlannedStrike {
  /** Since the round began. */
  readonly atMs: number;
  readonly fault: string;
  /** 0 where there is nothing to undo. */
  readonly durationMs: number;
  /** In [0, 1): which of the pods; or the one that forges at that moment, if one does. */
  readonly target: number | "forger";
  /** In [0, 1), for whatever else the fault has to choose. */
  readonly chance: number;
}

export interface FaultKind {
  readonly name: string;
  readonly weight: number;
  readonly lastsMs?: readonly [number, number];
}

export interface RoundOptions {
  readonly seed: number;
  /** From 0 on. */
  readonly round: number;
  readonly stormMs: number;
  readonly faults: readonly FaultKind[];
}

/** Mean times from one fault to the next, from a storm to a drizzle. */
const MEAN_GAP_MS = [1_000, 8_000] as const;
const FIRST_AT_MS = 1_000;
const ON_FORGER = 0.6;
/** Each round has its own mixture, so that some faults meet often in one round or another. */
const MIXTURE = [0, 0.3, 1, 1, 4];
/** Apart from each other, so that no two rounds of two neighbouring seeds share a stream. */
const ROUNDS_PER_SEED = 100_003;

export function planRound({ seed, round, stormMs, faults }: RoundOptions): PlannedStrike[] {
  const random = new Random(seed * ROUNDS_PER_SEED + round);
  const mixture = faults.map((kind) => ({ ...kind, weight: kind.weight * random.pick(MIXTURE) }));
  const meanGapMs = random.skewed(...MEAN_GAP_MS);
  const strikes: PlannedStrike[] = [];
  for (let atMs = FIRST_AT_MS;; atMs += random.exponential(meanGapMs)) {
    // Drawn in the same order whatever the fault, so that a longer storm begins as a shorter one.
    const { name, lastsMs = [0, 0] } = draw(mixture, random.next());
    const target = random.chance(ON_FORGER) ? "forger" : random.next();
    const share = random.next();
    const chance = random.next();
    if (atMs >= stormMs) return strikes;
    const [min, max] = lastsMs;
    const durationMs = max === 0 ? 0 : Math.round(min * (max / min) ** share);
    strikes.push({ atMs: Math.round(atMs), fault: name, durationMs, target, chance });
  }
}

function draw(kinds: readonly FaultKind[], share: number): FaultKind {
  const [first, ...rest] = kinds;
  if (first === undefined) throw new RangeError("There is no fault to draw");
  let left = share * kinds.reduce((sum, { weight }) => sum + weight, 0);
  for (const kind of kinds) {
    left -= kind.weight;
    if (left < 0) return kind;
  }
  return rest.at(-1) ?? first;
}
