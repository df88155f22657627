// Owns the proof that the compiled program judges the endpoints of a replica as it runs, and after it ended.
// Never asks anything that a test answers.

import { assertEquals, assertMatch } from "@std/assert";
import { managerBinary, replicasTest } from "../support/manager_binary.ts";
import { Replicas, startClusterApi } from "../support/replicas.ts";
import type { Replica } from "../support/replica.ts";
import { until } from "../support/until.ts";

async function checkEndpoints(name: string, { pod }: Replica) {
  const { code, stdout } = await new Deno.Command(managerBinary()!, {
    args: [
      name,
      `--url=http://127.0.0.1:${pod.metricsPort}`,
      `--guard-url=http://127.0.0.1:${pod.guardPort}`,
    ],
    clearEnv: true,
  }).output();
  return { code, text: new TextDecoder().decode(stdout) };
}

replicasTest(
  "check-endpoints finds all well with a leader, and says what a dead one lacks",
  async () => {
    await using server = await startClusterApi();
    await using replicas = await Replicas.start({ server, namespace: "endpoints", replicas: [{}] });
    const leader = replicas.at(0);
    const good = await until("every endpoint to be well", async () => {
      const ran = await checkEndpoints("check-endpoints", leader);
      return ran.code === 0 ? ran : undefined;
    });
    assertMatch(
      good.text,
      /ok +\/startup-status: HTTP 200, the node may start: The node was started/,
    );
    assertMatch(good.text, /ok +\/readyz: HTTP 200, leads$/m);
    assertMatch(
      good.text,
      /bp-0 in endpoints, version \S+; lease cardano-node-leader held by this/,
    );
    assertMatch(good.text, /ok +\/metrics: .*leader_status 1, cardano_forging_enabled 1$/m);
    assertMatch(good.text, /ok +\/node-live: HTTP 200, the node holds a permit$/m);

    await leader.pod.vanish();
    const bad = await checkEndpoints("test-startup-endpoint", leader);
    assertEquals(bad.code, 1);
    assertMatch(bad.text, /failed +\/startup-status: Cannot read http:.*refused/);
    assertMatch(bad.text, /^6 endpoints, 6 failed$/m);
  },
);
