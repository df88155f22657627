// Owns one soak: three replicas of the binary before a real API server, sampled and disturbed every minute.
// Never judges while it runs: samples and events are kept, and judged when it is over.

import type { SlotJudgement } from "../../lib/demo/slots.ts";
import { sleep } from "../../lib/sleep.ts";
import { Replicas, startClusterApi } from "../support/replicas.ts";
import { disturbancesAt } from "./agenda.ts";
import { Disturber } from "./disturb.ts";
import { csvHead, csvLine, type Sample, takeSample } from "./sample.ts";

/** As a Prometheus does; what a scrape leaves behind would show. */
const SCRAPE_INTERVAL_MS = 15_000;
const SCRAPES_A_MINUTE = 60_000 / SCRAPE_INTERVAL_MS;
/** Keys are in memory, as the chart mounts them. */
const PODS = Array.from({ length: 3 }, () => ({ mountsKeys: true }));

export interface SoakEvent {
  readonly minute: number;
  readonly what: string;
}

export interface SoakResult {
  readonly beganAt: Date;
  readonly endedAt: Date;
  readonly samples: readonly Sample[];
  readonly events: readonly SoakEvent[];
  /** Disturbances after which what had to follow did not. */
  readonly failures: readonly string[];
  readonly judgement: SlotJudgement;
  /** Sidecars and nodes that ended although nobody here ended them. */
  readonly unplannedEnds: number;
}

export interface SoakOptions {
  readonly minutes: number;
  /** Gets each sample as it is taken, so that nothing is lost with the process. */
  readonly csvPath: string;
  readonly tell: (line: string) => void;
}

export async function soak({ minutes, csvPath, tell }: SoakOptions): Promise<SoakResult> {
  await using server = await startClusterApi();
  await using replicas = await Replicas.start({ server, namespace: "soak", replicas: PODS });
  const disturber = new Disturber(replicas);
  const samples: Sample[] = [];
  const events: SoakEvent[] = [];
  Deno.writeTextFileSync(csvPath, `${csvHead()}\n`);
  const beganAt = new Date();
  const begunMs = performance.now();
  let busy: Promise<void> = Promise.resolve();
  const failures: string[] = [];
  const disturb = async (minute: number) => {
    for (const what of disturbancesAt(minute)) {
      const told = await disturber.disturb(what).catch((error) => {
        // A finding, not an end: what the processes do afterwards is worth as much.
        const failed = `${what} went wrong: ${error instanceof Error ? error.message : error}`;
        failures.push(failed);
        return failed;
      });
      events.push({ minute, what: told });
      tell(`minute ${minute}: ${told}`);
    }
  };
  for (let tick = 1; tick <= minutes * SCRAPES_A_MINUTE; tick++) {
    await sleep(begunMs + tick * SCRAPE_INTERVAL_MS - performance.now());
    if (tick % SCRAPES_A_MINUTE !== 0) {
      await Promise.all(replicas.all.map(({ pod }) => scrape(`${pod.url}/metrics`)));
      continue;
    }
    const minute = tick / SCRAPES_A_MINUTE;
    const taken = await Promise.all(replicas.all.map((one) => takeSample(one, minute)));
    for (const sample of taken) {
      if (sample === undefined) continue;
      samples.push(sample);
      Deno.writeTextFileSync(csvPath, `${csvLine(sample)}\n`, { append: true });
    }
    tell(taken.map((one) => one === undefined ? "–" : oneLine(one)).join("  "));
    // Beside the sampling, since a hand-over may take longer than a minute.
    busy = busy.then(() => disturb(minute));
  }
  await busy;
  await replicas.untilOneForges();
  const nodeRestarts = replicas.all.reduce((sum, { pod }) => sum + pod.nodeRestarts, 0);
  const processes = new Set(samples.map(({ replica, pid }) => `${replica} ${pid}`)).size;
  return {
    beganAt,
    endedAt: new Date(),
    samples,
    events,
    failures,
    judgement: replicas.judge(),
    unplannedEnds: nodeRestarts +
      Math.max(0, processes - PODS.length - disturber.plannedRestarts),
  };
}

async function scrape(url: string): Promise<void> {
  try {
    await (await fetch(url)).text();
  } catch {
    // restarting: the next scrape finds it again
  }
}

function oneLine({ minute, replica, forges, anonymousMb, fileDescriptors, threads }: Sample) {
  return `${minute} ${replica}${forges ? "*" : ""} ${
    anonymousMb.toFixed(1)
  } MB ${fileDescriptors} fd ${threads} threads`;
}
