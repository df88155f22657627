// Owns what a watch tells, in which order, and how it ends.
// Never measures time: a watch that should end is read to its end.

import { assert, assertEquals } from "@std/assert";
import { type Cases, leader, lease, type Scene } from "./target.ts";
import { openWatch, type WatchReader } from "./watch_reader.ts";
import type { Json } from "../support/api_request.ts";

const MERGE = "application/merge-patch+json";

const create = ({ request, leases }: Scene, name: string) =>
  request("POST", leases, { body: lease(name) });

const hold = ({ request, leases }: Scene, name: string, holderIdentity: string) =>
  request("PATCH", `${leases}/${name}`, { body: { spec: { holderIdentity } }, contentType: MERGE });

async function listVersion({ request, leases }: Scene): Promise<string> {
  return (await request("GET", leases)).body.metadata.resourceVersion;
}

/** Type, name and holder of the next event. */
async function told(watch: WatchReader): Promise<string> {
  const { type, object } = await watch.next();
  return `${type} ${object.metadata.name} ${object.spec.holderIdentity ?? "-"}`;
}

async function readToEnd(watch: WatchReader): Promise<Json[]> {
  const events = [];
  for (let event = await watch.next(); event; event = await watch.next()) events.push(event);
  return events;
}

export const WATCH_CASES: Cases = {
  "from a list's resourceVersion every later change comes, once and in order": async (s) => {
    await create(s, "a");
    const resourceVersion = await listVersion(s);
    await hold(s, "a", "1");
    await create(s, "b");
    await using watch = await openWatch(s.target, s.leases, { resourceVersion });
    assertEquals([watch.status, watch.contentType], [200, "application/json"]);
    assertEquals([await told(watch), await told(watch)], ["MODIFIED a 1", "ADDED b -"]);
    await hold(s, "a", "2");
    await s.request("DELETE", `${s.leases}/a`);
    await create(s, "a");
    assertEquals([await told(watch), await told(watch), await told(watch)], [
      "MODIFIED a 2",
      "DELETED a 2",
      "ADDED a -",
    ]);
  },
  "events carry rising resourceVersions, that of a deletion too, so that each can be resumed from":
    async (s) => {
      const resourceVersion = await listVersion(s);
      const deleted = (await create(s, "a")).body;
      await s.request("DELETE", `${s.leases}/a`);
      await create(s, "b");
      await using watch = await openWatch(s.target, s.leases, { resourceVersion });
      const events = [await watch.next(), await watch.next(), await watch.next()];
      const versions = events.map(({ object }) => Number(object.metadata.resourceVersion));
      assertEquals(versions.toSorted((a, b) => a - b), versions);
      assertEquals(new Set(versions).size, 3);
      assertEquals(events[1].object.metadata.uid, deleted.metadata.uid);
      const from = { resourceVersion: String(versions[1]) };
      await using resumed = await openWatch(s.target, s.leases, from);
      assertEquals(await told(resumed), "ADDED b -");
    },
  "by fieldSelector only the one named is told, also before it exists": async (s) => {
    const fieldSelector = "metadata.name=a";
    const resourceVersion = await listVersion(s);
    await using watch = await openWatch(s.target, s.leases, { fieldSelector, resourceVersion });
    await create(s, "b");
    await create(s, "a");
    await hold(s, "b", "1");
    await hold(s, "a", "2");
    assertEquals([await told(watch), await told(watch)], ["ADDED a -", "MODIFIED a 2"]);
  },
  "without a resourceVersion, and from 0, what exists is told first as ADDED": async (s) => {
    await create(s, "a");
    await hold(s, "a", "1");
    for (const parameters of [{}, { resourceVersion: "0" }]) {
      await using watch = await openWatch(s.target, s.leases, parameters);
      assertEquals(await told(watch), "ADDED a 1");
    }
  },
  "a write that changes nothing is not told": async (s) => {
    const { body } = await create(s, "a");
    const { resourceVersion } = body.metadata;
    await using watch = await openWatch(s.target, s.leases, { resourceVersion });
    await s.request("PUT", `${s.leases}/a`, { body });
    await hold(s, "a", "1");
    assertEquals(await told(watch), "MODIFIED a 1");
  },
  "a change of the status of a custom resource is told as MODIFIED": async (s) => {
    const { body } = await s.request("POST", s.leaders, { body: leader("c") });
    const { resourceVersion } = body.metadata;
    await using watch = await openWatch(s.target, s.leaders, { resourceVersion });
    await s.request("PATCH", `${s.leaders}/c/status?fieldManager=m`, {
      body: leader("c", { status: { leaderPod: "a" } }),
      contentType: "application/apply-patch+yaml",
    });
    const { type, object } = await watch.next();
    assertEquals([type, object.kind, object.status], ["MODIFIED", "CardanoLeader", {
      leaderPod: "a",
    }]);
  },
  "at timeoutSeconds the watch ends, without an error": async (s) => {
    const parameters = { resourceVersion: await listVersion(s), timeoutSeconds: "1" };
    await using watch = await openWatch(s.target, s.leases, parameters);
    assertEquals(await readToEnd(watch), []);
  },
  // About 2 s before the end, and each minute. It may come twice, and without any change since it
  // may not come at all, so that its absence proves nothing.
  "a bookmark with a newer resourceVersion comes before the end, when it is allowed": async (
    s,
  ) => {
    const parameters = { resourceVersion: await listVersion(s), timeoutSeconds: "5" };
    const fieldSelector = "metadata.name=a";
    await using plain = await openWatch(s.target, s.leases, { ...parameters, fieldSelector });
    const asked = { ...parameters, fieldSelector, allowWatchBookmarks: "true" };
    await using marked = await openWatch(s.target, s.leases, asked);
    const { resourceVersion } = (await create(s, "b")).body.metadata;
    const bookmarks = await readToEnd(marked);
    assert(bookmarks.length > 0);
    for (const { type, object } of bookmarks) {
      const { metadata, ...others } = object;
      assertEquals([type, Object.keys(metadata)], ["BOOKMARK", ["resourceVersion"]]);
      assertEquals(others, { kind: "Lease", apiVersion: "coordination.k8s.io/v1", spec: {} });
      assert(Number(metadata.resourceVersion) >= Number(resourceVersion));
    }
    assertEquals(await readToEnd(plain), []);
  },
  "a resourceVersion that is no number is refused": async (s) => {
    await using watch = await openWatch(s.target, s.leases, { resourceVersion: "abc" });
    assertEquals(watch.status, 500);
  },
  // Status 200 and the error inside; only then the stream ends.
  "from a resourceVersion that is forgotten comes one ERROR event with code 410": async (s) => {
    const resourceVersion = await listVersion(s);
    await create(s, "a");
    await s.target.forgetHistory();
    await using watch = await openWatch(s.target, s.leases, { resourceVersion });
    assertEquals(watch.status, 200);
    const [event, ...others] = await readToEnd(watch);
    assertEquals([event.type, event.object.kind, event.object.code, event.object.reason, others], [
      "ERROR",
      "Status",
      410,
      "Expired",
      [],
    ]);
    const now = { resourceVersion: await listVersion(s) };
    await using fresh = await openWatch(s.target, s.leases, now);
    await hold(s, "a", "1");
    assertEquals(await told(fresh), "MODIFIED a 1");
  },
};
