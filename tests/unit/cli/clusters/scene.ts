// Owns an API server in this process with clusters on it, and command lines against it.
// Never judges what they print.

import { wallTime } from "../../../../lib/core/time.ts";
import { type EmulatedRequest, startEmulator } from "../../../../lib/demo/emulator.ts";
import { type ApiRequest, type Json, requestJson } from "../../../support/api_request.ts";
import { objectOf, type ObjectSketch } from "./objects.ts";
import { put, runCommand, writePlainKubeconfig } from "./terminal.ts";

export const COLLECTION = "/apis/cardano.io/v1/namespaces/forge/cardanoforgeclusters";

export interface Scene extends AsyncDisposable {
  readonly request: ApiRequest;
  readonly env: Readonly<Record<string, string>>;
  run(line: string): ReturnType<typeof runCommand>;
  spec(name: string): Promise<Json>;
}

export async function scene(
  clusters: Readonly<Record<string, ObjectSketch>>,
  onRequest?: (request: EmulatedRequest) => Response | undefined | Promise<Response | undefined>,
): Promise<Scene> {
  const emulator = await startEmulator(onRequest === undefined ? {} : { onRequest });
  const dir = Deno.makeTempDirSync();
  writePlainKubeconfig(`${dir}/config`, emulator.url);
  const client = Deno.createHttpClient({});
  const send = (path: string, init: RequestInit) =>
    fetch(`${emulator.url}${path}`, { ...init, client } as RequestInit);
  const request: ApiRequest = (method, path, o = {}) => requestJson(send, { method, path, ...o });
  const now = wallTime(Date.now());
  for (const [name, sketch] of Object.entries(clusters)) {
    await put(request, COLLECTION, objectOf(name, sketch, now));
  }
  const env = { KUBECONFIG: `${dir}/config` };
  return {
    request,
    env,
    run: (line) => runCommand(line.split(" "), env),
    spec: async (name) => (await request("GET", `${COLLECTION}/${name}`)).body.spec,
    async [Symbol.asyncDispose]() {
      client.close();
      await emulator.stop();
      Deno.removeSync(dir, { recursive: true });
    },
  };
}

export const TWO: Readonly<Record<string, ObjectSketch>> = {
  us: { priority: 1, forging: true },
  eu: { priority: 2 },
};
