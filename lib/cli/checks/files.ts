// Owns the checks of files: the source set valid and for this pool, the target folders writable.
// Never leaves a file behind, and never prints what is in one.

import type { Config } from "../../config.ts";
import { folderOf } from "../../config/paths.ts";
import { certificateLife } from "../../credentials/certificate_life.ts";
import { type Genesis, kesPeriodAt } from "../../credentials/networks.ts";
import type { CertificateFacts } from "../../credentials/verdict.ts";
import { type WallTime, wallTime } from "../../core/time.ts";
import { checkCredentials } from "../../credentials/check.ts";
import { readCredentials } from "../../guard/credentials.ts";
import { errorText } from "../../log.ts";
import { type Check, failed, ok } from "./check.ts";

export async function checkFiles(config: Config): Promise<Check[]> {
  const { target } = config.credentials;
  const folders = [target.kes, target.vrf, target.opcert].map(folderOf);
  return [
    await sourceFiles(config),
    ...[...new Set([...folders, config.stateDir])].map(folderWritable),
  ];
}

/** What the certificate says, on one line: by it an operator plans the next rotation. */
function factsOf(
  certificate: CertificateFacts,
  { genesis, now }: { readonly genesis: Genesis | undefined; readonly now: WallTime },
): string {
  const { counter, kesPeriodStart, kesPeriodEnd, expiresAt, daysLeft } = certificateLife(
    certificate,
    { genesis, now },
  );
  const period = genesis === undefined ? "unknown" : kesPeriodAt(genesis, now);
  const end = daysLeft === undefined
    ? "its end is unknown without GENESIS_START"
    : `${daysLeft} days left, until ${expiresAt}`;
  return `${certificate.poolId}, certificate counter ${counter}, ` +
    `KES period ${period} in ${kesPeriodStart} to ${kesPeriodEnd - 1}, ${end}`;
}

async function sourceFiles({ credentials, network, pool }: Config): Promise<Check> {
  const name = "the source files are valid and of this pool";
  const now = wallTime(Date.now());
  const { genesis } = network;
  const verdict = await checkCredentials(readCredentials(credentials.source).toSources(), {
    network: network.name,
    genesis,
    now,
    poolId: pool.id,
    poolIdHex: pool.idHex,
    paths: credentials.source,
  });
  if (verdict.kind === "invalid") {
    const { problems, certificate } = verdict;
    const facts = certificate === undefined ? [] : [factsOf(certificate, { genesis, now })];
    return failed(name, [...problems.map(({ message }) => message), ...facts].join("; "));
  }
  return ok(name, [factsOf(verdict, { genesis, now }), ...verdict.warnings].join("; "));
}

/** Folders are made by the guard where they are absent, so the nearest that exists must be writable. */
export function folderWritable(folder: string): Check {
  const name = `files can be written to ${folder}`;
  const existing = nearestExisting(folder);
  try {
    Deno.removeSync(Deno.makeTempFileSync({ dir: existing, prefix: ".forge-manager-check-" }));
    return ok(name, existing === folder ? "yes" : `absent, it can be made in ${existing}`);
  } catch (error) {
    return failed(name, errorText(error));
  }
}

function nearestExisting(folder: string): string {
  for (let path = folder;; path = folderOf(path)) {
    if (path === "/" || path === "." || isThere(path)) return path;
  }
}

function isThere(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    return !(error instanceof Deno.errors.NotFound); // what may not be looked at is there
  }
}
