// Owns the command `demo`.
// Never needs a cluster or a setting.

import { EXIT, type Terminal } from "./command.ts";

export function demo(_args: readonly string[], terminal: Terminal): Promise<number> {
  terminal.printError("The demo is not in this version yet"); // TODO(#3): call lib/demo
  return Promise.resolve(EXIT.internal);
}
