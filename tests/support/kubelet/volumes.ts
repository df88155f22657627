// Owns a pod's volumes: folders of this machine with the content, owner and modes the kubelet gives.
// Never leaves a kind of volume out: one it does not know is an error.

import type { V1KeyToPath, V1Volume } from "@kubernetes/client-node";
import type { PodNamespace } from "../namespaced_launcher.ts";

export type Files = Readonly<Record<string, string>>;

export interface VolumeSources {
  secret(name: string): Promise<Files>;
  configMap(name: string): Promise<Files>;
  token(expirationSeconds: number, audience?: string): Promise<string>;
  /** Of the pod, by field path. */
  field(path: string): string;
}

export interface VolumeOptions {
  /** Made here, and named as the volume. */
  readonly folder: string;
  readonly fsGroup: number;
  readonly pod: PodNamespace;
  readonly sources: VolumeSources;
}

/** Makes one volume and gives its folder. */
export async function makeVolume(volume: V1Volume, options: VolumeOptions): Promise<string> {
  const { folder, fsGroup, pod } = options;
  const path = `${folder}/${volume.name}`;
  await Deno.mkdir(path, { recursive: true });
  const kind = Object.keys(volume).find((key) => key !== "name");
  switch (kind) {
    case "emptyDir": {
      const { medium, sizeLimit } = volume.emptyDir ?? {};
      if (medium === "Memory") {
        const size = sizeLimit === undefined ? "" : `,size=${bytes(sizeLimit)}`;
        await pod.run("mount", "-t", "tmpfs", "-o", `mode=2777${size}`, volume.name, path);
        await pod.run("chown", `0:${fsGroup}`, path);
      } else await give(path, { fsGroup, mode: 0o2777 });
      break;
    }
    case "persistentVolumeClaim":
      await give(path, { fsGroup, mode: 0o2775 });
      break;
    case "secret": {
      const { secretName = "", items, defaultMode = 0o644 } = volume.secret ?? {};
      const files = pick(await options.sources.secret(secretName), items);
      await write(path, files, { fsGroup, mode: defaultMode });
      break;
    }
    case "configMap": {
      const { name = "", items, defaultMode = 0o644 } = volume.configMap ?? {};
      const files = pick(await options.sources.configMap(name), items);
      await write(path, files, { fsGroup, mode: defaultMode });
      break;
    }
    case "projected":
      await write(path, await projected(volume, options.sources), {
        fsGroup,
        mode: volume.projected?.defaultMode ?? 0o644,
      });
      break;
    default:
      throw new Error(`Cannot make volume ${volume.name}: kind ${kind} is not known here`);
  }
  return path;
}

async function projected(volume: V1Volume, sources: VolumeSources): Promise<Files> {
  const files: Record<string, string> = {};
  for (const source of volume.projected?.sources ?? []) {
    const [kind] = Object.keys(source);
    if (source.serviceAccountToken !== undefined) {
      const { path, expirationSeconds = 3_600, audience } = source.serviceAccountToken;
      files[path] = await sources.token(expirationSeconds, audience);
    } else if (source.configMap !== undefined) {
      const { name = "", items } = source.configMap;
      Object.assign(files, pick(await sources.configMap(name), items));
    } else if (source.downwardAPI !== undefined) {
      for (const { path, fieldRef } of source.downwardAPI.items ?? []) {
        files[path] = sources.field(fieldRef?.fieldPath ?? "");
      }
    } else throw new Error(`Cannot project ${kind} into ${volume.name}: not known here`);
  }
  return files;
}

function pick(files: Files, items: readonly V1KeyToPath[] | undefined): Files {
  if (items === undefined) return files;
  return Object.fromEntries(items.map(({ key, path }) => {
    const content = files[key];
    if (content === undefined) throw new Error(`Cannot mount key ${key}: it is not there`);
    return [path, content];
  }));
}

/** With an fsGroup the kubelet adds read for the group to what a read-only volume holds. */
async function write(
  path: string,
  files: Files,
  { fsGroup, mode }: { readonly fsGroup: number; readonly mode: number },
): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await Deno.writeTextFile(`${path}/${name}`, content);
    await give(`${path}/${name}`, { fsGroup, mode: mode | 0o440 });
  }
  await give(path, { fsGroup, mode: 0o2755 });
}

async function give(
  path: string,
  { fsGroup, mode }: { readonly fsGroup: number; readonly mode: number },
): Promise<void> {
  await Deno.chown(path, 0, fsGroup);
  await Deno.chmod(path, mode);
}

/** Such as 16Mi. */
function bytes(quantity: string): number {
  const [, digits = "", unit = ""] = /^(\d+)(Ki|Mi|Gi)?$/.exec(quantity) ?? [];
  const factor = { "": 1, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30 }[unit];
  if (digits === "" || factor === undefined) throw new Error(`Unknown quantity "${quantity}"`);
  return Number(digits) * factor;
}
