// Owns the proof that `status` tells what clusters report, and what is amiss.
// Never asks what the policy should say: its own tests do.

import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertStringIncludes,
} from "@std/assert";
import { poolsOf } from "../../../../lib/cli/clusters/pools.ts";
import { reportOf } from "../../../../lib/cli/clusters/report.ts";
import { newsKey } from "../../../../lib/cli/clusters/status_text.ts";
import { status } from "../../../../lib/cli/status.ts";
import { addMs, wallTime } from "../../../../lib/core/time.ts";
import type { Json } from "../../../support/api_request.ts";
import { until } from "../../../support/until.ts";
import { NOW, objectOf, poolOf, STALE_AFTER_MS, statusOf } from "./objects.ts";
import { COLLECTION, scene, TWO } from "./scene.ts";
import { report } from "./terminal.ts";

Deno.test("status shows every cluster, who forges, who is next and why", async () => {
  await using s = await scene({
    ...TWO,
    ap: { priority: 3, failures: 2, override: { reason: "slow line", forcePriority: 9 } },
  });
  const { code, printed } = await s.run("status");
  assertEquals(code, 0);
  const rows = printed.split("\n").map((line) => line.split(/ {2,}/));
  assertEquals(rows.slice(0, 4).map((row) => row.slice(0, 9)), [
    ["NETWORK", "POOL", "REGION", "STATE", "BASE", "PRIORITY", "HEALTHY", "LEADER", "FORGING"],
    ["preview", "ABC", "us", "Priority-based", "1", "1", "yes", "bp-0", "yes"],
    ["preview", "ABC", "eu", "Priority-based", "2", "2", "yes", "–", "no"],
    ["preview", "ABC", "ap", "Priority-based*", "3", "19", "yes (2 failed)", "–", "no"],
  ]);
  assertMatch(printed, /~[01]s {2,}us holds the forge lease: it has better effective priority/);
  assertStringIncludes(printed, "ABC on preview: us holds the forge lease and is the best");
  assertStringIncludes(printed, "* ap: override to priority 9 until it is removed: slow line");
});

Deno.test("status tells the same as JSON and as YAML", async () => {
  await using s = await scene(TWO);
  const { printed } = await s.run("status -o json");
  const { namespace, pools: [pool] } = JSON.parse(printed);
  assertEquals([namespace, pool.network, pool.poolId, pool.best], [
    "forge",
    "preview",
    "pool1abc",
    "us",
  ]);
  const [us, eu] = pool.clusters;
  assertEquals([us.name, us.activeLeader, us.forgingEnabled, us.rank], ["us", "bp-0", true, 0]);
  assertEquals([eu.name, eu.activeLeader, eu.effectivePriority], ["eu", "", 2]);
  const yaml = (await s.run("status --output=yaml")).printed;
  assertMatch(yaml, /^ {6}- name: us$/m);
  assertMatch(yaml, /^ {8}effectivePriority: 1$/m);
});

Deno.test("status says what is amiss: two forgers, an unreadable cluster, one without labels", async () => {
  await using s = await scene({ us: { forging: true }, eu: { forging: true }, ap: {}, zz: {} });
  const patch = (name: string, body: Json) =>
    s.request("PATCH", `${COLLECTION}/${name}`, {
      body,
      contentType: "application/merge-patch+json",
    });
  await patch("ap", { spec: { priority: 0 } });
  await patch("zz", { metadata: { labels: { "cardano.io/network": null } } });
  const { printed } = await s.run("status");
  assertMatch(printed, /Warning: (us and eu|eu and us) report that they forge/);
  assertStringIncludes(printed, "ap cannot be used: spec.priority is 0, not a whole number");
  assertStringIncludes(printed, "Warning: zz has no label cardano.io/network");
});

Deno.test("status warns of certificates that end soon, and of counters that differ", async () => {
  await using s = await scene({
    us: { counter: 4, certificateDays: 40 },
    eu: { counter: 3, certificateDays: 5 },
    ap: {},
  });
  const { printed } = await s.run("status");
  assertStringIncludes(printed, "Warning: the certificate of eu is over in less than 7 days");
  assertStringIncludes(
    printed,
    "Warning: certificate counters differ, the chain takes no lower one: eu has 3, us has 4",
  );
  const { pools: [pool] } = JSON.parse((await s.run("status -o json")).printed);
  const told = pool.clusters.map((
    { name, certificateCounter, certificateExpiresAt }: Record<string, string>,
  ) => [name, certificateCounter, certificateExpiresAt?.slice(0, 2)]);
  assertEquals(told.toSorted(), [["ap", undefined, undefined], ["eu", 3, "20"], ["us", 4, "20"]]);
  await using well = await scene({ us: { counter: 4 }, eu: { counter: 4 } });
  assert(!(await well.run("status")).printed.includes("Warning"));
});

Deno.test("status --watch prints again when something changes, and not for a heartbeat", async () => {
  await using s = await scene({ ...TWO, old: { silent: 600 } });
  const printed: string[] = [];
  const ended = new AbortController();
  const terminal = {
    environment: () => s.env,
    print: (text: string) => printed.push(text),
    printError: (text: string) => printed.push(text),
  };
  const watching = status(["--watch"], terminal, { signal: ended.signal });
  await until("the first table", () => printed.length === 1);
  const now = wallTime(Date.now() + 1_000);
  await report(s.request, `${COLLECTION}/us`, statusOf(TWO["us"]!, now));
  await report(s.request, `${COLLECTION}/us`, statusOf({ ...TWO["us"], failures: 1 }, now));
  await until("the second table", () => printed.length === 2);
  await s.request("DELETE", `${COLLECTION}/us`);
  await until("the third table", () => printed.length === 3);
  ended.abort();
  assertEquals(await watching, 0);
  assertMatch(printed[1]!, /yes \(1 failed\)/);
  assert(!printed[2]!.includes(" us "));
});

Deno.test("that a second passed is no news, also for whoever is silent; growing stale is", () => {
  const pool = poolOf([objectOf("us", { silent: 5 }), objectOf("eu", { silent: 600 })]);
  const keyIn = (seconds: number) => {
    const pools = poolsOf(pool.clusters, { pool: undefined, network: undefined });
    const options = { namespace: "forge", staleAfterMs: STALE_AFTER_MS };
    return newsKey(reportOf(pools, { ...options, now: addMs(NOW, seconds * 1_000) }).report);
  };
  assertEquals(keyIn(1), keyIn(0));
  assertNotEquals(keyIn(60), keyIn(0));
});
