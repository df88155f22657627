// Owns `status --watch`: the clusters as they change, printed when there is news.
// Never asks again and again: it watches, and lets time pass.

import { wallTime } from "../../core/time.ts";
import type { CollectionReport } from "../../kubernetes/collection_watch.ts";
import { sleep } from "../../sleep.ts";
import type { ForgeCluster } from "../../kubernetes/forge_cluster_parse.ts";
import type { Terminal } from "../command.ts";
import type { Place } from "./place.ts";
import { poolsOf } from "./pools.ts";
import { reportOf } from "./report.ts";
import { newsKey, type StatusFormat, statusText } from "./status_text.ts";
import { type ClusterStore, REQUEST_TIMEOUT_MS } from "./store.ts";

/** A leader that changes much in one instant is told once. */
const GATHER_MS = 200;
const LOOK_MS = 60_000;

export interface FollowOptions {
  readonly place: Place;
  readonly format: StatusFormat;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

/** Resolves when its signal ends it. */
export async function followStatus(
  store: ClusterStore,
  { place, format, terminal, signal }: FollowOptions,
): Promise<void> {
  const clusters = new Map<string, ForgeCluster>();
  let isListed = false;
  let told = "";
  let timer: ReturnType<typeof setTimeout> | undefined;

  function tell(): void {
    const listed = [...clusters.values()].map((cluster) => ({ cluster, mark: undefined }));
    const { report, changesInMs = LOOK_MS } = reportOf(poolsOf(listed, place), {
      namespace: store.namespace,
      now: wallTime(Date.now()),
      staleAfterMs: place.staleAfterMs,
    });
    const key = newsKey(report);
    if (key !== told) {
      const heading = format === "table" ? `${told === "" ? "" : "\n"}${report.at}\n` : "";
      terminal.print(heading + statusText(report, format));
      told = key;
    }
    tellIn(Math.min(Math.max(changesInMs, GATHER_MS), LOOK_MS));
  }

  function tellIn(ms: number): void {
    clearTimeout(timer);
    timer = setTimeout(tell, ms);
  }

  function take(report: CollectionReport<ForgeCluster>): void {
    switch (report.kind) {
      case "listed":
        isListed = true;
        clusters.clear();
        for (const object of report.objects) clusters.set(object.name, object);
        break;
      case "upserted":
        clusters.set(report.object.name, report.object);
        break;
      case "deleted":
        clusters.delete(report.name);
        break;
      case "connected":
        return;
      case "failed":
        terminal.printError(
          `${report.failure.message}; again in ${Math.ceil(report.retryInMs / 1_000)} s`,
        );
        return;
    }
    if (isListed) tellIn(GATHER_MS);
  }

  await store.api.watch({
    selector: {},
    onReport: take,
    timeoutMs: REQUEST_TIMEOUT_MS,
    signal,
    random: Math.random,
    sleep,
  });
  clearTimeout(timer);
}
