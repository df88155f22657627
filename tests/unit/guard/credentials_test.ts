// Owns the proof that key files are in place whole or not at all, and that nothing prints them.
// Never uses real keys: what the bytes mean does not matter here.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { CredentialSet } from "../../../lib/guard/credential_set.ts";
import {
  installCredentials,
  installedFiles,
  isInstalled,
  readCredentials,
  removeCredentials,
} from "../../../lib/guard/credentials.ts";
import { fileFailure } from "../../../lib/guard/file_failure.ts";
import { SourceWatch } from "../../../lib/guard/source_watch.ts";

function setOf(text: string): CredentialSet {
  const bytes = (name: string) => new TextEncoder().encode(`${name} ${text}`);
  return new CredentialSet({ kes: bytes("kes"), vrf: bytes("vrf"), opcert: bytes("opcert") });
}

function pathsIn(folder: string) {
  return {
    kes: `${folder}/kes.skey`,
    vrf: `${folder}/vrf.skey`,
    opcert: `${folder}/node.cert`,
  };
}

function arrange() {
  const root = Deno.makeTempDirSync();
  const folder = `${root}/keys`;
  const counted: string[] = [];
  return {
    root,
    folder,
    target: pathsIn(folder),
    counted,
    count: (operation: string, file: string) => void counted.push(`${operation} ${file}`),
    names: () => [...Deno.readDirSync(folder)].map(({ name }) => name).sort(),
    [Symbol.dispose]: () => Deno.removeSync(root, { recursive: true }),
  };
}

Deno.test("CredentialSet shows nothing of its bytes, however it is printed", () => {
  const set = setOf("SECRET");
  const shown = [
    JSON.stringify({ set }),
    Deno.inspect({ set }, { showHidden: true, depth: 9, getters: true }),
    `${set}`,
    Object.keys(set).join(),
    JSON.stringify(structuredClone({ ...set })),
  ].join("\n");
  assert(!shown.includes("SECRET") && !shown.includes("83, 69, 67"));
});

Deno.test("CredentialSet has the fingerprint of its bytes and of where one file ends", () => {
  assertEquals(setOf("a").fingerprint, setOf("a").fingerprint);
  assert(setOf("a").fingerprint !== setOf("b").fingerprint);
  const of = (kes: string, vrf: string) => {
    const bytes = (text: string) => new TextEncoder().encode(text);
    return new CredentialSet({ kes: bytes(kes), vrf: bytes(vrf), opcert: bytes("") }).fingerprint;
  };
  assert(of("ab", "c") !== of("a", "bc"));
});

Deno.test("installCredentials() makes the folder and puts three files of mode 0600 in it", () => {
  using place = arrange();
  const { target, count } = place;
  assertEquals(installCredentials(setOf("a"), { target, count }), { kind: "installed" });
  assertEquals(place.names(), ["kes.skey", "node.cert", "vrf.skey"]);
  for (const path of Object.values(target)) {
    assertEquals((Deno.statSync(path).mode ?? 0) & 0o777, 0o600);
  }
  assertEquals(Deno.readTextFileSync(target.vrf), "vrf a");
  assertEquals(place.counted, ["copy kes", "copy vrf", "copy opcert"]);
  assertEquals(installedFiles(target), "installed");
  assertEquals([isInstalled(setOf("a"), target), isInstalled(setOf("b"), target)], [true, false]);
});

Deno.test("installCredentials() replaces files of another mode and what a killed process left", () => {
  using place = arrange();
  const { target, folder } = place;
  Deno.mkdirSync(folder);
  Deno.writeTextFileSync(target.vrf, "old", { mode: 0o666 });
  Deno.writeTextFileSync(`${folder}/.kes.skey.forge-manager-new`, "torn", { mode: 0o666 });
  assertEquals(installCredentials(setOf("a"), { target }).kind, "installed");
  assertEquals((Deno.statSync(target.kes).mode ?? 0) & 0o777, 0o600);
  assertEquals((Deno.statSync(target.vrf).mode ?? 0) & 0o777, 0o600);
  assertEquals(place.names(), ["kes.skey", "node.cert", "vrf.skey"]);
});

Deno.test("installCredentials() leaves the set from before when one file cannot be written", () => {
  using place = arrange();
  const { target, folder, count } = place;
  installCredentials(setOf("old"), { target });
  Deno.mkdirSync(`${folder}/.node.cert.forge-manager-new/full`, { recursive: true });
  const outcome = installCredentials(setOf("new"), { target, count });
  assert(outcome.kind === "failed");
  assertEquals(outcome.files, "installed");
  assertStringIncludes(outcome.message, ".node.cert.forge-manager-new");
  assert(isInstalled(setOf("old"), target));
  assertEquals(place.counted, []);
});

Deno.test("installCredentials() leaves none rather than a mixture when a rename fails", () => {
  using place = arrange();
  const { target, count } = place;
  installCredentials(setOf("old"), { target });
  Deno.removeSync(target.opcert);
  Deno.mkdirSync(`${target.opcert}/full`, { recursive: true });
  const outcome = installCredentials(setOf("new"), { target, count });
  assert(outcome.kind === "failed");
  assertStringIncludes(outcome.message, target.opcert);
  assertEquals(place.names(), ["node.cert"]); // the folder in its place, which is not ours
  assertEquals(place.counted, ["copy kes", "copy vrf", "remove kes", "remove vrf"]);
});

Deno.test("installCredentials() and removeCredentials() name what refuses", () => {
  using place = arrange();
  Deno.writeTextFileSync(`${place.root}/file`, "");
  const inFile = pathsIn(`${place.root}/file`);
  const outcome = installCredentials(setOf("a"), { target: inFile });
  assert(outcome.kind === "failed");
  assertStringIncludes(outcome.message, `Cannot write "${place.root}/file/.kes.skey`);
  const system = pathsIn("/proc/self");
  const refused = installCredentials(setOf("a"), { target: system });
  assert(refused.kind === "failed");
  assertEquals(refused.files, "absent");
  const full = { ...place.target, kes: "/proc/self/stat" };
  const kept = removeCredentials(full);
  assert(kept.kind === "failed");
  assertEquals([kept.code, kept.files], ["denied", "partial"]);
});

Deno.test("removeCredentials() takes all away, tries each, and counts what was there", () => {
  using place = arrange();
  const { target, folder, count } = place;
  assertEquals(removeCredentials(target, { count }), { kind: "removed" });
  installCredentials(setOf("a"), { target });
  Deno.writeTextFileSync(`${folder}/.vrf.skey.forge-manager-new`, "torn");
  Deno.removeSync(target.kes);
  assertEquals(installedFiles(target), "partial");
  assertEquals(removeCredentials(target, { count }), { kind: "removed" });
  assertEquals([place.names(), installedFiles(target)], [[], "absent"]);
  assertEquals(place.counted, ["remove vrf", "remove opcert"]);
  installCredentials(setOf("a"), { target });
  Deno.removeSync(target.kes);
  Deno.mkdirSync(`${target.kes}/full`, { recursive: true });
  assertEquals(removeCredentials(target).kind, "failed");
  assertEquals(place.names(), ["kes.skey"]);
});

Deno.test("installedFiles() counts a dangling link as absent", () => {
  using place = arrange();
  installCredentials(setOf("a"), { target: place.target });
  Deno.removeSync(place.target.kes);
  Deno.symlinkSync("/nowhere/at/all", place.target.kes);
  assertEquals(installedFiles(place.target), "partial");
});

Deno.test("readCredentials() says of each file why it is not there", () => {
  using place = arrange();
  const { folder, target } = place;
  Deno.mkdirSync(`${folder}/vrf.skey`, { recursive: true });
  Deno.writeFileSync(target.opcert, new Uint8Array(70_000));
  const reading = readCredentials(target);
  assert(reading.kind === "incomplete");
  assertEquals(reading.unreadable, {
    kes: { code: "missing", unreadable: "no such file" },
    vrf: { code: "unreadable", unreadable: "not a file" },
    opcert: { code: "unreadable", unreadable: "longer than 65536 bytes" },
  });
});

Deno.test("SourceWatch sees a swapped link, a rewritten file and a vanished one, each once", () => {
  using place = arrange();
  const data = (name: string) => `${place.root}/${name}`;
  for (const name of ["one", "two"]) {
    installCredentials(setOf("a"), { target: pathsIn(data(name)) });
  }
  Deno.symlinkSync("one", data("..data"));
  const watch = new SourceWatch(pathsIn(data("..data")));
  const polls = () => [watch.poll(), watch.poll()];
  assertEquals(polls(), ["changed", "unchanged"]);
  Deno.symlinkSync("two", data("..tmp"));
  Deno.renameSync(data("..tmp"), data("..data"));
  assertEquals(polls(), ["changed", "unchanged"]);
  Deno.writeTextFileSync(data("two/kes.skey"), "another length");
  assertEquals(polls(), ["changed", "unchanged"]);
  Deno.removeSync(data("two/kes.skey"));
  assertEquals(polls(), ["changed", "unchanged"]);
});

for (
  const [system, code, found] of [
    ["ENOSPC", "no_space", "no space left"],
    ["EDQUOT", "no_space", "no space left"],
    ["EROFS", "read_only", "the file system is read-only"],
    ["EACCES", "denied", "permission denied"],
    ["ENOENT", "missing", "no such file"],
    ["EISDIR", "other", "EISDIR"],
  ] as const
) {
  Deno.test(`fileFailure() calls ${system} "${code}"`, () => {
    const error = Object.assign(new Error("os error"), { code: system });
    assertEquals(fileFailure("write", "/keys/kes.skey", error), {
      kind: "failed",
      code,
      message: `Cannot write "/keys/kes.skey": ${found}`,
    });
  });
}
