// Owns which tags make a release, and with which notes.
// Never asks a registry or a forge.

import { assertEquals } from "@std/assert";
import { disagreements, notesOf } from "../../tools/release_notes.ts";

const CHANGELOG = `# Changelog

Intro.

## [Unreleased]

### Added

- C

## [0.2.0] - 2026-11-21

### Added

- B

## [0.1.0] - 2026-10-01

- A
`;

const cases: readonly [version: string, notes: string | undefined][] = [
  ["0.2.0", "### Added\n\n- B"],
  ["0.1.0", "- A"],
  ["0.3.0", undefined],
  ["0.2", undefined],
];
for (const [version, notes] of cases) {
  Deno.test(`the notes of ${version} are ${notes === undefined ? "absent" : "its section"}`, () => {
    assertEquals(notesOf(version, CHANGELOG), notes);
  });
}

Deno.test("a tag that another version stands behind is named with what disagrees", () => {
  const versions = { "lib/version.ts": "0.2.0", "version of Chart.yaml": "0.1.0" };
  assertEquals(disagreements("v0.2.0", versions), [
    "version of Chart.yaml says 0.1.0, the tag is v0.2.0",
  ]);
  assertEquals(disagreements("v0.2.0", { a: "0.2.0" }), []);
});
