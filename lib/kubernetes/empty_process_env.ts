// Owns an empty process.env, imported before any npm package that looks into it.
// Never touches Deno.env, which has the real one.

import process from "node:process";

// Packages below @kubernetes/client-node list the whole environment when they load. The manager's
// isolate may read some names only, so listing is refused there, and they need none of it.
Object.defineProperty(process, "env", { value: {}, writable: true, configurable: true });

// One of them still uses Node's punycode; the warning about it would stand between our log lines.
Object.defineProperty(process, "noDeprecation", { value: true, writable: true });
