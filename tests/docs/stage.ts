// Owns where command blocks run: a real API server, the compiled program, helm, kubectl, a folder with keys.
// Never has a kubelet: what needs one says so beside its block.

import { makeDemoKeys } from "../../lib/demo/keys.ts";
import { wallTime } from "../../lib/core/time.ts";
import { CUSTOM_RESOURCE_DEFINITIONS } from "../../lib/kubernetes/crds.ts";
import type { Json } from "../support/api_request.ts";
import { type RealApiServer, startApiServer } from "../support/apiserver.ts";
import { freePort } from "../../lib/demo/free_port.ts";
import { managerBinary } from "../support/manager_binary.ts";
import { realProgram } from "../support/real_program.ts";
import { SecretFolder } from "../support/secret_folder.ts";
import { objectOf } from "../unit/cli/clusters/objects.ts";
import { put } from "../unit/cli/clusters/terminal.ts";
import { commandLines, treatmentOf } from "./commands.ts";
import { isThere, ROOT } from "./documents.ts";
import type { Block } from "./markdown.ts";

/** As the documents call it. */
export const NAMESPACE = "cardano";
const POOL = "pool1abc12";
const OTHERS = /^(kubectl|helm|curl|jq|promtool)$/;
const BLOCK_TIMEOUT_MS = 60_000;

export interface StageOptions {
  /** The definitions are there before the first block, and two clusters that report. */
  readonly installed: boolean;
  /** Of a replica that runs, in place of those that the documents name. */
  readonly ports?: { readonly metrics: number; readonly guard: number };
}

export interface Ran {
  readonly code: number;
  readonly output: string;
}

export class Stage implements AsyncDisposable {
  readonly #server: RealApiServer;
  readonly #folder: string;
  readonly #options: StageOptions;
  readonly #kubeconfig: string;
  #hasClusters = false;

  private constructor(
    server: RealApiServer,
    { folder, kubeconfig, options }: {
      readonly folder: string;
      readonly kubeconfig: string;
      readonly options: StageOptions;
    },
  ) {
    this.#server = server;
    this.#kubeconfig = kubeconfig;
    this.#folder = folder;
    this.#options = options;
  }

  static async set(server: RealApiServer, options: StageOptions): Promise<Stage> {
    const folder = `${server.folder}/stage`;
    await Deno.mkdir(`${folder}/dist`, { recursive: true });
    const keys = await makeDemoKeys({ network: "mainnet", now: wallTime(Date.now()) });
    new SecretFolder(`${folder}/keys`, keys);
    for (const name of ["kes.skey", "vrf.skey", "node.cert"]) {
      await Deno.copyFile(`${folder}/keys/${name}`, `${folder}/${name}`);
    }
    await Deno.mkdir(`${folder}/out`);
    for (const name of ["chart", "docs"]) {
      if (isThere(name)) await Deno.symlink(`${ROOT}${name}`, `${folder}/${name}`);
    }
    await Deno.writeTextFile(`${folder}/my-values.yaml`, "cardanoNode: { network: mainnet }\n");
    const program = managerBinary();
    if (program === undefined) throw new Error("The program is not compiled");
    await Deno.symlink(program, `${folder}/dist/cardano-forge-manager`);
    const { token } = server;
    const kubeconfig = await server.writeKubeconfig(
      options.installed ? { token, namespace: NAMESPACE } : { token },
    );
    const stage = new Stage(server, { folder, kubeconfig, options });
    if (options.installed) {
      for (const crd of CUSTOM_RESOURCE_DEFINITIONS) {
        await server.installCrd(crd as unknown as Json);
      }
      await server.createNamespace(NAMESPACE);
      await stage.#addClusters();
    }
    return stage;
  }

  /** Ends when the commands did, or when they printed `until`. */
  async run(text: string, { until }: { readonly until?: string } = {}): Promise<Ran> {
    await this.#addClustersOnceDefined();
    // A session of its own, so that all of it can be ended.
    const shell = new Deno.Command("setsid", {
      args: ["bash", "-euo", "pipefail", "-c", this.#here(text)],
      cwd: this.#folder,
      clearEnv: true,
      env: {
        HOME: this.#folder,
        PATH: `${this.#folder}/dist:${assets()}:${Deno.env.get("PATH")}`,
        KUBECONFIG: this.#kubeconfig,
        METRICS_PORT: String(freePort()),
        GUARD_PORT: String(freePort()),
      },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const ended = new AbortController();
    const timer = setTimeout(() => ended.abort(), BLOCK_TIMEOUT_MS);
    ended.signal.addEventListener("abort", () => end(shell));
    let output = "";
    const read = async (stream: ReadableStream<Uint8Array>) => {
      for await (const part of stream.pipeThrough(new TextDecoderStream())) {
        output += part;
        if (until !== undefined && output.includes(until)) end(shell);
      }
    };
    const [{ code }] = await Promise.all([shell.status, read(shell.stdout), read(shell.stderr)]);
    clearTimeout(timer);
    return { code: ended.signal.aborted ? -1 : code, output };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#server.stop(); // the folder lies in the server's
  }

  #here(text: string): string {
    const { ports } = this.#options;
    return ports === undefined
      ? text
      : text.replaceAll(/\b(127\.0\.0\.1|localhost):8000\b/g, `127.0.0.1:${ports.metrics}`)
        .replaceAll(/\b(127\.0\.0\.1|localhost):8001\b/g, `127.0.0.1:${ports.guard}`);
  }

  /** Where a document installs the definitions, managers would report from then on. */
  async #addClustersOnceDefined(): Promise<void> {
    if (this.#hasClusters) return;
    const { request } = this.#server;
    const answers = await Promise.all([
      request("GET", "/apis/cardano.io/v1/cardanoforgeclusters"),
      request("GET", `/api/v1/namespaces/${NAMESPACE}`),
    ]);
    if (answers.every(({ status }) => status === 200)) await this.#addClusters();
  }

  async #addClusters(): Promise<void> {
    this.#hasClusters = true;
    const collection = `/apis/cardano.io/v1/namespaces/${NAMESPACE}/cardanoforgeclusters`;
    const sketches = { "us-east-1": { priority: 1, forging: true }, "eu-west-1": { priority: 2 } };
    for (const [region, sketch] of Object.entries(sketches)) {
      const name = `mainnet-${POOL}-${region}`;
      const all = { ...sketch, region, network: "mainnet", pool: POOL };
      const now = wallTime(Date.now());
      await put(this.#server.request, collection, objectOf(name, all, now));
    }
  }
}

/** Programs of others that blocks to be run call, and that are not here. */
export function missingPrograms(blocks: readonly Block[]): readonly string[] {
  const lines = blocks.filter((block) => {
    const kind = treatmentOf(block)?.kind;
    return kind !== undefined && kind !== "no_run";
  }).flatMap(({ text }) => commandLines(text));
  const called = lines.map((line) => /^(?:\w+=\S* )*([\w-]+)/.exec(line)?.[1] ?? "");
  return [...new Set(called)].filter((name) =>
    OTHERS.test(name) && realProgram(name) === undefined
  );
}

export async function startStage(options: StageOptions): Promise<Stage> {
  const server = await startApiServer({ authorization: "RBAC" });
  try {
    return await Stage.set(server, options);
  } catch (cause) {
    await server.stop();
    throw new Error("Cannot set the stage", { cause });
  }
}

function end(session: Deno.ChildProcess): void {
  new Deno.Command("kill", { args: ["-TERM", "--", `-${session.pid}`], stderr: "null" })
    .outputSync();
}

function assets(): string {
  return Deno.env.get("KUBEBUILDER_ASSETS") ?? "";
}
