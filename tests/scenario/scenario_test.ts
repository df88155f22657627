// Owns the comparing of every transcript beside it with what the core does today.
// Never rewrites one unless UPDATE=1 asks for it: then read the difference before it is committed.

import { assertEquals } from "@std/assert";
import { Stage } from "./stage.ts";
import { parseTranscript, type Transcript, writeTranscript } from "./transcript.ts";

const FOLDER = new URL("./", import.meta.url);

function played({ preface, steps }: Transcript): Transcript {
  const stage = new Stage();
  const now = steps.map(({ commands }) => {
    for (const command of commands) stage.run(command);
    return { commands, expected: stage.news() };
  });
  return { preface, steps: now };
}

for (const { name } of [...Deno.readDirSync(FOLDER)].sort((a, b) => a.name < b.name ? -1 : 1)) {
  if (!name.endsWith(".txt")) continue;
  Deno.test(`scenario ${name.slice(0, -4).replaceAll("_", " ")}`, () => {
    const url = new URL(name, FOLDER);
    const text = Deno.readTextFileSync(url);
    const today = writeTranscript(played(parseTranscript(text)));
    if (Deno.env.get("UPDATE") === "1") return Deno.writeTextFileSync(url, today);
    assertEquals(today, text, "UPDATE=1 writes it anew");
  });
}
