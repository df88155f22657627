// Owns what a report says of where its figures come from: commit, program and machine.
// Never names the machine: its kind is what a reader needs.

/** Such as `commit f16d2d5, program of 93.1 MB with SHA-256 1234…`. */
export async function programText(path: string): Promise<string> {
  const bytes = await Deno.readFile(path);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const hex = [...digest.slice(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${(bytes.length / 1e6).toFixed(1)} MB, SHA-256 ${hex}…`;
}

/** Of the sources beside this file, or of FORGE_COMMIT where they are no repository. */
export function commitText(): string {
  const given = Deno.env.get("FORGE_COMMIT");
  if (given !== undefined) return given;
  const run = (...args: string[]) => {
    const cwd = new URL("../..", import.meta.url).pathname;
    const { success, stdout } = new Deno.Command("git", { args, cwd, stderr: "null" }).outputSync();
    return success ? new TextDecoder().decode(stdout).trim() : undefined;
  };
  const commit = run("rev-parse", "--short=12", "HEAD");
  if (commit === undefined) return "unknown";
  return run("status", "--porcelain") === "" ? commit : `${commit} with changes`;
}

/** Such as `2 processors (model), 24 GB, Linux 6.1`. */
export function machineText(): string {
  const model = /^model name\s*:\s*(.*)$/m.exec(Deno.readTextFileSync("/proc/cpuinfo"))?.[1];
  const gb = (Deno.systemMemoryInfo().total / 1e9).toFixed(0);
  const cores = navigator.hardwareConcurrency;
  return `${cores} processors (${model ?? "unknown"}), ${gb} GB memory, Linux ${Deno.osRelease()}`;
}
