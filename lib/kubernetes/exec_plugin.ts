// Owns the command that a kubeconfig names to get credentials from.
// Never asks a person: a plugin that wants a terminal is refused.

import type { Clock } from "./access.ts";
import { withDeadline } from "./deadline.ts";
import { isNonEmptyString, isObject } from "./json_shape.ts";

/** A plugin may open a session somewhere far away; the request that needs it has its own deadline. */
const RUN_TIMEOUT_MS = 30_000;
/** Ask early for the next credential, while the present one still serves. */
const REFRESH_BEFORE_END_MS = 60_000;
/** Between two runs because of a 401: when the server refuses every credential, asking more is noise. */
const MIN_RERUN_INTERVAL_MS = 10_000;

export interface ExecSpec {
  readonly apiVersion: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** What provideClusterInfo asks for, else undefined. */
  readonly cluster: Readonly<Record<string, string>> | undefined;
}

export interface ExecCredential {
  readonly token: string | undefined;
  readonly clientCertificate: { readonly cert: string; readonly key: string } | undefined;
}

interface Held {
  readonly credential: ExecCredential;
  readonly expiresAtMs: number;
  readonly ranAtMs: number;
}

/** Runs the plugin when there is no credential, when it ends soon, and when it was refused. */
export class ExecPlugin {
  readonly #spec: ExecSpec;
  readonly #clock: Clock;
  #held: Held | undefined;
  #running: Promise<ExecCredential> | undefined;

  constructor(spec: ExecSpec, options: { readonly clock: Clock }) {
    this.#spec = spec;
    this.#clock = options.clock;
  }

  async credential({ isRejected }: { readonly isRejected: boolean }): Promise<ExecCredential> {
    const held = this.#held;
    if (held === undefined) return await this.#run();
    const leftMs = held.expiresAtMs - this.#clock.wallMs();
    const ageMs = this.#clock.monotonicMs() - held.ranAtMs;
    if (leftMs <= 0 || (isRejected && ageMs >= MIN_RERUN_INTERVAL_MS)) return await this.#run();
    // Some plugins always answer with a short time; do not run them for every request.
    if (leftMs < REFRESH_BEFORE_END_MS && ageMs >= MIN_RERUN_INTERVAL_MS) {
      this.#run().catch(() => {}); // the present one still serves; the next request tries again
    }
    return held.credential;
  }

  /** One run at a time, shared by all who wait. It goes on when the request that began it gives up. */
  #run(): Promise<ExecCredential> {
    this.#running ??= this.#runOnce().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #runOnce(): Promise<ExecCredential> {
    const { command } = this.#spec;
    const ranAtMs = this.#clock.monotonicMs();
    const output = await withDeadline(
      { timeoutMs: RUN_TIMEOUT_MS },
      (signal) => this.#spawn(signal),
    );
    if (output.kind !== "done") {
      throw new Error(`Cannot run ${command}: no answer within ${RUN_TIMEOUT_MS} ms`);
    }
    const parsed = parseExecCredential(output.value);
    if (typeof parsed === "string") throw new Error(`Cannot use what ${command} wrote: ${parsed}`);
    this.#held = { ...parsed, ranAtMs };
    return parsed.credential;
  }

  async #spawn(signal: AbortSignal): Promise<string> {
    const { apiVersion, command, args, env, cluster } = this.#spec;
    const spec = { interactive: false, ...(cluster === undefined ? {} : { cluster }) };
    const info = JSON.stringify({ apiVersion, kind: "ExecCredential", spec });
    let output: Deno.CommandOutput;
    try {
      output = await new Deno.Command(command, {
        args: [...args],
        env: { ...env, KUBERNETES_EXEC_INFO: info },
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
        signal,
      }).output();
    } catch (cause) {
      throw new Error(`Cannot run ${command}: ${(cause as Error).message}`, { cause });
    }
    if (output.success) return new TextDecoder().decode(output.stdout);
    const said = new TextDecoder().decode(output.stderr).replace(/\s+/g, " ").trim().slice(0, 300);
    throw new Error(`Cannot run ${command}: exit code ${output.code}, ${said}`);
  }
}

/** What a plugin writes, or what is wrong with it. Never quotes it, since it holds secrets. */
export function parseExecCredential(
  text: string,
): { readonly credential: ExecCredential; readonly expiresAtMs: number } | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return "not JSON";
  }
  if (!isObject(value) || value.kind !== "ExecCredential") return "no ExecCredential";
  const { status } = value;
  if (!isObject(status)) return "an ExecCredential without status";
  const { token, clientCertificateData: cert, clientKeyData: key, expirationTimestamp } = status;
  const clientCertificate = isNonEmptyString(cert) && isNonEmptyString(key)
    ? { cert, key }
    : undefined;
  if (!isNonEmptyString(token) && clientCertificate === undefined) {
    return "neither a token nor a client certificate with its key";
  }
  // Without an end it is good until the server refuses it.
  const expiresAtMs = isNonEmptyString(expirationTimestamp)
    ? Date.parse(expirationTimestamp)
    : Infinity;
  if (Number.isNaN(expiresAtMs)) return "an expirationTimestamp that is no time";
  const credential = { token: isNonEmptyString(token) ? token : undefined, clientCertificate };
  return { credential, expiresAtMs };
}
