// Owns the proof that a slope is found where there is one, and none where there is only noise.
// Never with noise from elsewhere than a seed.

import { assert, assertEquals } from "@std/assert";
import { disturbancesAt, WARM_UP_MINUTES } from "../../soak/agenda.ts";
import { GROWTH_MB_PER_HOUR, judgeSeries, seriesOf } from "../../soak/judgement.ts";
import type { Sample } from "../../soak/sample.ts";
import { median, slopeOf } from "../../soak/slope.ts";

/** Uniform in -1…1, by a linear congruence (Numerical Recipes). */
function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

function samples(of: (minute: number) => Partial<Sample>, minutes = 90): readonly Sample[] {
  return Array.from({ length: minutes }, (_, i) => ({
    minute: i + 1,
    replica: "replica-0",
    pid: 7,
    forges: false,
    anonymousMb: 30,
    residentMb: 70,
    fileDescriptors: 29,
    threads: 4,
    cpuMs: 0,
    wakeUps: 500 * i,
    requests: 0,
    ...of(i + 1),
  }));
}

const findings = (of: (minute: number) => Partial<Sample>) =>
  seriesOf(samples(of)).flatMap((series) => judgeSeries(series).findings);

Deno.test("slopeOf() finds the slope of a line exactly, with no doubt", () => {
  const points = Array.from({ length: 20 }, (_, minute) => ({ minute, value: 5 + minute / 20 }));
  const { perHour, uncertaintyPerHour } = slopeOf(points);
  assert(Math.abs(perHour - 3) < 1e-9);
  assert(uncertaintyPerHour < 1e-9);
});

Deno.test("slopeOf() gives an interval that holds the true slope for most seeds", () => {
  const isHeld = Array.from({ length: 200 }, (_, seed) => {
    const random = noise(seed + 1);
    const points = Array.from({ length: 75 }, (_, minute) => ({ minute, value: random() }));
    const { perHour, uncertaintyPerHour } = slopeOf(points);
    return Math.abs(perHour) <= uncertaintyPerHour;
  }).filter(Boolean).length;
  assert(isHeld >= 180, `only for ${isHeld} of 200`);
});

Deno.test("slopeOf() doubts more where samples hang together", () => {
  const random = noise(3);
  const independent = Array.from({ length: 75 }, (_, minute) => ({ minute, value: random() }));
  let level = 0;
  const dependent = independent.map(({ minute, value }) => ({
    minute,
    value: level = 0.9 * level + value,
  }));
  const doubt = (points: typeof independent) => {
    const { uncertaintyPerHour, noise } = slopeOf(points);
    return uncertaintyPerHour / noise;
  };
  assert(doubt(dependent) > 1.5 * doubt(independent));
});

Deno.test("slopeOf() answers nothing for a handful of samples", () => {
  const { uncertaintyPerHour } = slopeOf([{ minute: 1, value: 1 }, { minute: 2, value: 9 }]);
  assertEquals(uncertaintyPerHour, Infinity);
});

Deno.test("median() is the middle, or between the two in the middle", () => {
  assertEquals([median([3, 1, 2]), median([4, 1, 2, 3])], [2, 2.5]);
});

Deno.test("judgeSeries() finds nothing in noise", () => {
  const random = noise(5);
  assertEquals(findings(() => ({ anonymousMb: 30 + random() })), []);
});

Deno.test("judgeSeries() finds memory that grows by twice the bound under noise", () => {
  const random = noise(7);
  const perMinute = 2 * GROWTH_MB_PER_HOUR / 60;
  const [found] = findings((minute) => ({ anonymousMb: 30 + perMinute * minute + random() / 2 }));
  assert(found?.startsWith("memory grows by 2."), found);
});

Deno.test("judgeSeries() finds descriptors and threads that grow, and no peak", () => {
  assertEquals(findings((minute) => ({ fileDescriptors: 29 + Math.floor(minute / 12) })).length, 1);
  assertEquals(findings((minute) => ({ threads: 4 + Math.floor(minute / 12) })).length, 1);
  assertEquals(findings((minute) => ({ threads: minute === 50 ? 20 : 4 })), []);
});

Deno.test("seriesOf() begins a series with each process and judges none that is too short", () => {
  const all = seriesOf([
    ...samples(() => ({}), 60),
    ...samples((minute) => ({ pid: 8, minute: minute + 60 }), 40),
  ]);
  assertEquals(all.map(({ pid, isJudged }) => ({ pid, isJudged })), [
    { pid: 7, isJudged: true },
    { pid: 8, isJudged: false },
  ]);
  assertEquals(all[0]!.steady[0]!.minute, WARM_UP_MINUTES);
});

Deno.test("disturbancesAt() brings each kind in the warm-up, and hand-overs every ten minutes", () => {
  const minutes = Array.from({ length: 120 }, (_, i) => i + 1);
  const early = new Set(minutes.filter((one) => one < WARM_UP_MINUTES).flatMap(disturbancesAt));
  assertEquals(early.size, 5);
  const handOvers = minutes.filter((one) => disturbancesAt(one).includes("hand-over"));
  assertEquals(handOvers.slice(4, 7), [20, 30, 40]);
});
