// Owns `deno run --allow-all tests/simulation/profile.ts [one|several] [SEEDS]`: where simulated time goes.
// Never keeps the profile: it prints the shares of files and functions.

import inspector from "node:inspector";
import { type KindName, KINDS } from "./kinds.ts";
import { Tally } from "./tally.ts";

interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** Seeds run before, until the compiler has settled. */
const WARM_UP = 50;

async function main([kind = "one", seeds = "400"]: readonly string[]): Promise<void> {
  const { run } = KINDS[kind as KindName];
  for (let seed = 1; seed <= WARM_UP; seed++) run(seed, {});
  const session = new inspector.Session();
  session.connect();
  const post = <T>(method: string, parameters = {}) =>
    new Promise<T>((resolve, reject) =>
      session.post(
        method as never,
        parameters as never,
        ((error: Error | null, result: T) => error ? reject(error) : resolve(result)) as never,
      )
    );
  await post("Profiler.enable");
  await post("Profiler.setSamplingInterval", { interval: 200 });
  await post("Profiler.start");
  const tally = new Tally();
  const began = performance.now();
  for (let seed = 1; seed <= Number(seeds); seed++) tally.add(run(seed, {}));
  tally.busyMs = performance.now() - began;
  const { profile } = await post<{ profile: Profile }>("Profiler.stop");
  console.log(`${tally.hoursPerCoreSecond.toFixed(1)} simulated hours a second, while watched`);
  console.log(shares(profile, ({ url, functionName }) => fileOf(url) || functionName, 18));
  console.log(shares(profile, ({ url, functionName }) => `${functionName} ${fileOf(url)}`, 25));
}

function fileOf(url: string): string {
  return url.split("/").slice(-3).join("/");
}

function shares(
  { nodes, samples, timeDeltas }: Profile,
  name: (frame: Profile["nodes"][number]["callFrame"]) => string,
  most: number,
): string {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, name(callFrame)]));
  const times = new Map<string, number>();
  let whole = 0;
  for (const [index, id] of samples.entries()) {
    const one = names.get(id) ?? "";
    const ms = timeDeltas[index] ?? 0;
    whole += ms;
    times.set(one, (times.get(one) ?? 0) + ms);
  }
  return [...times].toSorted((a, b) => b[1] - a[1]).slice(0, most)
    .map(([one, ms]) => `${(100 * ms / whole).toFixed(1).padStart(5)} %  ${one}`).join("\n");
}

if (import.meta.main) await main(Deno.args);
