// Owns a Prometheus of our own on loopback: it scrapes pods as a PodMonitor does, and evaluates the chart's rules.
// Never the machine's service, nor data that outlives the run.

import { freePort } from "../../lib/demo/free_port.ts";
import { startTethered, type TetheredProcess } from "../support/tethered_process.ts";
import { until } from "../support/until.ts";

const RULES = new URL("../../chart/cardano-node/files/alerts.yaml", import.meta.url).pathname;
const SCRAPE_S = 5;

export interface Target {
  readonly pod: string;
  readonly namespace: string;
  readonly port: number;
}

/** One series of an answer: a value, or values over time in Unix seconds. */
export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [seconds: number, value: number])[];
}

export class Prometheus implements AsyncDisposable {
  readonly #url: string;
  readonly #process: TetheredProcess;

  private constructor(url: string, process: TetheredProcess) {
    this.#url = url;
    this.#process = process;
  }

  static async start(targets: readonly Target[]): Promise<Prometheus> {
    const dir = await Deno.makeTempDir({ prefix: "forge-prometheus-" });
    const scrape = {
      job_name: "cardano/pool",
      honor_labels: true,
      static_configs: targets.map(({ pod, namespace, port }) => ({
        targets: [`127.0.0.1:${port}`],
        labels: { pod, namespace },
      })),
    };
    const config = {
      global: { scrape_interval: `${SCRAPE_S}s`, evaluation_interval: `${SCRAPE_S}s` },
      rule_files: [RULES],
      scrape_configs: [scrape],
    };
    await Deno.writeTextFile(`${dir}/prometheus.yml`, JSON.stringify(config));
    const address = `127.0.0.1:${freePort()}`;
    const process = await startTethered([
      "prometheus",
      `--config.file=${dir}/prometheus.yml`,
      `--storage.tsdb.path=${dir}/data`,
      `--web.listen-address=${address}`,
    ], { logFile: `${dir}/log`, removeFolderAtEnd: dir });
    const started = new Prometheus(`http://${address}`, process);
    await until("Prometheus to be ready", () => started.#isReady(), { timeoutMs: 60_000 });
    return started;
  }

  /** At this moment, one value each. */
  async instant(query: string, atS: number): Promise<readonly Series[]> {
    const result = await this.#ask("query", { query, time: String(atS) });
    return result.map(({ metric, value }) => ({ metric, values: numbers([value]) }));
  }

  async range(
    query: string,
    { fromS, toS, stepS = SCRAPE_S }: { fromS: number; toS: number; stepS?: number },
  ): Promise<readonly Series[]> {
    const times = { start: String(fromS), end: String(toS), step: String(stepS) };
    const result = await this.#ask("query_range", { query, ...times });
    return result.map(({ metric, values }) => ({ metric, values: numbers(values) }));
  }

  // deno-lint-ignore no-explicit-any -- a matrix or a vector
  async #ask(path: string, parameters: Record<string, string>): Promise<any[]> {
    const body = new URLSearchParams(parameters);
    const answer = await fetch(`${this.#url}/api/v1/${path}`, { method: "POST", body });
    const { status, error, data } = await answer.json();
    if (status !== "success") throw new Error(`Cannot ask ${parameters.query}: ${error}`);
    return data.result;
  }

  async #isReady(): Promise<boolean> {
    try {
      const answer = await fetch(`${this.#url}/-/ready`);
      await answer.body?.cancel();
      return answer.ok;
    } catch {
      return false; // does not listen yet
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.end();
  }
}

/** What is not a number is a gap. */
function numbers(values: readonly (readonly [number, string])[]): Series["values"] {
  return values.map(([seconds, value]) => [seconds, Number(value)] as const)
    .filter(([, value]) => Number.isFinite(value));
}
