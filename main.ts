// Owns the program's start and end: arguments and terminal in, exit code out.
// Never does anything else: lib/cli does.

import { main } from "./lib/cli/main.ts";
import { readEnvironment } from "./lib/config.ts";

const code = await main(Deno.args, {
  environment: readEnvironment,
  print: (text) => console.log(text),
  printError: (text) => console.error(text),
});
Deno.exit(code);
