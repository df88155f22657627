// Owns the proof that the demo plays the real program: its settings, its permissions, its safety.
// Never starts a replica.

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { readConfig } from "../../../lib/config.ts";
import { CLUSTER_STORY } from "../../../lib/demo/cluster_story.ts";
import { clusterSettings, REGIONS } from "../../../lib/demo/cluster_stage.ts";
import { Operator } from "../../../lib/demo/operator.ts";
import { PERMISSION_FLAGS, withoutSettings } from "../../../lib/demo/program.ts";
import { RecordTail } from "../../../lib/demo/record_tail.ts";
import { STORY } from "../../../lib/demo/story.ts";
import * as timings from "../../../lib/demo/timings.ts";

Deno.test("run accepts the demo's timings, and they are what the story says", () => {
  const reading = readConfig({
    POD_NAME: "bp-0",
    KUBECONFIG: "/nowhere",
    ...timings.TIMING_SETTINGS,
  });
  assert(reading.kind === "config");
  const { lease, apiTimeoutMs } = reading.config;
  assertEquals([lease.durationMs, lease.renewDeadlineMs], [timings.LEASE_MS, timings.PERMIT_MS]);
  assertEquals(
    [lease.renewIntervalMs, apiTimeoutMs],
    [timings.RENEW_INTERVAL_MS, timings.API_TIMEOUT_MS],
  );
});

Deno.test("run accepts the demo's settings of a cluster, and they are what the story says", () => {
  const keys = { poolId: "pool1pu5jlj4q9w9jlxeu370a3c9myx47md5j5m2str0naunn2q3lkdy" };
  const reading = readConfig({
    POD_NAME: "us-0",
    KUBECONFIG: "/nowhere",
    COORDINATION_KUBECONFIG: "/nowhere",
    ...timings.TIMING_SETTINGS,
    ...clusterSettings({ region: "us", priority: 1, keys }),
  });
  assert(reading.kind === "config");
  const { cluster } = reading.config;
  assert(cluster !== undefined);
  const { forgeLease } = cluster;
  assertEquals([cluster.name, cluster.region, cluster.atFirst.priority], ["us", "us", 1]);
  assertEquals(
    [forgeLease.durationMs, forgeLease.renewDeadlineMs],
    [timings.FORGE_LEASE_MS, timings.FORGE_PERMIT_MS],
  );
});

Deno.test("what the demo's operator is refused ends the demo, with the reason", async () => {
  const operator = new Operator({ COORDINATION_KUBECONFIG: "/nowhere" });
  await assertRejects(() => operator.run(["restore"]), Error, "Cannot run restore: ");
  await assertRejects(() => operator.run(["failover"]), Error, "Cannot run failover: ");
});

Deno.test("each scene of two clusters fits where it is shown, whoever forges", () => {
  for (const { title, tell, event } of CLUSTER_STORY.scenes) {
    for (const region of REGIONS) {
      const text = tell(`${region}-1`);
      assert(text.endsWith("."));
      assert(text.length <= 4 * 72, `${title}: ${text.length} characters`);
      // What is left of 80 columns beside the other columns of the table.
      assert(event(`${region}-1`).length <= 24, `${title}: ${event(`${region}-1`)}`);
    }
  }
});

Deno.test("a node that nobody guards is restarted before its lease is free", () => {
  const { periodMs, timeoutMs, failureThreshold, graceMs } = timings.LIVENESS;
  const deadManMs = (periodMs + timeoutMs) * failureThreshold + graceMs;
  const renewalMs = timings.RENEW_INTERVAL_MS + timings.API_TIMEOUT_MS;
  assert(1.01 * renewalMs + deadManMs <= 0.99 * timings.LEASE_MS);
});

Deno.test("the demo's sidecars have the permissions of the compiled program", () => {
  const compile = Deno.readTextFileSync(new URL("../../../tools/compile.ts", import.meta.url));
  const flags = [...compile.matchAll(/flag: "(--allow-[a-z]+)"/g)].map(([, flag]) => flag);
  assertEquals(flags, [...PERMISSION_FLAGS]);
});

Deno.test("no setting of the caller reaches a replica of the demo", () => {
  const kept = withoutSettings({
    HOME: "/home/me",
    DENO_DIR: "/deno",
    LEASE_NAME: "mine",
    KUBECONFIG: "/home/me/.kube/config",
    KUBERNETES_SERVICE_HOST: "10.0.0.1",
  });
  assertEquals(kept, { HOME: "/home/me", DENO_DIR: "/deno" });
});

Deno.test("each scene but the first names the leader and ends in a full stop", () => {
  for (const [index, scene] of STORY.scenes.entries()) {
    const text = scene.tell("bp-7");
    if (index > 0) assertStringIncludes(text, "bp-7");
    assert(text.endsWith("."));
    // Four lines of the narrowest usual terminal.
    assert(text.length <= 4 * 72, `${scene.title}: ${text.length} characters`);
  }
});

Deno.test("a record is followed line by line, and kept after its file is gone", () => {
  const path = Deno.makeTempFileSync();
  const tail = new RecordTail(path);
  const line = (slot: number) =>
    `${JSON.stringify({ slot, wallMs: slot * 1_000, event: "failed", note: "é" })}\n`;
  const slots = () => tail.lines().map(({ slot }) => slot);
  const append = (bytes: Uint8Array) => Deno.writeFileSync(path, bytes, { append: true });
  const second = new TextEncoder().encode(line(2));
  const middle = second.indexOf(0xc3) + 1; // inside the two bytes of é

  assertEquals(slots(), []);
  append(new TextEncoder().encode(line(1)));
  append(second.subarray(0, middle));
  assertEquals(slots(), [1]);
  append(second.subarray(middle));
  assertEquals(tail.lines().map(({ note }) => note), ["é", "é"]);
  append(new TextEncoder().encode(line(3)));
  tail.close();
  Deno.removeSync(path);
  assertEquals(slots(), [1, 2, 3]);
});
