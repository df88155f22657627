// Owns where figures come from: commit, machine, program and command, for reports that others check.
// Never reads anything that names a person or a path of the machine.

/** Lines of Markdown. */
export async function provenance(command: string): Promise<string[]> {
  const { version, build } = Deno;
  return [
    `- commit: ${await commit()}`,
    `- machine: ${navigator.hardwareConcurrency} cores, ${cpuModel()}, ${build.os} ${build.arch}`,
    `- program: Deno ${version.deno}, V8 ${version.v8}`,
    `- command: \`${command}\``,
  ];
}

async function commit(): Promise<string> {
  try {
    const { success, stdout } = await new Deno.Command("git", {
      args: ["log", "-1", "--format=%H of %cs"],
      stderr: "null",
    }).output();
    if (success) return new TextDecoder().decode(stdout).trim();
  } catch {
    // No git here: what follows says so.
  }
  return "unknown, since git is absent or this is no checkout";
}

function cpuModel(): string {
  try {
    const text = Deno.readTextFileSync("/proc/cpuinfo");
    return /^model name\s*:\s*(.+)$/m.exec(text)?.[1] ?? "unknown processor";
  } catch {
    return "unknown processor"; // not Linux
  }
}
