// Owns what a key means in the demo by hand.
// Never does it.

export type Deed =
  | "kill_sidecar"
  | "terminate_pod"
  | "lose_machine"
  | "freeze_or_thaw"
  | "cut_off_or_heal"
  | "kill_node";

export type KeyMeaning =
  | { readonly kind: "deed"; readonly deed: Deed }
  /** A replica by its number, or the next or previous one. */
  | { readonly kind: "select"; readonly index: number }
  | { readonly kind: "move"; readonly by: 1 | -1 }
  | { readonly kind: "quit" };

const DEEDS: readonly { readonly key: string; readonly deed: Deed; readonly help: string }[] = [
  { key: "k", deed: "kill_sidecar", help: "kill the sidecar" },
  { key: "n", deed: "kill_node", help: "kill the node" },
  { key: "t", deed: "terminate_pod", help: "terminate the pod" },
  { key: "m", deed: "lose_machine", help: "lose the machine" },
  { key: "f", deed: "freeze_or_thaw", help: "freeze or thaw the sidecar" },
  { key: "c", deed: "cut_off_or_heal", help: "cut off or heal its network" },
];

export const KEY_HELP = `Keys: 0 1 2 or arrows select a replica; ${
  DEEDS.map(({ key, help }) => `${key} ${help}`).join(", ")
}; q quit and see the table`;

const OTHER_KEYS: Readonly<Record<string, KeyMeaning>> = {
  q: { kind: "quit" },
  "\x03": { kind: "quit" }, // Ctrl-C, where it is not a signal
  "\x04": { kind: "quit" }, // Ctrl-D
  "\x1b[A": { kind: "move", by: -1 },
  "\x1b[B": { kind: "move", by: 1 },
  "\t": { kind: "move", by: 1 },
};

/** Keys in the order they were pressed; those without a meaning are left out. */
export function meaningsOf(input: string): readonly KeyMeaning[] {
  // deno-lint-ignore no-control-regex
  const keys = input.match(/\x1b\[[0-9;]*[A-Za-z~]|[^]/g) ?? [];
  return keys.map(meaningOf).filter((meaning) => meaning !== undefined);
}

function meaningOf(key: string): KeyMeaning | undefined {
  if (/^[0-9]$/.test(key)) return { kind: "select", index: Number(key) };
  const deed = DEEDS.find((one) => one.key === key.toLowerCase())?.deed;
  return deed === undefined ? OTHER_KEYS[key.toLowerCase()] ?? OTHER_KEYS[key] : {
    kind: "deed",
    deed,
  };
}
