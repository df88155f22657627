// Owns that the chart's pod works as rendered: commands, environment, probes, mounts, users, rights.
// Never helps it along: the kubelet here does what the spec says, and refuses what it does not know.

import { assertEquals } from "@std/assert";
import { makeDemoKeys } from "../../lib/demo/keys.ts";
import { judgeSlots } from "../../lib/demo/slots.ts";
import type { Json } from "../support/api_request.ts";
import { Audit } from "../support/audit.ts";
import { wallTime } from "../../lib/core/time.ts";
import { startClusterApi } from "../support/replicas.ts";
import { RecordReader } from "../support/record_reader.ts";
import { managerImage, nodeImage } from "../support/kubelet/images.ts";
import type { RenderedPod } from "../support/kubelet/rendered_pod.ts";
import { RenderedRelease } from "../support/kubelet/rendered_release.ts";
import { managerBinary, whyNoReplicas } from "../support/manager_binary.ts";
import { HELM } from "../support/helm.ts";
import { until } from "../support/until.ts";

const NODE = "cardano-node";
const MANAGER = "forge-manager";
const EXAMPLE =
  new URL("../../chart/cardano-node/examples/single-cluster.yaml", import.meta.url).pathname;
const SETTINGS = [
  // What the node's simulation needs, beside what the real one gets.
  "cardanoNode.extraArgs={--sim-record,/data/record.jsonl,--sim-metrics-port=12798}",
  // For which a certificate can be made that is valid today.
  "cardanoNode.network=preview",
  // Nothing serves their kinds here.
  "monitoring.podMonitor.enabled=false",
  "monitoring.prometheusRule.enabled=false",
];

/** Whatever happens; others are for what does not. */
const EVERY_LIFE_CALLS = [
  ...["create", "list", "watch", "update"].map((verb) => `${verb} leases`),
  ...["create cardanoleaders", "get cardanoleaders", "patch cardanoleaders/status"],
  ...["list pods", "watch pods", "create events"],
];

const why = whyNoReplicas() ??
  (HELM === undefined
    ? "helm is absent"
    : Deno.uid() !== 0
    ? "mounting and changing the user need root"
    : undefined);

Deno.test({
  name: "the chart's pods, taken literally",
  ignore: why !== undefined,
  async fn(t) {
    const dir = await Deno.makeTempDir({ prefix: "forge-rendered-" });
    await Deno.chmod(dir, 0o755);
    const [manager, node, keys] = await Promise.all([
      managerImage(dir, managerBinary() ?? ""),
      nodeImage(dir),
      makeDemoKeys({ network: "preview", now: wallTime(Date.now()) }),
    ]);
    const audit = await Audit.make();
    const files = { "kes.skey": keys.kes, "vrf.skey": keys.vrf, "node.cert": keys.opcert };
    try {
      await using server = await startClusterApi({ extraFlags: audit.flags });
      await using release = await RenderedRelease.start({
        server,
        namespace: "cardano",
        dir,
        helmArgs: ["--values", EXAMPLE, ...SETTINGS.flatMap((setting) => ["--set", setting])],
        images: (name) => name.includes("forge-manager") ? manager : node,
        secrets: { "cardano-forging-keys": files },
      });
      const pods = release.pods;
      const records = new Map(pods.map((pod) => [pod, recordOf(pod)]));
      const judge = () =>
        judgeSlots(Object.fromEntries([...records].map(([pod, r]) => [pod.name, r.lines()])));
      const forging = () => pods.filter((pod) => forges(records.get(pod)));
      const untilOneForges = (among: readonly RenderedPod[]) =>
        until("one node to forge", () => forging().find((pod) => among.includes(pod)), {
          timeoutMs: 90_000,
          everyMs: 100,
        });

      const leader = await untilOneForges(pods).catch((error) => {
        throw new Error(pods.map((pod) => `${pod.log(MANAGER)}${pod.log(NODE)}`).join("\n"), {
          cause: error,
        });
      });

      await t.step("each node started once its files were there, and never in vain", () => {
        for (const [pod, record] of records) {
          assertEquals(record.count("failed"), 0, pod.name);
          assertEquals(record.count("started"), 1, pod.name);
          assertEquals(pod.restarts(NODE) + pod.restarts(MANAGER), 0, pod.name);
        }
      });

      await t.step("one node forges, and all are ready by their probes", async () => {
        assertEquals(forging().length, 1);
        const isReady = (pod: RenderedPod) => pod.isReady(MANAGER) && pod.isReady(NODE);
        await until("all to be ready", () => pods.every(isReady), { timeoutMs: 30_000 });
      });

      await t.step("an Event about its pod tells who was elected", async () => {
        const path = "/apis/events.k8s.io/v1/namespaces/cardano/events";
        await until("the Event", async () => {
          const { body } = await server.request("GET", path);
          return body.items.some((event: Json) =>
            event.reason === "LeaderElected" && event.regarding.name === leader.name
          );
        }, { timeoutMs: 30_000, everyMs: 100 });
      });

      await t.step(
        "the frozen sidecar's node is restarted by its probe, and another forges",
        async () => {
          const others = pods.filter((pod) => pod !== leader);
          leader.process(MANAGER)?.kill("SIGSTOP");
          await until("the node to be restarted", () => leader.restarts(NODE) === 1, {
            timeoutMs: 60_000,
            everyMs: 100,
          });
          await untilOneForges(others);
          leader.process(MANAGER)?.kill("SIGCONT");
          await until("the thawed one to follow", () => leader.isReady(MANAGER), {
            timeoutMs: 60_000,
            everyMs: 100,
          });
        },
      );

      await t.step("the chart's account was allowed every call that was made", async () => {
        const calls = await audit.calls("system:serviceaccount:cardano:pool-cardano-node");
        assertEquals(calls.filter(({ code }) => code === 401 || code === 403), []);
        const made = new Set(calls.map(({ verb, resource }) => `${verb} ${resource}`));
        assertEquals(EVERY_LIFE_CALLS.filter((call) => !made.has(call)), []);
      });

      const { overlapMs, slotsForgedTwice, slotsForged } = judge();
      assertEquals({ overlapMs, slotsForgedTwice }, { overlapMs: 0, slotsForgedTwice: [] });
      console.log(`overlap 0 ms, 0 of ${slotsForged} slots forged twice`);
    } finally {
      await audit.remove();
      await Deno.remove(dir, { recursive: true });
    }
  },
});

function recordOf(pod: RenderedPod): RecordReader {
  return new RecordReader(`${pod.volume("ledger")}/record.jsonl`);
}

function forges(record: RecordReader | undefined): boolean {
  const last = record?.lines().at(-1);
  return last !== undefined && ["able", "still_able", "forged"].includes(last.event) &&
    Date.now() - last.wallMs < 1_000;
}
