// Owns the Pod objects of replicas on a real API server, where no kubelet and no controller is.
// Never starts or ends a process.

import { expectStatus } from "./api_request.ts";
import type { RealApiServer } from "./apiserver.ts";

export interface PodName {
  readonly namespace: string;
  readonly name: string;
}

/** Makes a Pod on a machine that is not there, in the place of one of that name; answers its uid. */
export async function putApiPod(
  server: RealApiServer,
  { namespace, name }: PodName,
): Promise<string> {
  const pods = `/api/v1/namespaces/${namespace}/pods`;
  const force = { body: { apiVersion: "v1", kind: "DeleteOptions", gracePeriodSeconds: 0 } };
  expectStatus([200, 404], await server.request("DELETE", `${pods}/${name}`, force));
  const containers = [{ name: "cardano-node", image: "none" }];
  const answer = await server.request("POST", pods, {
    body: {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name },
      // Without a node a Pod is gone as soon as it is deleted.
      spec: { nodeName: "machine", terminationGracePeriodSeconds: 60, containers },
    },
  });
  expectStatus(201, answer);
  return answer.body.metadata.uid;
}

/** Deletes it as `kubectl delete pod` does: it stays, marked, for its grace period of 60 s and longer. */
export async function deleteApiPod(
  server: RealApiServer,
  { namespace, name }: PodName,
): Promise<void> {
  const answer = await server.request("DELETE", `/api/v1/namespaces/${namespace}/pods/${name}`);
  expectStatus(200, answer);
}
