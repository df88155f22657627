// Owns access by the pod's own service account: token, certificate authority and address.
// Never keeps a token beyond a few seconds, since the kubelet replaces it.

import {
  type Clock,
  type ClusterAccess,
  ClusterAccessError,
  type ClusterSettings,
  type TlsMaterial,
} from "./access.ts";
import { CachedFile } from "./cached_file.ts";

type InClusterSettings = Extract<ClusterSettings, { kind: "in_cluster" }>;

export async function openInCluster(
  settings: InClusterSettings,
  options: { readonly clock: Clock },
): Promise<ClusterAccess> {
  const token = new CachedFile(settings.tokenPath, options);
  const ca = new CachedFile(settings.caPath, options);
  try {
    await token.read();
    await ca.read();
  } catch (cause) {
    throw new ClusterAccessError(
      `No service account to reach the API with: ${(cause as Error).message}; ` +
        `check the pod's automountServiceAccountToken, or set KUBECONFIG`,
      { cause },
    );
  }
  let tls: TlsMaterial | undefined;
  return {
    server: `https://${bracketed(settings.host)}:${settings.port}`,
    origin: "service account",
    namespace: undefined,
    async credentials({ isRejected }) {
      const [tokenText, caText] = await Promise.all([
        token.read({ isStale: isRejected }),
        ca.read({ isStale: isRejected }),
      ]);
      if (tls?.caCerts[0] !== caText) tls = { caCerts: [caText] };
      return { headers: { authorization: `Bearer ${tokenText.trim()}` }, tls };
    },
  };
}

function bracketed(host: string): string {
  return host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
}
