// Owns what one context of a kubeconfig comes to, checked: server, trust, identity.
// Never reads a file: paths in it count from its folder and are left to the reader.

import type { Cluster, User } from "@kubernetes/client-node";
import { ClusterAccessError } from "./access.ts";
import type { ExecSpec } from "./exec_plugin.ts";
import { isNonEmptyString, isObject, type JsonObject } from "./json_shape.ts";

/** Contents given in the kubeconfig itself, or a path to them. Contents win, as in kubectl. */
export type Source =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "file"; readonly path: string };

export interface KubeconfigEntry {
  readonly server: string;
  readonly namespace: string | undefined;
  readonly proxyUrl: string | undefined;
  readonly ca: Source | undefined;
  readonly clientCertificate: { readonly cert: Source; readonly key: Source } | undefined;
  readonly token: Source | undefined;
  readonly exec: ExecSpec | undefined;
  /** Headers that do not change: basic authentication, impersonation. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface EntryParts {
  readonly cluster: Cluster;
  readonly user: User | null;
  /** The same user as written, for what the package drops. */
  readonly rawUser: JsonObject;
  /** The same for the cluster. */
  readonly namespace: string | undefined;
  /** Folder of the kubeconfig, from which its paths count. */
  readonly folder: string;
}

export function kubeconfigEntry(parts: EntryParts): KubeconfigEntry {
  const { cluster, user, rawUser, folder } = parts;
  refuseWhatCannotWork(parts);
  const source = (data: string | null | undefined, path: unknown): Source | undefined => {
    if (isNonEmptyString(data)) return { kind: "text", text: decodeBase64(data) };
    return isNonEmptyString(path) ? { kind: "file", path: pathFrom(folder, path) } : undefined;
  };
  const cert = source(user?.certData, user?.certFile);
  const key = source(user?.keyData, user?.keyFile);
  if ((cert === undefined) !== (key === undefined)) {
    throw new ClusterAccessError(
      `User ${user?.name} has a client certificate or its key, not both`,
    );
  }
  const ca = source(cluster.caData, cluster.caFile);
  return {
    server: cluster.server.replace(/\/+$/, ""),
    namespace: parts.namespace,
    proxyUrl: isNonEmptyString(cluster.proxyUrl) ? cluster.proxyUrl : undefined,
    ca,
    clientCertificate: cert === undefined || key === undefined ? undefined : { cert, key },
    // The package knows token-file only; kubectl writes tokenFile.
    token: isNonEmptyString(user?.token)
      ? { kind: "text", text: user.token }
      : source(undefined, rawUser.tokenFile),
    exec: isObject(user?.exec) ? execSpec(user.exec, { cluster, folder, ca }) : undefined,
    headers: fixedHeaders(user),
  };
}

function refuseWhatCannotWork({ cluster, user }: EntryParts): void {
  const at = `Cluster ${cluster.name} of the kubeconfig`;
  if (cluster.skipTLSVerify) {
    throw new ClusterAccessError(
      `${at} says insecure-skip-tls-verify, which cannot work here, because this program has no ` +
        "way to trust an unknown certificate: give certificate-authority or " +
        "certificate-authority-data",
    );
  }
  if (isNonEmptyString(cluster.tlsServerName)) {
    throw new ClusterAccessError(
      `${at} says tls-server-name, which cannot work here, because certificates are always ` +
        `checked for the host of the server: use a server address that its certificate names`,
    );
  }
  if (!/^https?:\/\/[^/]/.test(cluster.server)) {
    throw new ClusterAccessError(`${at} has server ${cluster.server}, which is no http(s) address`);
  }
  if (isObject(user?.authProvider)) {
    throw new ClusterAccessError(
      `User ${user.name} of the kubeconfig says auth-provider, which cannot work here, because ` +
        "Kubernetes has given these up: use an exec plugin",
    );
  }
}

function execSpec(
  exec: JsonObject,
  options: { readonly cluster: Cluster; readonly folder: string; readonly ca: Source | undefined },
): ExecSpec {
  const { cluster, folder, ca } = options;
  if (!isNonEmptyString(exec.command)) {
    throw new ClusterAccessError("The exec plugin of the kubeconfig has no command");
  }
  if (exec.interactiveMode === "Always") {
    throw new ClusterAccessError(
      `The exec plugin ${exec.command} wants a terminal (interactiveMode Always), which a daemon ` +
        "does not have",
    );
  }
  const env: Record<string, string> = {};
  for (const entry of Array.isArray(exec.env) ? exec.env : []) {
    if (isObject(entry) && isNonEmptyString(entry.name)) {
      env[entry.name] = String(entry.value ?? "");
    }
  }
  const caData = ca?.kind === "text" ? { "certificate-authority-data": cluster.caData ?? "" } : {};
  return {
    apiVersion: isNonEmptyString(exec.apiVersion)
      ? exec.apiVersion
      : "client.authentication.k8s.io/v1",
    command: exec.command.includes("/") ? pathFrom(folder, exec.command) : exec.command,
    args: Array.isArray(exec.args) ? exec.args.map(String) : [],
    env,
    cluster: exec.provideClusterInfo === true ? { server: cluster.server, ...caData } : undefined,
  };
}

function fixedHeaders(user: User | null): Record<string, string> {
  const headers: Record<string, string> = {};
  if (isNonEmptyString(user?.username)) {
    // In UTF-8, as kubectl sends them; btoa takes characters up to 255 only.
    const pair = new TextEncoder().encode(`${user.username}:${user.password ?? ""}`);
    headers.authorization = `Basic ${btoa(String.fromCharCode(...pair))}`;
  }
  if (isNonEmptyString(user?.impersonateUser)) headers["impersonate-user"] = user.impersonateUser;
  return headers;
}

function decodeBase64(data: string): string {
  try {
    return atob(data.replace(/\s+/g, ""));
  } catch (cause) {
    throw new ClusterAccessError("A …-data field of the kubeconfig is not base64", { cause });
  }
}

function pathFrom(folder: string, path: string): string {
  return path.startsWith("/") ? path : `${folder}/${path}`;
}
