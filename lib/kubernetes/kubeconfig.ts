// Owns access by a kubeconfig.
// Never loaded in a pod: a pod's service account needs none of it, nor any package.

// Not the package's entry point, which loads the models of the whole API: 16 MB that nothing here uses.
import {
  type Cluster,
  type Context,
  newClusters,
  newContexts,
  newUsers,
  type User,
} from "@kubernetes/client-node/dist/config_types.js";
// @ts-types="@types/js-yaml"
import { load as loadYaml, YAMLException } from "js-yaml";
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
  let file: Kubeconfig;
  try {
    file = parseKubeconfig(text);
  } catch (cause) {
    // Without the cause: that of the parser quotes the lines around, where a token may stand.
    throw new ClusterAccessError(`Cannot parse kubeconfig ${path}: ${parseProblem(cause)}`);
  }
  const wanted = context ?? file.currentContext;
  const chosen = file.contexts.find(({ name }) => name === wanted);
  const names = file.contexts.map(({ name }) => name).join(", ");
  if (chosen === undefined) {
    const asked = wanted ?? "(no current-context)";
    throw new ClusterAccessError(`Kubeconfig ${path} has no context ${asked}, but: ${names}`);
  }
  const cluster = file.clusters.find(({ name }) => name === chosen.cluster);
  if (cluster === undefined) {
    throw new ClusterAccessError(`Kubeconfig ${path} has no cluster ${chosen.cluster}`);
  }
  return kubeconfigEntry({
    cluster,
    user: file.users.find(({ name }) => name === chosen.user) ?? null,
    rawUser: rawUser(file.raw, chosen.user),
    namespace: chosen.namespace,
    folder: folderOf(path),
  });
}

interface Kubeconfig {
  readonly clusters: readonly Cluster[];
  readonly contexts: readonly Context[];
  readonly users: readonly User[];
  readonly currentContext: string | undefined;
  /** As it is written, for what the types leave out. */
  readonly raw: JsonObject;
}

/** Throws for what is no YAML, and for an entry that lacks what it must have. */
function parseKubeconfig(text: string): Kubeconfig {
  const raw = loadYaml(text);
  if (!isObject(raw)) throw new Error("it is not a YAML mapping");
  const current = raw["current-context"];
  return {
    clusters: newClusters(raw.clusters),
    contexts: newContexts(raw.contexts),
    users: newUsers(raw.users),
    currentContext: typeof current === "string" && current !== "" ? current : undefined,
    raw,
  };
}

/** What is wrong and where, without a word of the file: of the parser's reason the part before it quotes. */
function parseProblem(error: unknown): string {
  if (!(error instanceof YAMLException)) return (error as Error).message;
  const [reason = "no YAML"] = /^[A-Za-z ,-]+/.exec(error.reason) ?? [];
  const line: unknown = error.mark?.line; // counted from 0; not every problem has a place
  return `${reason.trim()}${typeof line === "number" ? `, in line ${line + 1}` : ""}`;
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
