// Owns running kubeconform against schemas made from what a real API server says of its resources.
// Never fetches a schema from elsewhere.

import type { Json } from "./api_request.ts";
import type { RealApiServer } from "./apiserver.ts";
import { realProgram } from "./real_program.ts";

const KUBECONFORM = realProgram("kubeconform");
export const haveKubeconform: boolean = KUBECONFORM !== undefined;

/** Writes a schema for each kind into a folder; with no property besides those that it names. */
export async function writeSchemas(
  server: RealApiServer,
  { folder, waitFor }: { readonly folder: string; readonly waitFor: readonly string[] },
): Promise<void> {
  const definitions = await publishedDefinitions(server, waitFor);
  const text = JSON.stringify({ definitions: strict(definitions) });
  await Deno.writeTextFile(`${folder}/_definitions.json`, text);
  for (const [name, definition] of Object.entries<Json>(definitions)) {
    for (const { group, version, kind } of definition["x-kubernetes-group-version-kind"] ?? []) {
      // As kubeconform names it: the core group is called by its version, kinds in small letters.
      const file = `${group === "" ? version : group}_${version}_${kind.toLowerCase()}`;
      const schema = { $ref: `_definitions.json#/definitions/${name}` };
      await Deno.writeTextFile(`${folder}/${file}.json`, JSON.stringify(schema));
    }
  }
}

/** What is wrong with these objects; empty: nothing. */
export async function kubeconform(folder: string, objects: readonly Json[]): Promise<string[]> {
  const file = `${folder}/objects.yaml`;
  await Deno.writeTextFile(file, objects.map((object) => JSON.stringify(object)).join("\n---\n"));
  const location = `${folder}/{{ .Group }}_{{ .ResourceAPIVersion }}_{{ .ResourceKind }}.json`;
  const command = new Deno.Command(KUBECONFORM ?? "kubeconform", {
    args: ["-strict", "-output", "json", "-schema-location", location, file],
  });
  const { stdout, stderr } = await command.output();
  const text = new TextDecoder().decode(stdout);
  if (text === "") throw new Error(`kubeconform: ${new TextDecoder().decode(stderr)}`);
  const { resources = [] } = JSON.parse(text) as Json;
  return resources.map(({ kind, name, status, msg }: Json) => `${kind} ${name}: ${status} ${msg}`);
}

/** CRDs are published a moment after they are established. */
async function publishedDefinitions(
  server: RealApiServer,
  kinds: readonly string[],
): Promise<Json> {
  for (;;) {
    const { status, body } = await server.request("GET", "/openapi/v2");
    if (status !== 200) throw new Error(`GET /openapi/v2: HTTP ${status}`);
    const found = new Set(
      Object.values<Json>(body.definitions)
        .flatMap((one) => one["x-kubernetes-group-version-kind"] ?? [])
        .map(({ kind }: Json) => kind),
    );
    if (kinds.every((kind) => found.has(kind))) return body.definitions;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Swagger's references and types as JSON Schema has them, and nothing allowed that is not named. */
function strict(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(strict);
  if (schema === null || typeof schema !== "object") return schema;
  if (schema.format === "int-or-string" || schema["x-kubernetes-int-or-string"] === true) {
    return { type: ["integer", "string"] };
  }
  const entries = Object.entries(schema).map(([key, value]) => [key, strict(value)]);
  const copy: Json = Object.fromEntries(entries);
  if (typeof copy.$ref === "string") return { $ref: copy.$ref };
  const isClosed = typeof copy.properties === "object" && copy.type === "object" &&
    copy.additionalProperties === undefined &&
    copy["x-kubernetes-preserve-unknown-fields"] !== true;
  return isClosed ? { ...copy, additionalProperties: false } : copy;
}
