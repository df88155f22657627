// Owns the rules between the paths: what we remove is never what we copy from.
// Never touches a file.

import type { SettingName } from "./settings.ts";
import type { SettingReader } from "./reader.ts";

/** Paths of the three credential files. */
export interface CredentialPaths {
  readonly kes: string;
  readonly vrf: string;
  readonly opcert: string;
}

export interface Paths {
  readonly source: CredentialPaths;
  readonly target: CredentialPaths;
  readonly stateDir: string;
}

const SOURCES = ["SOURCE_KES_KEY", "SOURCE_VRF_KEY", "SOURCE_OP_CERT"] as const;
const TARGETS = ["TARGET_KES_KEY", "TARGET_VRF_KEY", "TARGET_OP_CERT"] as const;

export function readPaths(reader: SettingReader): Paths {
  const stateDirDefault = folderOf(reader.text("TARGET_KES_KEY") ?? "");
  const stateDir = reader.text("STATE_DIR") ?? reader.derive("STATE_DIR", stateDirDefault);
  checkDistinct(reader);
  return {
    source: credentialPaths(reader, SOURCES),
    target: credentialPaths(reader, TARGETS),
    stateDir,
  };
}

function credentialPaths(
  reader: SettingReader,
  [kes, vrf, opcert]: readonly [SettingName, SettingName, SettingName],
): CredentialPaths {
  return {
    kes: reader.text(kes) ?? "",
    vrf: reader.text(vrf) ?? "",
    opcert: reader.text(opcert) ?? "",
  };
}

/** Six files, no two the same: a target that is a source would be unlinked with the last copy. */
function checkDistinct(reader: SettingReader): void {
  const seen = new Map<string, SettingName>();
  for (const name of [...SOURCES, ...TARGETS]) {
    const path = reader.text(name);
    if (path === undefined) continue;
    const other = seen.get(normalized(path));
    if (other === undefined) seen.set(normalized(path), name);
    else reader.problem(name, `another file than ${other}`);
  }
}

/** By text alone; `.` for a bare name. */
export function folderOf(path: string): string {
  const end = path.lastIndexOf("/");
  return end === -1 ? "." : end === 0 ? "/" : path.slice(0, end);
}

/** By text alone: `.` and `..` and doubled slashes are resolved, links are not. */
function normalized(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else if (part !== ".." || !path.startsWith("/")) parts.push(part);
  }
  return (path.startsWith("/") ? "/" : "") + parts.join("/");
}
