// Owns the proof that command blocks are well-formed, and that those that need the repository alone work.
// Never needs an API server: stage_test.ts runs the others.

import { assertEquals } from "@std/assert";
import { chooseCommand } from "../../lib/cli/main.ts";
import { ownCalls, treatmentOf } from "./commands.ts";
import { readDocuments, ROOT } from "./documents.ts";

for (const { path, blocks } of readDocuments()) {
  const commands = blocks.filter((block) => treatmentOf(block) !== undefined);
  if (commands.length === 0) continue;

  Deno.test(`commands of ${path} are well-formed`, async () => {
    for (const { line, text } of commands) {
      const args = ["-n", "-c", text];
      const { stderr } = await new Deno.Command("bash", { args, stdin: "null" }).output();
      assertEquals([line, new TextDecoder().decode(stderr)], [line, ""]);
      for (const call of ownCalls(text)) {
        const choice = chooseCommand(call);
        assertEquals([line, choice.kind === "wrong" ? choice.message : ""], [line, ""]);
      }
    }
  });

  const repo = commands.filter((block) => treatmentOf(block)?.kind === "repo");
  if (repo.length === 0) continue;
  Deno.test(`commands of ${path} that need the repository alone succeed`, async () => {
    const bin = await Deno.makeTempDir();
    const program = `${bin}/cardano-forge-manager`;
    const run = `exec ${Deno.execPath()} run --allow-all --no-check ${ROOT}main.ts "$@"`;
    await Deno.writeTextFile(program, `#!/bin/sh\n${run}\n`, { mode: 0o755 });
    try {
      for (const { line, text } of repo) {
        const { code, stderr } = await new Deno.Command("bash", {
          args: ["-euo", "pipefail", "-c", text],
          cwd: ROOT,
          env: { PATH: `${bin}:${Deno.env.get("PATH")}` },
          stdin: "null",
        }).output();
        assertEquals([line, code], [line, 0], new TextDecoder().decode(stderr));
      }
    } finally {
      await Deno.remove(bin, { recursive: true });
    }
  });
}
