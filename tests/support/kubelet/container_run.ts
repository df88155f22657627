// Owns what one container of a rendered pod runs: program, arguments, environment, mounts and user.
// Never passes over a field that it does not know: that would be a pod other than the rendered one.

import type { V1Container, V1EnvVar, V1PodSpec } from "@kubernetes/client-node";
import { type BindMount, containerCommand } from "../container.ts";
import { SERVICE_HOST, SERVICE_PORT } from "./pod_network.ts";

/** What an image brings. */
export interface Image {
  readonly root: string;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export interface ContainerRunOptions {
  readonly pod: V1PodSpec;
  readonly image: Image;
  /** Folder of each volume by its name. */
  readonly volumes: ReadonlyMap<string, string>;
  /** Of the pod, by field path. */
  readonly field: (path: string) => string;
}

/** What is carried out, and what means nothing to one pod on one machine. */
const KNOWN = new Set(
  ("name image command args env ports volumeMounts securityContext startupProbe readinessProbe " +
    "livenessProbe restartPolicy imagePullPolicy resources terminationMessagePath " +
    "terminationMessagePolicy").split(" "),
);

export function containerRun(
  container: V1Container,
  { pod, image, volumes, field }: ContainerRunOptions,
): { readonly command: string; readonly args: readonly string[] } {
  const unknown = Object.keys(container).filter((key) => !KNOWN.has(key));
  if (unknown.length > 0) {
    throw new Error(`Cannot run container ${container.name}: ${unknown} is not known here`);
  }
  const security = { ...pod.securityContext, ...container.securityContext };
  const { runAsUser: uid, runAsGroup: gid, fsGroup } = security;
  if (uid === undefined || gid === undefined) {
    throw new Error(`Cannot run container ${container.name}: whose user and group is not said`);
  }
  const env = { ...image.env, ...environment(container.env ?? [], field) };
  const own = container.args?.map((text) => expand(text, env));
  const command = container.command?.map((text) => expand(text, env)) ?? image.entrypoint;
  const args = own ?? (container.command === undefined ? image.command : []);
  return containerCommand([...command, ...args], {
    root: image.root,
    uid,
    gid,
    groups: fsGroup === undefined ? [] : [fsGroup],
    mounts: mounts(container, volumes),
    readOnlyRoot: container.securityContext?.readOnlyRootFilesystem ?? false,
    env,
  });
}

function environment(
  variables: readonly V1EnvVar[],
  field: (path: string) => string,
): Record<string, string> {
  const env: Record<string, string> = {
    KUBERNETES_SERVICE_HOST: SERVICE_HOST,
    KUBERNETES_SERVICE_PORT: String(SERVICE_PORT),
  };
  for (const { name, value, valueFrom } of variables) {
    if (valueFrom === undefined) env[name] = expand(value ?? "", env);
    else if (valueFrom.fieldRef !== undefined) env[name] = field(valueFrom.fieldRef.fieldPath);
    else throw new Error(`Cannot set ${name}: only values and pod fields are known here`);
  }
  return env;
}

/** $(NAME) of what is set before, as the kubelet does; another is left as it is. */
function expand(text: string, env: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\(([A-Za-z_]\w*)\)/g, (all, name) => env[name] ?? all);
}

function mounts(container: V1Container, volumes: ReadonlyMap<string, string>): BindMount[] {
  return (container.volumeMounts ?? []).map(({ name, mountPath, readOnly, subPath, ...rest }) => {
    const folder = volumes.get(name);
    if (folder === undefined || Object.keys(rest).length > 0) {
      throw new Error(`Cannot mount ${name} at ${mountPath} of container ${container.name}`);
    }
    const source = subPath === undefined ? folder : `${folder}/${subPath}`;
    return { source, target: mountPath, readOnly: readOnly ?? false };
  });
}
