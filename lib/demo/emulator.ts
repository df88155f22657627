// Owns an API server in this process, for the demo and for tests: the part of Kubernetes the
// program uses, answering as the real one does (tests/contract holds both to the same cases).
// Never checks who asks: no TLS, no authentication, no RBAC; every namespace exists; custom
// resources have no schema, so that nothing in them is pruned, defaulted or refused.

import { answer, failureResponse } from "./emulator/http.ts";
import { listenBroken, type NetworkListener, type NetworkMode } from "./emulator/listener.ts";
import { BUILT_IN_RESOURCES, CUSTOM_RESOURCES, type Resource } from "./emulator/resources.ts";
import { Store } from "./emulator/store.ts";
import { Watches } from "./emulator/watch.ts";
import { Writes } from "./emulator/writes.ts";

export { CUSTOM_RESOURCES, failureResponse };
export type { NetworkListener, NetworkMode, Resource, Store };

export interface EmulatedRequest {
  readonly method: string;
  readonly path: string;
  readonly searchParams: URLSearchParams;
  /** Name given to `listen()`, where the request came by such an address. */
  readonly listener: string | undefined;
}

export interface EmulatorOptions {
  /** Sees each request; an answer of its own takes the place of the emulator's, and nothing is written. */
  readonly onRequest?: (
    request: EmulatedRequest,
  ) => Response | undefined | Promise<Response | undefined>;
  /** Served beside Leases and Events; all of the project's by default. */
  readonly customResources?: readonly Resource[];
}

export interface Emulator extends AsyncDisposable {
  readonly url: string;
  /** What is stored, to look at without a request. */
  readonly store: Store;
  /** One more address of the same store, whose network can be broken at run time. */
  listen(name: string): NetworkListener;
  /** Forgets the history: a watch from an earlier resourceVersion gets 410. */
  compact(): void;
  stop(): Promise<void>;
}

export function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const { onRequest, customResources = CUSTOM_RESOURCES } = options;
  const store = new Store();
  const watches = new Watches(store);
  const writes = new Writes(store, {
    now: () => new Date(),
    randomUuid: () => crypto.randomUUID(),
  });
  const resources = [...BUILT_IN_RESOURCES, ...customResources];
  const listeners: NetworkListener[] = [];
  const listenerOfPort = new Map<number, string>();
  const ended = new AbortController();

  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    signal: ended.signal,
    onListen: () => {},
  }, async (request, { remoteAddr }) => {
    const { pathname, searchParams } = new URL(request.url);
    const { port } = remoteAddr as Deno.NetAddr;
    const own = await onRequest?.({
      method: request.method,
      path: pathname,
      searchParams,
      listener: listenerOfPort.get(port),
    });
    return own ?? await answer({ resources, store, writes, watches }, request);
  });

  async function stop(): Promise<void> {
    for (const listener of listeners) listener.stop();
    watches.endAll();
    ended.abort();
    await server.finished;
  }

  return Promise.resolve({
    url: `http://127.0.0.1:${server.addr.port}`,
    store,
    listen(name) {
      const listener = listenBroken({
        upstreamPort: server.addr.port,
        onConnect: (port) => listenerOfPort.set(port, name),
      });
      listeners.push(listener);
      return listener;
    },
    compact: () => store.compact(),
    stop,
    [Symbol.asyncDispose]: stop,
  });
}
