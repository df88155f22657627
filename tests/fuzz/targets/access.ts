// Owns the fuzz targets of ways into a cluster: kubeconfig, exec plugin's answer, client certificate, headers.
// Never runs a command that an input names, and never lets a secret of theirs into a message.

import { ClusterAccessError } from "../../../lib/kubernetes/access.ts";
import { checkClientCertificate } from "../../../lib/kubernetes/client_certificate.ts";
import { parseExecCredential } from "../../../lib/kubernetes/exec_plugin.ts";
import { openKubeconfig } from "../../../lib/kubernetes/kubeconfig.ts";
import { kubeconfigNeeds } from "../../../lib/kubernetes/kubeconfig_needs.ts";
import { broken, bytes, type FuzzTarget, json, text } from "../target.ts";

/** Whatever else an input is changed into: six characters of it in a message are a leak. */
const SECRET = "sEcReTtOkEn0123456789";
const KUBECONFIG = `apiVersion: v1
kind: Config
clusters:
- name: one
  cluster: {server: "https://127.0.0.1:6443", certificate-authority: ca.crt}
users:
- name: me
  user:
    token: ${SECRET}
- name: other
  user:
    exec: {apiVersion: client.authentication.k8s.io/v1, command: get-token, args: [a], env: [{name: A, value: b}]}
- name: basic
  user: {username: me, password: ${SECRET}}
contexts:
- {name: ctx, context: {cluster: one, user: me, namespace: cardano}}
- {name: exec, context: {cluster: one, user: other}}
current-context: ctx
`;
const AS_JSON = {
  clusters: [{ name: "one", cluster: { server: "https://127.0.0.1:6443" } }],
  users: [{ name: "me", user: { username: "me", password: SECRET } }],
  contexts: [{ name: "ctx", context: { cluster: "one", user: "me", namespace: "cardano" } }],
  "current-context": "ctx",
};
const WITH_EXEC = {
  ...AS_JSON,
  users: [{
    name: "me",
    user: { exec: { command: "get-token", args: ["a"], env: [{ name: "A", value: SECRET }] } },
  }],
};
const clock = { monotonicMs: () => 0, wallMs: () => 0 };
/** Where inputs are written: in memory where there is such a folder. */
const path = `${hasFolder("/dev/shm") ? "/dev/shm" : "/tmp"}/forge-fuzz-${crypto.randomUUID()}`;

function hasFolder(folder: string): boolean {
  try {
    return Deno.statSync(folder).isDirectory;
  } catch {
    return false; // not Linux
  }
}

function expectNoSecret(said: string): void {
  for (let i = 0; i + 6 <= SECRET.length; i++) {
    if (said.includes(SECRET.slice(i, i + 6))) broken("a secret in a message", said);
  }
}

const kubeconfig: FuzzTarget = {
  name: "kubeconfig",
  holds: "a kubeconfig opens, or is refused by a named error that quotes no secret",
  seeds: [bytes(KUBECONFIG), ...[AS_JSON, WITH_EXEC].map((one) => bytes(JSON.stringify(one)))],
  words: ["\n", "  ", ": ", "- ", "{", "&a ", "*a", "!!binary ", "token: ", "exec:", "null", "ü€"],
  isJson: true,
  async check(input) {
    const needs = kubeconfigNeeds(text(input), path);
    if (needs.read[0] !== path) broken("the file itself is not needed", needs.read);
    await Deno.writeFile(path, input);
    try {
      // The credentials are not asked for: that would run a command that the input names.
      const { server } = await openKubeconfig({ kind: "kubeconfig", path, context: undefined }, {
        clock,
      });
      if (!/^https?:\/\/[^/]/.test(server)) broken("no server", server);
    } catch (error) {
      if (!(error instanceof ClusterAccessError)) throw error;
      // Other messages name contexts and servers, where a change may have put anything.
      if (error.message.startsWith("Cannot parse")) expectNoSecret(error.message);
    } finally {
      await Deno.remove(path);
    }
  },
};

const CREDENTIAL = {
  apiVersion: "client.authentication.k8s.io/v1",
  kind: "ExecCredential",
  status: { token: SECRET, expirationTimestamp: "2026-01-02T03:04:05Z" },
};

const execCredential: FuzzTarget = {
  name: "exec-credential",
  holds: "a credential has a token or a whole pair, and an end that can be compared; a refusal " +
    "quotes nothing",
  seeds: [CREDENTIAL, {
    ...CREDENTIAL,
    status: { clientCertificateData: "c", clientKeyData: SECRET },
  }].map((one) => bytes(JSON.stringify(one))),
  words: ['"token":', '"status":', '"expirationTimestamp":', "null", "2026", "\n"],
  isJson: true,
  check(input) {
    const parsed = parseExecCredential(text(input));
    if (typeof parsed === "string") return expectNoSecret(parsed);
    const { status } = json(text(input));
    const { credential: { token, clientCertificate }, expiresAtMs } = parsed;
    if (Number.isNaN(expiresAtMs)) broken("an end that is no time");
    if (token === undefined && clientCertificate === undefined) broken("a credential of nothing");
    if (token !== undefined && token !== status.token) broken("another token");
  },
};

/** Of a pair made once by openssl for 127.0.0.1, in base64. It opens nothing. */
const CERTIFICATE = [
  "MIIBfzCCASWgAwIBAgIUSMV8EMquLplp0oxbKNtX+qvDnBcwCgYIKoZIzj0EAwIw",
  "FDESMBAGA1UEAwwJMTI3LjAuMC4xMCAXDTI2MTEyMTE3MjYyNloYDzIxMjYxMDI4",
  "MTcyNjI2WjAUMRIwEAYDVQQDDAkxMjcuMC4wLjEwWTATBgcqhkjOPQIBBggqhkjO",
  "PQMBBwNCAASXjBYkVEgzsloorMvJ1RD1OLcJUbNH9CeAcqlj9UcDXkc5dz5MZWk4",
  "n5RKD/Ad9n81yWJMcJ1JQLaMapPzbFWlo1MwUTAdBgNVHQ4EFgQUZm0yOdcWvq4r",
  "MlKSnycOR10lS+QwHwYDVR0jBBgwFoAUZm0yOdcWvq4rMlKSnycOR10lS+QwDwYD",
  "VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEAvk9hwqBsnezXkoZb2rpa",
  "3QNjP046BnbwfQu+VJZ7R+oCIGVXvnsc5PDja7NWY9Wbacrd9CyiGyu6qK5sSPNR",
  "0ovQ",
];
const KEY = [
  "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgbtYJVyp7T17spuwB",
  "katlo8RTXalAz4rB5c98I6Gv3bChRANCAASXjBYkVEgzsloorMvJ1RD1OLcJUbNH",
  "9CeAcqlj9UcDXkc5dz5MZWk4n5RKD/Ad9n81yWJMcJ1JQLaMapPzbFWl",
];
const PAIR = [pem("CERTIFICATE", CERTIFICATE), pem("PRIVATE KEY", KEY)].join("");

function pem(label: string, lines: readonly string[]): string {
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}

const clientCertificate: FuzzTarget = {
  name: "client-certificate",
  holds: "any pair has a verdict of one line, and one that is cut is refused",
  seeds: [bytes(PAIR)],
  words: ["-----BEGIN CERTIFICATE-----", "-----END ", "PRIVATE KEY-----", "\n", "MII", "A", "="],
  check(input) {
    const both = text(input);
    const wrong = checkClientCertificate({ cert: both, key: both });
    if (wrong !== undefined && wrong.length > 300) broken("an endless message", wrong.length);
    const isWhole = /-----BEGIN CERTIFICATE-[^]*-----END CERTIFICATE-/.test(both) &&
      /-----BEGIN (EC |RSA )?PRIVATE KEY-[^]*-----END /.test(both);
    if (wrong === undefined && !isWhole) broken("half a pair is taken", both.length);
  },
};

export const ACCESS_TARGETS = [kubeconfig, execCredential, clientCertificate];
