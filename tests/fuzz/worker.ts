// Owns running batches of targets beside whoever watches that they go on.
// Never decides how long: it runs what it is asked for.

import { fuzz } from "./run.ts";
import { TARGETS } from "./targets.ts";

export interface Batch {
  readonly target: string;
  readonly seed: number;
  readonly runs: number;
}

const scope = self as unknown as {
  onmessage: (event: MessageEvent<Batch>) => void;
  postMessage(message: unknown): void;
};

scope.onmessage = async ({ data: { target: name, seed, runs } }) => {
  const target = TARGETS.find((one) => one.name === name);
  if (target === undefined) throw new Error(`Cannot fuzz ${name}: no such target`);
  scope.postMessage(await fuzz(target, { seed, runs }));
};
