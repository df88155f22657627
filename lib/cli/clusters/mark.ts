// Owns the mark that `failover` leaves on a cluster: what its override was before.
// Never counts where somebody has changed the override since.

import type { ClusterOverride } from "../../core/cluster.ts";
import { isoMicroTime, isoSeconds } from "../../core/iso_time.ts";
import type { WallTime } from "../../core/time.ts";
import { FieldReader } from "../../kubernetes/field_reader.ts";
import { isObject, type JsonObject } from "../../kubernetes/json_shape.ts";
import { parseRfc3339 } from "../../config/rfc3339.ts";

/** An annotation of the CardanoForgeCluster. */
export const MARK = "cardano.io/before-failover";

export interface FailoverMark {
  /** That of the failover: the override must still give it. */
  readonly reason: string;
  /** Undefined: none was in force. */
  readonly before: ClusterOverride | undefined;
}

export const NO_OVERRIDE: ClusterOverride = {
  enabled: false,
  reason: "",
  expiresAt: undefined,
  forcePriority: undefined,
  forceState: undefined,
};

/** For a merge patch: what is not said is removed, since it would count in the next override. */
export function overridePatch(override: ClusterOverride): JsonObject {
  const { enabled, reason, expiresAt, forcePriority, forceState } = override;
  return {
    enabled,
    reason: reason === "" ? null : reason,
    expiresAt: expiresAt === undefined ? null : timeText(expiresAt),
    forcePriority: forcePriority ?? null,
    forceState: forceState ?? null,
  };
}

export function markText({ reason, before }: FailoverMark): string {
  return JSON.stringify({
    reason,
    before: before === undefined ? null : overridePatch(before),
  });
}

/** Undefined where there is none, it cannot be read, or the override is another one by now. */
export function readMark(
  annotation: unknown,
  present: ClusterOverride,
): FailoverMark | undefined {
  if (typeof annotation !== "string") return undefined;
  let value: unknown;
  try {
    value = JSON.parse(annotation);
  } catch {
    return undefined; // edited by hand: then nothing is known of before
  }
  if (!isObject(value) || value.reason !== present.reason || !present.enabled) return undefined;
  if (value.before === null) return { reason: present.reason, before: undefined };
  const reader = FieldReader.of("before", value.before);
  reader.require("enabled");
  const before: ClusterOverride = {
    enabled: reader.flag("enabled") ?? false,
    reason: reader.text("reason") ?? "",
    expiresAt: reader.parsed("expiresAt", { parse: parseRfc3339, expected: "a time" }),
    forcePriority: reader.integer("forcePriority", { min: 1, max: 999 }),
    forceState: reader.choice("forceState", ["Enabled", "Disabled"]),
  };
  return reader.problem === undefined ? { reason: present.reason, before } : undefined;
}

/** To the millisecond, so that what is put back ends when it would have. */
function timeText(at: WallTime): string {
  const seconds = isoSeconds(at) ?? "9999-12-31T23:59:59Z";
  return at % 1_000 === 0 || isoSeconds(at) === undefined ? seconds : isoMicroTime(at);
}
