// Owns the proof that each procedure of an operator works against a real API server: by command, and by patch.
// Never runs a manager: the test writes what clusters report, and the policy says who goes first.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { wallTime } from "../../lib/core/time.ts";
import { status } from "../../lib/cli/status.ts";
import { CUSTOM_RESOURCE_DEFINITIONS } from "../../lib/kubernetes/crds.ts";
import type { Json } from "../support/api_request.ts";
import { type RealApiServer, realApiServerTest, startApiServer } from "../support/apiserver.ts";
import { until } from "../support/until.ts";
import { objectOf, type ObjectSketch, statusOf } from "../unit/cli/clusters/objects.ts";
import { put, type Ran, report, runCommand } from "../unit/cli/clusters/terminal.ts";

const NAMES = { us: "mainnet-pool1abc12-us-east-1", eu: "mainnet-pool1abc12-eu-west-1" };
const CLUSTERS: Readonly<Record<keyof typeof NAMES, ObjectSketch>> = {
  us: { region: "us-east-1", network: "mainnet", priority: 1, forging: true },
  eu: { region: "eu-west-1", network: "mainnet", priority: 2 },
};
const MERGE = "application/merge-patch+json";

/** Two fresh clusters in a namespace of their own. */
class Scene {
  readonly #server: RealApiServer;
  readonly collection: string;
  readonly namespace: string;

  constructor(server: RealApiServer, namespace: string) {
    this.#server = server;
    this.namespace = namespace;
    this.collection = `/apis/cardano.io/v1/namespaces/${namespace}/cardanoforgeclusters`;
  }

  get env(): Readonly<Record<string, string>> {
    return { KUBECONFIG: this.#server.kubeconfigPath, COORDINATION_NAMESPACE: this.namespace };
  }

  run(...args: string[]): Promise<Ran> {
    return runCommand(args, this.env);
  }

  /** As `kubectl patch --type=merge` of the operations guide. */
  async patch(who: keyof typeof NAMES, spec: Json): Promise<void> {
    const path = `${this.collection}/${NAMES[who]}`;
    const { request } = this.#server;
    const answer = await request("PATCH", path, { body: { spec }, contentType: MERGE });
    assertEquals([answer.status, answer.body.message], [200, undefined]);
  }

  async report(who: keyof typeof NAMES, sketch: ObjectSketch): Promise<void> {
    const status = statusOf({ ...CLUSTERS[who], ...sketch }, wallTime(Date.now()));
    await report(this.#server.request, `${this.collection}/${NAMES[who]}`, status);
  }

  async object(who: keyof typeof NAMES): Promise<Json> {
    return (await this.#server.request("GET", `${this.collection}/${NAMES[who]}`)).body;
  }

  /** Regions in the order in which they go first, and those that are disabled after a bar. */
  async order(): Promise<string> {
    const { printed, errors } = await this.run("status", "-o", "json");
    assertEquals(errors, "");
    const clusters: Json[] = JSON.parse(printed).pools[0].clusters;
    const text = (all: Json[]) => all.map(({ region }) => region).join(" ");
    const isRanked = ({ rank }: Json) => rank !== undefined;
    return `${text(clusters.filter(isRanked))} | ${text(clusters.filter((one) => !isRanked(one)))}`
      .trim();
  }
}

function inHours(hours: number): string {
  // As `date -d "+4 hours" --iso-8601=seconds` writes it.
  return new Date(Date.now() + hours * 3_600_000).toISOString().replace(/\.\d+Z$/, "+00:00");
}

const STEPS: Readonly<Record<string, (s: Scene, server: RealApiServer) => Promise<void>>> = {
  async "planned failover by patches, and restore, as the guide has them"(s) {
    const override = { enabled: true, reason: "Scheduled maintenance", expiresAt: inHours(4) };
    await s.patch("us", { forgeState: "Disabled", override });
    assertEquals(await s.order(), "eu-west-1 | us-east-1");
    await s.patch("us", { override: { expiresAt: inHours(-1) } });
    assertEquals(await s.order(), "eu-west-1 | us-east-1"); // until it is enabled again
    const { printed } = await s.run("status");
    assertStringIncludes(printed, "which does not enable it");
    await s.patch("us", { forgeState: "Priority-based", override: { enabled: false } });
    assertEquals(await s.order(), "us-east-1 eu-west-1 |");
  },
  async "the guide's planned failover, ended by commands"(s) {
    const override = { enabled: true, reason: "Scheduled maintenance", expiresAt: inHours(4) };
    await s.patch("us", { forgeState: "Disabled", override });
    const restored = await s.run("restore");
    assertEquals(restored.code, 0);
    assertStringIncludes(restored.printed, "Disabled by forgeState, which enable REGION changes");
    assertEquals((await s.object("us")).spec.override, { enabled: false });
    assertEquals((await s.run("enable", "us-east-1")).code, 0);
    assertEquals(await s.order(), "us-east-1 eu-west-1 |");
  },
  async "planned failover by command, for a time, and restore"(s) {
    const args = ["failover", "--to", "eu-west-1", "--reason", "Scheduled maintenance"];
    const { code, errors } = await s.run(...args, "--for", "4h");
    assertEquals([code, errors], [0, ""]);
    assertEquals(await s.order(), "eu-west-1 us-east-1 |");
    const { spec } = await s.object("eu");
    assertEquals([spec.forgeState, spec.priority], ["Priority-based", 2]);
    assertEquals((await s.run("restore")).code, 0);
    assertEquals(await s.order(), "us-east-1 eu-west-1 |");
    const { metadata } = await s.object("eu");
    assertEquals(metadata.annotations, undefined);
  },
  async "what a failover puts aside comes back: Enabled, and an override by hand"(s) {
    await s.patch("us", {
      forgeState: "Enabled",
      override: { enabled: true, reason: "by hand", forcePriority: 7, expiresAt: inHours(9) },
    });
    const before = (await s.object("us")).spec;
    assertEquals((await s.run("failover", "--to", NAMES.eu, "--reason", "1st")).code, 0);
    assertEquals((await s.run("failover", "--to", "us-east-1", "--reason", "2nd")).code, 0);
    assertEquals(await s.order(), "us-east-1 eu-west-1 |");
    assertEquals((await s.run("failover", "--to", "eu-west-1", "--reason", "3rd")).code, 0);
    assertEquals(await s.order(), "eu-west-1 us-east-1 |");
    assertEquals((await s.run("restore")).code, 0);
    const { spec } = await s.object("us");
    const { expiresAt } = spec.override;
    assertEquals(Date.parse(expiresAt), Date.parse(before.override.expiresAt));
    assertEquals({ ...spec, override: { ...spec.override, expiresAt: 0 } }, {
      ...before,
      override: { ...before.override, expiresAt: 0 },
    });
    assertEquals((await s.run("restore")).code, 0); // now it ends what was set by hand
    assertEquals((await s.object("us")).spec.override, { enabled: false });
  },
  async "emergency failover by patches, as the guide has it"(s) {
    await s.report("us", { silent: 300 });
    await s.patch("us", {
      forgeState: "Disabled",
      override: { enabled: true, reason: "Emergency failover - primary cluster failure" },
    });
    await s.patch("eu", {
      override: { enabled: true, reason: "Emergency failover", forcePriority: 1 },
    });
    assertEquals(await s.order(), "eu-west-1 | us-east-1");
    assertEquals((await s.run("restore")).code, 0);
    assertEquals((await s.run("enable")).code, 0);
    await s.report("us", {});
    assertEquals(await s.order(), "us-east-1 eu-west-1 |");
  },
  async "emergency recovery by failover --force, or forceState on one cluster"(s) {
    await s.report("eu", { ready: false });
    const args = ["failover", "--to", "eu-west-1", "--reason", "fire"];
    const refused = await s.run(...args);
    assertEquals(refused.code, 1);
    assertMatch(refused.errors, /^Cannot failover: eu-west-1 reports that .* --force does it/);
    const forced = await s.run(...args, "--force");
    assertEquals(forced.code, 0);
    assertMatch(forced.printed, /not in order: until it can, us-east-1 goes first/);
    assertEquals(await s.order(), "us-east-1 eu-west-1 |");
    await s.report("eu", {});
    assertEquals(await s.order(), "eu-west-1 us-east-1 |");
    assertEquals((await s.run("restore")).code, 0);
    const override = { enabled: true, reason: "fire", forceState: "Enabled" };
    await s.patch("eu", { override });
    assertEquals(await s.order(), "eu-west-1 us-east-1 |");
  },
  async "disaster test by disable, and enable"(s) {
    assertEquals((await s.run("disable", "us-east-1")).code, 0);
    assertEquals(await s.order(), "eu-west-1 | us-east-1");
    const last = await s.run("disable", "eu-west-1");
    assertMatch(last.printed, /then nobody forges: Nobody may forge/);
    assertEquals((await s.run("enable")).code, 0);
    assertEquals(await s.order(), "us-east-1 eu-west-1 |");
  },
  async "all clusters are disabled only in so many words"(s) {
    const refused = await s.run("disable");
    assertEquals(refused.code, 1);
    assertMatch(refused.errors, /--all to end all forging/);
    assertEquals((await s.run("disable", "--all")).code, 0);
    assertMatch(await s.order(), /^\| /);
  },
  async "checks by status, and by the columns that scripts read"(s) {
    const { printed } = await s.run("status");
    assertMatch(printed, /us-east-1 +Priority-based +1 +1 +yes +bp-0 +yes +~\d+s +us-east-1 holds/);
    const [us, eu] = [await s.object("us"), await s.object("eu")];
    assertEquals([us.status.activeLeader, eu.status.activeLeader], ["bp-0", ""]);
  },
  async "the kubectl command that is printed does the same"(s, { request }) {
    const args = ["failover", "--to", "eu-west-1", "--reason", "it's time"];
    const { printed } = await s.run(...args, "--dry-run");
    assertEquals(await s.order(), "us-east-1 eu-west-1 |");
    const [, quoted] = printed.match(/ patch cardanoforgeclusters\.cardano\.io .* -p '(.*)'$/m)!;
    const body = quoted!.replaceAll(`'\\''`, "'");
    const path = `${s.collection}/${NAMES.eu}`;
    assertEquals((await request("PATCH", path, { body, contentType: MERGE })).status, 200);
    const byHand = await s.object("eu");
    assertMatch((await s.run(...args)).printed, /nothing to change/);
    assertEquals((await s.object("eu")).metadata.resourceVersion, byHand.metadata.resourceVersion);
  },
  async "a role on CardanoForgeClusters alone is enough, and what it lacks is told"(s, server) {
    const resources = { apiGroups: ["cardano.io"], resources: ["cardanoforgeclusters"] };
    const accounts = [["operator", "patch"], ["onlooker", "watch"]] as const;
    const ran = [];
    for (const [name, verb] of accounts) {
      const account = { namespace: s.namespace, name };
      const rules = [{ ...resources, verbs: ["list", verb] }];
      const token = await server.serviceAccountToken(account, rules);
      const path = await server.writeKubeconfig({ token, namespace: s.namespace });
      const args = ["disable", "us-east-1", "--kubeconfig", path];
      await until(
        `the role of ${name} is known`,
        async () => (await runCommand(["status", "--kubeconfig", path], {})).code === 0,
      );
      ran.unshift(await runCommand(args, {}));
      if (name === "operator") await s.run("enable");
    }
    const [onlooker, operator] = ran;
    assertEquals([operator!.code, operator!.errors], [0, ""]);
    assertEquals(onlooker!.code, 1);
    assertMatch(
      onlooker!.errors,
      /^Cannot patch cardanoforgeclusters \S+us-east-1: HTTP 403, .*cannot patch/,
    );
  },
  async "status --watch tells a failover as it is written"(s) {
    const printed: string[] = [];
    const ended = new AbortController();
    const terminal = {
      environment: () => s.env,
      print: (text: string) => printed.push(text),
      printError: (text: string) => printed.push(text),
    };
    const watching = status(["--watch"], terminal, { signal: ended.signal });
    await until("the first table", () => printed.length === 1);
    await s.run("failover", "--to", "eu-west-1", "--reason", "test");
    await until("the next table", () => printed.length > 1);
    ended.abort();
    assertEquals(await watching, 0);
    assertStringIncludes(printed[1]!, "us-east-1 holds the forge lease, eu-west-1 is better");
  },
};

realApiServerTest("operators' procedures against a real API server", async (t) => {
  await using server = await startApiServer({
    crds: CUSTOM_RESOURCE_DEFINITIONS as unknown as Json[],
  });
  let count = 0;
  for (const [name, run] of Object.entries(STEPS)) {
    await t.step(name, async () => {
      const s = new Scene(server, `forge-${++count}`);
      await server.createNamespace(s.namespace);
      const now = wallTime(Date.now());
      for (const who of ["us", "eu"] as const) {
        await put(server.request, s.collection, objectOf(NAMES[who], CLUSTERS[who], now));
      }
      await run(s, server);
    });
  }
  const uninstalled = await runCommand(["status"], {
    KUBECONFIG: server.kubeconfigPath,
    CLUSTER_CRD_PLURAL: "unknowns",
  });
  assertEquals(uninstalled.code, 1);
  assertMatch(uninstalled.errors, /unknowns.cardano.io is not installed/);
  assert(count > 0);
});
