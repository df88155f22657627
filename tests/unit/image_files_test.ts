// Owns what Containerfile and workflows must keep: no shell, no root, nothing that floats.
// Never builds an image: a container engine does.

import { assertEquals, assertMatch } from "@std/assert";

const ROOT = new URL("../../", import.meta.url).pathname;
const containerfile = Deno.readTextFileSync(`${ROOT}Containerfile`);
/** Instructions of the last stage, continued lines joined. */
const runtime = containerfile.replaceAll("\\\n", " ").split("\n")
  .filter((line) => /^[A-Z]/.test(line)).join("\n").split(/^(?=FROM )/m).at(-1) ?? "";
const workflows = [...Deno.readDirSync(`${ROOT}.github/workflows`)].map(({ name }) => ({
  name,
  text: Deno.readTextFileSync(`${ROOT}.github/workflows/${name}`),
}));

Deno.test("the image runs the program itself as uid 10001, with run as its default", () => {
  assertMatch(runtime, /^USER 10001:10001$/m);
  assertMatch(runtime, /^ENTRYPOINT \["\/cardano-forge-manager"\]$/m);
  assertMatch(runtime, /^CMD \["run"\]$/m);
});

Deno.test("the last stage runs nothing, since distroless has no shell, and checks no health", () => {
  const instructions = runtime.split("\n").map((line) => line.split(" ")[0]);
  assertEquals(
    instructions.filter((name) => ["RUN", "SHELL", "HEALTHCHECK"].includes(name ?? "")),
    [],
  );
});

Deno.test("the image's labels are those by which registries and scanners know an image", () => {
  const labels = [...runtime.matchAll(/org\.opencontainers\.image\.([a-z]+)=/g)].map(([, name]) =>
    name
  );
  assertEquals(labels.toSorted(), [
    "created",
    "description",
    "documentation",
    "licenses",
    "revision",
    "source",
    "title",
    "version",
  ]);
});

Deno.test("the image is built by the Deno version that the tests run", () => {
  assertMatch(containerfile, /^ARG DENO_IMAGE=\S+:2\.6\.10$/m);
  assertMatch(workflows.find(({ name }) => name === "ci.yml")?.text ?? "", /deno: \[v2\.6\.10, /);
});

for (const { name, text } of workflows) {
  Deno.test(`${name}: every action is pinned by its commit or its whole version`, () => {
    const used = [...text.matchAll(/uses: (.*)$/gm)].map(([, action]) => action ?? "");
    const pinned = /^[\w./-]+@(?:[0-9a-f]{40} # v\d+(?:\.\d+)*|v\d+\.\d+\.\d+)$/;
    assertEquals(used.filter((action) => !pinned.test(action)), []);
    assertEquals(used.length > 0, true);
  });
  Deno.test(`${name}: every job has an end, and no more rights than it names`, () => {
    const jobs = text.split(/^jobs:$/m)[1]?.split(/^(?= {2}\S)/m).filter((job) =>
      job.trim() !== ""
    );
    assertEquals(jobs?.filter((job) => !/^ {4}timeout-minutes: \d+$/m.test(job)), []);
    assertMatch(text, /^permissions:\n {2}contents: read$/m);
  });
}
