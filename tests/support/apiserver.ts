// Owns real API servers for tests: etcd and kube-apiserver from KUBEBUILDER_ASSETS, on loopback.
// Never used by the program, and never leaves a process or a folder behind.

import {
  type ApiAnswer,
  type ApiRequestOptions,
  expectStatus,
  type Json,
  requestJson,
} from "./api_request.ts";
import {
  installCrd,
  type PolicyRule,
  serviceAccountToken,
  writeKubeconfig,
} from "./apiserver_objects.ts";
import { startTethered, type TetheredProcess } from "./tethered_process.ts";
import { freePort } from "../../lib/demo/free_port.ts";
import { untilReady, waitForFile } from "./process_ready.ts";

export type { ApiAnswer, ApiRequestOptions, Json, PolicyRule };

const ADMIN_TOKEN = "test-admin-token";

const assets = Deno.env.get("KUBEBUILDER_ASSETS");

/** Whether real API servers can be started here. Tests that need one are skipped, by name, without it. */
export const haveRealApiServer: boolean = assets !== undefined && assets !== "";

/** Registers a test that needs a real API server, or says by name that it is skipped. */
export function realApiServerTest(name: string, fn: (t: Deno.TestContext) => Promise<void>): void {
  if (!haveRealApiServer) console.log(`skipped, KUBEBUILDER_ASSETS is not set: ${name}`);
  Deno.test({ name, ignore: !haveRealApiServer, fn });
}

export interface ApiServerOptions {
  readonly authorization?: "RBAC" | "AlwaysAllow";
  /** CustomResourceDefinition objects, installed and served before this returns. */
  readonly crds?: readonly Json[];
  /** Created beside `default`. */
  readonly namespaces?: readonly string[];
  readonly extraFlags?: readonly string[];
}

export interface RealApiServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Temporary folder, gone after `stop()`; tests may put files there. */
  readonly folder: string;
  readonly caFile: string;
  readonly caPem: string;
  /** The administrator's, in group system:masters. */
  readonly token: string;
  /** The administrator's. */
  readonly kubeconfigPath: string;
  readonly apiServerPid: number;
  readonly etcdPid: number;
  request(method: string, path: string, options?: ApiRequestOptions): Promise<ApiAnswer>;
  /** For streams and for requests that are meant to hang: the caller ends them. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  installCrd(crd: Json): Promise<void>;
  createNamespace(name: string): Promise<void>;
  /** Creates the account if absent and answers a token of it; with rules also a Role that grants them. */
  serviceAccountToken(
    account: { readonly namespace: string; readonly name: string },
    rules?: readonly PolicyRule[],
  ): Promise<string>;
  /** Writes a kubeconfig for that token (and namespace) into the folder; answers its path. */
  writeKubeconfig(user: { token: string; namespace?: string; server?: string }): Promise<string>;
  /** Ends the API server at once; etcd goes on and keeps the data. */
  kill(): Promise<void>;
  /** SIGSTOP: connections are accepted by the kernel and never answered. */
  freeze(): void;
  thaw(): void;
  /** Starts it again on the same port, with the same certificates and data; waits until ready. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export async function startApiServer(options: ApiServerOptions = {}): Promise<RealApiServer> {
  if (!haveRealApiServer) {
    throw new Error("Cannot start an API server: KUBEBUILDER_ASSETS is not set");
  }
  const folder = await Deno.makeTempDir({ prefix: "forge-apiserver-" });
  const [etcdPort, peerPort, port] = [freePort(), freePort(), freePort()];
  const etcd = await startEtcd(folder, etcdPort, peerPort);
  let apiServer: TetheredProcess | undefined;
  let client: Deno.HttpClient | undefined;

  async function stop(): Promise<void> {
    client?.close();
    client = undefined;
    await apiServer?.end();
    await etcd.end();
  }

  try {
    await writeIdentities(folder);
    const command = apiServerCommand({ folder, etcdPort, port, options });
    const logFile = `${folder}/apiserver.log`;
    apiServer = await startTethered(command, { logFile });
    await waitForFile(`${folder}/certs/apiserver.crt`, { process: apiServer, logFile });
    const caFile = `${folder}/certs/apiserver.crt`;
    const caPem = await Deno.readTextFile(caFile);
    client = Deno.createHttpClient({ caCerts: [caPem] });
    const url = `https://127.0.0.1:${port}`;

    const send = (path: string, init: RequestInit = {}): Promise<Response> => {
      if (client === undefined) throw new Error(`Cannot send ${path}: the API server is stopped`);
      const headers = new Headers(init.headers);
      if (!headers.has("authorization")) headers.set("authorization", `Bearer ${ADMIN_TOKEN}`);
      return fetch(`${url}${path}`, { ...init, headers, client } as RequestInit);
    };
    const request = (method: string, path: string, o: ApiRequestOptions = {}) =>
      requestJson(send, { method, path, ...o });
    const waitReady = async (process: TetheredProcess) => {
      await untilReady("the API server is ready", { process, logFile }, async () => {
        const ready = await request("GET", "/readyz").catch(() => undefined);
        return ready?.status === 200;
      });
    };
    await waitReady(apiServer);

    const server: RealApiServer = {
      url,
      port,
      folder,
      caFile,
      caPem,
      token: ADMIN_TOKEN,
      kubeconfigPath: `${folder}/kubeconfig-1`,
      get apiServerPid() {
        return apiServer!.pid;
      },
      etcdPid: etcd.pid,
      request,
      fetch: send,
      installCrd: (crd) => installCrd(request, crd),
      createNamespace: async (name) => {
        expectStatus(
          201,
          await request("POST", "/api/v1/namespaces", { body: { metadata: { name } } }),
        );
      },
      serviceAccountToken: (account, rules) => serviceAccountToken(request, { ...account, rules }),
      writeKubeconfig: (() => {
        let count = 0;
        return (user) =>
          writeKubeconfig(`${folder}/kubeconfig-${++count}`, { server: url, caPem, ...user });
      })(),
      kill: () => apiServer!.end(),
      freeze: () => apiServer!.signal("SIGSTOP"),
      thaw: () => apiServer!.signal("SIGCONT"),
      restart: async () => {
        await apiServer!.end();
        apiServer = await startTethered(command, { logFile });
        await waitReady(apiServer);
      },
      stop,
      [Symbol.asyncDispose]: stop,
    };
    await server.writeKubeconfig({ token: ADMIN_TOKEN });
    for (const name of options.namespaces ?? []) await server.createNamespace(name);
    await Promise.all((options.crds ?? []).map(server.installCrd));
    return server;
  } catch (cause) {
    await stop();
    throw cause;
  }
}

function startEtcd(folder: string, clientPort: number, peerPort: number): Promise<TetheredProcess> {
  const client = `http://127.0.0.1:${clientPort}`;
  const peer = `http://127.0.0.1:${peerPort}`;
  return startTethered([
    `${assets}/etcd`,
    `--data-dir=${folder}/etcd`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    "--unsafe-no-fsync",
    "--log-level=warn",
  ], { logFile: "/dev/null", removeFolderAtEnd: folder });
}

function apiServerCommand(
  { folder, etcdPort, port, options }: {
    folder: string;
    etcdPort: number;
    port: number;
    options: ApiServerOptions;
  },
): string[] {
  return [
    `${assets}/kube-apiserver`,
    `--etcd-servers=http://127.0.0.1:${etcdPort}`,
    "--bind-address=127.0.0.1",
    `--secure-port=${port}`,
    `--cert-dir=${folder}/certs`, // signs its own certificate there and uses it again after a restart
    `--token-auth-file=${folder}/tokens.csv`,
    `--authorization-mode=${options.authorization ?? "RBAC"}`,
    "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
    `--service-account-key-file=${folder}/sa.pub`,
    `--service-account-signing-key-file=${folder}/sa.key`,
    "--service-cluster-ip-range=10.0.0.0/24",
    "--disable-admission-plugins=ServiceAccount", // no controller manager makes default accounts
    ...options.extraFlags ?? [],
  ];
}

async function writeIdentities(folder: string): Promise<void> {
  await Deno.mkdir(`${folder}/certs`);
  await Deno.writeTextFile(`${folder}/tokens.csv`, `${ADMIN_TOKEN},admin,1,"system:masters"\n`);
  const keys = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, [
    "sign",
    "verify",
  ]);
  for (
    const [file, label, format, key] of [
      ["sa.key", "PRIVATE KEY", "pkcs8", keys.privateKey],
      ["sa.pub", "PUBLIC KEY", "spki", keys.publicKey],
    ] as const
  ) {
    const der = new Uint8Array(await crypto.subtle.exportKey(format, key));
    const base64 = btoa(String.fromCharCode(...der)).replace(/.{64}/g, "$&\n");
    await Deno.writeTextFile(
      `${folder}/${file}`,
      `-----BEGIN ${label}-----\n${base64}\n-----END ${label}-----\n`,
    );
  }
}
