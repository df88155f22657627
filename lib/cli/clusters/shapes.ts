// Owns what may follow the commands that read and steer clusters.
// Never loads what they are made of: the command line knows their arguments before it knows them.

import { KUBERNETES_NAME } from "../../config/settings.ts";
import type { ArgumentShape, Flag } from "../arguments.ts";

const NAMESPACE = { pattern: KUBERNETES_NAME, allowed: "the name of a namespace" };
const REASON = {
  pattern: /^(?=.*\S)[^\p{Cc}]{1,255}$/u,
  allowed: "1 to 255 characters on one line",
};
const DURATION = { pattern: /^[1-9][0-9]{0,5}[smh]$/, allowed: "a duration like 30s, 45m, 2h" };

const WHERE = ([
  {
    name: "--namespace",
    short: "-n",
    value: "NAME",
    form: NAMESPACE,
    meaning: "namespace of the CardanoForgeClusters (COORDINATION_NAMESPACE, or the context's)",
  },
  { name: "--context", value: "NAME", meaning: "context of the kubeconfig" },
  {
    name: "--kubeconfig",
    value: "PATH",
    meaning: "instead of COORDINATION_KUBECONFIG, KUBECONFIG or ~/.kube/config",
  },
  {
    name: "--pool",
    value: "POOL",
    meaning: "where several pools share the namespace: id, idHex or ticker",
  },
  { name: "--network", value: "NETWORK", meaning: "where several networks do" },
] satisfies Flag[]).map((flag): Flag => ({ ...flag, isCommon: true }));

const DRY_RUN: Flag = {
  name: "--dry-run",
  meaning: "print the plan, have the API server check it, and change nothing",
};

export const STATUS: ArgumentShape = {
  name: "status",
  flags: [
    {
      name: "--output",
      short: "-o",
      value: "FORMAT",
      form: { pattern: /^(json|yaml)$/, allowed: "json, yaml" },
      meaning: "json or yaml instead of a table",
    },
    { name: "--watch", short: "-w", meaning: "go on, and print again what changed" },
    ...WHERE,
  ],
};

export const FAILOVER: ArgumentShape = {
  name: "failover",
  flags: [
    { name: "--to", value: "REGION", isRequired: true, meaning: "who is to forge: region or name" },
    {
      name: "--reason",
      value: "TEXT",
      isRequired: true,
      form: REASON,
      meaning: "why, for whoever looks at the cluster later",
    },
    {
      name: "--for",
      value: "DURATION",
      form: DURATION,
      meaning: "when it ends by itself, such as 30s, 45m, 2h; without it restore ends it",
    },
    { name: "--force", meaning: "also to a cluster that is silent or not ready" },
    DRY_RUN,
    ...WHERE,
  ],
};

export const RESTORE: ArgumentShape = { name: "restore", flags: [DRY_RUN, ...WHERE] };

export const DISABLE: ArgumentShape = {
  name: "disable",
  operand: "REGION",
  flags: [
    { name: "--all", meaning: "every cluster of the pool: nobody forges any more" },
    DRY_RUN,
    ...WHERE,
  ],
};

export const ENABLE: ArgumentShape = {
  name: "enable",
  operand: "REGION",
  flags: [DRY_RUN, ...WHERE],
};
