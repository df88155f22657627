// Owns a stand-in for the manager's isolate: it opens a cluster and lists leases with what it may use.
// Never has more permissions than the test gives it.

import { type ClusterSettings, openCluster } from "../../lib/kubernetes/access.ts";
import { ApiClient } from "../../lib/kubernetes/client.ts";
import { leasesPath } from "../../lib/kubernetes/lease.ts";

declare const self: {
  onmessage: ((event: MessageEvent<ClusterSettings>) => void) | null;
  postMessage(message: unknown): void;
};

const clock = { monotonicMs: () => performance.now(), wallMs: () => Date.now() };

self.onmessage = async ({ data }) => {
  try {
    const access = await openCluster(data, { clock });
    const client = new ApiClient({ access, userAgent: "cardano-forge-manager/test", clock });
    const path = leasesPath("default");
    const answer = await client.request({ verb: "list", path, timeoutMs: 10_000 });
    client.close();
    self.postMessage(answer.kind === "ok" ? "ok" : answer.message);
  } catch (error) {
    self.postMessage(String(error));
  }
};
