// Owns how inputs are made: from seeds, by changes of bytes and of JSON values, or of words alone.
// Never random by itself: fast-check gives the numbers, so that a seed repeats an input and shrinks it.

import fc from "fast-check";
import { bytes, type FuzzTarget, json, text } from "./target.ts";

/** Larger inputs find the same and cost more; limits of parsers are met by repeating. */
const INPUT_BYTES_MAX = 64 * 1024;
const CHANGES_MAX = 6;
/** How often a piece is repeated to reach limits, and what takes time in the square of a length. */
const REPEATS_MAX = 20_000;

type Change = readonly [kind: typeof KINDS[number], a: number, b: number, c: number];

const KINDS = [
  "flip",
  "set",
  "like",
  "like",
  "cut",
  "end",
  "copy",
  "word",
  "repeat",
  "splice",
] as const;

/** What JSON values are replaced by: where types, ranges and emptiness are mistaken. */
const VALUES: readonly unknown[] = [
  null,
  true,
  false,
  "",
  " ",
  "0",
  "true",
  "\0",
  "\ud800",
  "__proto__",
  0,
  -1,
  1.5,
  1e308,
  2 ** 31,
  2 ** 53,
  -(2 ** 53),
  [],
  {},
  [[]],
  { "": null },
  nested(2_000),
  "x".repeat(5_000),
];

export function inputsOf(target: FuzzTarget): fc.Arbitrary<Uint8Array> {
  const words = target.words.map((word) => typeof word === "string" ? bytes(word) : word);
  const number = fc.nat(2 ** 31 - 1);
  const change = fc.tuple(fc.constantFrom(...KINDS), number, number, number);
  const seed = fc.constantFrom(...target.seeds);
  const changed = fc.tuple(seed, few(change))
    .map(([seed, changes]) => changeAll(seed, changes, { words, seeds: target.seeds }));
  const made = fc.array(
    fc.oneof(fc.constantFrom(...words, bytes("\n")), fc.uint8Array({ maxLength: 12 })),
    { maxLength: 24 },
  ).map(joined);
  const any = fc.uint8Array({ maxLength: 200 });
  const kinds = [
    { weight: 6, arbitrary: changed },
    { weight: 2, arbitrary: made },
    { weight: 1, arbitrary: any },
  ];
  if (!target.isJson) return fc.oneof(...kinds);
  const values = target.seeds.map((seed) => json(text(seed))).filter((one) => one !== undefined);
  const rewritten = fc.tuple(
    fc.constantFrom(...values),
    few(fc.tuple(number, number, number)),
  ).map(([value, changes]) => bytes(JSON.stringify(changeValues(value, changes))));
  return fc.oneof(...kinds, { weight: 8, arbitrary: rewritten });
}

/** One more often than several: what one change does is hidden by the next. */
function few<T>(change: fc.Arbitrary<T>): fc.Arbitrary<T[]> {
  return fc.oneof(
    fc.array(change, { minLength: 1, maxLength: 1 }),
    fc.array(change, { minLength: 2, maxLength: CHANGES_MAX }),
  );
}

interface Pieces {
  readonly words: readonly Uint8Array[];
  readonly seeds: readonly Uint8Array[];
}

function changeAll(seed: Uint8Array, changes: readonly Change[], pieces: Pieces): Uint8Array {
  return changes.reduce((input, change) => changeOne(input, change, pieces), seed)
    .subarray(0, INPUT_BYTES_MAX);
}

function changeOne(input: Uint8Array, [kind, a, b, c]: Change, pieces: Pieces): Uint8Array {
  const at = a % (input.length + 1);
  const to = at + b % Math.min(64, input.length - at + 1);
  const [head, tail] = [input.subarray(0, at), input.subarray(to)];
  switch (kind) {
    case "flip":
    case "set": {
      const copy = input.slice();
      if (at < copy.length) copy[at] = kind === "set" ? c & 0xff : copy[at]! ^ (1 << c % 8);
      return copy;
    }
    case "like": {
      const copy = input.slice();
      if (at < copy.length) copy[at] = alike(copy[at]!, c);
      return copy;
    }
    case "cut":
      return joined([head, tail]);
    case "end":
      return head;
    case "copy":
      return joined([head, input.subarray(at, to), input.subarray(at)]);
    case "word":
      return joined([
        head,
        pieces.words[c % pieces.words.length]!,
        c % 2 ? tail : input.subarray(at),
      ]);
    case "repeat": {
      const piece = b % 2 === 0
        ? pieces.words[b % pieces.words.length]!
        : Uint8Array.of(b % 3 === 0 ? 10 : 32 + b % 95);
      const times = Math.min(1 + c % REPEATS_MAX, INPUT_BYTES_MAX / Math.max(1, piece.length));
      return joined([head, joined(Array.from({ length: times }, () => piece)), input.subarray(at)]);
    }
    case "splice": {
      const other = pieces.seeds[b % pieces.seeds.length]!;
      return joined([head, other.subarray(c % (other.length + 1))]);
    }
  }
}

const CLASSES = ["0123456789", "abcdef", "ghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"]
  .map(bytes);

/** Another one of its kind: a digit for a digit, so that what was well formed stays so. */
function alike(byte: number, which: number): number {
  const kind = CLASSES.find((one) => one.includes(byte));
  return kind === undefined ? byte ^ 1 << which % 8 : kind[which % kind.length]!;
}

/** Replaces, removes, moves or varies values at places that the numbers choose. */
// deno-lint-ignore no-explicit-any -- JSON of any shape
function changeValues(value: any, changes: readonly (readonly [number, number, number])[]): any {
  const copy = { root: structuredClone(value) };
  for (const [where, how, which] of changes) {
    const places = placesIn(copy);
    const [owner, key] = places[where % places.length]!;
    if (how % 5 === 0 && key !== "root") {
      if (Array.isArray(owner)) owner.splice(Number(key), 1);
      else delete owner[key];
    } else if (how % 5 === 1) {
      const [other, otherKey] = places[which % places.length]!;
      owner[key] = structuredClone(other[otherKey]);
    } else if (how % 5 === 2) {
      owner[key] = varied(owner[key], which);
    } else {
      owner[key] = structuredClone(VALUES[which % VALUES.length]);
    }
  }
  return copy.root ?? null;
}

function varied(value: unknown, which: number): unknown {
  if (typeof value === "number") return value + (which % 2 === 0 ? 1 : -1);
  if (typeof value === "boolean") return !value;
  if (typeof value !== "string" || value === "") return value;
  const characters = bytes(value);
  const at = which % characters.length;
  characters[at] = alike(characters[at]!, which >> 8);
  return text(characters);
}

/** Every value with who holds it, not deeper than the seeds are. */
// deno-lint-ignore no-explicit-any -- as above
function placesIn(owner: any, depth = 0): (readonly [any, string])[] {
  if (typeof owner !== "object" || owner === null || depth > 8) return [];
  return Object.keys(owner).flatMap((key) => [
    [owner, key] as const,
    ...placesIn(owner[key], depth + 1),
  ]);
}

function nested(depth: number): unknown {
  let value: unknown = {};
  for (let i = 0; i < depth; i++) value = i % 2 === 0 ? [value] : { a: value };
  return value;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
