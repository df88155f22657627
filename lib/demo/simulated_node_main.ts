// Owns the simulated node's entry point where the program runs from source.
// Never imported: the compiled binary reaches the same through its hidden subcommand.

import { runSimulatedNode } from "./simulated_node.ts";

Deno.exit(await runSimulatedNode(Deno.args));
