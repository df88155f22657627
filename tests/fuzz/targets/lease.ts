// Owns the fuzz targets of what the API says of leases and of our own Pod, and of its failures.
// Never grants what the input does not prove: the rules are written anew here, from the raw JSON.

import {
  leaseStanding,
  type LeaseStandpoint,
  observeLease,
  UNOBSERVED,
} from "../../../lib/core/lease.ts";
import { ANNOTATION, readLease } from "../../../lib/core/lease_record.ts";
import { claimedLease, releasedLease, vacantLease } from "../../../lib/core/lease_writes.ts";
import type { LeaseObject } from "../../../lib/core/lease_object.ts";
import { monotonic, wallTime } from "../../../lib/core/time.ts";
import { retryInMs } from "../../../lib/kubernetes/backoff.ts";
import { failureOfAnswer, failureOfStatusObject } from "../../../lib/kubernetes/failure.ts";
import { parseLease } from "../../../lib/kubernetes/lease.ts";
import { ownPodStanding, parsePod } from "../../../lib/kubernetes/pod.ts";
import { parseWatchLine, readLines } from "../../../lib/kubernetes/watch_stream.ts";
import { broken, bytes, type FuzzTarget, json, text } from "../target.ts";

const WHERE = { name: "lock", namespace: "cardano" };
const POOL = "0f292fcaa02b8b2f9b3c8f9fd8e0bb21abedb692a6d5058df3ef2735";
const MARK = { nonce: "nonce-1", now: wallTime(1_790_000_000_123) };
const WRITER = { holder: "bp-0", holderUid: "uid-0", poolId: POOL, durationSeconds: 15 };
const SELF: LeaseStandpoint = {
  holder: "bp-0",
  holderUid: "uid-0",
  poolId: POOL,
  durationMs: 15_000,
  nonces: ["nonce-1"],
};
const STRANGER: LeaseStandpoint = {
  ...SELF,
  holder: "bp-1",
  holderUid: "uid-1",
  nonces: ["other"],
};
const HEIR: LeaseStandpoint = { ...STRANGER, holder: "bp-0", inherits: true };

function stored(object: LeaseObject): LeaseObject {
  return { ...object, metadata: { ...object.metadata, uid: "lease-uid", resourceVersion: "7" } };
}
const VACANT = stored(vacantLease({ ...WHERE, poolId: POOL, durationSeconds: 15, transitions: 4 }));
const HELD = stored(
  claimedLease(readLease(VACANT)!, { writer: WRITER, mark: MARK, transitions: 5 }),
);
const RELEASED = stored(
  releasedLease(readLease(HELD)!, { by: "bp-0", mark: MARK, fencedSecond: 99 }),
);
const OBJECTS = [VACANT, HELD, RELEASED].map((one) => bytes(JSON.stringify(one)));
const KEYS = ["holderIdentity", "renewTime", "leaseTransitions", ...Object.values(ANNOTATION)];
const WORDS = [...KEYS.map((key) => `"${key}":`), '""', "null", "bp-0", "bp-1", "uid-0", "nonce-1"];

/** No two of one pool may read the same record as theirs, and none may claim it without proof. */
const lease: FuzzTarget = {
  name: "lease",
  holds: "a record just seen is claimable only with a receipt bound to exactly it, and ours only " +
    "with our nonce, name and UID",
  seeds: OBJECTS,
  words: WORDS,
  isJson: true,
  check(input) {
    const value = json(text(input));
    const parsed = parseLease(value, WHERE);
    const record = parsed === undefined ? undefined : readLease(parsed);
    if (record === undefined) return;
    const at = monotonic(1_000_000);
    const view = observeLease(UNOBSERVED, { seen: record, at, ownDurationMs: 15_000 });
    for (const self of [SELF, STRANGER, HEIR]) {
      const standing = leaseStanding(view, { self, now: at });
      if (standing.kind === "claimable" && !isReleased(value, self)) broken("claimable", value);
      if (standing.kind === "mine" && !isOwn(value, self)) broken("taken for ours", value);
      // Half the wait later nothing else has changed: still nobody may.
      const later = leaseStanding(view, { self, now: monotonic(1_007_500) });
      if (later.kind === "claimable" && later.why === "silent") broken("silent too early", value);
    }
  },
};

// deno-lint-ignore no-explicit-any -- raw JSON
function isReleased({ metadata, spec }: any, self: LeaseStandpoint): boolean {
  const { annotations } = metadata;
  const receipt = json(annotations[ANNOTATION.receipt]);
  const poolId = annotations[ANNOTATION.poolId];
  return (spec?.holderIdentity ?? "") === "" && receipt.uid === metadata.uid &&
    receipt.renewTime === (spec.renewTime ?? "") &&
    receipt.transitions === (spec.leaseTransitions ?? 0) &&
    Number.isSafeInteger(receipt.fencedSecond) &&
    (poolId === undefined || poolId === self.poolId) &&
    !/[^,]/.test(annotations[ANNOTATION.movedTo] ?? "");
}

// deno-lint-ignore no-explicit-any -- raw JSON
function isOwn({ metadata, spec }: any, self: LeaseStandpoint): boolean {
  const isHolder = spec.holderIdentity === self.holder &&
    metadata.annotations[ANNOTATION.holderUid] === self.holderUid;
  const wroteIt = self.nonces.includes(metadata.annotations[ANNOTATION.nonce]);
  const [cluster] = String(spec.holderIdentity).split(/@(?=[^@]*$)/);
  const [own] = self.holder.split(/@(?=[^@]*$)/);
  return self.inherits ? isHolder || wroteIt && cluster === own : isHolder && wroteIt;
}

const POD = {
  kind: "Pod",
  metadata: { name: "bp-0", uid: "uid-0", deletionTimestamp: "2026-01-02T03:04:05Z" },
};

const pod: FuzzTarget = {
  name: "pod",
  holds: "only a Pod of our UID with a deletion time, or the end of ours, counts as our deletion",
  seeds: [bytes(JSON.stringify(POD))],
  words: ['"deletionTimestamp":', '"uid":', "uid-0", "null"],
  isJson: true,
  check(input) {
    const value = json(text(input));
    const object = parsePod(value);
    const standing = ownPodStanding(object, { uid: "uid-0", wasSeen: false });
    if (standing !== "deleting") return;
    const { uid, deletionTimestamp } = value.metadata;
    if (uid !== "uid-0" || !deletionTimestamp) broken("deleted", value);
  },
};

const EVENTS = OBJECTS.map((object) => `{"type":"MODIFIED","object":${text(object)}}`);
const DELETED = EVENTS[0]!.replace("MODIFIED", "DELETED");
const GONE = '{"type":"ERROR","object":{"kind":"Status","code":410,"message":"too old"}}';
const BOOKMARK =
  '{"type":"BOOKMARK","object":{"kind":"Lease","metadata":{"resourceVersion":"12"}}}';

const watchLine: FuzzTarget = {
  name: "watch-line",
  holds: "an event has the version and the kind that its line says; a failure's message is short",
  seeds: [...EVENTS, DELETED, GONE, BOOKMARK].map(bytes),
  words: ['"type":', "ADDED", "DELETED", "ERROR", "BOOKMARK", '"resourceVersion":', '"code":'],
  isJson: true,
  check(input) {
    const event = parseWatchLine("watch leases", text(input));
    if (event.kind !== "object" && event.kind !== "bookmark") {
      if (event.message.length > 6_000) broken("an endless message", event.message.length);
      return;
    }
    const { type, object } = json(text(input));
    if (event.resourceVersion !== object.metadata.resourceVersion) broken("another version");
    if ((event.kind === "bookmark") !== (type === "BOOKMARK")) broken("no bookmark", type);
    if (event.kind === "object" && event.isDeleted !== (type === "DELETED")) broken("kind", type);
  },
};

const PIECES_MAX = 200;
const STREAM = bytes([...EVENTS, BOOKMARK, GONE, ""].join("\n"));

const watchStream: FuzzTarget = {
  name: "watch-stream",
  holds:
    "lines are the same however the bytes are cut into pieces, and a last one without its end " +
    "is never one",
  seeds: [STREAM, STREAM.slice(0, -10)],
  words: ["\n", "\n\n", "\r\n", "{", "é", " "],
  async check(input) {
    const lines: string[] = [];
    const size = 1 + (input[0] ?? 0) % 37 + input.length / PIECES_MAX >> 0;
    const pieces = Array.from(
      { length: Math.ceil(input.length / size) },
      (_, i) => input.subarray(i * size, (i + 1) * size),
    );
    const onLine = (line: string) => lines.push(line) > 0;
    const body = ReadableStream.from(pieces) as ReadableStream<Uint8Array>;
    const end = await readLines(body, { silenceMs: 60_000, onLine });
    const whole = new TextDecoder().decode(input).split("\n");
    const rest = whole.pop()!;
    const expected = whole.filter((line) => line.trim() !== "");
    if (JSON.stringify(lines) !== JSON.stringify(expected)) broken("other lines", lines, expected);
    const isWhole = rest.trim() === "";
    if (end.kind !== (isWhole ? "ended" : "half_written")) broken("ends otherwise", end, rest);
  },
};

const STATUS = {
  kind: "Status",
  code: 429,
  reason: "TooManyRequests",
  message: "slow down",
  details: { retryAfterSeconds: 3 },
};

const failure: FuzzTarget = {
  name: "failed-answer",
  holds: "any body of a failed answer gives a short message, and a wait of at most a minute",
  seeds: [bytes(JSON.stringify(STATUS)), bytes("404 page not found"), bytes("Fri, 02 Jan 2026")],
  words: ['"retryAfterSeconds":', "1e999", "-1", "3600", "\n", "Fri, 02 Jan 2026 03:04:05 GMT"],
  isJson: true,
  check(input) {
    const body = text(input);
    const answer = { status: 503, text: body, retryAfter: body.slice(0, 60), wallMs: 0 };
    const found = [
      failureOfAnswer("get leases", answer),
      failureOfStatusObject("watch leases", json(body)),
    ];
    for (const one of found) {
      if (one.message.length > 500) broken("an endless message", one.message.length);
      const ms = retryInMs(one, { attempt: 0, random: 0 });
      if (!(ms >= 0 && ms <= 60_000)) broken("waits", ms, body);
    }
  },
};

export const LEASE_TARGETS = [lease, pod, watchLine, watchStream, failure];
