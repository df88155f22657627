// Owns what every way into a cluster has in common: where its API is and what proves who we are.
// Never sends a request.

import { assertNever } from "../core/assert_never.ts";
import { openInCluster } from "./in_cluster.ts";

/** Both clocks that access needs: one for "how old is what we read", one for a credential's end. */
export interface Clock {
  monotonicMs(): number;
  /** Milliseconds since the Unix epoch. */
  wallMs(): number;
}

/** What connections to the API server are made with. The same object as long as nothing changed. */
export interface TlsMaterial {
  /** PEM. Trusted in addition to the public roots: Deno offers no way to trust only these. */
  readonly caCerts: readonly string[];
  /** PEM of a client certificate and its key. */
  readonly clientCertificate?: { readonly cert: string; readonly key: string };
  readonly proxyUrl?: string;
}

export interface Credentials {
  /** Authorization and the like; never logged. */
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: TlsMaterial;
}

export interface ClusterAccess {
  /** Base URL without a trailing slash. */
  readonly server: string;
  /** How the cluster was found, for people. */
  readonly origin: string;
  /** Namespace that a kubeconfig's context names. */
  readonly namespace: string | undefined;
  /**
   * Cheap: files are read again at most every few seconds. `isRejected` says that the last ones were
   * answered by 401, so that everything is read, or a plugin run, at once.
   */
  credentials(options: { readonly isRejected: boolean }): Promise<Credentials>;
}

/** Where the API is. What Config.kubernetes holds. */
export type ClusterSettings =
  | {
    readonly kind: "in_cluster";
    readonly host: string;
    readonly port: number;
    readonly tokenPath: string;
    readonly caPath: string;
  }
  | { readonly kind: "kubeconfig"; readonly path: string; readonly context: string | undefined };

/** The settings lead to no cluster. Its message is for the user, who must change something. */
export class ClusterAccessError extends Error {
  override readonly name = "ClusterAccessError";
}

/**
 * Throws a ClusterAccessError when the settings cannot work at all; a cluster that does not answer
 * is found out by the first request.
 */
export async function openCluster(
  settings: ClusterSettings,
  options: { readonly clock: Clock },
): Promise<ClusterAccess> {
  switch (settings.kind) {
    case "in_cluster":
      return await openInCluster(settings, options);
    case "kubeconfig": {
      // Loaded only here: a pod never needs it, nor the packages behind it.
      const { openKubeconfig } = await import("./kubeconfig.ts");
      return await openKubeconfig(settings, options);
    }
    default:
      return assertNever(settings);
  }
}
