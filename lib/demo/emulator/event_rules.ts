// Owns what the API demands of an Event of events.k8s.io/v1.
// Never concerns the older form, in the core group.

import { isObject } from "./apply.ts";
import type { JsonObject } from "./store.ts";

const REQUIRED = ["eventTime", "reportingController", "reportingInstance", "action", "reason"];
const NOTE_BYTES_MAX = 1_024;

export function validateEvent(event: JsonObject): { field: string; message: string }[] {
  const missing = REQUIRED.filter((field) => (event[field] ?? "") === "")
    .map((field) => ({ field, message: "Required value" }));
  const { note, series } = event;
  const isLong = typeof note === "string" && new TextEncoder().encode(note).length > NOTE_BYTES_MAX;
  const count = isObject(series) ? Number(series["count"] ?? 0) : 2;
  return [
    ...missing,
    ...isLong ? [{ field: "note", message: "can have at most 1024 characters" }] : [],
    ...count < 2 ? [{ field: "series.count", message: "should be at least 2" }] : [],
  ];
}
