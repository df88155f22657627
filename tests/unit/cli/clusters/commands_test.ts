// Owns the proof that operators' commands do what they say, against an API server in this process.
// Never asks what a plan should be: plan_test.ts does.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { status } from "../../../../lib/cli/status.ts";
import { wallTime } from "../../../../lib/core/time.ts";
import {
  type EmulatedRequest,
  failureResponse,
  startEmulator,
} from "../../../../lib/demo/emulator.ts";
import { type ApiRequest, type Json, requestJson } from "../../../support/api_request.ts";
import { until } from "../../../support/until.ts";
import { objectOf, type ObjectSketch, statusOf } from "./objects.ts";
import { put, report, runCommand, writePlainKubeconfig } from "./terminal.ts";

const COLLECTION = "/apis/cardano.io/v1/namespaces/forge/cardanoforgeclusters";

interface Scene extends AsyncDisposable {
  readonly request: ApiRequest;
  readonly env: Readonly<Record<string, string>>;
  run(line: string): ReturnType<typeof runCommand>;
  spec(name: string): Promise<Json>;
}

async function scene(
  clusters: Readonly<Record<string, ObjectSketch>>,
  onRequest?: (request: EmulatedRequest) => Response | undefined | Promise<Response | undefined>,
): Promise<Scene> {
  const emulator = await startEmulator(onRequest === undefined ? {} : { onRequest });
  const dir = Deno.makeTempDirSync();
  writePlainKubeconfig(`${dir}/config`, emulator.url);
  const client = Deno.createHttpClient({});
  const send = (path: string, init: RequestInit) =>
    fetch(`${emulator.url}${path}`, { ...init, client } as RequestInit);
  const request: ApiRequest = (method, path, o = {}) => requestJson(send, { method, path, ...o });
  const now = wallTime(Date.now());
  for (const [name, sketch] of Object.entries(clusters)) {
    await put(request, COLLECTION, objectOf(name, sketch, now));
  }
  const env = { KUBECONFIG: `${dir}/config` };
  return {
    request,
    env,
    run: (line) => runCommand(line.split(" "), env),
    spec: async (name) => (await request("GET", `${COLLECTION}/${name}`)).body.spec,
    async [Symbol.asyncDispose]() {
      client.close();
      await emulator.stop();
      Deno.removeSync(dir, { recursive: true });
    },
  };
}

const TWO: Readonly<Record<string, ObjectSketch>> = {
  us: { priority: 1, forging: true },
  eu: { priority: 2 },
};

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

Deno.test("status --watch prints again when something changes, and not for a heartbeat", async () => {
  await using s = await scene(TWO);
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

Deno.test("failover prints the plan, writes it, says what to look at; restore undoes it", async () => {
  await using s = await scene({ us: { ...TWO["us"], state: "Enabled" }, eu: TWO["eu"]! });
  const before = [await s.spec("us"), await s.spec("eu")];
  const { code, printed } = await s.run("failover --to eu --reason upgrade --for 2h");
  assertEquals(code, 0);
  assertMatch(printed, /^Failover of ABC on preview:$/m);
  assertMatch(printed, /^ {2}eu {2}override to Enabled with priority 1 \(until .*Z: upgrade\)$/m);
  assertMatch(printed, /^Order then\n.*\n {2}1\. eu is the best and waits for the holder/m);
  assertMatch(printed, /^ {2}kubectl --kubeconfig=\S+ --namespace=forge patch .* eu --type=merge/m);
  assertMatch(printed, /Done. Next:\n {2}cardano-forge-manager status --watch/);
  const { override } = await s.spec("eu");
  assertEquals([override.forceState, override.forcePriority, override.reason], [
    "Enabled",
    1,
    "upgrade",
  ]);
  const endsInMs = Date.parse(override.expiresAt) - Date.now();
  assert(endsInMs > 7_190_000 && endsInMs <= 7_201_000);
  assertEquals((await s.spec("us")).override.forcePriority, 999);
  assertEquals((await s.run("restore")).code, 0);
  const [us, eu] = [await s.spec("us"), await s.spec("eu")];
  assertEquals([us, eu].map(({ override }) => override), [{ enabled: false }, { enabled: false }]);
  assertEquals([{ ...us, override: undefined }, { ...eu, override: undefined }], [
    { ...before[0], override: undefined },
    { ...before[1], override: undefined },
  ]);
  const again = await s.run("restore");
  assertMatch(again.printed, /^Restore of ABC on preview: nothing to change$/m);
});

Deno.test("a dry run changes nothing and has the server check each edit", async () => {
  const patches: string[] = [];
  await using s = await scene(TWO, ({ method, path, searchParams }) => {
    if (method === "PATCH" && !path.endsWith("/status")) {
      patches.push(`${path} ${searchParams.get("dryRun")}`);
    }
    return undefined;
  });
  const { code, printed } = await s.run("failover --to eu --reason test --dry-run");
  assertEquals([code, patches], [0, [`${COLLECTION}/eu All`]]);
  assertStringIncludes(printed, "Dry run: nothing was changed");
  assertEquals((await s.spec("eu")).override, undefined);
});

Deno.test("what somebody writes in between is seen, and planned again", async () => {
  let raced = false;
  const s = await scene(TWO, async ({ method, path }) => {
    if (method !== "PATCH" || !path.endsWith("/eu") || raced) return undefined;
    raced = true;
    await s.request("PATCH", `${COLLECTION}/us`, {
      body: { spec: { forgeState: "Enabled" } },
      contentType: "application/merge-patch+json",
    });
    await report(s.request, `${COLLECTION}/eu`, statusOf({ failures: 1 }, wallTime(Date.now())));
    return undefined;
  });
  await using _ = s;
  const { code, printed } = await s.run("failover --to eu --reason test");
  assertEquals([code, raced], [0, true]);
  assertEquals(printed.match(/^Failover of/gm)?.length, 2); // the second plan is another one
  assertEquals((await s.spec("us")).override.forcePriority, 999);
});

Deno.test("a failure names what was tried, on what, and what was written before it", async () => {
  await using s = await scene(
    { us: { state: "Enabled" }, eu: {} },
    ({ method, path }) =>
      method === "PATCH" && path.endsWith("/us")
        ? failureResponse(403, "no patch for you")
        : undefined,
  );
  const { code, errors } = await s.run("failover --to eu --reason test");
  assertEquals(code, 1);
  assertMatch(
    errors,
    /^Cannot patch cardanoforgeclusters forge\/us: HTTP 403, no patch for you$/m,
  );
  assertMatch(errors, /^Written before that: eu; see status, then again$/m);
});

Deno.test("an endless conflict is given up", async () => {
  let patches = 0;
  await using s = await scene(TWO, ({ method, path }) => {
    if (method !== "PATCH" || path.endsWith("/status")) return undefined;
    patches++;
    return failureResponse(409, "the object has been modified");
  });
  const { code, errors } = await s.run("disable us");
  assertEquals([code, patches], [1, 8]);
  assertMatch(errors, /^Cannot patch .* HTTP 409/);
});

Deno.test("several pools in a namespace are listed, and one is chosen by pool or network", async () => {
  await using s = await scene({
    us: { pool: "pool1abc" },
    eu: { pool: "pool1abc" },
    "us-xyz": { pool: "pool1xyz", region: "us" },
    "us-main": { pool: "pool1abc", network: "mainnet", region: "us" },
  });
  const { code, errors } = await s.run("disable us");
  assertEquals([code, errors.split("\n")], [1, [
    "Namespace forge has several pools, choose one:",
    "  --network mainnet --pool pool1abc (ABC): us",
    "  --network preview --pool pool1abc (ABC): eu, us",
    "  --network preview --pool pool1xyz (XYZ): us",
  ]]);
  assertMatch((await s.run("disable us --pool DEF")).errors, /has no such pool, but:\n {2}--netw/);
  assertEquals((await s.run("disable us --pool XYZ")).code, 0);
  assertEquals((await s.spec("us-xyz")).forgeState, "Disabled");
  assertEquals((await s.run("disable us --network preview --pool pool1abc")).code, 0);
  assertEquals((await s.spec("us")).forgeState, "Disabled");
  const { pools } = JSON.parse((await s.run("status -o json --network mainnet")).printed);
  assertEquals(pools.length, 1);
});

const REFUSALS: [line: string, errors: RegExp][] = [
  ["failover --to ap --reason x", /^Cannot failover: no cluster has the region or name ap; there/],
  ["failover --to old --reason x", /^Cannot failover: old has not reported for \d+ s; --force/],
  ["disable", /^Cannot disable: which one\? Of eu, old, us give one, or --all/],
  ["enable ap", /^Cannot enable: no cluster has the region or name ap/],
  ["status -n other --pool x", /^$/],
  ["restore -n other", /^Namespace other has no CardanoForgeCluster$/],
];
Deno.test("what cannot be done is refused with the reason and exit code 1", async (t) => {
  await using s = await scene({ ...TWO, old: { silent: 600 } });
  for (const [line, message] of REFUSALS) {
    await t.step(line, async () => {
      const { code, errors } = await s.run(line);
      assertEquals(code, line.startsWith("status") ? 0 : 1);
      assertMatch(errors, message);
    });
  }
});

Deno.test("access that cannot work is told before anything is asked", async () => {
  const none = await runCommand(["status"], {});
  assertEquals(none.code, 78);
  assertMatch(none.errors, /KUBECONFIG is not set; allowed: the path of one kubeconfig/);
  const absent = await runCommand(["status"], { HOME: "/nonexistent" });
  assertEquals(absent.code, 1);
  assertMatch(absent.errors, /^Cannot read kubeconfig \/nonexistent\/\.kube\/config/);
  await using s = await scene(TWO);
  const context = await s.run("status --context y");
  assertEquals(context.code, 1);
  assertMatch(context.errors, /has no context y, but: x$/);
});

Deno.test("COORDINATION_KUBECONFIG goes before KUBECONFIG, with its namespace; flags before both", async () => {
  await using s = await scene(TWO);
  const { KUBECONFIG } = s.env;
  const env = { KUBECONFIG: "/nonexistent", COORDINATION_KUBECONFIG: KUBECONFIG! };
  assertStringIncludes((await runCommand(["status"], env)).printed, "ABC on preview");
  const elsewhere = { ...env, COORDINATION_NAMESPACE: "hub" };
  assertStringIncludes((await runCommand(["status"], elsewhere)).printed, "Namespace hub has no");
  const flags = ["status", "-n", "forge"];
  assertStringIncludes((await runCommand(flags, elsewhere)).printed, "ABC on preview");
  const given = ["status", "--kubeconfig", KUBECONFIG!];
  const other = { COORDINATION_KUBECONFIG: "/nonexistent", COORDINATION_NAMESPACE: "hub" };
  assertStringIncludes((await runCommand(given, other)).printed, "ABC on preview");
});
