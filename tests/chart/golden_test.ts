// Owns the comparison of every example with what it rendered to when somebody last read it.
// Never judges: a change of a golden file is for the reader of the change. UPDATE=1 writes them anew.

import { assertEquals } from "@std/assert";
import { dump } from "js-yaml";
import type { Json } from "../support/api_request.ts";
import { exampleArgs, EXAMPLES, helmTest, NODE_CHART, render } from "../support/helm.ts";

const folder = new URL("golden/", import.meta.url);
const isUpdate = Deno.env.get("UPDATE") === "1";

for (const name of EXAMPLES) {
  helmTest(`example ${name} renders what its golden file says`, async () => {
    const text = golden(await render(NODE_CHART, exampleArgs(name)));
    const file = new URL(name, folder);
    if (isUpdate) await Deno.writeTextFile(file, text);
    assertEquals(text, await Deno.readTextFile(file), "read the change; then UPDATE=1 writes it");
  });
}

Deno.test("there is no golden file without an example", () => {
  assertEquals([...Deno.readDirSync(folder)].map((file) => file.name).sort(), EXAMPLES);
});

/** One form for all versions of helm. Alerts and dashboard have tests of their own. */
function golden(objects: readonly Json[]): string {
  const ordered = objects.toSorted((a, b) => key(a) < key(b) ? -1 : 1);
  return ordered.map((object) => dump(withoutFiles(object), { sortKeys: true, lineWidth: 100 }))
    .join("---\n");
}

function key({ kind, metadata }: Json): string {
  return `${kind} ${metadata.namespace} ${metadata.name}`;
}

function withoutFiles(object: Json): Json {
  if (object.kind === "PrometheusRule") return { ...object, spec: "files/alerts.yaml" };
  if (!object.metadata.name.endsWith("-dashboard")) return object;
  return { ...object, data: "files/dashboard.json" };
}
