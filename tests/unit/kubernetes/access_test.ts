// Owns the proof that credentials are found, renewed and refused as they should be.
// Never needs a cluster.

import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { ClusterAccessError, openCluster } from "../../../lib/kubernetes/access.ts";
import { checkClientCertificate } from "../../../lib/kubernetes/client_certificate.ts";
import { parseExecCredential } from "../../../lib/kubernetes/exec_plugin.ts";
import { kubeconfigNeeds } from "../../../lib/kubernetes/kubeconfig_needs.ts";
import { FakeClock } from "./servers.ts";

const FRESH_ENOUGH = { isRejected: false };
const REJECTED = { isRejected: true };

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function serviceAccount(folder: string, clock: FakeClock) {
  await Deno.writeTextFile(`${folder}/token`, "token-1\n");
  await Deno.writeTextFile(`${folder}/ca.crt`, "CA 1");
  return await openCluster({
    kind: "in_cluster",
    host: "10.0.0.1",
    port: 443,
    tokenPath: `${folder}/token`,
    caPath: `${folder}/ca.crt`,
  }, { clock });
}

Deno.test("a service account's token is read again after some seconds", () =>
  inFolder(async (folder) => {
    const clock = new FakeClock();
    const access = await serviceAccount(folder, clock);
    const first = await access.credentials(FRESH_ENOUGH);
    assertEquals(access.server, "https://10.0.0.1:443");
    assertEquals(first, {
      headers: { authorization: "Bearer token-1" },
      tls: { caCerts: ["CA 1"] },
    });
    await Deno.writeTextFile(`${folder}/token`, "token-2");
    assertEquals((await access.credentials(FRESH_ENOUGH)).headers, first.headers);
    clock.advance(5_000);
    const second = await access.credentials(FRESH_ENOUGH);
    assertEquals(second.headers, { authorization: "Bearer token-2" });
    assertEquals(second.tls === first.tls, true);
  }));

Deno.test("a service account's token is read again at once after a 401", () =>
  inFolder(async (folder) => {
    const access = await serviceAccount(folder, new FakeClock());
    await access.credentials(FRESH_ENOUGH);
    await Deno.writeTextFile(`${folder}/token`, "token-2");
    await Deno.writeTextFile(`${folder}/ca.crt`, "CA 2");
    assertEquals(await access.credentials(REJECTED), {
      headers: { authorization: "Bearer token-2" },
      tls: { caCerts: ["CA 2"] },
    });
  }));

Deno.test("a token that vanishes or is empty for a moment leaves the one we have", () =>
  inFolder(async (folder) => {
    const access = await serviceAccount(folder, new FakeClock());
    await Deno.writeTextFile(`${folder}/token`, "");
    const whileEmpty = await access.credentials(REJECTED);
    await Deno.remove(`${folder}/token`);
    const whileAbsent = await access.credentials(REJECTED);
    assertEquals(whileEmpty.headers, { authorization: "Bearer token-1" });
    assertEquals(whileAbsent.headers, { authorization: "Bearer token-1" });
  }));

Deno.test("a pod without a service account is told what to do", () =>
  inFolder(async (folder) => {
    const settings = {
      kind: "in_cluster",
      host: "fd00::1",
      port: 443,
      tokenPath: `${folder}/token`,
      caPath: `${folder}/ca.crt`,
    } as const;
    const error = await assertRejects(
      () => openCluster(settings, { clock: new FakeClock() }),
      ClusterAccessError,
    );
    assertStringIncludes(error.message, `Cannot read ${folder}/token`);
    assertStringIncludes(error.message, "set KUBECONFIG");
  }));

interface Parts {
  readonly cluster?: Record<string, unknown>;
  readonly user?: Record<string, unknown>;
}

async function writeKubeconfig(folder: string, { cluster, user }: Parts): Promise<string> {
  const path = `${folder}/config`;
  const config = {
    clusters: [{ name: "c", cluster: { server: "https://api.example:6443/", ...cluster } }],
    users: [{ name: "u", user: user ?? {} }],
    contexts: [
      { name: "main", context: { cluster: "c", user: "u", namespace: "cardano" } },
      { name: "broken", context: { cluster: "nowhere", user: "u" } },
    ],
    "current-context": "main",
  };
  await Deno.writeTextFile(path, JSON.stringify(config));
  return path;
}

async function openParts(folder: string, parts: Parts, clock = new FakeClock()) {
  const path = await writeKubeconfig(folder, parts);
  return await openCluster({ kind: "kubeconfig", path, context: undefined }, { clock });
}

Deno.test("a kubeconfig gives server, namespace, trust and token", () =>
  inFolder(async (folder) => {
    const cluster = { "certificate-authority-data": btoa("CA"), "proxy-url": "http://proxy:3128" };
    const access = await openParts(folder, { cluster, user: { token: "secret", as: "bob" } });
    assertEquals([access.server, access.namespace], ["https://api.example:6443", "cardano"]);
    assertEquals(await access.credentials(FRESH_ENOUGH), {
      headers: { "impersonate-user": "bob", authorization: "Bearer secret" },
      tls: { caCerts: ["CA"], proxyUrl: "http://proxy:3128" },
    });
  }));

/** A key, and as much of a certificate for it as is looked at before TLS does. */
async function makePair({ version = 2 } = {}): Promise<{ cert: string; key: string }> {
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  const { publicKey, privateKey } = await crypto.subtle.generateKey(algorithm, true, ["sign"]);
  const spki = new Uint8Array(await crypto.subtle.exportKey("spki", publicKey));
  const element = (tag: number, ...parts: Uint8Array[]) => {
    const contents = parts.flatMap((part) => [...part]);
    return new Uint8Array([tag, 0x82, contents.length >> 8, contents.length & 0xff, ...contents]);
  };
  const integer = (value: number) => element(0x02, new Uint8Array([value]));
  const names = [1, 2, 3, 4].map(() => element(0x30));
  const body = element(0x30, element(0xa0, integer(version)), integer(1), ...names, spki);
  const pem = (label: string, der: ArrayBuffer | Uint8Array) => {
    const base64 = btoa(String.fromCharCode(...new Uint8Array(der)));
    return `-----BEGIN ${label}-----\n${base64}\n-----END ${label}-----\n`;
  };
  return {
    cert: pem("CERTIFICATE", element(0x30, body)),
    key: pem("PRIVATE KEY", await crypto.subtle.exportKey("pkcs8", privateKey)),
  };
}

Deno.test("a kubeconfig's files count from its folder and are read again", () =>
  inFolder(async (folder) => {
    const [pair1, pair2] = [await makePair(), await makePair()];
    await Deno.writeTextFile(`${folder}/ca`, "CA");
    await Deno.writeTextFile(`${folder}/token`, "secret");
    await Deno.writeTextFile(`${folder}/cert`, pair1.cert);
    await Deno.writeTextFile(`${folder}/key`, pair1.key);
    const access = await openParts(folder, {
      cluster: { "certificate-authority": "ca" },
      user: { "client-certificate": "cert", "client-key": `${folder}/key`, tokenFile: "token" },
    });
    const first = await access.credentials(FRESH_ENOUGH);
    assertEquals(first, {
      headers: { authorization: "Bearer secret" },
      tls: { caCerts: ["CA"], clientCertificate: pair1 },
    });
    assertEquals((await access.credentials(FRESH_ENOUGH)).tls === first.tls, true);
    await Deno.writeTextFile(`${folder}/cert`, pair2.cert);
    const halfReplaced = await access.credentials(REJECTED);
    assertEquals(halfReplaced.tls.clientCertificate, pair1);
    await Deno.writeTextFile(`${folder}/key`, pair2.key);
    const replaced = await access.credentials(REJECTED);
    assertEquals(replaced.tls.clientCertificate, pair2);
  }));

Deno.test("checkClientCertificate() refuses what would end the process", async () => {
  const pair = await makePair();
  const other = await makePair();
  const short = { ...pair, cert: pair.cert.slice(0, 60) + "\n-----END CERTIFICATE-----" };
  const cases = [
    [pair, undefined],
    [{ ...pair, key: other.key }, "the key is not the certificate's"],
    [await makePair({ version: 0 }), "the certificate is not of X.509 version 3"],
    [{ ...pair, cert: "" }, "the certificate is not in PEM"],
    [{ ...pair, cert: pair.cert.replace("MII", "é") }, "the certificate is not in PEM"],
    [short, "the certificate is not X.509"],
    [{ ...pair, key: pair.cert }, "the key is not in PEM, or is encrypted"],
  ] as const;
  for (const [given, wrong] of cases) assertEquals(checkClientCertificate(given), wrong);
});

Deno.test("a kubeconfig is read anew after a 401", () =>
  inFolder(async (folder) => {
    const access = await openParts(folder, { user: { token: "token-1" } });
    await writeKubeconfig(folder, { user: { token: "token-2" } });
    const before = await access.credentials(FRESH_ENOUGH);
    const after = await access.credentials(REJECTED);
    await Deno.writeTextFile(`${folder}/config`, "{ broken");
    const broken = await access.credentials(REJECTED);
    const tokens = [before, after, broken].map(({ headers }) => headers.authorization);
    assertEquals(tokens, ["Bearer token-1", "Bearer token-2", "Bearer token-2"]);
  }));

for (
  const [what, parts, message] of [
    [
      "that skips verification",
      { cluster: { "insecure-skip-tls-verify": true } },
      "insecure-skip-tls-verify, which cannot work here, because",
    ],
    [
      "that names another host in certificates",
      { cluster: { "tls-server-name": "kubernetes" } },
      "tls-server-name, which cannot work here, because",
    ],
    ["with auth-provider", { user: { "auth-provider": { name: "oidc" } } }, "use an exec plugin"],
    ["with half a client certificate", { user: { "client-certificate-data": "eA==" } }, "not both"],
    ["with a server that is no address", { cluster: { server: "api:6443" } }, "no http(s) address"],
    [
      "whose plugin wants a terminal",
      { user: { exec: { command: "login", interactiveMode: "Always" } } },
      "wants a terminal",
    ],
  ] as const
) {
  Deno.test(`a kubeconfig ${what} is refused with the reason`, () =>
    inFolder(async (folder) => {
      const error = await assertRejects(() => openParts(folder, parts), ClusterAccessError);
      assertStringIncludes(error.message, message);
    }));
}

Deno.test("a kubeconfig's password is sent in UTF-8", () =>
  inFolder(async (folder) => {
    const access = await openParts(folder, { user: { username: "me", password: "schlüssel€" } });
    const { headers } = await access.credentials(FRESH_ENOUGH);
    assertEquals(headers.authorization, "Basic bWU6c2NobMO8c3NlbOKCrA==");
  }));

for (
  const [line, problem] of [
    ["token: s3cret: x", "bad indentation of a mapping entry, in line 3"],
    ["token: *s3cret", "unidentified alias, in line 3"],
    ["token: !s3cret x", "unknown tag, in line 3"],
    ["token: [s3cret", "unexpected end of the stream within a flow collection, in line 4"],
  ] as const
) {
  Deno.test(`a kubeconfig with the line "${line}" is refused without a word of it`, () =>
    inFolder(async (folder) => {
      const path = `${folder}/config`;
      await Deno.writeTextFile(path, `users:\n- user:\n    ${line}\n`);
      const error = await assertRejects(
        () =>
          openCluster({ kind: "kubeconfig", path, context: undefined }, { clock: new FakeClock() }),
        ClusterAccessError,
      );
      assertEquals(error.message, `Cannot parse kubeconfig ${path}: ${problem}`);
      assertEquals(error.cause, undefined);
    }));
}

for (
  const [context, message] of [
    ["other", "has no context other, but: main, broken"],
    ["broken", "has no cluster nowhere"],
  ] as const
) {
  Deno.test(`the context ${context} is refused with the reason`, () =>
    inFolder(async (folder) => {
      const path = await writeKubeconfig(folder, {});
      const error = await assertRejects(
        () => openCluster({ kind: "kubeconfig", path, context }, { clock: new FakeClock() }),
        ClusterAccessError,
      );
      assertStringIncludes(error.message, message);
    }));
}

/** A plugin that counts its runs in its token, and says when that ends. */
async function writePlugin(folder: string, expiresAt: string): Promise<Parts> {
  const lines = [
    "#!/bin/sh",
    `echo run >> ${folder}/runs`,
    `count=$(wc -l < ${folder}/runs)`,
    `echo "$KUBERNETES_EXEC_INFO" > ${folder}/info`,
    `printf '{"kind":"ExecCredential","status":{"token":"%s-%s","expirationTimestamp":"%s"}}' ` +
    `"$PREFIX" $((count)) "${expiresAt}"`,
  ];
  await Deno.writeTextFile(`${folder}/plugin`, lines.join("\n"), { mode: 0o755 });
  return {
    cluster: { "certificate-authority-data": btoa("CA") },
    user: {
      exec: {
        apiVersion: "client.authentication.k8s.io/v1",
        command: "./plugin",
        env: [{ name: "PREFIX", value: "issued" }],
        provideClusterInfo: true,
      },
    },
  };
}

Deno.test("an exec plugin runs once until its credential ends, and again after a 401", () =>
  inFolder(async (folder) => {
    const clock = new FakeClock();
    const access = await openParts(
      folder,
      await writePlugin(folder, "2026-01-02T04:00:00Z"),
      clock,
    );
    const token = async (isRejected = false) =>
      (await access.credentials({ isRejected })).headers.authorization;
    assertEquals(await Promise.all([token(), token()]), ["Bearer issued-1", "Bearer issued-1"]);
    assertEquals(await token(true), "Bearer issued-1", "it ran only just now");
    clock.advance(10_000);
    assertEquals(await token(true), "Bearer issued-2");
    clock.advance(3_600_000);
    assertEquals(await token(), "Bearer issued-3");
    assertEquals(JSON.parse(await Deno.readTextFile(`${folder}/info`)), {
      apiVersion: "client.authentication.k8s.io/v1",
      kind: "ExecCredential",
      spec: {
        interactive: false,
        cluster: { server: "https://api.example:6443", "certificate-authority-data": btoa("CA") },
      },
    });
  }));

Deno.test("an exec plugin that fails tells its last words", () =>
  inFolder(async (folder) => {
    const script = "#!/bin/sh\necho please log in >&2\nexit 3\n";
    await Deno.writeTextFile(`${folder}/plugin`, script, { mode: 0o755 });
    const access = await openParts(folder, { user: { exec: { command: "./plugin" } } });
    const error = await assertRejects(() => access.credentials(FRESH_ENOUGH), Error);
    assertStringIncludes(error.message, "exit code 3, please log in");
  }));

for (
  const [text, found] of [
    ["token", "not JSON"],
    ["{}", "no ExecCredential"],
    ['{"kind":"ExecCredential"}', "an ExecCredential without status"],
    [
      '{"kind":"ExecCredential","status":{"clientKeyData":"k"}}',
      "neither a token nor a client certificate with its key",
    ],
    [
      '{"kind":"ExecCredential","status":{"token":"t","expirationTimestamp":"soon"}}',
      "an expirationTimestamp that is no time",
    ],
  ] as const
) {
  Deno.test(`an exec plugin's output is refused when it is ${found}`, () => {
    assertEquals(parseExecCredential(text), found);
  });
}

for (
  const [style, text] of [
    [
      "block style",
      `clusters:
- name: a
  cluster:
    certificate-authority: pki/ca.crt # ours
users:
- name: b
  user:
    client-certificate: "/etc/my cert.pem"
    client-key: '/etc/key.pem'
    tokenFile: token
- name: c
  user:
    exec:
      command: aws
- user: {exec: {command: bin/login, args: [x]}, name: d}
`,
    ],
    [
      "JSON",
      JSON.stringify({
        clusters: [{ cluster: { "certificate-authority": "pki/ca.crt" } }],
        users: [
          { user: { "client-certificate": "/etc/my cert.pem", "client-key": "/etc/key.pem" } },
          { user: { tokenFile: "token", exec: { command: "aws" } } },
          { user: { exec: { args: ["x"], command: "bin/login" } } },
        ],
      }),
    ],
  ] as const
) {
  Deno.test(`kubeconfigNeeds() finds files and commands in ${style}`, () => {
    assertEquals(kubeconfigNeeds(text, "/home/me/.kube/config"), {
      read: [
        "/home/me/.kube/config",
        "/home/me/.kube/pki/ca.crt",
        "/etc/my cert.pem",
        "/etc/key.pem",
        "/home/me/.kube/token",
      ],
      run: ["aws", "/home/me/.kube/bin/login"],
    });
  });
}

Deno.test("kubeconfigNeeds() takes no time in the square of a file's length", () => {
  const long = 1_000_000; // squared, this test would never end
  for (
    const text of [
      "\n".repeat(long),
      `command: a${" ".repeat(long)}b`,
      "command: a,b".padEnd(long, "]b"),
    ]
  ) {
    assertEquals(kubeconfigNeeds(text, "/config").read, ["/config"]);
  }
});
