// Owns the command `crds`.
// Never talks to a cluster: its output is for kubectl.

import { crdsYaml } from "../kubernetes/crds.ts";
import { EXIT, type Terminal } from "./command.ts";

export function crds(_args: readonly string[], terminal: Terminal): Promise<number> {
  terminal.print(crdsYaml().trimEnd());
  return Promise.resolve(EXIT.ok);
}
