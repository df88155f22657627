// Owns the check that docs/reference.md says what the code does.
// Never rewrites it.

import { assertEquals } from "@std/assert";
import { VERSION } from "../../lib/version.ts";
import { withTables } from "../../tools/tables.ts";

const root = new URL("../../", import.meta.url);

Deno.test("docs/reference.md lists the settings and metrics that the code has", () => {
  const reference = Deno.readTextFileSync(new URL("docs/reference.md", root));
  assertEquals(squeezed(reference), squeezed(withTables(reference)), "run `deno task tables`");
});

/** Without the padding that deno fmt gives to the columns of a table. */
function squeezed(text: string): string {
  return text.replaceAll(/ +/g, " ").replaceAll(/-{3,}/g, "---").replaceAll(/\n+/g, "\n");
}

Deno.test("VERSION is the version in deno.json", () => {
  const { version } = JSON.parse(Deno.readTextFileSync(new URL("deno.json", root)));
  assertEquals(VERSION, version);
});
