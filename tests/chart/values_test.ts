// Owns the check that values.yaml, its schema and the charts' READMEs name the same values.
// Never renders anything.

import { assertEquals } from "@std/assert";
import { load } from "js-yaml";
import { CHARTS, describedValues, withValues } from "../../tools/chart_readme.ts";
import type { Json } from "../support/api_request.ts";

for (const chart of CHARTS) {
  const name = chart.pathname.split("/").at(-2);
  const text = Deno.readTextFileSync(new URL("values.yaml", chart));
  const schema = JSON.parse(Deno.readTextFileSync(new URL("values.schema.json", chart)));
  const values = load(text) as Json;

  Deno.test(`the README of ${name} lists the values that values.yaml has`, () => {
    const readme = Deno.readTextFileSync(new URL("README.md", chart));
    assertEquals(readme, withValues(readme, text), "run `deno task tables`");
  });

  Deno.test(`every value of ${name} is in its schema, and the other way round`, () => {
    const known = closedKeys(schema, schema, "");
    // What may be left out of values.yaml, since a probe has it only where somebody sets it.
    const optional =
      /^healthChecks\.forgeManager\.\w+\.(httpGet\.(scheme|host|httpHeaders)|terminationGracePeriodSeconds)$|^persistence\.retentionPolicy\./;
    assertEquals(known.filter((key) => !has(values, key) && !optional.test(key)), []);
  });

  Deno.test(`every value of ${name} has a meaning`, () => {
    const described = describedValues(text).map(({ key }) => key);
    const missing = leaves(values, schema, schema, "")
      .filter((leaf) => !described.some((key) => leaf === key || leaf.startsWith(`${key}.`)));
    assertEquals(missing, []);
  });
}

function resolve(schema: Json, root: Json): Json {
  return schema?.$ref === undefined ? schema : root.definitions[schema.$ref.split("/").at(-1)];
}

/** Every key that the schema names. */
function closedKeys(schema: Json, root: Json, prefix: string): string[] {
  const { properties = {} } = resolve(schema, root);
  return Object.entries(properties).flatMap(([key, of]) => {
    if (prefix === "" && key === "global") return []; // shared with other charts
    return [`${prefix}${key}`, ...closedKeys(of, root, `${prefix}${key}.`)];
  });
}

function has(values: Json, key: string): boolean {
  let at = values;
  for (const step of key.split(".")) {
    if (at === null || typeof at !== "object" || !(step in at)) return false;
    at = at[step];
  }
  return true;
}

/** Keys down to where the schema lets anything in. One that it does not know is refused by helm. */
function leaves(values: Json, schema: Json, root: Json, prefix: string): string[] {
  const { properties } = resolve(schema, root);
  if (properties === undefined) return [prefix.slice(0, -1)];
  return Object.entries(values).flatMap(([key, value]) =>
    leaves(value, properties[key] ?? {}, root, `${prefix}${key}.`)
  );
}
