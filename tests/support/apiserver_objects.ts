// Owns what tests put into a real API server before they begin: CRDs, accounts, roles; and kubeconfigs.
// Never starts a server.

import { type ApiRequest, expectStatus, type Json } from "./api_request.ts";
import { untilReady } from "./process_ready.ts";

/** Beyond the longest run, since nobody renews tokens here as the kubelet does. */
const TOKEN_LIFE_SECONDS = 86_400;

/** What a role allows: one entry of a Role's `rules`. */
export interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

export async function installCrd(request: ApiRequest, crd: Json): Promise<void> {
  const collection = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
  expectStatus(201, await request("POST", collection, { body: crd }));
  const name = crd.metadata.name;
  await untilReady(`${name} is served`, undefined, async () => {
    const { group, names, versions } = crd.spec;
    const list = await request("GET", `/apis/${group}/${versions[0].name}/${names.plural}`);
    const { body } = await request("GET", `${collection}/${name}`);
    const isEstablished = body.status?.conditions?.some((c: Json) =>
      c.type === "Established" && c.status === "True"
    );
    return list.status === 200 && isEstablished;
  });
}

export async function serviceAccountToken(
  request: ApiRequest,
  { namespace, name, rules }: {
    namespace: string;
    name: string;
    rules: readonly PolicyRule[] | undefined;
  },
): Promise<string> {
  const core = `/api/v1/namespaces/${namespace}/serviceaccounts`;
  const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
  const metadata = { name };
  expectStatus([201, 409], await request("POST", core, { body: { metadata } }));
  if (rules !== undefined) {
    expectStatus(201, await request("POST", `${rbac}/roles`, { body: { metadata, rules } }));
    const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name };
    const subjects = [{ kind: "ServiceAccount", name, namespace }];
    const body = { metadata, roleRef, subjects };
    expectStatus(201, await request("POST", `${rbac}/rolebindings`, { body }));
  }
  const answer = await request("POST", `${core}/${name}/token`, {
    body: {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      spec: { expirationSeconds: TOKEN_LIFE_SECONDS },
    },
  });
  expectStatus(201, answer);
  return answer.body.status.token;
}

/** A kubeconfig may be JSON, since YAML includes it. */
export async function writeKubeconfig(
  path: string,
  o: { server: string; caPem: string; token: string; namespace?: string },
): Promise<string> {
  const name = "test";
  const namespace = o.namespace ?? "default";
  const cluster = { server: o.server, "certificate-authority-data": btoa(o.caPem) };
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster }],
    users: [{ name, user: { token: o.token } }],
    contexts: [{ name, context: { cluster: name, user: name, namespace } }],
    "current-context": name,
  };
  await Deno.writeTextFile(path, JSON.stringify(config, null, 2), { mode: 0o600 });
  return path;
}
