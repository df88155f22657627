// Owns the requests for Events (events.k8s.io/v1): create one, and tell that it came again.
// Never reads one, and never decides whether to tell.

import { isoMicroTime } from "../core/iso_time.ts";
import type { WallTime } from "../core/time.ts";
import type { RequestLimits } from "./api_request.ts";
import type { ApiClient } from "./client.ts";
import type { RequestFailure } from "./failure.ts";
import { resourcePath } from "./resource_path.ts";

const CONTROLLER = "cardano.io/forge-manager";
/** Limits of the API: of the note in bytes, of the others in characters. */
const NOTE_BYTES_MAX = 1_024;
const INSTANCE_LENGTH_MAX = 128;
const NAME_LENGTH_MAX = 253;

/** What an Event is about; it lies in the Event's own namespace. */
export interface Regarding {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** `kubectl describe` finds Events by it. */
  readonly uid: string | undefined;
}

export interface ForgeEvent {
  /** Unique for each series: what follows the pod's name. */
  readonly suffix: string;
  readonly regarding: Regarding;
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly action: string;
  readonly note: string;
  readonly firstAt: WallTime;
  readonly lastAt: WallTime;
  readonly count: number;
}

export type EventAnswer = { readonly kind: "told" } | RequestFailure;

export interface EventApi {
  create(event: ForgeEvent, limits: RequestLimits): Promise<EventAnswer>;
  /** Count and last time of one that was created; `not_found` when it is gone since. */
  repeat(event: ForgeEvent, limits: RequestLimits): Promise<EventAnswer>;
}

function eventsPath(namespace: string, name?: string): string {
  const place = { group: "events.k8s.io", version: "v1", namespace, plural: "events" };
  return resourcePath(name === undefined ? place : { ...place, name });
}

export function eventApi(
  client: ApiClient,
  { namespace, podName }: { readonly namespace: string; readonly podName: string },
): EventApi {
  const nameOf = ({ suffix }: ForgeEvent) =>
    `${podName.slice(0, NAME_LENGTH_MAX - 1 - suffix.length)}.${suffix}`;
  const told = (answer: { readonly kind: "ok" } | RequestFailure): EventAnswer =>
    answer.kind === "ok" ? { kind: "told" } : answer;
  return {
    async create(event, limits) {
      const { apiVersion, kind, name, uid } = event.regarding;
      const body = {
        apiVersion: "events.k8s.io/v1",
        kind: "Event",
        metadata: { name: nameOf(event), namespace },
        eventTime: isoMicroTime(event.firstAt),
        reportingController: CONTROLLER,
        reportingInstance: podName.slice(0, INSTANCE_LENGTH_MAX),
        action: event.action,
        reason: event.reason,
        regarding: { apiVersion, kind, name, namespace, ...(uid === undefined ? {} : { uid }) },
        type: event.type,
        note: shortened(event.note),
        ...series(event),
      };
      const path = eventsPath(namespace);
      return told(await client.request({ ...limits, verb: "create", path, body }));
    },
    async repeat(event, limits) {
      return told(
        await client.request({
          ...limits,
          verb: "patch",
          path: eventsPath(namespace, nameOf(event)),
          contentType: "application/merge-patch+json",
          body: series(event),
        }),
      );
    },
  };
}

/** The API takes no series of one. */
function series({ count, lastAt }: ForgeEvent) {
  return count < 2 ? {} : { series: { count, lastObservedTime: isoMicroTime(lastAt) } };
}

/** Cut at a character, and seen to be cut. */
export function shortened(note: string): string {
  const encoder = new TextEncoder();
  if (encoder.encode(note).length <= NOTE_BYTES_MAX) return note;
  const { read } = encoder.encodeInto(note, new Uint8Array(NOTE_BYTES_MAX - 3));
  return `${note.slice(0, read)}…`;
}
