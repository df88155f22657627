// Owns what a real API server accepts in the spec of a Lease, with its default feature gates.
// Never looks at other objects.

import type { FieldCause } from "./failure.ts";
import type { JsonObject } from "./store.ts";

const TEXTS = ["holderIdentity"];
const INTEGERS = ["leaseDurationSeconds", "leaseTransitions"];
const TIMES = ["acquireTime", "renewTime"];
const MICRO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.(\d{6})(Z|[+-]\d\d:\d\d)$/;
const INT32_LIMIT = 2 ** 31;

/**
 * Reads a spec as the typed decoder does: unknown fields and nulls are dropped, among them
 * preferredHolder and strategy; times come out in UTC. A text answers why it cannot be read.
 */
export function decodeLeaseSpec(spec: unknown): JsonObject | string {
  if (spec === undefined || spec === null) return {};
  if (typeof spec !== "object" || Array.isArray(spec)) return "json: cannot unmarshal LeaseSpec";
  const decoded: Record<string, unknown> = {};
  for (const field of [...TEXTS, ...INTEGERS, ...TIMES]) {
    const value = (spec as JsonObject)[field];
    if (value === undefined || value === null) continue;
    if (INTEGERS.includes(field)) {
      const isInt32 = Number.isInteger(value) && Math.abs(value as number) < INT32_LIMIT;
      if (!isInt32) return cannotUnmarshal(value, { field, type: "int32" });
    } else if (typeof value !== "string") {
      return cannotUnmarshal(value, { field, type: "string" });
    }
    decoded[field] = value;
    if (TIMES.includes(field)) {
      const time = decodeMicroTime(value as string);
      if (time === undefined) {
        return `parsing time "${value}" as "2006-01-02T15:04:05.000000Z07:00": cannot parse it`;
      }
      decoded[field] = time;
    }
  }
  return decoded;
}

export function validateLeaseSpec(spec: JsonObject): FieldCause[] {
  const causes: FieldCause[] = [];
  const { leaseDurationSeconds: duration, leaseTransitions: transitions } = spec;
  if (typeof duration === "number" && duration <= 0) {
    causes.push({
      field: "spec.leaseDurationSeconds",
      message: `Invalid value: ${duration}: must be greater than 0`,
    });
  }
  if (typeof transitions === "number" && transitions < 0) {
    causes.push({
      field: "spec.leaseTransitions",
      message: `Invalid value: ${transitions}: must be greater than or equal to 0`,
    });
  }
  return causes;
}

/** Exactly six fractional digits, any offset; answered in UTC. */
function decodeMicroTime(text: string): string | undefined {
  const micros = MICRO_TIME.exec(text)?.[1];
  const ms = Date.parse(text);
  if (micros === undefined || Number.isNaN(ms)) return undefined;
  return `${new Date(ms).toISOString().slice(0, 19)}.${micros}Z`;
}

function cannotUnmarshal(value: unknown, { field, type }: { field: string; type: string }): string {
  const found = typeof value === "number" ? `number ${value}` : typeof value;
  return `json: cannot unmarshal ${found} into Go struct field LeaseSpec.spec.${field} of type ${type}`;
}
