// Owns the proof that only a listening socket counts as a node that is up.
// Never waits.

import { assertEquals } from "@std/assert";
import { socketAccepts } from "../../../lib/guard/node_socket.ts";

Deno.test("socketAccepts() tells a listener from a file left behind, from none and from nonsense", async () => {
  const dir = Deno.makeTempDirSync();
  const path = `${dir}/node.socket`;
  assertEquals(await socketAccepts(path, { timeoutMs: 5000 }), "absent");
  const listener = Deno.listen({ transport: "unix", path });
  assertEquals(await socketAccepts(path, { timeoutMs: 5000 }), "accepts");
  (await listener.accept()).close();
  Deno.linkSync(path, `${dir}/left-behind`); // closing removes the file, being killed does not
  listener.close();
  assertEquals(await socketAccepts(`${dir}/left-behind`, { timeoutMs: 5000 }), "refuses");
  Deno.writeTextFileSync(`${dir}/file`, "");
  assertEquals(await socketAccepts(`${dir}/file`, { timeoutMs: 5000 }), "refuses");
  assertEquals(await socketAccepts(`${dir}/file/x`, { timeoutMs: 5000 }), "unusable");
  assertEquals(await socketAccepts(`/${"x".repeat(200)}`, { timeoutMs: 5000 }), "unusable");
  Deno.removeSync(dir, { recursive: true });
});
