// Owns the API server's own word on who sent which requests: its audit log.
// Never trusts what a sidecar counts of itself.

const POLICY = {
  apiVersion: "audit.k8s.io/v1",
  kind: "Policy",
  omitStages: ["RequestReceived", "ResponseStarted"],
  rules: [{
    level: "Metadata",
    userGroups: ["system:serviceaccounts"],
    // A watch is told when it ends, minutes later; its beginning is what a replica sends.
    verbs: ["get", "list", "create", "update", "patch", "delete"],
  }, {
    level: "Metadata",
    userGroups: ["system:serviceaccounts"],
    verbs: ["watch"],
    omitStages: ["RequestReceived", "ResponseComplete"],
  }, { level: "None" }],
};

interface AuditEvent {
  readonly verb: string;
  readonly stage: string;
  readonly requestReceivedTimestamp: string;
  readonly user: { readonly username: string };
  readonly objectRef?: {
    readonly apiGroup?: string;
    readonly resource?: string;
    readonly subresource?: string;
    readonly name?: string;
  };
  readonly responseStatus?: { readonly code?: number };
}

/** One request, as RBAC sees it. */
export interface AuditedCall {
  readonly verb: string;
  readonly group: string;
  /** With its subresource, such as cardanoleaders/status. */
  readonly resource: string;
  readonly name: string | undefined;
  readonly code: number | undefined;
}

export interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

export class Audit {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async make(): Promise<Audit> {
    const audit = new Audit(await Deno.makeTempDir({ prefix: "forge-audit-" }));
    // omitStages of the policy as a whole would win over that of the rule for watches.
    const { omitStages, rules, ...policy } = POLICY;
    const [first, ...others] = rules;
    const text = JSON.stringify({ ...policy, rules: [{ ...first, omitStages }, ...others] });
    await Deno.writeTextFile(`${audit.#folder}/policy`, text);
    return audit;
  }

  get flags(): readonly string[] {
    return [
      `--audit-policy-file=${this.#folder}/policy`,
      `--audit-log-path=${this.#folder}/log`,
      "--audit-log-mode=blocking",
    ];
  }

  /** Requests by verb that this account sent in the window. */
  async requests(
    account: string,
    { fromMs, toMs }: Window,
  ): Promise<Readonly<Record<string, number>>> {
    const counts: Record<string, number> = {};
    for (const { verb, requestReceivedTimestamp } of await this.#events(account)) {
      const at = Date.parse(requestReceivedTimestamp);
      if (at >= fromMs && at < toMs) counts[verb] = (counts[verb] ?? 0) + 1;
    }
    return counts;
  }

  /** Every request of this account about a resource. */
  async calls(account: string): Promise<readonly AuditedCall[]> {
    return (await this.#events(account)).flatMap(({ verb, objectRef, responseStatus }) => {
      if (objectRef?.resource === undefined) return [];
      const { apiGroup = "", resource, subresource, name } = objectRef;
      const full = subresource === undefined ? resource : `${resource}/${subresource}`;
      return [{ verb, group: apiGroup, resource: full, name, code: responseStatus?.code }];
    });
  }

  async #events(account: string): Promise<readonly AuditEvent[]> {
    const text = await Deno.readTextFile(`${this.#folder}/log`).catch(() => "");
    return text.split("\n").filter((line) => line.includes(account) && line.endsWith("}"))
      .map((line) => JSON.parse(line) as AuditEvent)
      .filter((event) => event.user.username === account);
  }

  async remove(): Promise<void> {
    await Deno.remove(this.#folder, { recursive: true });
  }
}
