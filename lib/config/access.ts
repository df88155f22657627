// Owns which API server is meant: the pod's own, or one of a kubeconfig.
// Never reads a token or a kubeconfig.

import type { SettingReader } from "./reader.ts";

export type KubernetesAccess =
  | {
    readonly kind: "in_cluster";
    readonly host: string;
    readonly port: number;
    readonly tokenPath: string;
    readonly caPath: string;
  }
  | { readonly kind: "kubeconfig"; readonly path: string; readonly context: string | undefined };

export interface AccessOptions {
  readonly fileExists: (path: string) => boolean;
}

/** KUBECONFIG wins; then the cluster we run in; then ~/.kube/config where that file exists. */
export function readAccess(reader: SettingReader, options: AccessOptions): KubernetesAccess {
  const context = reader.text("KUBE_CONTEXT");
  const path = reader.text("KUBECONFIG");
  if (path !== undefined) {
    if (path.includes(":")) reader.problem("KUBECONFIG", "the path of one file, not a list");
    return { kind: "kubeconfig", path, context };
  }
  const host = reader.given("KUBERNETES_SERVICE_HOST");
  if (host !== undefined) return inCluster(reader, host);
  const home = reader.given("HOME");
  const homePath = home === undefined ? undefined : `${home}/.kube/config`;
  if (homePath !== undefined && options.fileExists(homePath)) {
    return { kind: "kubeconfig", path: reader.derive("KUBECONFIG", homePath), context };
  }
  if (reader.allWell("KUBECONFIG")) {
    reader.problem(
      "KUBECONFIG",
      "the path of a kubeconfig, since this is no pod (KUBERNETES_SERVICE_HOST is not set) and " +
        "there is no ~/.kube/config",
    );
  }
  return { kind: "kubeconfig", path: "", context };
}

function inCluster(reader: SettingReader, host: string): KubernetesAccess {
  if (reader.given("KUBE_CONTEXT") !== undefined) {
    reader.warnings.push({
      name: "KUBE_CONTEXT",
      message: "has no effect in a pod without KUBECONFIG, which uses its service account",
    });
  }
  const portText = reader.given("KUBERNETES_SERVICE_PORT_HTTPS") ??
    reader.given("KUBERNETES_SERVICE_PORT") ?? "443";
  const port = Number(portText);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    reader.problems.push({
      name: "KUBERNETES_SERVICE_PORT",
      value: portText,
      allowed: "a whole number from 1 to 65535 (set by Kubernetes itself)",
    });
  }
  const folder = reader.text("KUBERNETES_SERVICE_ACCOUNT_DIR") ?? "";
  return {
    kind: "in_cluster",
    host,
    port,
    tokenPath: `${folder}/token`,
    caPath: `${folder}/ca.crt`,
  };
}
