// Owns running a command line as an operator does, and looking at what it printed.
// Never starts a process.

import { main } from "../../../../lib/cli/main.ts";
import type { Environment } from "../../../../lib/config.ts";
import { type ApiRequest, expectStatus, type Json } from "../../../support/api_request.ts";

export interface Ran {
  readonly code: number;
  readonly printed: string;
  readonly errors: string;
}

export async function runCommand(
  args: readonly string[],
  environment: Environment,
): Promise<Ran> {
  const printed: string[] = [];
  const errors: string[] = [];
  const code = await main(args, {
    environment: () => environment,
    print: (text) => printed.push(text),
    printError: (text) => errors.push(text),
  });
  return { code, printed: printed.join("\n"), errors: errors.join("\n") };
}

/** Without a token: for a server in this process. */
export function writePlainKubeconfig(path: string, server: string): void {
  const config = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": "x",
    clusters: [{ name: "c", cluster: { server } }],
    contexts: [{ name: "x", context: { cluster: "c", user: "u", namespace: "forge" } }],
    users: [{ name: "u", user: { token: "secret" } }],
  };
  Deno.writeTextFileSync(path, JSON.stringify(config));
}

/** Creates the object, then gives it the status that it holds, as its leader would. */
export async function put(request: ApiRequest, collection: string, object: Json): Promise<void> {
  const { status, ...others } = object;
  const { uid: _, resourceVersion: __, ...metadata } = others.metadata;
  const body = { ...others, metadata };
  expectStatus(201, await request("POST", collection, { body }));
  if (status !== undefined) await report(request, `${collection}/${metadata.name}`, status);
}

export async function report(request: ApiRequest, path: string, status: Json): Promise<void> {
  expectStatus(
    200,
    await request("PATCH", `${path}/status`, {
      body: { status },
      contentType: "application/merge-patch+json",
    }),
  );
}
