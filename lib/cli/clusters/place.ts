// Owns where an operator's command looks for clusters: by its flags, then the environment.
// Never opens a file or a connection.

import { SettingReader } from "../../config/reader.ts";
import type { SettingName } from "../../config/settings.ts";
import type { ConfigProblem, Environment } from "../../config.ts";
import type { Arguments } from "../arguments.ts";

export interface Place {
  readonly kubeconfig: string;
  readonly context: string | undefined;
  /** Undefined: the one that the context names. */
  readonly namespace: string | undefined;
  readonly resource: { readonly group: string; readonly version: string; readonly plural: string };
  /** From here on a cluster counts as absent. */
  readonly staleAfterMs: number;
  readonly pool: string | undefined;
  readonly network: string | undefined;
}

export type PlaceReading =
  | { readonly kind: "place"; readonly place: Place }
  | { readonly kind: "wrong"; readonly problems: readonly ConfigProblem[] };

const USED: readonly SettingName[] = [
  "COORDINATION_KUBECONFIG",
  "COORDINATION_CONTEXT",
  "COORDINATION_NAMESPACE",
  "KUBECONFIG",
  "KUBE_CONTEXT",
  "CLUSTER_CRD_GROUP",
  "CLUSTER_CRD_VERSION",
  "CLUSTER_CRD_PLURAL",
  "CLUSTER_STALE_AFTER",
];

export function readPlace(env: Environment, { flags }: Arguments): PlaceReading {
  const reader = new SettingReader(env);
  const coordination = reader.text("COORDINATION_KUBECONFIG");
  const home = reader.given("HOME");
  const given = flags.get("--kubeconfig");
  const kubeconfig = given ?? coordination ?? reader.text("KUBECONFIG") ??
    (home === undefined ? undefined : `${home}/.kube/config`);
  // Context and namespace in the environment belong to the kubeconfig there.
  const isCoordination = given === undefined && coordination !== undefined;
  const problems = reader.problems.filter(({ name }) => (USED as readonly string[]).includes(name));
  if (kubeconfig === undefined || kubeconfig.includes(":")) {
    const allowed = "the path of one kubeconfig, which --kubeconfig can give too";
    problems.push({ name: "KUBECONFIG", value: kubeconfig, allowed });
  }
  if (problems.length > 0) return { kind: "wrong", problems };
  const context = given !== undefined
    ? undefined
    : reader.text(isCoordination ? "COORDINATION_CONTEXT" : "KUBE_CONTEXT");
  return {
    kind: "place",
    place: {
      kubeconfig: kubeconfig ?? "",
      context: flags.get("--context") ?? context,
      namespace: flags.get("--namespace") ??
        (given === undefined ? reader.text("COORDINATION_NAMESPACE") : undefined),
      resource: {
        group: reader.text("CLUSTER_CRD_GROUP") ?? "",
        version: reader.text("CLUSTER_CRD_VERSION") ?? "",
        plural: reader.text("CLUSTER_CRD_PLURAL") ?? "",
      },
      staleAfterMs: reader.number("CLUSTER_STALE_AFTER"),
      pool: flags.get("--pool"),
      network: flags.get("--network"),
    },
  };
}
