// Owns the proof that check-config finds what is there, says what is not, and leaves nothing behind.
// Never needs a cluster: an API server in this process answers.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { checkConfig } from "../../../lib/cli/check_config.ts";
import { folderWritable } from "../../../lib/cli/checks/files.ts";
import { wallTime } from "../../../lib/core/time.ts";
import { genesisOf, kesPeriodAt } from "../../../lib/credentials/networks.ts";
import { startEmulator } from "../../../lib/demo/emulator.ts";
import { makeDemoKeys } from "../../../lib/demo/keys.ts";
import { startSimulatedNode } from "../../../lib/demo/node_process.ts";
import { until } from "../../support/until.ts";
import { socketAccepts } from "../../../lib/guard/node_socket.ts";

async function arrange(server: string) {
  const dir = Deno.makeTempDirSync();
  const keys = await makeDemoKeys({ network: "preview", now: wallTime(Date.now()) });
  for (const file of ["kes", "vrf", "opcert"] as const) {
    Deno.writeTextFileSync(`${dir}/${file}`, keys[file]);
  }
  const cluster = { cluster: { server }, name: "c" };
  const context = { context: { cluster: "c", user: "u" }, name: "x" };
  Deno.writeTextFileSync(
    `${dir}/kubeconfig`,
    JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      "current-context": "x",
      clusters: [cluster],
      contexts: [context],
      users: [{ name: "u", user: { token: "secret-token" } }],
    }),
  );
  const env: Record<string, string> = {
    POD_NAME: "bp-0",
    KUBECONFIG: `${dir}/kubeconfig`,
    CARDANO_NETWORK: "preview",
    SOURCE_KES_KEY: `${dir}/kes`,
    SOURCE_VRF_KEY: `${dir}/vrf`,
    SOURCE_OP_CERT: `${dir}/opcert`,
    TARGET_KES_KEY: `${dir}/keys/kes.skey`,
    TARGET_VRF_KEY: `${dir}/keys/vrf.skey`,
    TARGET_OP_CERT: `${dir}/keys/node.cert`,
    NODE_SOCKET: `${dir}/node.socket`,
    CARDANO_NODE_PROCESS_NAME: `node-${crypto.randomUUID().slice(0, 8)}`,
    NODE_METRICS_URL: "http://127.0.0.1:1/metrics",
  };
  return { dir, env, keys };
}

async function check(env: Record<string, string>) {
  const printed: string[] = [];
  const code = await checkConfig([], {
    environment: () => env,
    print: (text) => printed.push(text),
    printError: (text) => printed.push(text),
  });
  return { code, text: printed.join("\n") };
}

Deno.test("check-config answers 0 when everything is in place, and prints no secret", async () => {
  await using emulator = await startEmulator();
  const { dir, env, keys } = await arrange(emulator.url);
  await using node = startSimulatedNode({ dir, name: env["CARDANO_NODE_PROCESS_NAME"]! });
  env["NODE_METRICS_URL"] = node.metricsUrl;
  const isUp = async () => await socketAccepts(node.socketPath, { timeoutMs: 500 }) === "accepts";
  await until("the node to accept a connection", isUp);
  const before = [...Deno.readDirSync(dir)].length;

  const { code, text } = await check(env);

  assertEquals([code, text.match(/^ {2}failed .*/gm)], [0, null]);
  assertMatch(text, /^ {2}RENEW_DEADLINE +9 +default$/m);
  assertMatch(text, /^ {2}CARDANO_NETWORK +preview +environment$/m);
  assertMatch(text, /ok +the API server is reachable: v1\.35/);
  assertMatch(text, /ok +the API knows cardanoleaders\.cardano\.io\/v1: yes/);
  const period = kesPeriodAt(genesisOf("preview")!, wallTime(Date.now()));
  assertMatch(
    text,
    new RegExp(
      `ok +the source files .*: ${keys.poolId}, certificate counter 0, ` +
        `KES period ${period} in ${period} to ${period + 61}, 9[12] days left, until 20..-`,
    ),
  );
  assertMatch(text, /ok +the node's process is seen: pid \d+/);
  assertMatch(text, /ok +the role allows update leases cardano-node-leader: yes/);
  for (
    const secret of ["secret-token", JSON.parse(keys.kes).cborHex, JSON.parse(keys.vrf).cborHex]
  ) {
    assert(!text.includes(secret));
  }
  assertEquals([...Deno.readDirSync(dir)].length, before);
  Deno.removeSync(dir, { recursive: true });
});

Deno.test("check-config knows the end of a certificate of a custom network by GENESIS_START", async () => {
  const { dir, env } = await arrange("http://127.0.0.1:1");
  const mine = { ...env, CARDANO_NETWORK: "mine", NETWORK_MAGIC: "7" };
  const unknown = await check(mine);
  assertMatch(unknown.text, /ok +the source files .*KES period unknown in .*without GENESIS_START/);
  const settings = { GENESIS_START: "2020-01-01T00:00:00Z", SLOTS_PER_KES_PERIOD: "3600" };
  const over = await check({ ...mine, ...settings });
  assertMatch(
    over.text,
    /failed +the source files .*it was over from KES period .*certificate counter 0.* -\d+ days left/,
  );
  const short = await check({ ...mine, ...settings, MAX_KES_EVOLUTIONS: "1" });
  const [, first, last] = /KES period \d+ in (\d+) to (\d+)/.exec(short.text) ?? [];
  assert(first !== undefined && first === last, short.text);
  Deno.removeSync(dir, { recursive: true });
});

Deno.test("check-config answers 1 and says what is missing", async () => {
  const { dir, env } = await arrange("http://127.0.0.1:1");
  Deno.writeTextFileSync(`${dir}/vrf`, "{}");
  const { code, text } = await check(env);
  assertEquals(code, 1);
  assertMatch(text, /failed +the API server is reachable: Cannot get \/version/);
  assertMatch(text, /failed +the source files are valid and of this pool: .*vrf/);
  assertMatch(text, /failed +the node's process is seen: No process is named/);
  assertMatch(text, /unknown +the node starts without forging/);
  assertMatch(text, /failed +the node's socket accepts a connection: .*node\.socket: absent/);
  assertMatch(text, /failed +the node's metrics can be read/);
  Deno.removeSync(dir, { recursive: true });
});

Deno.test("folderWritable() looks at the nearest folder that exists, and leaves nothing in it", () => {
  const dir = Deno.makeTempDirSync();
  const check = folderWritable(`${dir}/a/b`);
  assertEquals([check.verdict, [...Deno.readDirSync(dir)]], ["ok", []]);
  assertStringIncludes(check.found, dir);
  Deno.writeTextFileSync(`${dir}/file`, "");
  assertEquals(folderWritable(`${dir}/file`).verdict, "failed");
  Deno.removeSync(dir, { recursive: true });
});
