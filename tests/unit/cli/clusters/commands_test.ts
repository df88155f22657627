// Owns the proof that operators' commands do what they say, against an API server in this process.
// Never asks what a plan should be: the plans' own tests do.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { wallTime } from "../../../../lib/core/time.ts";
import { failureResponse } from "../../../../lib/demo/emulator.ts";
import { statusOf } from "./objects.ts";
import { COLLECTION, scene, TWO } from "./scene.ts";
import { report, runCommand } from "./terminal.ts";

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
  assert(!again.printed.includes("Next"));
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
  [
    "failover --to old --reason x",
    /^Cannot failover: old has not reported for more than 60 s; --force/,
  ],
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
