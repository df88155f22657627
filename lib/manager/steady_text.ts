// Owns words about this replica and its cluster that change only with what they are about.
// Never shows seconds that pass, or processes that come and go: in a status each change is a write.

import type { UnfitVerdict } from "../core/guard_verdicts.ts";

/** The policy and the guard say for how long and in how long; /status shows that, a status must not. */
export function steady(text: string): string {
  return text.replaceAll(/\bfor \d+ s\b/g, "for a while").replaceAll(/\bin \d+ s\b/g, "soon");
}

/** Why this replica may not lead. */
export function unfitText({ code, message }: UnfitVerdict): string {
  // What was seen instead changes with every process: /status lists it.
  if (code === "node_not_found") return "no process was identified as the node, see /status";
  return steady(message);
}
