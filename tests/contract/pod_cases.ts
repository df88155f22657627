// Owns what a Pod's deletion looks like to who watches it.
// Never runs a kubelet: a Pod on a node that is not there stays until it is removed by force.

import { assert, assertEquals } from "@std/assert";
import { type ApiAnswer, type Json } from "../support/api_request.ts";
import type { Cases, Scene } from "./target.ts";
import { openWatch, type WatchReader } from "./watch_reader.ts";

const GRACE_SECONDS = 60;

function pod(name: string, spec: Json = { nodeName: "machine-1" }): Json {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name },
    spec: {
      terminationGracePeriodSeconds: GRACE_SECONDS,
      containers: [{ name: "node", image: "cardano-node" }],
      ...spec,
    },
  };
}

const create = ({ request, pods }: Scene, body: Json) => request("POST", pods, { body });

const remove = (
  { request, pods }: Scene,
  name: string,
  body: Json = {},
): Promise<ApiAnswer> =>
  request("DELETE", `${pods}/${name}`, {
    body: { apiVersion: "v1", kind: "DeleteOptions", ...body },
  });

async function stored({ request, pods }: Scene, name: string): Promise<Json> {
  return (await request("GET", `${pods}/${name}`)).body;
}

async function told(watch: WatchReader): Promise<string> {
  const { type, object: { metadata } } = await watch.next();
  return `${type} ${metadata.name}, grace ${metadata.deletionGracePeriodSeconds}`;
}

export const POD_CASES: Cases = {
  "a Pod on a node that is deleted stays, with the time by which it is to be gone": async (s) => {
    const created = await create(s, pod("a"));
    assertEquals([created.status, created.body.metadata.deletionTimestamp], [201, undefined]);
    const deleted = await remove(s, "a");
    assertEquals([deleted.status, deleted.body.kind], [200, "Pod"]);
    const { metadata } = await stored(s, "a");
    assertEquals(metadata.uid, created.body.metadata.uid);
    assertEquals(metadata.deletionGracePeriodSeconds, GRACE_SECONDS);
    const createdMs = Date.parse(metadata.creationTimestamp);
    assert(Date.parse(metadata.deletionTimestamp) >= createdMs + GRACE_SECONDS * 1_000);
  },
  "its deletion is told at once as MODIFIED, and its end as DELETED": async (s) => {
    const { resourceVersion } = (await create(s, pod("a"))).body.metadata;
    const parameters = { resourceVersion, fieldSelector: "metadata.name=a" };
    await using watch = await openWatch(s.target, s.pods, parameters);
    await remove(s, "a");
    const marked = await watch.next();
    assertEquals([marked.type, marked.object.metadata.name], ["MODIFIED", "a"]);
    assertEquals(typeof marked.object.metadata.deletionTimestamp, "string");
    await remove(s, "a", { gracePeriodSeconds: 0 });
    assertEquals([await told(watch), await told(watch)], [
      "MODIFIED a, grace 0",
      "DELETED a, grace 0",
    ]);
    assertEquals((await stored(s, "a")).reason, "NotFound");
  },
  "deleted again it stays as it is, and with another uid it is not deleted": async (s) => {
    const { uid } = (await create(s, pod("a"))).body.metadata;
    const other = await remove(s, "a", { preconditions: { uid: `${uid}-not` } });
    assertEquals([other.status, other.body.reason], [409, "Conflict"]);
    assertEquals((await stored(s, "a")).metadata.deletionTimestamp, undefined);
    await remove(s, "a");
    const once = await stored(s, "a");
    await remove(s, "a");
    assertEquals((await stored(s, "a")).metadata, once.metadata);
  },
  // So that who only looks at deletionTimestamp misses neither.
  "by force, or on no node, it is marked too, and gone at once": async (s) => {
    for (const [spec, options] of [[undefined, { gracePeriodSeconds: 0 }], [{}, {}]]) {
      const { resourceVersion } = (await create(s, pod("a", spec))).body.metadata;
      await using watch = await openWatch(s.target, s.pods, { resourceVersion });
      await remove(s, "a", options);
      assertEquals([await told(watch), await told(watch)], [
        "MODIFIED a, grace 0",
        "DELETED a, grace 0",
      ]);
    }
  },
  "a Pod made again by the same name has another uid": async (s) => {
    const first = (await create(s, pod("a"))).body.metadata.uid;
    await remove(s, "a", { gracePeriodSeconds: 0 });
    assert((await create(s, pod("a"))).body.metadata.uid !== first);
  },
};
