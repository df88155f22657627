// Owns the small questions that are asked of JSON from outside.
// Never trusts a type that was not looked at.

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isNonEmptyString(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

/** Absent, null or a string: what an optional field of the API may be. */
export function isOptionalString(value: unknown): boolean {
  return value === undefined || value === null || typeof value === "string";
}

export function isOptionalInteger(value: unknown): boolean {
  return value === undefined || value === null || Number.isSafeInteger(value);
}

export function isOptionalStringMap(value: unknown): boolean {
  return value === undefined || value === null ||
    (isObject(value) && Object.values(value).every((entry) => typeof entry === "string"));
}
