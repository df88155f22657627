// Owns which objects a list or a watch with a selector tells, and how one comes and goes by its labels.
// Never measures time: what is not told is shown by what is told after it.

import { assertEquals } from "@std/assert";
import type { Json } from "../support/api_request.ts";
import { type Cases, leader, lease, type Scene } from "./target.ts";
import { openWatch, type WatchReader } from "./watch_reader.ts";

const MERGE = "application/merge-patch+json";
const POOL = "cardano.io/pool-id";

const create = ({ request, leases }: Scene, name: string, labels?: Json) =>
  request("POST", leases, { body: lease(name, {}, labels === undefined ? {} : { labels }) });

const label = ({ request, leases }: Scene, name: string, labels: Json) =>
  request("PATCH", `${leases}/${name}`, { body: { metadata: { labels } }, contentType: MERGE });

async function listed(s: Scene, labelSelector: string, others: Json = {}): Promise<string> {
  const query = new URLSearchParams({ labelSelector, ...others });
  const { body } = await s.request("GET", `${s.leases}?${query}`);
  return body.items.map((item: Json) => item.metadata.name).join(" ");
}

async function listVersion({ request, leases }: Scene): Promise<string> {
  return (await request("GET", leases)).body.metadata.resourceVersion;
}

/** Type, name and labels, by key, of the next event. */
async function told(watch: WatchReader): Promise<string> {
  const { type, object: { metadata } } = await watch.next();
  const labels = Object.entries<string>(metadata.labels ?? {}).toSorted();
  return [type, metadata.name, ...labels.map(([, value]) => value)].join(" ");
}

export const SELECTOR_CASES: Cases = {
  "a list by labelSelector has those that match every term": async (s) => {
    await create(s, "none");
    await create(s, "one", { [POOL]: "pool1a", "cardano.io/network": "preprod" });
    await create(s, "two", { [POOL]: "pool1b", "cardano.io/network": "preprod" });
    await create(s, "void", { [POOL]: "" });
    const table: Readonly<Record<string, string>> = {
      "": "none one two void",
      [POOL]: "one two void",
      [`!${POOL}`]: "none",
      [`${POOL}=pool1a`]: "one",
      [`${POOL}==pool1a`]: "one",
      [`${POOL}=`]: "void",
      [`${POOL}!=pool1a`]: "none two void",
      [`${POOL} = pool1b , cardano.io/network`]: "two",
      [`cardano.io/network=preprod,${POOL}=pool1b`]: "two",
      [`cardano.io/network=preprod,!${POOL}`]: "",
      "constructor": "",
    };
    for (const [selector, names] of Object.entries(table)) {
      assertEquals([selector, await listed(s, selector)], [selector, names]);
    }
    assertEquals(await listed(s, POOL, { fieldSelector: "metadata.name=two" }), "two");
  },
  "a labelSelector that cannot be read is 400": async (s) => {
    for (const selector of ["=a", "a b", "!a=b", "a=b=c", "a=b,,c"]) {
      const query = new URLSearchParams({ labelSelector: selector });
      const { status, body } = await s.request("GET", `${s.leases}?${query}`);
      assertEquals([selector, status, body.reason], [selector, 400, "BadRequest"]);
    }
  },
  "a watch by labelSelector tells one that begins to match as ADDED, one that stops as DELETED":
    async (s) => {
      const resourceVersion = await listVersion(s);
      const labelSelector = `${POOL}=mine`;
      await using watch = await openWatch(s.target, s.leases, { labelSelector, resourceVersion });
      await create(s, "a");
      await create(s, "b", { [POOL]: "mine" });
      await label(s, "a", { other: "x" });
      await label(s, "a", { [POOL]: "mine" });
      await label(s, "b", { other: "y" });
      await label(s, "b", { [POOL]: "theirs" });
      await label(s, "b", { other: "z" });
      await s.request("DELETE", `${s.leases}/b`);
      await s.request("DELETE", `${s.leases}/a`);
      const events = [];
      for (let count = 0; count < 5; count++) events.push(await told(watch));
      assertEquals(events, [
        "ADDED b mine",
        "ADDED a mine x",
        "MODIFIED b mine y",
        "DELETED b mine y", // as it was while it matched
        "DELETED a mine x",
      ]);
    },
  "the event of one that stops to match carries the resourceVersion of that change": async (s) => {
    const { body: { metadata } } = await create(s, "a", { [POOL]: "mine" });
    const { resourceVersion } = metadata;
    const changed = (await label(s, "a", { [POOL]: null })).body.metadata.resourceVersion;
    await using watch = await openWatch(s.target, s.leases, {
      labelSelector: POOL,
      resourceVersion,
    });
    const { type, object } = await watch.next();
    assertEquals([type, object.metadata.resourceVersion, object.metadata.labels], [
      "DELETED",
      changed,
      { [POOL]: "mine" },
    ]);
  },
  "without a resourceVersion a watch by labelSelector begins with those that match": async (s) => {
    await create(s, "a");
    await create(s, "b", { [POOL]: "mine" });
    await using watch = await openWatch(s.target, s.leases, { labelSelector: POOL });
    await label(s, "a", { [POOL]: "first" });
    assertEquals([await told(watch), await told(watch)], ["ADDED b mine", "ADDED a first"]);
  },
  "custom resources are selected by their labels too": async (s) => {
    const body = leader("a", { metadata: { name: "a", labels: { [POOL]: "mine" } } });
    await s.request("POST", s.leaders, { body });
    await s.request("POST", s.leaders, { body: leader("b") });
    const items = async (selector: string) => {
      const { body } = await s.request("GET", `${s.leaders}?labelSelector=${selector}`);
      return body.items.map((item: Json) => item.metadata.name);
    };
    assertEquals([await items(`${POOL}=mine`), await items(`!${POOL}`)], [["a"], ["b"]]);
  },
};
