// Owns a process that behaves towards its sidecar as cardano-node does: files, socket, signals, metrics.
// Never touches a chain, a network or a key's meaning.

import { parseSimulatedArguments, type SimulatedArguments } from "./simulated_arguments.ts";
import { readSimulatedCredentials, vrfIsOpenToOthers } from "./simulated_credentials.ts";
import { SimulatedForging } from "./simulated_forging.ts";
import { SlotRecorder } from "./slot_record.ts";

/** Runs until SIGTERM or SIGINT and gives the exit code. `args` begin with "run", as the real node's. */
export async function runSimulatedNode(args: readonly string[]): Promise<number> {
  const parsed = parseSimulatedArguments(args);
  if (typeof parsed === "string") {
    console.error(parsed);
    return 1;
  }
  const recorder = new SlotRecorder(parsed.recordPath);
  const problem = startProblem(parsed);
  if (problem !== undefined) {
    recorder.write("failed", problem);
    console.error(problem);
    return 1;
  }
  return await new SimulatedNode(parsed, recorder).run();
}

/** What keeps a real node from starting; with the flag it reads the files all the same. */
function startProblem({ credentials }: SimulatedArguments): string | undefined {
  if (credentials === undefined) return undefined;
  if (vrfIsOpenToOthers(credentials.vrf)) return `OtherPermissionsExist "${credentials.vrf}"`;
  const result = readSimulatedCredentials(credentials);
  return result.kind === "read" ? undefined : result.message;
}

class SimulatedNode {
  readonly #args: SimulatedArguments;
  readonly #recorder: SlotRecorder;
  readonly #forging: SimulatedForging;
  readonly #ended = Promise.withResolvers<number>();
  readonly #startedMs = Date.now();
  /** Gauge of the metrics; absent before the first update. */
  #gauge: 0 | 1 | undefined;
  #consensusUp = false;
  #signals = 0;

  constructor(args: SimulatedArguments, recorder: SlotRecorder) {
    this.#args = args;
    this.#recorder = recorder;
    this.#forging = new SimulatedForging(recorder);
  }

  async run(): Promise<number> {
    Deno.addSignalListener("SIGHUP", () => void this.#onHangup());
    for (const name of ["SIGTERM", "SIGINT"] as const) {
      Deno.addSignalListener(name, () => this.#end(0, name));
    }
    this.#recorder.write("started", `pid ${Deno.pid}`);
    this.#serveMetrics();
    setTimeout(() => this.#bringUp(), this.#args.replayMs);
    return await this.#ended.promise;
  }

  /** The order of the real node: forging is set and the right handler is in before the socket listens. */
  #bringUp(): void {
    const { credentials, nonProducing, socketPath } = this.#args;
    this.#consensusUp = true;
    if (credentials !== undefined && !nonProducing) this.#enable();
    else this.#gauge = 0;
    unlinkOld(socketPath);
    const listener = Deno.listen({ transport: "unix", path: socketPath });
    this.#recorder.write("socket_open");
    void acceptForever(listener);
  }

  /** Every signal is handled on its own, without a lock: a slow one may take effect after a later one. */
  async #onHangup(): Promise<void> {
    const { credentials, handlerDelaysMs, misbehaviours } = this.#args;
    this.#recorder.write("sighup");
    if (misbehaviours.has("crash-on-sighup")) return this.#end(134, "crashed");
    if (misbehaviours.has("ignore-sighup")) return this.#recorder.write("ignored");
    if (!this.#consensusUp) {
      this.#gauge = 0;
      return this.#recorder.write("not_effective");
    }
    if (credentials === undefined) return;
    const delayMs = handlerDelaysMs[Math.min(this.#signals++, handlerDelaysMs.length - 1)] ?? 0;
    const result = readSimulatedCredentials(credentials);
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
    if (result.kind === "error") return this.#recorder.write("update_error", result.message);
    const refused = result.kind === "missing" ? "refuse-stop" : "refuse-start";
    if (misbehaviours.has(refused)) return this.#recorder.write("update_error", refused);
    if (result.kind === "read") this.#enable();
    else this.#disable();
  }

  #enable(): void {
    this.#gauge = 1;
    this.#forging.start();
  }

  #disable(): void {
    this.#gauge = 0;
    this.#forging.stop();
  }

  #end(code: number, note: string): void {
    this.#recorder.write("ended", note);
    this.#ended.resolve(code);
  }

  #serveMetrics(): void {
    const { metricsPort, misbehaviours } = this.#args;
    if (metricsPort === undefined || misbehaviours.has("no-metrics")) return;
    const headers = { "content-type": "text/plain; version=0.0.4; charset=utf-8" };
    Deno.serve(
      { hostname: "127.0.0.1", port: metricsPort, onListen: () => {} },
      (request) =>
        new URL(request.url).pathname === "/metrics"
          ? new Response(this.#metrics(), { headers })
          : new Response("Not found\n", { status: 404 }),
    );
  }

  #metrics(): string {
    const wallMs = Date.now();
    const slot = Math.floor(wallMs / 1000);
    const lying = this.#args.misbehaviours.has("lying-metrics");
    const checks = lying ? slot - Math.floor(this.#startedMs / 1000) : this.#forging.aboutToLead;
    const values = {
      node_start_time_int: Math.floor(this.#startedMs / 1000),
      slotNum_int: slot,
      forging_enabled_int: lying ? 1 : this.#gauge,
      Forge_about_to_lead_counter: checks,
      remainingKESPeriods_int: checks === undefined ? undefined : 60,
    };
    return Object.entries(values).filter(([, value]) => value !== undefined)
      .map(([name, value]) => `cardano_node_metrics_${name} ${value}\n`).join("");
  }
}

/** A node that was killed leaves its socket file behind. */
function unlinkOld(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

async function acceptForever(listener: Deno.UnixListener): Promise<void> {
  for await (const connection of listener) void holdOpen(connection);
}

/** Keeps the connection until the other side leaves. */
async function holdOpen(connection: Deno.UnixConn): Promise<void> {
  try {
    const buffer = new Uint8Array(1024);
    while (await connection.read(buffer) !== null);
  } catch {
    // Reset by the other side, which is its right.
  } finally {
    connection.close();
  }
}
