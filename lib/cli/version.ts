// Owns the command `version`.
// Never looks anything up: what it prints was built in.

import { VERSION } from "../version.ts";
import { EXIT, type Terminal } from "./command.ts";

export function version(_args: readonly string[], terminal: Terminal): Promise<number> {
  terminal.print(`cardano-forge-manager ${VERSION} (Deno ${Deno.version.deno})`);
  return Promise.resolve(EXIT.ok);
}
