// Owns the hidden command `simulated-node`.
// Never touches a real node: it plays one.

import { runSimulatedNode } from "../demo/simulated_node.ts";

export async function simulatedNode(args: readonly string[]): Promise<number> {
  return await runSimulatedNode(args);
}
