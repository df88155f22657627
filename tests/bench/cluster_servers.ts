// Owns the three API servers of the benchmark over clusters, each with a log of the requests it got.
// Never asks a sidecar what it sent.

import type { ClusterServers } from "../support/clusters.ts";
import { startClusterApi } from "../support/replicas.ts";
import { Audit, type Window } from "../support/audit.ts";

const LOG_FLAG = "--audit-log-path=";

export type Place = "east" | "west" | "hub";

/** One request as an API server logged it. */
export interface LoggedRequest {
  readonly atMs: number;
  readonly verb: string;
  /** Plural with subresource, as in our metrics. */
  readonly resource: string;
  readonly uri: string;
}

interface AuditEvent {
  readonly verb: string;
  readonly requestURI: string;
  readonly requestReceivedTimestamp: string;
  readonly user: { readonly username: string };
  readonly objectRef?: { readonly resource: string; readonly subresource?: string };
}

export class BenchServers implements AsyncDisposable {
  readonly servers: ClusterServers;
  readonly #audits: Readonly<Record<Place, Audit>>;

  private constructor(servers: ClusterServers, audits: Readonly<Record<Place, Audit>>) {
    this.servers = servers;
    this.#audits = audits;
  }

  static async start(): Promise<BenchServers> {
    await using made = new AsyncDisposableStack();
    const start = async () => {
      const audit = made.adopt(await Audit.make(), (one) => one.remove());
      return { audit, server: made.use(await startClusterApi({ extraFlags: audit.flags })) };
    };
    const [east, west, hub] = await Promise.all([start(), start(), start()]);
    const kept = made.move();
    return new BenchServers({
      east: east.server,
      west: west.server,
      hub: hub.server,
      [Symbol.asyncDispose]: () => kept.disposeAsync(),
    }, { east: east.audit, west: west.audit, hub: hub.audit });
  }

  /** What that account of that namespace sent there in the window. */
  async requests(
    place: Place,
    { namespace, account, fromMs, toMs }: Window & {
      readonly namespace: string;
      readonly account: string;
    },
  ): Promise<readonly LoggedRequest[]> {
    const username = `system:serviceaccount:${namespace}:${account}`;
    const text = await Deno.readTextFile(logPath(this.#audits[place]));
    // The last piece is empty, or a line that is still being written.
    return text.split("\n").slice(0, -1).filter((line) => line.includes(username))
      .map((line) => JSON.parse(line) as AuditEvent)
      .filter(({ user }) => user.username === username)
      .map(logged)
      .filter(({ atMs }) => atMs >= fromMs && atMs < toMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.servers[Symbol.asyncDispose]();
  }
}

function logged(event: AuditEvent): LoggedRequest {
  const { resource = event.requestURI, subresource } = event.objectRef ?? {};
  return {
    atMs: Date.parse(event.requestReceivedTimestamp),
    verb: event.verb,
    resource: subresource === undefined ? resource : `${resource}/${subresource}`,
    uri: event.requestURI,
  };
}

function logPath({ flags }: Audit): string {
  return flags.find((flag) => flag.startsWith(LOG_FLAG))!.slice(LOG_FLAG.length);
}
