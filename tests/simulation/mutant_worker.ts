// Owns one isolate that hunts mutants, one after another.
// Never decides which: mutants_main.ts does.

import { ALL_MUTANTS, type Hunt, hunt } from "./mutation.ts";

export interface HuntOrder {
  readonly name: string;
  readonly seedsMax: number;
}

declare const self: {
  onmessage: (message: MessageEvent<HuntOrder>) => void;
  postMessage(hunt: Hunt): void;
};

self.onmessage = async ({ data: { name, seedsMax } }) => {
  const mutant = ALL_MUTANTS.find((one) => one.name === name);
  if (mutant === undefined) throw new Error(`No mutant goes by the name "${name}"`);
  self.postMessage(await hunt(mutant, { seedsMax }));
};
