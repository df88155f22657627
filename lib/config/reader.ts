// Owns one reading of an environment: each setting's value and source, and every problem found.
// Never stops at the first problem.

import { parseValue, type Value } from "./parse.ts";
import { type Setting, type SettingName, SETTINGS } from "./settings.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** One wrong setting: what it was and what would be right. */
export interface ConfigProblem {
  readonly name: string;
  /** Undefined where it was not set. */
  readonly value: string | undefined;
  readonly allowed: string;
}

/** Something that is allowed, and that the operator should know of. */
export interface ConfigWarning {
  readonly name: string;
  readonly message: string;
}

export interface EffectiveSetting {
  readonly name: string;
  readonly value: string;
  readonly source: "environment" | "default";
}

const EMPTY_MEANS_NONE: ReadonlySet<string> = new Set(["NODE_METRICS_URL", "PREVIOUS_LEASE_NAMES"]);

export class SettingReader {
  readonly problems: ConfigProblem[] = [];
  readonly warnings: ConfigWarning[] = [];
  readonly #env: Environment;
  readonly #values = new Map<SettingName, Value>();
  readonly #wrong = new Set<string>();
  readonly #derived = new Map<SettingName, string>();

  constructor(env: Environment) {
    this.#env = env;
    for (const setting of SETTINGS) this.#read(setting);
  }

  #read(setting: Setting & { readonly name: SettingName }): void {
    const given = this.given(setting.name);
    if (given === "") return;
    const text = given ?? setting.fallback;
    if (text === undefined) return;
    const parsed = parseValue(setting.type, text);
    if (parsed.kind === "wrong") this.problem(setting.name, parsed.allowed);
    else this.#values.set(setting.name, parsed.value);
  }

  /** What the environment says, trimmed. Empty counts as unset, but where empty means "none". */
  given(name: string): string | undefined {
    const text = Object.hasOwn(this.#env, name) ? this.#env[name]?.trim() : undefined;
    return text === "" && !EMPTY_MEANS_NONE.has(name) ? undefined : text;
  }

  problem(name: SettingName, allowed: string): void {
    this.problems.push({ name, value: this.given(name), allowed });
    this.#wrong.add(name);
  }

  /** Whether all of these were read well, so that rules between them make sense. */
  allWell(...names: SettingName[]): boolean {
    return names.every((name) => !this.#wrong.has(name));
  }

  text(name: SettingName): string | undefined {
    const value = this.#values.get(name);
    return typeof value === "string" ? value : undefined;
  }

  /** For settings with a fallback; a wrong one gives 0, and its problem keeps the 0 from use. */
  number(name: SettingName): number {
    return this.optionalNumber(name) ?? 0;
  }

  optionalNumber(name: SettingName): number | undefined {
    const value = this.#values.get(name);
    return typeof value === "number" ? value : undefined;
  }

  isTrue(name: SettingName): boolean {
    return this.#values.get(name) === true;
  }

  names(name: SettingName): readonly string[] | undefined {
    const value = this.#values.get(name);
    return Array.isArray(value) ? value : undefined;
  }

  /** Notes a default that was worked out from other settings, and gives it back. */
  derive(name: SettingName, value: string): string {
    this.#derived.set(name, value);
    return value;
  }

  effective(): EffectiveSetting[] {
    return SETTINGS.map(({ name, fallback }) => {
      const given = this.given(name);
      return given === undefined
        ? { name, value: this.#derived.get(name) ?? fallback ?? "", source: "default" }
        : { name, value: given, source: "environment" };
    });
  }
}
