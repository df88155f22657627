// Owns the way of a plan to the API server: look, plan, tell, write; and again when somebody else wrote.
// Never writes what was not told, and never over what was not seen.

import { wallTime } from "../../core/time.ts";
import { type RequestFailure } from "../../kubernetes/failure.ts";
import { errorText } from "../../log.ts";
import type { Arguments } from "../arguments.ts";
import { EXIT, type Terminal } from "../command.ts";
import { problemText } from "../configuration.ts";
import { choosePool } from "./choice.ts";
import { type Place, readPlace } from "./place.ts";
import type { Plan } from "./plan.ts";
import { planText } from "./plan_text.ts";
import type { Pool } from "./pools.ts";
import { type ClusterStore, openStore } from "./store.ts";
import { type PoolView, viewOf } from "./view.ts";

/** Leaders write their status every few seconds, which is a conflict too. */
const ATTEMPTS_MAX = 8;

export interface Undertaking {
  /** Such as "Failover". */
  readonly title: string;
  readonly plan: (view: PoolView) => Plan;
  /** What to look at when it is done. */
  readonly next: readonly string[];
}

export async function carryOut(
  args: Arguments,
  undertaking: Undertaking,
  terminal: Terminal,
): Promise<number> {
  return await withStore(args, terminal, async (store, place) => {
    const dryRun = args.flags.has("--dry-run");
    const written = new Set<string>();
    let told = "";
    for (let attempt = 1;; attempt++) {
      const look = await lookAt(store, place);
      if (look.kind === "failed") return gaveUp(look.why, { written, terminal });
      const plan = undertaking.plan(look.view);
      if (plan.kind === "refused") {
        const why = `Cannot ${undertaking.title.toLowerCase()}: ${plan.why}`;
        return gaveUp(why, { written, terminal });
      }
      const title = `${undertaking.title} of ${look.pool.title} on ${look.pool.network}`;
      const text = planText(plan, { title, place, namespace: store.namespace });
      if (text !== told && written.size === 0) terminal.print(text);
      told = text;
      if (plan.edits.length === 0 && written.size === 0) return EXIT.ok;
      const outcome = await writeAll(plan, { pool: look.pool, store, dryRun, written });
      if (outcome === "done") {
        if (dryRun) terminal.print("\nDry run: nothing was changed; the API server would take it");
        else {terminal.print(`\nDone. Next:\n${
            undertaking.next.map((line) => `  ${line}`).join("\n")
          }`);}
        return EXIT.ok;
      }
      const isRetried = outcome.kind === "conflict" || outcome.kind === "not_found";
      if (!isRetried || attempt >= ATTEMPTS_MAX) {
        return gaveUp(outcome.message, { written, terminal });
      }
    }
  });
}

/** Opens what the arguments and the environment name; says why where it cannot. */
export async function withStore(
  args: Arguments,
  terminal: Terminal,
  use: (store: ClusterStore, place: Place) => Promise<number>,
): Promise<number> {
  const reading = readPlace(terminal.environment(), args);
  if (reading.kind === "wrong") {
    terminal.printError(problemText(reading.problems));
    return EXIT.configuration;
  }
  let store: ClusterStore;
  try {
    store = await openStore(reading.place);
  } catch (error) {
    terminal.printError(errorText(error));
    return EXIT.failed;
  }
  try {
    return await use(store, reading.place);
  } finally {
    store.close();
  }
}

type Look =
  | { readonly kind: "seen"; readonly pool: Pool; readonly view: PoolView }
  | { readonly kind: "failed"; readonly why: string };

async function lookAt(store: ClusterStore, place: Place): Promise<Look> {
  const listed = await store.list();
  if (listed.kind !== "listed") return { kind: "failed", why: listed.message };
  const choice = choosePool(listed.clusters, { ...place, namespace: store.namespace });
  if (choice.kind !== "pool") return { kind: "failed", why: choice.why };
  const { staleAfterMs } = place;
  const view = viewOf(choice.pool, { now: wallTime(Date.now()), staleAfterMs });
  return { kind: "seen", pool: choice.pool, view };
}

async function writeAll(
  { edits }: Extract<Plan, { kind: "plan" }>,
  { pool, store, dryRun, written }: {
    readonly pool: Pool;
    readonly store: ClusterStore;
    readonly dryRun: boolean;
    readonly written: Set<string>;
  },
): Promise<"done" | RequestFailure> {
  for (const edit of edits) {
    const seen = pool.clusters.find(({ cluster }) => cluster.name === edit.name);
    const resourceVersion = seen?.cluster.resourceVersion ?? "";
    const answer = await store.write(edit, { resourceVersion, dryRun });
    if (answer.kind !== "written") return answer;
    if (!dryRun) written.add(edit.name);
  }
  return "done";
}

function gaveUp(
  why: string,
  { written, terminal }: { readonly written: ReadonlySet<string>; readonly terminal: Terminal },
): number {
  terminal.printError(why);
  if (written.size > 0) {
    terminal.printError(`Written before that: ${[...written].join(", ")}; see status, then again`);
  }
  return EXIT.failed;
}
