// Owns the proof that the demo plays its story on real processes, ends by itself and leaves nothing.
// Never judges by how long something took.

import { assert, assertEquals, assertMatch } from "@std/assert";

const ROOT = new URL("../../", import.meta.url).pathname;
/** The demo ends by itself within a minute; this ends one that hangs. */
const DEADLINE_MS = 90_000;

const STORIES: readonly [fact: string, args: readonly string[]][] = [
  [
    "the demo hands over six times and never lets two forge",
    ["run", "--quiet", "--allow-all", "--unstable-worker-options", `${ROOT}main.ts`, "demo"],
  ],
  [
    "the demo of two clusters moves the pool six times and never lets two forge",
    demoWith(["--clusters"]),
  ],
];
for (const [fact, args] of STORIES) {
  Deno.test(fact, async () => {
    const temp = Deno.makeTempDirSync();
    const child = new Deno.Command(Deno.execPath(), {
      args: [...args],
      // A setting of the caller must not matter, and its files must be gone.
      env: { TMPDIR: temp, LEASE_NAME: "someone-elses", LEASE_DURATION: "300" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const deadline = setTimeout(() => child.kill("SIGTERM"), DEADLINE_MS);
    const { code, stdout, stderr } = await child.output();
    clearTimeout(deadline);
    const lines = new TextDecoder().decode(stdout).trimEnd().split("\n");
    assertEquals(code, 0, `${lines.join("\n")}\n${new TextDecoder().decode(stderr)}`);

    const heading = lines.findIndex((line) => /^event +forger/.test(line));
    assert(heading > 0);
    const rows = lines.slice(heading).filter((line) => /^[1-6] {2}/.test(line));
    assertEquals(rows.length, 6);
    for (const row of [...rows, lines.find((line) => line.startsWith("all of them")) ?? ""]) {
      assertMatch(row, / 0 s +0$/); // nobody forged beside another, no slot twice
    }
    assertMatch(lines.at(-1) ?? "", /^Two nodes never forged at once, and none of [1-9]/);
    assertEquals([...Deno.readDirSync(temp)].map(({ name }) => name), []);
    Deno.removeSync(temp);
  });
}

/** The command itself, without the command line before it. */
function demoWith(args: readonly string[]): string[] {
  const code = `
    import { demo } from "${ROOT}lib/cli/demo.ts";
    const terminal = {
      environment: () => Deno.env.toObject(),
      print: (text) => console.log(text),
      printError: (text) => console.error(text),
    };
    Deno.exit(await demo(${JSON.stringify(args)}, terminal));
  `;
  return ["eval", `--config=${ROOT}deno.json`, code];
}

Deno.test("a demo by hand is of one cluster", async () => {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: demoWith(["--interactive", "--clusters"]),
    stdin: "null",
  }).output();
  assertEquals(code, 64);
  assertMatch(new TextDecoder().decode(stderr), /of one cluster/);
});

Deno.test("a demo by hand without a terminal is refused before it starts anything", async () => {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", `${ROOT}main.ts`, "demo", "--interactive"],
    stdin: "null",
  }).output();
  assertEquals([code, new TextDecoder().decode(stdout)], [64, ""]);
  assertMatch(new TextDecoder().decode(stderr), /needs a terminal/);
});
