// Owns server-side apply and merge patch on plain JSON: merging, ownership, conflicts.
// Never knows schemas: only `conditions` is a list merged by its key, `type`; other lists are values.

import type { JsonObject, Owners } from "./store.ts";

/** A step is a field's name, or the type of one entry of `conditions`. */
type Step = string | { readonly type: string };
type Path = readonly Step[];

const MERGED_LIST = "conditions";

/** RFC 7396: null removes, objects merge, everything else replaces. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const merged: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [field, value] of Object.entries(patch)) {
    if (value === null) delete merged[field];
    else merged[field] = mergePatch(merged[field], value);
  }
  return merged;
}

export interface ApplyResult {
  readonly object: JsonObject;
  readonly owners: Owners;
  /** Fields that another manager applied with another value; empty under force. */
  readonly conflicts: readonly { readonly manager: string; readonly field: string }[];
}

/** Fields the manager applied before and leaves out now are removed, unless another applied them too. */
export function applyPatch(
  current: { readonly object: JsonObject; readonly owners: Owners },
  wanted: JsonObject,
  { manager, force }: { readonly manager: string; readonly force: boolean },
): ApplyResult {
  const paths = new Map(pathsIn(wanted, []).map((path) => [JSON.stringify(path), path]));
  const before = current.owners.get(manager) ?? new Set<string>();
  const owners = new Map(current.owners);
  owners.set(manager, new Set(paths.keys()));

  const conflicts: { manager: string; field: string }[] = [];
  for (const [other, owned] of current.owners) {
    if (other === manager) continue;
    const contested = [...paths].filter(([text, path]) =>
      owned.has(text) && !isEqual(valueAt(current.object, path), valueAt(wanted, path))
    );
    if (force) owners.set(other, without(owned, new Set(contested.map(([text]) => text))));
    else {conflicts.push(
        ...contested.map(([, path]) => ({ manager: other, field: fieldText(path) })),
      );}
  }

  let object = mergeApplied(current.object, wanted) as JsonObject;
  const dropped = [...before].filter((text) =>
    ![...owners.values()].some((owned) => owned.has(text))
  );
  // Longest first: an entry of a list goes after its fields, and only if it is owned itself.
  for (const text of dropped.sort((a, b) => JSON.parse(b).length - JSON.parse(a).length)) {
    object = removeAt(object, JSON.parse(text)) as JsonObject;
  }
  return { object, owners, conflicts };
}

/** A plain write takes what it changes out of every manager's hands. */
export function releaseChanged(owners: Owners, before: JsonObject, after: JsonObject): Owners {
  return new Map([...owners].map(([manager, owned]) => {
    const changed = [...owned].filter((text) =>
      !isEqual(valueAt(before, JSON.parse(text)), valueAt(after, JSON.parse(text)))
    );
    return [manager, without(owned, new Set(changed))];
  }));
}

export function isEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const fields = Object.keys(a).filter((field) => (a as JsonObject)[field] !== undefined);
  const others = Object.keys(b).filter((field) => (b as JsonObject)[field] !== undefined);
  return fields.length === others.length &&
    fields.every((field) => isEqual((a as JsonObject)[field], (b as JsonObject)[field]));
}

function mergeApplied(target: unknown, wanted: unknown): unknown {
  if (!isObject(wanted)) return wanted;
  const merged: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [field, value] of Object.entries(wanted)) {
    merged[field] = field === MERGED_LIST && isTypedList(value)
      ? mergeTypedList(merged[field], value)
      : mergeApplied(merged[field], value);
    if (field === MERGED_LIST && isEmpty(merged[field])) delete merged[field];
  }
  return merged;
}

type TypedList = readonly (JsonObject & { readonly type: string })[];

function mergeTypedList(target: unknown, wanted: TypedList): TypedList {
  const kept = isTypedList(target) ? target : [];
  const find = (list: TypedList, type: string) => list.find((entry) => entry.type === type);
  return [
    ...kept.map((entry) => mergeApplied(entry, find(wanted, entry.type) ?? {})),
    ...wanted.filter((entry) => find(kept, entry.type) === undefined),
  ] as TypedList;
}

function pathsIn(value: JsonObject, prefix: Path): Path[] {
  return Object.entries(value).flatMap(([field, child]): Path[] => {
    const path = [...prefix, field];
    if (field === MERGED_LIST && isTypedList(child)) {
      return child.flatMap((entry) => {
        const entryPath = [...path, { type: entry.type }];
        return [entryPath, ...pathsIn(entry, entryPath)];
      });
    }
    return isObject(child) && Object.keys(child).length > 0 ? pathsIn(child, path) : [path];
  });
}

function valueAt(value: unknown, [step, ...rest]: Path): unknown {
  if (step === undefined) return isTypedEntry(value) ? value.type : value;
  if (typeof step === "string") {
    return isObject(value) ? valueAt(value[step], rest) : undefined;
  }
  return isTypedList(value) ? valueAt(value.find((e) => e.type === step.type), rest) : undefined;
}

function removeAt(value: unknown, [step, ...rest]: Path): unknown {
  if (typeof step === "string" && isObject(value) && step in value) {
    const { [step]: child, ...others } = value;
    const left = rest.length === 0 ? {} : removeAt(child, rest);
    return isEmpty(left) ? others : { ...others, [step]: left }; // what is emptied goes too
  }
  if (typeof step === "object" && isTypedList(value)) {
    // `type` is the entry's key: it goes with the entry, not before it.
    if (rest[0] === "type") return value;
    return rest.length === 0
      ? value.filter((entry) => entry.type !== step.type)
      : value.map((entry) => entry.type === step.type ? removeAt(entry, rest) : entry);
  }
  return value;
}

function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

function without(owned: ReadonlySet<string>, removed: ReadonlySet<string>): ReadonlySet<string> {
  return removed.size === 0 ? owned : new Set([...owned].filter((text) => !removed.has(text)));
}

function fieldText(path: Path): string {
  return path.map((s) => typeof s === "string" ? `.${s}` : `[type="${s.type}"]`).join("");
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isTypedEntry(value: unknown): value is TypedList[number] {
  return isObject(value) && typeof value["type"] === "string";
}

function isTypedList(value: unknown): value is TypedList {
  return Array.isArray(value) && value.every(isTypedEntry);
}
