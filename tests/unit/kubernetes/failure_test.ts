// Owns the proof for the pure parts of failures: Retry-After, back-off, and what is logged.
// Never opens a connection.

import { assertEquals } from "@std/assert";
import type { ApiFailure } from "../../../lib/core/api_failure.ts";
import { backoffMs, retryInMs } from "../../../lib/kubernetes/backoff.ts";
import { failureOfStatusObject, parseRetryAfterMs } from "../../../lib/kubernetes/failure.ts";
import { FailureLog, type FailureLogLine } from "../../../lib/kubernetes/failure_log.ts";
import { describePath, resourcePath } from "../../../lib/kubernetes/resource_path.ts";

const NOW = Date.parse("2026-01-02T03:04:05Z");

for (
  const [header, ms] of [
    ["7", 7_000],
    ["0", 0],
    ["Fri, 02 Jan 2026 03:04:15 GMT", 10_000],
    ["Fri, 02 Jan 2026 03:00:00 GMT", 0],
    ["soon", undefined],
    ["-1", undefined],
    ["", undefined],
    [null, undefined],
  ] as const
) {
  Deno.test(`Retry-After ${JSON.stringify(header)} is ${ms} ms`, () => {
    assertEquals(parseRetryAfterMs(header, NOW), ms);
  });
}

Deno.test("backoffMs() lies between 0.5 s and a ceiling that doubles up to 15 s", () => {
  const lowest = [0, 1, 2, 50].map((attempt) => backoffMs(attempt, 0));
  const highest = [0, 1, 2, 3, 4, 5, 50].map((attempt) => backoffMs(attempt, 1));
  assertEquals(lowest, [500, 500, 500, 500]);
  assertEquals(highest, [1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
});

Deno.test("retryInMs() is no earlier than the server asks for, up to a minute", () => {
  const failure: ApiFailure = { kind: "throttled", message: "" };
  const retry = { attempt: 0, random: 0.5 };
  assertEquals(retryInMs(failure, retry), 750);
  assertEquals(retryInMs({ ...failure, retryAfterMs: 9_000 }, retry), 9_000);
  assertEquals(retryInMs({ ...failure, retryAfterMs: 3_600_000 }, retry), 60_000);
});

Deno.test("an ERROR event is the failure its Status says", () => {
  const gone = { kind: "Status", code: 410, reason: "Expired", message: "too old" };
  assertEquals(failureOfStatusObject("watch leases x", gone), {
    kind: "gone",
    status: 410,
    reason: "Expired",
    message: "Cannot watch leases x: HTTP 410, too old",
  });
  assertEquals(failureOfStatusObject("watch leases x", {}).kind, "malformed");
});

Deno.test("failures are logged once per change of kind, and once when they end", () => {
  const lines: FailureLogLine[] = [];
  const log = new FailureLog((line) => lines.push(line));
  const forbidden: ApiFailure = { kind: "forbidden", status: 403, message: "HTTP 403" };
  const hang: ApiFailure = { kind: "timed_out", message: "no answer" };
  log.note("lease", undefined);
  log.note("lease", hang);
  log.note("lease", { ...hang, message: "another text" });
  log.note("leader", hang);
  log.note("lease", forbidden);
  log.note("lease", undefined);
  log.note("lease", undefined);
  const flat: unknown[] = lines.map(({ level, message, fields }) => ({
    level,
    message,
    ...fields,
  }));
  assertEquals(flat, [
    {
      level: "warning",
      message: "API request failed",
      subject: "lease",
      kind: "timed_out",
      error: "no answer",
    },
    {
      level: "warning",
      message: "API request failed",
      subject: "leader",
      kind: "timed_out",
      error: "no answer",
    },
    {
      level: "warning",
      message: "API request failed",
      subject: "lease",
      kind: "forbidden",
      error: "HTTP 403",
      status: 403,
    },
    {
      level: "info",
      message: "API requests succeed again",
      subject: "lease",
      was: "forbidden",
      failures: 3,
    },
  ]);
});

for (
  const [path, resource, subject] of [
    ["/apis/coordination.k8s.io/v1/namespaces/a/leases/b", "leases", "leases a/b"],
    ["/apis/coordination.k8s.io/v1/namespaces/a/leases", "leases", "leases a"],
    [
      "/apis/cardano.io/v1/namespaces/a/cardanoleaders/b/status",
      "cardanoleaders/status",
      "cardanoleaders a/b (status)",
    ],
    ["/api/v1/namespaces/a/events", "events", "events a"],
    ["/api/v1/namespaces/a", "namespaces", "namespaces a"],
    ["/version", "/version", "/version"],
  ] as const
) {
  Deno.test(`describePath() reads ${path}`, () => {
    assertEquals(describePath(path), { resource, subject });
  });
}

Deno.test("resourcePath() escapes what it is given", () => {
  const lease = { group: "g.io", version: "v1", namespace: "a/b", plural: "leases", name: "c?d" };
  assertEquals(resourcePath(lease), "/apis/g.io/v1/namespaces/a%2Fb/leases/c%3Fd");
  assertEquals(
    resourcePath({ group: "", version: "v1", namespace: "a", plural: "events" }),
    "/api/v1/namespaces/a/events",
  );
});
