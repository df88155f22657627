// Owns what every report says of where its figures come from: commit, program, machine, command, time.
// Never names the machine: its kind is what a reader needs.

import { markdownTable } from "./markdown_table.ts";

export interface ReportHead {
  readonly commit: string;
  readonly program: string;
  readonly machine: string;
  readonly command: string;
  readonly began: Date;
}

/**
 * Taken when the work begins: what is committed meanwhile was not measured. `binary` is the path of
 * the compiled program; without it, this Deno runs the sources.
 */
export async function beginReport(
  command: string,
  { binary }: { readonly binary?: string | undefined } = {},
): Promise<ReportHead> {
  return {
    commit: commitText(),
    program: binary === undefined ? sourcesText() : await programText(binary),
    machine: machineText(),
    command,
    began: new Date(),
  };
}

/** A table for the beginning of a report, to be made when the work has ended. */
export function headTable(
  { commit, program, machine, command, began }: ReportHead,
  more: readonly (readonly [string, string])[] = [],
): string {
  const load = Deno.loadavg().map((one) => one.toFixed(1)).join(", ");
  return markdownTable(["", ""], [
    ["commit", commit],
    ["program", program],
    ["machine", machine],
    ["load average at the end", `${load} over 1, 5 and 15 minutes`],
    ["command", `\`${command}\``],
    ["began, ended", `${minuteOf(began)}, ${minuteOf(new Date())}`],
    ...more,
  ]);
}

/** Such as `93.1 MB, SHA-256 1234…`. */
async function programText(path: string): Promise<string> {
  const bytes = await Deno.readFile(path);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const hex = [...digest.slice(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${(bytes.length / 1e6).toFixed(1)} MB, SHA-256 ${hex}…`;
}

function sourcesText(): string {
  return `Deno ${Deno.version.deno}, V8 ${Deno.version.v8}, from the sources`;
}

/** Of the sources beside this file, or of FORGE_COMMIT where they are no repository. */
function commitText(): string {
  const given = Deno.env.get("FORGE_COMMIT");
  if (given !== undefined) return given;
  const commit = git("log", "-1", "--abbrev=12", "--format=%h of %cs");
  if (commit === undefined) return "unknown, since this is no checkout";
  // Reports themselves change nothing that is measured.
  const changes = git("status", "--porcelain", "--", ".", ":!docs/evidence");
  return changes === "" ? commit : `${commit} with changes`;
}

function git(...args: readonly string[]): string | undefined {
  const cwd = new URL("../..", import.meta.url).pathname;
  try {
    const { success, stdout } = new Deno.Command("git", { args: [...args], cwd, stderr: "null" })
      .outputSync();
    return success ? new TextDecoder().decode(stdout).trim() : undefined;
  } catch {
    return undefined; // no git here
  }
}

/** Such as `2 cores (model), 24 GB memory, Linux 6.1 x86_64`. */
function machineText(): string {
  const gb = (Deno.systemMemoryInfo().total / 1e9).toFixed(0);
  const { os, arch } = Deno.build;
  const system = os === "linux" ? "Linux" : os;
  return `${navigator.hardwareConcurrency} cores (${processorModel()}), ${gb} GB memory, ` +
    `${system} ${Deno.osRelease()} ${arch}`;
}

function processorModel(): string {
  try {
    const text = Deno.readTextFileSync("/proc/cpuinfo");
    return /^model name\s*:\s*(.+)$/m.exec(text)?.[1] ?? "unknown processor";
  } catch {
    return "unknown processor"; // not Linux
  }
}

function minuteOf(date: Date): string {
  return date.toISOString().slice(0, 16) + "Z";
}
