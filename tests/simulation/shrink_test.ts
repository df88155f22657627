// Owns the promise that a failing seed is cut down to the few faults that it needs.
// Never judges what is found: the oracle does.

import { assert, assertMatch } from "@std/assert";
import { PRODUCTION } from "./core.ts";
import { runSeed } from "./run.ts";
import { shrinkStory } from "./shrink.ts";

/** A guard that takes every grant for one of a second more: too long for who waits. */
const TOO_LONG = {
  ...PRODUCTION,
  newGuarding: ((settings, start) =>
    PRODUCTION.newGuarding(
      { ...settings, renewDeadlineMs: 3 * settings.renewDeadlineMs },
      start,
    )) as typeof PRODUCTION.newGuarding,
  newManaging: ((settings, nonces) =>
    PRODUCTION.newManaging({
      ...settings,
      lease: { ...settings.lease, holdMs: 3 * settings.lease.holdMs },
    }, nonces)) as typeof PRODUCTION.newManaging,
};

Deno.test("of the faults of a failing seed few are told, with who knew what when", () => {
  let seed = 1;
  while (runSeed(seed, { core: TOO_LONG }).violation === undefined) seed++;
  const told = shrinkStory("one", seed, { core: TOO_LONG }).join("\n");
  const [, whole, least] = /Of (\d+) faults (\d+) are enough/.exec(told) ?? [];
  assert(Number(least) <= 3 && Number(least) < Number(whole), told);
  assertMatch(told, /pod-\d +knows: lease of "pod-\d" in epoch \d+.*permit runs/);
});

Deno.test("faults left out leave the others as they are", () => {
  const { struck } = runSeed(1, { core: TOO_LONG });
  const kept = struck.slice(0, 3);
  const again = runSeed(1, { core: TOO_LONG, keepsOnly: new Set(kept.map(({ key }) => key)) });
  const known = new Set(kept.map(({ key, name }) => `${key} ${name}`));
  assert(again.struck.every(({ key, name }) => known.has(`${key} ${name}`)));
});
