// Owns finding and running promtool, which reads expositions, rules and dashboards' queries as Prometheus does.
// Never without the real program: tests that need it are skipped by name.

import { assertEquals } from "@std/assert";

/**
 * Its path, beside the API server's programs or on the PATH. Undefined: it is not installed, or
 * hidden like those programs by `deno task test`, which does the same everywhere.
 */
export const PROMTOOL: string | undefined = findPromtool();

/** Runs it, fails unless it ends with 0, and gives what it printed. */
export async function promtool(args: readonly string[], input = ""): Promise<string> {
  const child = new Deno.Command(PROMTOOL ?? "promtool", {
    args: [...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  const said = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("");
  assertEquals(code, 0, `promtool ${args.join(" ")}:\n${said}`);
  return said;
}

/** Its arguments are files: this one holds the text as long as it is used. */
export async function withFile<T>(text: string, use: (path: string) => Promise<T>): Promise<T> {
  const path = await Deno.makeTempFile({ suffix: ".yaml" });
  try {
    await Deno.writeTextFile(path, text);
    return await use(path);
  } finally {
    await Deno.remove(path);
  }
}

function findPromtool(): string | undefined {
  const assets = Deno.env.get("KUBEBUILDER_ASSETS") ?? "";
  if (assets === "") return undefined;
  for (const candidate of [`${assets}/promtool`, "promtool"]) {
    try {
      const args = ["--version"];
      const { success } = new Deno.Command(candidate, { args, stdout: "null", stderr: "null" })
        .outputSync();
      if (success) return candidate;
    } catch {
      // not there
    }
  }
  return undefined;
}
