// Owns a health endpoint of a cluster whose answers can be changed at run time.
// Never answers by chance: flapping takes turns.

import { sleep } from "../../lib/sleep.ts";

export type HealthMode =
  | "ok"
  | "fail"
  /** A good answer and a failure by turns. */
  | "flap"
  /** Takes the request and never answers. */
  | "hang"
  | { readonly slowMs: number };

export interface HealthEndpoint extends AsyncDisposable {
  readonly url: string;
  setMode(mode: HealthMode): void;
  /** How many calls were under way at once. */
  openAtOnceMax(): number;
}

export function startHealthEndpoint(): HealthEndpoint {
  let mode: HealthMode = "ok";
  let calls = 0;
  let open = 0;
  let openAtOnceMax = 0;
  const ended = Promise.withResolvers<void>();

  async function answer(request: Request): Promise<Response> {
    calls += 1;
    if (mode === "hang") await Promise.race([gone(request), ended.promise]);
    if (typeof mode === "object") await sleep(mode.slowMs);
    const isWell = mode === "flap" ? calls % 2 === 0 : mode !== "fail";
    return new Response(isWell ? "well\n" : "ill\n", { status: isWell ? 200 : 503 });
  }

  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (call) => {
      open += 1;
      openAtOnceMax = Math.max(openAtOnceMax, open);
      try {
        return await answer(call);
      } finally {
        open -= 1;
      }
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}/health`,
    setMode: (next) => void (mode = next),
    openAtOnceMax: () => openAtOnceMax,
    [Symbol.asyncDispose]: async () => {
      ended.resolve();
      await server.shutdown();
    },
  };
}

function gone({ signal }: Request): Promise<void> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
}
