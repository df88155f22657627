// Owns the proof that access, leases, watches and CardanoLeader work with a real API server.
// Never asserts on how long something took.

import { assert, assertEquals, assertMatch } from "@std/assert";
import type { LeaseObject } from "../../lib/core/lease_object.ts";
import { wallTime } from "../../lib/core/time.ts";
import { type ClusterSettings, openCluster } from "../../lib/kubernetes/access.ts";
import { ApiClient } from "../../lib/kubernetes/client.ts";
import { cardanoLeaderApi } from "../../lib/kubernetes/cardano_leader.ts";
import { crdsYaml } from "../../lib/kubernetes/crds.ts";
import { sleep } from "../../lib/sleep.ts";
import { kubeconfigNeeds } from "../../lib/kubernetes/kubeconfig_needs.ts";
import { type Finding, leaderStatus, type LeaderView } from "../../lib/kubernetes/leader_status.ts";
import { leaseApi, leasesPath, parseLease } from "../../lib/kubernetes/lease.ts";
import { watchObject } from "../../lib/kubernetes/watch.ts";
import { type RealApiServer, realApiServerTest, startApiServer } from "../support/apiserver.ts";
import { until } from "../support/until.ts";

const LIMITS = { timeoutMs: 10_000 };
const clock = { monotonicMs: () => performance.now(), wallMs: () => Date.now() };
const CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

async function connect(settings: ClusterSettings): Promise<ApiClient> {
  const access = await openCluster(settings, { clock });
  return new ApiClient({ access, userAgent: "cardano-forge-manager/test", clock });
}

function adminClient(server: RealApiServer): Promise<ApiClient> {
  return connect({ kind: "kubeconfig", path: server.kubeconfigPath, context: undefined });
}

function newLease(name: string, holderIdentity: string): LeaseObject {
  return {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: { name, namespace: "default" },
    spec: { holderIdentity, leaseDurationSeconds: 15, renewTime: "2026-01-02T03:04:05.123456Z" },
  };
}

/** A certificate authority, and a certificate of it for the group system:masters. */
async function makeCertificates(folder: string): Promise<void> {
  const openssl = async (...args: string[]) => {
    const options = { args, cwd: folder, stderr: "piped" } as const;
    const { success, stderr } = await new Deno.Command("openssl", options).output();
    assert(success, new TextDecoder().decode(stderr));
  };
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
  const authority = ["-keyout", "clients.key", "-out", "clients.crt", "-subj", "/CN=clients"];
  await openssl("req", "-x509", ...newKey, ...authority);
  const client = ["-keyout", "me.key", "-out", "me.csr", "-subj", "/O=system:masters/CN=me"];
  await openssl("req", ...newKey.slice(0, 5), ...client);
  await Deno.writeTextFile(`${folder}/extensions`, "extendedKeyUsage=clientAuth\n");
  const signing = ["-CA", "clients.crt", "-CAkey", "clients.key", "-CAcreateserial", "-days", "2"];
  const extensions = ["-extfile", "extensions"]; // which make it X.509 version 3
  await openssl("x509", "-req", "-in", "me.csr", ...signing, ...extensions, "-out", "me.crt");
}

async function writeKubeconfig(server: RealApiServer, user: unknown): Promise<string> {
  const config = JSON.parse(await Deno.readTextFile(server.kubeconfigPath));
  config.users[0].user = user;
  const path = `${server.folder}/kubeconfig-${crypto.randomUUID()}`;
  await Deno.writeTextFile(path, JSON.stringify(config));
  return path;
}

async function writePlugin(server: RealApiServer): Promise<string> {
  const credential = { kind: "ExecCredential", status: { token: server.token } };
  const path = `${server.folder}/plugin`;
  const script = `#!/bin/sh\necho run >> ${path}.runs\necho '${JSON.stringify(credential)}'\n`;
  await Deno.writeTextFile(path, script, { mode: 0o755 });
  return path;
}

realApiServerTest("the Kubernetes client against a real API server", async (t) => {
  const certificates = await Deno.makeTempDir();
  const hasOpenssl = await makeCertificates(certificates).then(() => true, (error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.log("skipped, openssl is not installed: a client certificate proves who we are");
    return false;
  });
  const extraFlags = hasOpenssl ? [`--client-ca-file=${certificates}/clients.crt`] : [];
  await using server = await startApiServer({ extraFlags });
  try {
    await t.step("a service account's token and CA suffice", () => serviceAccountStep(server));
    await t.step(
      "a kubeconfig's token suffices",
      () => kubeconfigStep(server, { token: server.token }),
    );
    await t.step({
      name: "a kubeconfig's client certificate suffices",
      ignore: !hasOpenssl,
      fn: () =>
        kubeconfigStep(server, {
          "client-certificate": `${certificates}/me.crt`,
          "client-key": `${certificates}/me.key`,
        }),
    });
    await t.step("a kubeconfig's exec plugin suffices", async () => {
      await kubeconfigStep(server, { exec: { command: await writePlugin(server) } });
    });
    await t.step("an isolate needs no more than the kubeconfig names", () => workerStep(server));
    await t.step("a Lease is guarded by uid and resourceVersion", () => leaseStep(server));
    await t.step("a frozen server times out, and answers again later", () => freezeStep(server));
    await t.step("a watch follows one Lease", () => watchStep(server));
    await t.step("CardanoLeader does without its type", () => noCrdStep(server));
    await t.step("the definitions are accepted as YAML", () => crdStep(server));
    await t.step("CardanoLeader's status is applied", () => statusStep(server));
  } finally {
    await Deno.remove(certificates, { recursive: true });
  }
});

async function serviceAccountStep(server: RealApiServer): Promise<void> {
  const account = { namespace: "default", name: "forger" };
  const rules = [{ apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["get"] }];
  const token = await server.serviceAccountToken(account, rules);
  const tokenPath = `${server.folder}/token`;
  await Deno.writeTextFile(tokenPath, "expired");
  const { port, caFile: caPath } = server;
  const client = await connect({ kind: "in_cluster", host: "127.0.0.1", port, tokenPath, caPath });
  const leases = leaseApi(client, { namespace: "default", name: "absent" });
  assertEquals((await leases.read(LIMITS)).kind, "unauthorized");
  await Deno.writeTextFile(tokenPath, token);
  assertEquals((await leases.read(LIMITS)).kind, "not_found");
  assertEquals((await leases.create(newLease("absent", "pod-0"), LIMITS)).kind, "forbidden");
  client.close();
}

async function kubeconfigStep(server: RealApiServer, user: unknown): Promise<void> {
  const path = await writeKubeconfig(server, user);
  const client = await connect({ kind: "kubeconfig", path, context: undefined });
  const answer = await client.request({ verb: "list", path: leasesPath("default"), ...LIMITS });
  assertEquals(answer.kind, "ok");
  client.close();
}

async function workerStep(server: RealApiServer): Promise<void> {
  const path = await writeKubeconfig(server, { exec: { command: await writePlugin(server) } });
  const needs = kubeconfigNeeds(await Deno.readTextFile(path), path);
  const permissions = {
    net: true,
    env: ["NAMESPACE"],
    read: [...needs.read],
    run: [...needs.run],
    write: false,
    ffi: false,
    sys: false,
  };
  const url = new URL("./kubernetes_worker.ts", import.meta.url);
  const worker = new Worker(url, { type: "module", deno: { permissions } });
  const said = Promise.withResolvers<unknown>();
  worker.onmessage = ({ data }) => said.resolve(data);
  worker.onerror = (event) => {
    event.preventDefault();
    said.resolve(event.message);
  };
  worker.postMessage({ kind: "kubeconfig", path, context: undefined });
  assertEquals(await said.promise, "ok");
  worker.terminate();
}

async function leaseStep(server: RealApiServer): Promise<void> {
  const client = await adminClient(server);
  const leases = leaseApi(client, { namespace: "default", name: "guarded" });
  const created = await leases.create(newLease("guarded", "pod-0"), LIMITS);
  if (created.kind !== "lease") throw new Error(created.message);
  assertEquals(created.lease.spec?.renewTime, "2026-01-02T03:04:05.123456Z");
  assertEquals((await leases.create(newLease("guarded", "pod-1"), LIMITS)).kind, "conflict");
  const replaced = await leases.replace(created.lease, LIMITS);
  assertEquals(replaced.kind, "lease");
  const next = { ...created.lease, spec: { ...created.lease.spec, holderIdentity: "pod-1" } };
  const changed = await leases.replace(next, LIMITS);
  if (changed.kind !== "lease") throw new Error(changed.message);
  assertEquals((await leases.replace(created.lease, LIMITS)).kind, "conflict");
  const { metadata } = changed.lease;
  const otherUid = { ...changed.lease, metadata: { ...metadata, uid: crypto.randomUUID() } };
  assertEquals((await leases.replace(otherUid, LIMITS)).kind, "conflict");
  const wrong = { ...changed.lease, spec: { leaseDurationSeconds: -1 } };
  assertEquals((await leases.replace(wrong, LIMITS)).kind, "invalid");
  client.close();
}

async function freezeStep(server: RealApiServer): Promise<void> {
  const client = await adminClient(server);
  const leases = leaseApi(client, { namespace: "default", name: "guarded" });
  assertEquals((await leases.read(LIMITS)).kind, "lease");
  server.freeze();
  assertEquals((await leases.read({ timeoutMs: 200 })).kind, "timed_out");
  server.thaw();
  assertEquals((await leases.read(LIMITS)).kind, "lease");
  client.close();
}

async function watchStep(server: RealApiServer): Promise<void> {
  const client = await adminClient(server);
  const name = { namespace: "default", name: "watched" };
  const leases = leaseApi(client, name);
  const seen: string[] = [];
  const done = new AbortController();
  const watching = watchObject({
    client,
    path: leasesPath("default"),
    name: "watched",
    parse: (value) => parseLease(value, name),
    timeoutMs: 10_000,
    signal: done.signal,
    random: Math.random,
    sleep,
    onReport: (report) => {
      if (report.kind === "seen") seen.push(report.object?.spec?.holderIdentity ?? "absent");
      else seen.push(report.kind === "failed" ? report.failure.message : report.kind);
    },
  });
  const expectSeen = async (...expected: string[]) => {
    await until(`${expected.length} reports`, () => seen.length >= expected.length);
    assertEquals(seen, expected);
  };
  await expectSeen("absent", "connected");
  const created = await leases.create(newLease("watched", "pod-0"), LIMITS);
  if (created.kind !== "lease") throw new Error(created.message);
  await expectSeen("absent", "connected", "pod-0");
  await leases.replace({ ...created.lease, spec: { holderIdentity: "pod-1" } }, LIMITS);
  await expectSeen("absent", "connected", "pod-0", "pod-1");
  await client.request({ verb: "delete", path: `${leasesPath("default")}/watched`, ...LIMITS });
  await expectSeen("absent", "connected", "pod-0", "pod-1", "absent");
  done.abort();
  await watching;
  client.close();
}

const LEADER = {
  group: "cardano.io",
  version: "v1",
  plural: "cardanoleaders",
  namespace: "default",
  name: "cardano-leader",
};

async function noCrdStep(server: RealApiServer): Promise<void> {
  const client = await adminClient(server);
  assertEquals((await cardanoLeaderApi(client, LEADER).ensure(LIMITS)).kind, "no_crd");
  client.close();
}

async function crdStep(server: RealApiServer): Promise<void> {
  const body = crdsYaml();
  const created = await server.request("POST", CRDS, { body, contentType: "application/yaml" });
  assertEquals([created.status, created.body.message], [201, undefined]);
  const crd = `${CRDS}/cardanoleaders.cardano.io`;
  await until("the type is served", async () => {
    const { body } = await server.request("GET", crd);
    const list = await server.request("GET", "/apis/cardano.io/v1/cardanoleaders");
    const conditions: { type: string; status: string }[] = body.status?.conditions ?? [];
    const isTrue = (type: string) =>
      conditions.some((condition) => condition.type === type && condition.status === "True");
    return list.status === 200 && isTrue("Established") && isTrue("NamesAccepted");
  });
  const { body: { status } } = await server.request("GET", crd);
  assertEquals(
    status.conditions.some(({ type }: { type: string }) => type === "NonStructuralSchema"),
    false,
  );
}

const YES: Finding = { status: "True", reason: "elected", message: "pod-0 leads" };

async function statusStep(server: RealApiServer): Promise<void> {
  const client = await adminClient(server);
  const leader = cardanoLeaderApi(client, LEADER);
  const created = await until("it can be created", async () => {
    const answer = await leader.ensure(LIMITS);
    return answer.kind === "leader" && answer; // a new type is unknown to the server for a moment
  });
  const { resourceVersion, uid = "" } = created;
  assertEquals(created, { kind: "leader", uid, generation: 1, resourceVersion, status: undefined });
  assert(uid !== "");
  const view: LeaderView = {
    at: wallTime(Date.now()),
    generation: created.generation,
    leaderPod: "pod-0",
    forgingEnabled: true,
    reason: "elected",
    message: "pod-0 leads",
    leaderElected: YES,
    forgingConfirmed: YES,
    credentialsValid: YES,
    nodeReady: YES,
    kesExpiring: YES,
  };
  const { status } = leaderStatus(view, undefined);
  const options = { ...LIMITS, resourceVersion };
  const applied = await leader.applyStatus(status, options);
  assertEquals(applied.kind === "leader" && applied.status, status);
  assertEquals((await leader.applyStatus(status, options)).kind, "conflict"); // a late word
  const again = await leader.ensure(LIMITS);
  if (again.kind !== "leader") throw new Error(again.kind);
  assertEquals(leaderStatus({ ...view, at: wallTime(0) }, again.status).differs, false);

  const table = await server.request("GET", "/apis/cardano.io/v1/cardanoleaders", {
    headers: { accept: "application/json;as=Table;v=v1;g=meta.k8s.io" },
  });
  const columns = table.body.columnDefinitions.map(({ name }: { name: string }) => name);
  assertEquals(columns, ["Name", "Leader Pod", "Forging", "Last Transition", "Age"]);
  assertEquals(table.body.rows[0].cells.slice(0, 3), ["cardano-leader", "pod-0", true]);

  const wrong = { ...status, conditions: [{ ...status.conditions[0]!, reason: "two words" }] };
  const refused = await leader.applyStatus(wrong, LIMITS);
  assertEquals(refused.kind, "invalid");
  assertMatch((refused as { message: string }).message, /conditions\[0\]\.reason/);
  client.close();
}
