// Owns access by a kubeconfig.
// Never loaded in a pod: the package it needs costs 15 MB, so it is imported only when a kubeconfig is used.

import "./empty_process_env.ts"; // before the package
import { KubeConfig, loadYaml } from "@kubernetes/client-node";
import {
  type Clock,
  type ClusterAccess,
  ClusterAccessError,
  type ClusterSettings,
  type Credentials,
  type TlsMaterial,
} from "./access.ts";
import { CachedFile } from "./cached_file.ts";
import { checkClientCertificate } from "./client_certificate.ts";
import { ExecPlugin } from "./exec_plugin.ts";
import { isObject, type JsonObject } from "./json_shape.ts";
import { type KubeconfigEntry, kubeconfigEntry, type Source } from "./kubeconfig_entry.ts";
import { folderOf } from "./kubeconfig_needs.ts";

type KubeconfigSettings = Extract<ClusterSettings, { kind: "kubeconfig" }>;

interface Options {
  readonly clock: Clock;
}

/** Throws a ClusterAccessError for a file that is absent, unreadable, or asks for what cannot work. */
export async function openKubeconfig(
  settings: KubeconfigSettings,
  options: Options,
): Promise<ClusterAccess> {
  const entry = await loadEntry(settings);
  const { server, namespace } = entry;
  let identity = new Identity(entry, options);
  return {
    server,
    origin: `kubeconfig ${settings.path}`,
    namespace,
    async credentials({ isRejected }) {
      if (isRejected) {
        // Somebody may have logged in anew since. A file that is broken now leaves what we have, and
        // one that leads elsewhere is not followed: our leases are here.
        const fresh = await loadEntry(settings).catch(() => undefined);
        const isNews = fresh?.server === server && JSON.stringify(fresh) !== identity.fingerprint;
        if (isNews) identity = new Identity(fresh, options);
      }
      return await identity.credentials({ isRejected });
    },
  };
}

async function loadEntry({ path, context }: KubeconfigSettings): Promise<KubeconfigEntry> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (cause) {
    throw new ClusterAccessError(`Cannot read kubeconfig ${path}: ${(cause as Error).message}`, {
      cause,
    });
  }
  const config = new KubeConfig();
  let raw: unknown;
  try {
    config.loadFromString(text);
    raw = loadYaml(text);
  } catch (cause) {
    throw new ClusterAccessError(`Cannot parse kubeconfig ${path}: ${(cause as Error).message}`, {
      cause,
    });
  }
  if (context !== undefined) config.setCurrentContext(context);
  const chosen = config.getContextObject(config.getCurrentContext());
  const names = config.getContexts().map(({ name }) => name).join(", ");
  if (chosen === null) {
    const wanted = config.getCurrentContext() ?? "(no current-context)";
    throw new ClusterAccessError(`Kubeconfig ${path} has no context ${wanted}, but: ${names}`);
  }
  const cluster = config.getCluster(chosen.cluster);
  if (cluster === null) {
    throw new ClusterAccessError(`Kubeconfig ${path} has no cluster ${chosen.cluster}`);
  }
  return kubeconfigEntry({
    cluster,
    user: config.getUser(chosen.user),
    rawUser: rawUser(raw, chosen.user),
    namespace: chosen.namespace,
    folder: folderOf(path),
  });
}

function rawUser(raw: unknown, name: string): JsonObject {
  const users = isObject(raw) && Array.isArray(raw.users) ? raw.users : [];
  const found = users.find((entry) => isObject(entry) && entry.name === name);
  return isObject(found) && isObject(found.user) ? found.user : {};
}

/** One entry with what was read and run for it. */
class Identity {
  readonly fingerprint: string;
  readonly #entry: KubeconfigEntry;
  readonly #plugin: ExecPlugin | undefined;
  readonly #files = new Map<string, CachedFile>();
  readonly #options: Options;
  #tls: TlsMaterial | undefined;
  #tlsFingerprint = "";

  constructor(entry: KubeconfigEntry, options: Options) {
    this.#entry = entry;
    this.#options = options;
    this.fingerprint = JSON.stringify(entry);
    this.#plugin = entry.exec === undefined ? undefined : new ExecPlugin(entry.exec, options);
  }

  async credentials(options: { readonly isRejected: boolean }): Promise<Credentials> {
    const { ca, clientCertificate, proxyUrl, token, headers } = this.#entry;
    const read = (source: Source) => this.#read(source, options);
    const issued = await this.#plugin?.credential(options);
    const bearer = token === undefined ? issued?.token : await read(token);
    const certificate = clientCertificate === undefined ? issued?.clientCertificate : {
      cert: await read(clientCertificate.cert),
      key: await read(clientCertificate.key),
    };
    const tls: TlsMaterial = {
      caCerts: ca === undefined ? [] : [await read(ca)],
      ...(proxyUrl === undefined ? {} : { proxyUrl }),
      ...(certificate === undefined ? {} : { clientCertificate: certificate }),
    };
    return {
      headers: bearer === undefined
        ? headers
        : { ...headers, authorization: `Bearer ${bearer.trim()}` },
      tls: this.#sameIfUnchanged(tls),
    };
  }

  async #read(source: Source, { isRejected }: { readonly isRejected: boolean }): Promise<string> {
    if (source.kind === "text") return source.text;
    let file = this.#files.get(source.path);
    if (file === undefined) {
      file = new CachedFile(source.path, this.#options);
      this.#files.set(source.path, file);
    }
    return await file.read({ isStale: isRejected });
  }

  #sameIfUnchanged(tls: TlsMaterial): TlsMaterial {
    const fingerprint = JSON.stringify(tls);
    if (this.#tls !== undefined && fingerprint === this.#tlsFingerprint) return this.#tls;
    const wrong = tls.clientCertificate && checkClientCertificate(tls.clientCertificate);
    if (wrong !== undefined) {
      // Its two files are not replaced at one instant: the former pair serves until both are new.
      if (this.#tls !== undefined) return this.#tls;
      throw new Error(`Cannot use the client certificate: ${wrong}`);
    }
    this.#tls = tls;
    this.#tlsFingerprint = fingerprint;
    return tls;
  }
}
