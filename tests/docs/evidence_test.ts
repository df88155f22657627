// Owns the proof that every report of docs/evidence is found by its index, and says where its figures come from.
// Never judges a figure.

import { assertEquals } from "@std/assert";
import { readDocuments, ROOT } from "./documents.ts";

const FOLDER = "docs/evidence/";
const INDEX = `${FOLDER}README.md`;
/** Without these nobody can make it again. */
const ORIGINS = ["commit", "machine", "command"];

const documents = readDocuments().filter(({ path }) => path.startsWith(FOLDER));
const linked = new Set(
  documents.find(({ path }) => path === INDEX)?.links.map(({ target }) => FOLDER + target),
);

for (const { path } of documents.filter(({ path }) => path !== INDEX)) {
  Deno.test(`${path} is linked by the index, and says what made it`, () => {
    const text = Deno.readTextFileSync(`${ROOT}${path}`);
    assertEquals(linked.has(path), true, `link it in ${INDEX}`);
    const missing = ORIGINS.filter((name) => !new RegExp(`^\\| ${name} +\\|`, "m").test(text));
    assertEquals(missing, [], "rows of the head that tests/support/report_head.ts writes");
    assertEquals(text.includes("A quick look"), false, "a report of `--quick` is no evidence");
  });
}
