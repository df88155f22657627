// Owns what is expected of the ports that servers are started on here.
// Never listens outside of loopback.

import { assert, assertEquals } from "@std/assert";
import { freePort } from "../../../lib/demo/free_port.ts";

const HOSTNAME = "127.0.0.1";
/** Prints as many as it is asked for, as another process of ours would get them. */
const ASKS = `
import { freePort } from ${JSON.stringify(import.meta.resolve("../../../lib/demo/free_port.ts"))};
console.log(Array.from({ length: 50 }, freePort).join(" "));
`;

Deno.test("a port is not given once more while its server is yet to start", () => {
  const given = Array.from({ length: 500 }, freePort);
  assertEquals(new Set(given).size, given.length);
});

Deno.test("a port on which something listens is passed over", () => {
  const next = freePort() + 1;
  using _listener = Deno.listen({ hostname: HOSTNAME, port: next });
  assert(freePort() > next);
});

Deno.test("two processes are never given the same, though neither listens yet", async () => {
  const ours = new Set(Array.from({ length: 50 }, freePort));
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--allow-net",
      "--no-check",
      "--no-lock",
      `data:text/typescript,${encodeURIComponent(ASKS)}`,
    ],
  }).output();
  const theirs = new TextDecoder().decode(stdout).trim().split(" ").map(Number);
  assertEquals(theirs.length, 50);
  assert(theirs.every((port) => port > 0 && !ours.has(port)));
});
