// Owns the two requests of an operator's command: all clusters of a namespace, and one edit of one.
// Never retries, and never asks for anything but CardanoForgeClusters.

import { openCluster } from "../../kubernetes/access.ts";
import { ApiClient } from "../../kubernetes/client.ts";
import { malformed, type RequestFailure } from "../../kubernetes/failure.ts";
import { type ForgeClusterApi, forgeClusterApi } from "../../kubernetes/forge_cluster.ts";
import { isObject } from "../../kubernetes/json_shape.ts";
import { resourcePath } from "../../kubernetes/resource_path.ts";
import { USER_AGENT } from "../../version.ts";
import { type ClusterEdit, patchOf } from "./edit.ts";
import { type ListedCluster, listedCluster } from "./listed_cluster.ts";
import type { Place } from "./place.ts";

export const REQUEST_TIMEOUT_MS = 10_000;

export interface ClusterStore {
  /** Where the clusters are: flag, environment, context, or `default`. */
  readonly namespace: string;
  readonly server: string;
  /** For a watch. */
  readonly api: ForgeClusterApi;
  list(): Promise<{ readonly kind: "listed"; readonly clusters: ListedCluster[] } | RequestFailure>;
  /** `conflict` when it is not what `cluster` says any more. */
  write(
    edit: ClusterEdit,
    options: { readonly resourceVersion: string; readonly dryRun: boolean },
  ): Promise<{ readonly kind: "written" } | RequestFailure>;
  close(): void;
}

/** Throws a ClusterAccessError, whose message is for the user. */
export async function openStore(place: Place): Promise<ClusterStore> {
  const clock = { monotonicMs: () => performance.now(), wallMs: () => Date.now() };
  const { kubeconfig: path, context, resource: { group, version, plural } } = place;
  const access = await openCluster({ kind: "kubeconfig", path, context }, { clock });
  const client = new ApiClient({ access, userAgent: USER_AGENT, clock });
  const namespace = place.namespace ?? access.namespace ?? "default";
  const collection = { group, version, plural, namespace };
  const collectionPath = resourcePath(collection);
  const apiVersion = `${group}/${version}`;
  const limits = { timeoutMs: REQUEST_TIMEOUT_MS };

  return {
    namespace,
    server: client.server,
    api: forgeClusterApi(client, collection),
    async list() {
      const answer = await client.request({ verb: "list", path: collectionPath, ...limits });
      if (answer.kind === "not_found" && answer.reason !== "NotFound") {
        return { ...answer, message: `${answer.message}: ${plural}.${group} is not installed` };
      }
      if (answer.kind !== "ok") return answer;
      const items = isObject(answer.body) && Array.isArray(answer.body.items)
        ? answer.body.items.map((item) => listedCluster(item, { apiVersion }))
        : [undefined];
      const clusters = items.filter((one) => one !== undefined);
      return clusters.length === items.length
        ? { kind: "listed", clusters }
        : malformed(`list ${plural} ${namespace}`, "not a list of them");
    },
    async write(edit, { resourceVersion, dryRun }) {
      const { metadata = {}, ...rest } = patchOf(edit);
      const body = { metadata: { ...metadata as object, resourceVersion }, ...rest };
      const answer = await client.request({
        ...limits,
        verb: "patch",
        path: resourcePath({ ...collection, name: edit.name }),
        contentType: "application/merge-patch+json",
        ...(dryRun ? { query: { dryRun: "All" } } : {}),
        body,
      });
      return answer.kind === "ok" ? { kind: "written" } : answer;
    },
    close: () => client.close(),
  };
}
