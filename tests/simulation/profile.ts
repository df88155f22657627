// Owns the sampling of a run by V8's own profiler, and its shares by file and by function.
// Never keeps the profile itself.

import inspector from "node:inspector";

interface CallFrame {
  readonly functionName: string;
  readonly url: string;
}

export interface Profile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: CallFrame }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const SAMPLE_US = 200;

export async function profileOf(task: () => void): Promise<Profile> {
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
  await post("Profiler.setSamplingInterval", { interval: SAMPLE_US });
  await post("Profiler.start");
  task();
  const { profile } = await post<{ profile: Profile }>("Profiler.stop");
  session.disconnect();
  return profile;
}

/** Names and their shares of the whole, the largest first; what the profiler itself takes is left out. */
export function shares(
  { nodes, samples, timeDeltas }: Profile,
  by: "file" | "function",
): [string, string][] {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame, by)]));
  const times = new Map<string, number>();
  let whole = 0;
  for (const [index, id] of samples.entries()) {
    const name = names.get(id);
    if (name === undefined) continue;
    const took = timeDeltas[index] ?? 0;
    whole += took;
    times.set(name, (times.get(name) ?? 0) + took);
  }
  return [...times].toSorted((a, b) => b[1] - a[1])
    .map(([name, took]) => [name, `${(100 * took / whole).toFixed(1)} %`]);
}

function nameOf({ url, functionName }: CallFrame, by: "file" | "function"): string | undefined {
  const file = /\/((?:lib|tests)\/.*)$/.exec(url)?.[1];
  if (file === undefined) return url === "" && functionName !== "" ? functionName : undefined;
  return by === "file" ? `\`${file}\`` : `\`${functionName}\` of \`${file}\``;
}
