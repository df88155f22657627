// Owns one pod's network as the pod sees it: its address, the API server's Service, and probes to it.
// Never joins the machine's network: what leaves goes through a socket file to one API server.

import type { PodNamespace } from "../namespaced_launcher.ts";
import { splitLines } from "../lines.ts";
import type { ProbeAnswer, ProbeRequest } from "./network_agent.ts";

/** The first address of the API server's Service range, for which it has a certificate. */
export const SERVICE_HOST = "10.0.0.1";
export const SERVICE_PORT = 443;
/** The same for each: no pod sees another's network. */
export const POD_IP = "10.1.0.1";
const AGENT = new URL("./network_agent.ts", import.meta.url).pathname;

export class PodNetwork {
  readonly #agent: Deno.ChildProcess;
  readonly #gate: Deno.UnixListener;
  readonly #requests: WritableStreamDefaultWriter<Uint8Array>;
  readonly #waiting = new Map<number, (answer: ProbeAnswer) => void>();
  #lastId = 0;

  private constructor(agent: Deno.ChildProcess, gate: Deno.UnixListener) {
    this.#agent = agent;
    this.#gate = gate;
    this.#requests = agent.stdin.getWriter();
  }

  static async start(
    pod: PodNamespace,
    { dir, apiPort }: { readonly dir: string; readonly apiPort: number },
  ): Promise<PodNetwork> {
    for (const address of [SERVICE_HOST, POD_IP]) {
      await pod.run("ip", "address", "add", `${address}/32`, "dev", "lo");
    }
    const path = `${dir}/api.socket`;
    const gate = Deno.listen({ transport: "unix", path });
    void pass(gate, apiPort);
    const agent = pod.spawn([
      ...[Deno.execPath(), "run", "--quiet", "--no-lock", "--no-config", "--allow-all", AGENT],
      ...[SERVICE_HOST, String(SERVICE_PORT), path],
    ]);
    const network = new PodNetwork(agent, gate);
    await network.#listen();
    return network;
  }

  probe(url: string, timeoutMs: number): Promise<ProbeAnswer> {
    const id = ++this.#lastId;
    const request: ProbeRequest = { id, url, timeoutMs };
    const { promise, resolve } = Promise.withResolvers<ProbeAnswer>();
    this.#waiting.set(id, resolve);
    this.#requests.write(new TextEncoder().encode(`${JSON.stringify(request)}\n`))
      .catch((error) => this.#settle({ id, isOk: false, note: String(error) }));
    return promise;
  }

  async end(): Promise<void> {
    this.#gate.close();
    await this.#requests.close().catch(() => {}); // gone already with the pod
    await this.#agent.status;
    for (const id of this.#waiting.keys()) this.#settle({ id, isOk: false, note: "the pod ended" });
  }

  /** Until the agent is up; from then on its answers are passed on. */
  async #listen(): Promise<void> {
    const lines = this.#agent.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(
      splitLines({ unfinished: "drop" }),
    );
    const reader = lines.getReader();
    const { value } = await reader.read();
    if (value !== "up") throw new Error(`Cannot start a pod's network: its agent said "${value}"`);
    void (async () => {
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return;
        this.#settle(JSON.parse(value));
      }
    })();
  }

  #settle(answer: ProbeAnswer): void {
    this.#waiting.get(answer.id)?.(answer);
    this.#waiting.delete(answer.id);
  }
}

async function pass(gate: Deno.UnixListener, port: number): Promise<void> {
  for await (const client of gate) {
    try {
      const server = await Deno.connect({ hostname: "127.0.0.1", port });
      client.readable.pipeTo(server.writable).catch(() => {}); // either end closed: both are done
      server.readable.pipeTo(client.writable).catch(() => {});
    } catch {
      client.close(); // the API server is down
    }
  }
}
