// Owns reading, creating and reporting into one CardanoLeader resource.
// Never decides anything by it: it tells people, and nothing reads it to elect.

import type { ApiRequest, RequestLimits } from "./api_request.ts";
import type { ApiClient } from "./client.ts";
import { malformed, type RequestFailure } from "./failure.ts";
import { isNonEmptyString, isObject } from "./json_shape.ts";
import { type CardanoLeaderStatus, parseLeaderStatus } from "./leader_status.ts";
import { resourcePath } from "./resource_path.ts";

export const FIELD_MANAGER = "cardano-forge-manager";

export interface CardanoLeader {
  readonly kind: "leader";
  readonly uid?: string;
  readonly generation: number | undefined;
  readonly resourceVersion: string;
  /** Undefined while nobody wrote one, or one of another shape (an older manager's). */
  readonly status: CardanoLeaderStatus | undefined;
}

/** `no_crd`: the cluster does not know the type; warn once and do without. */
export type CardanoLeaderAnswer = CardanoLeader | { readonly kind: "no_crd" } | RequestFailure;

export interface CardanoLeaderName {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly namespace: string;
  readonly name: string;
}

export interface CardanoLeaderApi {
  /** Reads it, and creates it where it is absent. */
  ensure(limits: RequestLimits): Promise<CardanoLeaderAnswer>;
  /**
   * Server-side apply, forced: the leader's word replaces the former leader's. With a resourceVersion
   * it is a `conflict` when anything was written since, so that a late word replaces no newer one.
   */
  applyStatus(
    status: CardanoLeaderStatus,
    options: RequestLimits & { readonly resourceVersion?: string | undefined },
  ): Promise<CardanoLeaderAnswer>;
}

export function cardanoLeaderApi(client: ApiClient, resource: CardanoLeaderName): CardanoLeaderApi {
  const { group, version, plural, namespace, name } = resource;
  const collection = resourcePath({ group, version, namespace, plural });
  const path = resourcePath(resource);
  const identity = {
    apiVersion: `${group}/${version}`,
    kind: "CardanoLeader",
    metadata: { name, namespace },
  };

  async function send(request: ApiRequest): Promise<CardanoLeader | RequestFailure> {
    const answer = await client.request(request);
    if (answer.kind !== "ok") return answer;
    const leader = parseLeader(answer.body, name);
    return leader ?? malformed(`${request.verb} ${plural} ${namespace}/${name}`, "not that object");
  }

  async function create(limits: RequestLimits): Promise<CardanoLeaderAnswer> {
    const body = { ...identity, spec: {} };
    const created = await send({ ...limits, verb: "create", path: collection, body });
    switch (created.kind) {
      case "not_found":
        return { kind: "no_crd" };
      case "conflict": // another replica was first
        return await send({ ...limits, verb: "get", path });
      default:
        return created;
    }
  }

  return {
    async ensure(limits) {
      const found = await send({ ...limits, verb: "get", path });
      if (found.kind !== "not_found") return found;
      // Of an unknown type the server answers in plain text, of an absent object with a Status.
      return found.reason === "NotFound" ? await create(limits) : { kind: "no_crd" };
    },
    async applyStatus(status, { resourceVersion, ...limits }) {
      const metadata = { ...identity.metadata, ...(resourceVersion && { resourceVersion }) };
      const applied = await send({
        ...limits,
        verb: "patch",
        path: resourcePath({ ...resource, subresource: "status" }),
        query: { fieldManager: FIELD_MANAGER, force: "true" },
        contentType: "application/apply-patch+yaml",
        body: { ...identity, metadata, status },
      });
      const isTypeUnknown = applied.kind === "not_found" && applied.reason !== "NotFound";
      return isTypeUnknown ? { kind: "no_crd" } : applied;
    },
  };
}

function parseLeader(value: unknown, name: string): CardanoLeader | undefined {
  if (!isObject(value) || !isObject(value.metadata)) return undefined;
  const { metadata, status } = value;
  if (metadata.name !== name || !isNonEmptyString(metadata.resourceVersion)) return undefined;
  const generation = Number.isSafeInteger(metadata.generation)
    ? metadata.generation as number
    : undefined;
  const { resourceVersion, uid } = metadata;
  const known = { generation, resourceVersion, status: parseLeaderStatus(status) };
  return { kind: "leader", ...(isNonEmptyString(uid) ? { uid } : {}), ...known };
}
