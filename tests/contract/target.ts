// Owns the two servers that every contract case runs against, and what a case may do with them.
// Never holds a case.

import { CUSTOM_RESOURCES, startEmulator } from "../../lib/demo/emulator.ts";
import { CUSTOM_RESOURCE_DEFINITIONS } from "../../lib/kubernetes/crds.ts";
import { type ApiRequest, type Json, requestJson } from "../support/api_request.ts";
import { startApiServer } from "../support/apiserver.ts";

export interface Target extends AsyncDisposable {
  readonly request: ApiRequest;
  fetch(path: string, init?: RequestInit): Promise<Response>;
  createNamespace(name: string): Promise<void>;
  /** After this a watch from any earlier resourceVersion is too old. */
  forgetHistory(): Promise<void>;
}

/** A case in a namespace of its own. */
export interface Scene {
  readonly target: Target;
  readonly request: ApiRequest;
  /** Collection paths. */
  readonly leases: string;
  readonly leaders: string;
  readonly pods: string;
  readonly events: string;
}

export type Cases = Readonly<Record<string, (scene: Scene) => Promise<void>>>;

/** Both servers get this one alone, so that the case of a missing CRD is one. */
const INSTALLED = "cardanoleaders";

export async function startEmulatedTarget(): Promise<Target> {
  const emulator = await startEmulator({
    customResources: CUSTOM_RESOURCES.filter(({ plural }) => plural === INSTALLED),
  });
  const client = Deno.createHttpClient({});
  const send = (path: string, init: RequestInit = {}) =>
    fetch(`${emulator.url}${path}`, { ...init, client } as RequestInit);
  return {
    request: (method, path, options = {}) => requestJson(send, { method, path, ...options }),
    fetch: send,
    createNamespace: () => Promise.resolve(),
    forgetHistory: () => Promise.resolve(emulator.compact()),
    [Symbol.asyncDispose]: async () => {
      client.close();
      await emulator.stop();
    },
  };
}

export async function startRealTarget(): Promise<Target> {
  const server = await startApiServer({
    crds: CUSTOM_RESOURCE_DEFINITIONS.filter(({ metadata }) =>
      metadata.name === `${INSTALLED}.cardano.io`
    ),
  });
  return {
    request: server.request,
    fetch: server.fetch,
    createNamespace: server.createNamespace,
    // Its watch cache starts anew, at the present.
    forgetHistory: server.restart,
    [Symbol.asyncDispose]: server.stop,
  };
}

export async function setScene(target: Target, namespace: string): Promise<Scene> {
  await target.createNamespace(namespace);
  return {
    target,
    request: target.request,
    leases: `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`,
    leaders: `/apis/cardano.io/v1/namespaces/${namespace}/cardanoleaders`,
    pods: `/api/v1/namespaces/${namespace}/pods`,
    events: `/apis/events.k8s.io/v1/namespaces/${namespace}/events`,
  };
}

export function lease(name: string, spec: Json = {}, metadata: Json = {}): Json {
  return {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: { name, ...metadata },
    spec,
  };
}

export function leader(name: string, fields: Json = {}): Json {
  return { apiVersion: "cardano.io/v1", kind: "CardanoLeader", metadata: { name }, ...fields };
}
