// Owns the requests for CardanoForgeCluster: read, list, watch, create, report, and an operator's edits.
// Never decides by one: core/policy.ts does, and never overwrites a spec by itself.

import type { ApiRequest, RequestLimits } from "./api_request.ts";
import { FIELD_MANAGER } from "./cardano_leader.ts";
import type { ApiClient } from "./client.ts";
import { type CollectionWatchOptions, type Selector, watchObjects } from "./collection_watch.ts";
import { malformed, type RequestFailure } from "./failure.ts";
import { FORGE_CLUSTER_KIND, type ForgeCluster, parseForgeCluster } from "./forge_cluster_parse.ts";
import { foreignField, type NewForgeCluster } from "./forge_cluster_spec.ts";
import type { ForgeClusterStatus } from "./forge_cluster_status.ts";
import { isObject, type JsonObject } from "./json_shape.ts";
import { resourcePath } from "./resource_path.ts";

export interface ForgeClusterCollection {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly namespace: string;
}

/** The server does not know the type: the definitions are not installed there. */
export interface NoCrd {
  readonly kind: "no_crd";
}

export type ForgeClusterAnswer =
  | { readonly kind: "cluster"; readonly cluster: ForgeCluster }
  | NoCrd
  | RequestFailure;

export type ForgeClusterList =
  | { readonly kind: "clusters"; readonly clusters: readonly ForgeCluster[] }
  | NoCrd
  | RequestFailure;

/** What had to be done to have it. */
export type EnsuredForgeCluster =
  | {
    readonly kind: "cluster";
    readonly cluster: ForgeCluster;
    readonly done: "found" | "created" | "labelled";
  }
  /** The name is taken by another pool's or network's, as this field of it says: leave it alone. */
  | { readonly kind: "foreign"; readonly cluster: ForgeCluster; readonly field: string }
  | NoCrd
  | RequestFailure;

export interface EditOptions extends RequestLimits {
  /** `conflict` unless it is still this one. */
  readonly resourceVersion?: string;
  /** The server checks everything and changes nothing. */
  readonly dryRun?: boolean;
}

export type ForgeClusterWatchOptions = Omit<
  CollectionWatchOptions<ForgeCluster>,
  "client" | "path" | "parse" | "subject" | "selects"
>;

export interface ForgeClusterApi {
  read(name: string, limits: RequestLimits): Promise<ForgeClusterAnswer>;
  list(selector: Selector, limits: RequestLimits): Promise<ForgeClusterList>;
  /** Resolves when its signal ends it. A type that is not known is a failure `not_found`. */
  watch(options: ForgeClusterWatchOptions): Promise<void>;
  /** `conflict` when it exists. With the spec last seen, it brings back one that was deleted. */
  create(cluster: NewForgeCluster, limits: RequestLimits): Promise<ForgeClusterAnswer>;
  /** Reads it, creates it where it is absent, and adds labels that it lacks: others find it by them. */
  ensure(cluster: NewForgeCluster, limits: RequestLimits): Promise<EnsuredForgeCluster>;
  /**
   * Server-side apply, forced: the leader's word replaces the former leader's. With a resourceVersion
   * it is a `conflict` when anything was written since, so that a late word replaces no newer one.
   */
  applyStatus(
    name: string,
    status: ForgeClusterStatus,
    options: RequestLimits & { readonly resourceVersion?: string },
  ): Promise<ForgeClusterAnswer>;
  /** Merge patch, as `kubectl patch --type=merge` would: null removes a field. */
  patchSpec(name: string, spec: JsonObject, options: EditOptions): Promise<ForgeClusterAnswer>;
}

export function forgeClusterApi(
  client: ApiClient,
  collection: ForgeClusterCollection,
): ForgeClusterApi {
  const { group, version, plural, namespace } = collection;
  const apiVersion = `${group}/${version}`;
  const collectionPath = resourcePath(collection);
  const pathOf = (name: string) => resourcePath({ ...collection, name });
  const identityOf = (name: string) => ({
    apiVersion,
    kind: FORGE_CLUSTER_KIND,
    metadata: { name, namespace },
  });
  const parse = (value: unknown) => parseForgeCluster(value, { apiVersion });

  async function send(name: string, request: ApiRequest): Promise<ForgeClusterAnswer> {
    const answer = await client.request(request);
    if (answer.kind !== "ok") return typeUnknown(answer) ? { kind: "no_crd" } : answer;
    const cluster = parse(answer.body);
    if (cluster?.name === name) return { kind: "cluster", cluster };
    return malformed(`${request.verb} ${plural} ${namespace}/${name}`, "not that object");
  }

  function mergePatch(
    name: string,
    body: JsonObject,
    { dryRun = false, resourceVersion: _, ...limits }: EditOptions,
  ): Promise<ForgeClusterAnswer> {
    return send(name, {
      ...limits,
      verb: "patch",
      path: pathOf(name),
      contentType: "application/merge-patch+json",
      ...(dryRun ? { query: { dryRun: "All" } } : {}),
      body,
    });
  }

  const api: ForgeClusterApi = {
    read: (name, limits) => send(name, { ...limits, verb: "get", path: pathOf(name) }),
    async list(selector, limits) {
      const query = { ...selector };
      const answer = await client.request({ ...limits, verb: "list", path: collectionPath, query });
      if (answer.kind !== "ok") return typeUnknown(answer) ? { kind: "no_crd" } : answer;
      const { body } = answer;
      const items = isObject(body) && Array.isArray(body.items) ? body.items.map(parse) : undefined;
      if (items === undefined || items.includes(undefined)) {
        return malformed(`list ${plural} ${namespace}`, "not a list of them");
      }
      return { kind: "clusters", clusters: items as ForgeCluster[] };
    },
    watch: (options) => watchObjects({ ...options, client, path: collectionPath, parse }),
    create({ name, labels, spec }, limits) {
      const { metadata, ...identity } = identityOf(name);
      const body = { ...identity, metadata: { ...metadata, labels }, spec };
      return send(name, { ...limits, verb: "create", path: collectionPath, body });
    },
    async ensure(cluster, limits) {
      const { name, labels } = cluster;
      let found: ForgeClusterAnswer = await api.read(name, limits);
      if (found.kind === "not_found") {
        const created = await api.create(cluster, limits);
        if (created.kind === "cluster") return { ...created, done: "created" };
        if (created.kind !== "conflict") return created;
        found = await api.read(name, limits); // another replica was first
      }
      if (found.kind !== "cluster") return found;
      const field = foreignField(found.cluster, cluster);
      if (field !== undefined) return { kind: "foreign", cluster: found.cluster, field };
      const missing = Object.entries(labels).filter(([label]) => !(label in found.cluster.labels));
      if (missing.length === 0) return { ...found, done: "found" };
      const metadata = { labels: Object.fromEntries(missing) };
      const labelled = await mergePatch(name, { metadata }, limits);
      return labelled.kind === "cluster" ? { ...labelled, done: "labelled" } : labelled;
    },
    applyStatus(name, status, { resourceVersion, ...limits }) {
      const { metadata, ...identity } = identityOf(name);
      return send(name, {
        ...limits,
        verb: "patch",
        path: resourcePath({ ...collection, name, subresource: "status" }),
        query: { fieldManager: FIELD_MANAGER, force: "true" },
        contentType: "application/apply-patch+yaml",
        body: { ...identity, metadata: { ...metadata, ...precondition(resourceVersion) }, status },
      });
    },
    patchSpec(name, spec, options) {
      const metadata = precondition(options.resourceVersion);
      const isBound = options.resourceVersion !== undefined;
      return mergePatch(name, { ...(isBound ? { metadata } : {}), spec }, options);
    },
  };
  return api;
}

function precondition(resourceVersion: string | undefined): { resourceVersion?: string } {
  return resourceVersion === undefined ? {} : { resourceVersion };
}

/** Of an unknown type the server answers in plain text, of an absent object with a Status. */
function typeUnknown({ kind, reason }: RequestFailure): boolean {
  return kind === "not_found" && reason !== "NotFound";
}
