// Owns reading an object from outside field by field, and the first field that is not as it should be.
// Never throws: who reads asks at the end what was wrong.

import { isObject } from "./json_shape.ts";

export interface FieldProblem {
  /** Path as kubectl names it: `spec.override.expiresAt`. */
  readonly field: string;
  /** What was found instead of what. */
  readonly problem: string;
}

const FOUND_LENGTH_MAX = 60;

/** Absent and null are the same: the value is undefined, and no problem unless it is required. */
export class FieldReader {
  readonly path: string;
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #problems: FieldProblem[];

  private constructor(path: string, value: unknown, problems: FieldProblem[]) {
    this.path = path;
    this.#problems = problems;
    this.#fields = isObject(value) ? value : {};
    if (value !== undefined && value !== null && !isObject(value)) {
      this.#note(path, { expected: "an object", found: value });
    }
  }

  /** `path` is empty for a whole object. */
  static of(path: string, value: unknown): FieldReader {
    return new FieldReader(path, value, []);
  }

  /** The first one, of this object and of those inside. */
  get problem(): FieldProblem | undefined {
    return this.#problems[0];
  }

  has(name: string): boolean {
    return this.#value(name) !== undefined;
  }

  /** Reads on inside; an absent object is an empty one. */
  object(name: string): FieldReader {
    return new FieldReader(this.pathOf(name), this.#value(name), this.#problems);
  }

  text(name: string, { pattern, expected = "text" }: TextOptions = {}): string | undefined {
    return this.#read(name, {
      expected,
      fits: (value) => typeof value === "string" && (pattern?.test(value) ?? true),
    }) as string | undefined;
  }

  choice<const T extends string>(name: string, choices: readonly T[]): T | undefined {
    return this.#read(name, {
      expected: choices.join(", "),
      fits: (value) => (choices as readonly unknown[]).includes(value),
    }) as T | undefined;
  }

  integer(name: string, { min, max }: { min: number; max: number }): number | undefined {
    return this.#read(name, {
      expected: max === Number.MAX_SAFE_INTEGER
        ? `a whole number from ${min}`
        : `a whole number from ${min} to ${max}`,
      fits: (value) =>
        Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max,
    }) as number | undefined;
  }

  flag(name: string): boolean | undefined {
    return this.#read(name, {
      expected: "true or false",
      fits: (value) => typeof value === "boolean",
    }) as boolean | undefined;
  }

  texts(name: string): Readonly<Record<string, string>> | undefined {
    return this.#read(name, {
      expected: "texts by name",
      fits: (value) =>
        isObject(value) && Object.values(value).every((text) => typeof text === "string"),
    }) as Readonly<Record<string, string>> | undefined;
  }

  list<T>(name: string, { isItem, expected }: ListOptions<T>): readonly T[] | undefined {
    return this.#read(name, {
      expected,
      fits: (value) => Array.isArray(value) && value.every(isItem),
    }) as readonly T[] | undefined;
  }

  /** A text that `parse` understands. */
  parsed<T>(name: string, { parse, expected }: ParsedOptions<T>): T | undefined {
    const text = this.text(name);
    const value = text === undefined ? undefined : parse(text);
    if (text !== undefined && value === undefined) {
      this.#note(this.pathOf(name), { expected, found: text });
    }
    return value;
  }

  /** Notes that a field is needed which none of the readings above found. */
  require(...names: string[]): void {
    for (const name of names) {
      if (!this.has(name)) this.refuse(name, "is missing");
    }
  }

  refuse(name: string, problem: string): void {
    this.#problems.push({ field: this.pathOf(name), problem });
  }

  pathOf(name: string): string {
    return this.path === "" ? name : `${this.path}.${name}`;
  }

  #value(name: string): unknown {
    return Object.hasOwn(this.#fields, name) ? this.#fields[name] ?? undefined : undefined;
  }

  #read(name: string, { expected, fits }: Expectation): unknown {
    const value = this.#value(name);
    if (value === undefined || fits(value)) return value;
    this.#note(this.pathOf(name), { expected, found: value });
    return undefined;
  }

  #note(field: string, { expected, found }: { expected: string; found: unknown }): void {
    const text = JSON.stringify(found) ?? String(found);
    const short = text.length > FOUND_LENGTH_MAX ? `${text.slice(0, FOUND_LENGTH_MAX)}…` : text;
    this.#problems.push({ field, problem: `is ${short}, not ${expected}` });
  }
}

export interface TextOptions {
  readonly pattern?: RegExp;
  readonly expected?: string;
}

export interface ParsedOptions<T> {
  readonly parse: (text: string) => T | undefined;
  readonly expected: string;
}

export interface ListOptions<T> {
  readonly isItem: (value: unknown) => value is T;
  readonly expected: string;
}

interface Expectation {
  readonly expected: string;
  readonly fits: (value: unknown) => boolean;
}
