// Owns the credential files: reading a set, putting it in place for the node, taking it away.
// Never judges a set, and never signals: the node sees a change only when somebody tells it.

import type { CredentialPaths } from "../config.ts";
import type { CredentialSource } from "../credentials/check.ts";
import type { CredentialFile, FileOperation } from "../door.ts";
import {
  CREDENTIAL_FILES,
  type CredentialReading,
  CredentialSet,
  IncompleteCredentials,
} from "./credential_set.ts";
import { failureCode, type FileFailure, fileFailure, foundBy } from "./file_failure.ts";

export type InstalledFiles = "installed" | "absent" | "partial";

/** Called once for each file that was really copied or removed. */
export type CountFile = (operation: FileOperation, file: CredentialFile) => void;

export type InstallOutcome =
  | { readonly kind: "installed" }
  /** `files` tells what is there now: the set from before, or none; "partial" only if that failed too. */
  | FileFailure & { readonly files: InstalledFiles };

export type RemoveOutcome =
  | { readonly kind: "removed" }
  /** While `files` is "partial" a signal still stops the node: one missing file is enough. */
  | FileFailure & { readonly files: InstalledFiles };

const MAX_BYTES = 64 * 1024;
const MODE = 0o600;
const FOLDER_MODE = 0o700;

/** Reads all three files, whatever they hold. Never throws. */
export function readCredentials(paths: CredentialPaths): CredentialReading {
  const [kes, vrf, opcert] = [
    readSource(paths.kes),
    readSource(paths.vrf),
    readSource(paths.opcert),
  ];
  if (kes instanceof Uint8Array && vrf instanceof Uint8Array && opcert instanceof Uint8Array) {
    return new CredentialSet({ kes, vrf, opcert });
  }
  return new IncompleteCredentials({ kes, vrf, opcert });
}

/**
 * Puts the whole set in place, each file by rename so that the node never reads half of one. All
 * that may be refused comes first: when it is, the set from before stays as it was. Should a rename
 * fail after that, all three are taken away, since a mixture would keep the node from starting.
 */
export function installCredentials(
  set: CredentialSet,
  { target, count }: { readonly target: CredentialPaths; readonly count?: CountFile },
): InstallOutcome {
  for (const file of CREDENTIAL_FILES) {
    const failure = stage(set.bytes(file), target[file]);
    if (failure === undefined) continue;
    unlinkStaged(target);
    return { ...failure, files: installedFiles(target) };
  }
  for (const file of CREDENTIAL_FILES) {
    try {
      Deno.renameSync(stagedPath(target[file]), target[file]);
      count?.("copy", file);
    } catch (error) {
      removeCredentials(target, count === undefined ? {} : { count });
      const failure = fileFailure("put in place", target[file], error);
      return { ...failure, files: installedFiles(target) };
    }
  }
  return { kind: "installed" };
}

/** Takes all three files away and what an interrupted install left; tries each, whatever happens to the others. */
export function removeCredentials(
  target: CredentialPaths,
  { count }: { readonly count?: CountFile } = {},
): RemoveOutcome {
  let failure = unlinkStaged(target);
  for (const file of CREDENTIAL_FILES) {
    const outcome = unlink(target[file]);
    if (outcome === "removed") count?.("remove", file);
    else if (outcome !== "absent") failure = outcome;
  }
  return failure === undefined
    ? { kind: "removed" }
    : { ...failure, files: installedFiles(target) };
}

/** What the node would find. A file that exists counts, whatever is in it; a dangling link does not. */
export function installedFiles(target: CredentialPaths): InstalledFiles {
  const present = CREDENTIAL_FILES.filter((file) => isPresent(target[file])).length;
  if (present === 0) return "absent";
  return present === CREDENTIAL_FILES.length ? "installed" : "partial";
}

/** Whether exactly this set is in place. */
export function isInstalled(set: CredentialSet, target: CredentialPaths): boolean {
  const reading = readCredentials(target);
  return reading.kind === "complete" && reading.fingerprint === set.fingerprint;
}

function readSource(path: string): CredentialSource {
  try {
    const { size, isFile } = Deno.statSync(path);
    if (!isFile) return { code: "unreadable", unreadable: "not a file" };
    if (size > MAX_BYTES) {
      return { code: "unreadable", unreadable: `longer than ${MAX_BYTES} bytes` };
    }
    return Deno.readFileSync(path);
  } catch (error) {
    const code = failureCode(error) === "missing" ? "missing" : "unreadable";
    return { code, unreadable: foundBy(error) };
  }
}

/** A fixed name, so that what a killed process left is found and replaced. */
function stagedPath(path: string): string {
  const slash = path.lastIndexOf("/");
  return `${path.slice(0, slash + 1)}.${path.slice(slash + 1)}.forge-manager-new`;
}

function stage(bytes: Uint8Array, path: string): FileFailure | undefined {
  const staged = stagedPath(path);
  try {
    const slash = path.lastIndexOf("/");
    if (slash > 0) Deno.mkdirSync(path.slice(0, slash), { recursive: true, mode: FOLDER_MODE });
    const leftover = unlink(staged);
    if (typeof leftover === "object") return leftover;
    Deno.writeFileSync(staged, bytes, { mode: MODE, createNew: true });
    return undefined;
  } catch (error) {
    return fileFailure("write", staged, error);
  }
}

function unlinkStaged(target: CredentialPaths): FileFailure | undefined {
  let failure: FileFailure | undefined;
  for (const file of CREDENTIAL_FILES) {
    const outcome = unlink(stagedPath(target[file]));
    if (typeof outcome === "object") failure = outcome;
  }
  return failure;
}

function unlink(path: string): "removed" | "absent" | FileFailure {
  try {
    Deno.removeSync(path);
    return "removed";
  } catch (error) {
    if (failureCode(error) === "missing") return "absent";
    return fileFailure("remove", path, error);
  }
}

function isPresent(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    // What cannot be looked at may be there: only "no such file" is absence.
    return failureCode(error) !== "missing";
  }
}
