// Owns the proof that a permit on disk never lasts longer than it was given for.
// Never reads a real clock.

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { foundPermit, PERMIT_FILE_NAME, PermitFile } from "../../../lib/guard/permit_file.ts";

class FakeClocks {
  boot: number | undefined = 50_000;
  wall = 1_700_000_000_000;
  id: string | undefined = "boot-1";
  readonly bootMs = () => this.boot;
  readonly wallMs = () => this.wall;
  readonly monotonicMs = () => 0;
  readonly bootId = () => this.id;
}

function arrange(podUid = "uid-1") {
  const folder = Deno.makeTempDirSync();
  const clocks = new FakeClocks();
  const open = (uid = podUid) => new PermitFile({ folder: `${folder}/state`, podUid: uid, clocks });
  const path = `${folder}/state/${PERMIT_FILE_NAME}`;
  const dispose = () => Deno.removeSync(folder, { recursive: true });
  return { clocks, open, path, file: open(), [Symbol.dispose]: dispose };
}

type Left = number | undefined;
const LEFT: readonly [fact: string, change: (clocks: FakeClocks) => void, leftMs: Left][] = [
  ["at once", () => {}, 9000],
  ["after 2 s by both clocks", (c) => (c.boot = 52_000, c.wall += 2000), 7000],
  ["after the wall clock went back", (c) => (c.boot = 52_000, c.wall -= 3_600_000), 7000],
  ["after the wall clock went forward", (c) => (c.boot = 52_000, c.wall += 8000), 1000],
  ["after its end", (c) => (c.boot = 60_000, c.wall += 10_000), -1000],
  ["after its end by the wall clock alone", (c) => c.wall += 10_000, -1000],
  ["after a boot", (c) => (c.id = "boot-2", c.boot = 100), undefined],
  ["without a boot id", (c) => c.id = undefined, undefined],
  ["without a boot clock", (c) => c.boot = undefined, undefined],
];
for (const [fact, change, leftMs] of LEFT) {
  Deno.test(`PermitFile gives ${leftMs ?? "nothing"} of 9000 ms ${fact}`, () => {
    using arranged = arrange();
    assertEquals(arranged.file.write({ leftMs: 9000, nonces: ["a"] }), { kind: "written" });
    change(arranged.clocks);
    assertEquals(arranged.open().read(), { leftMs, nonces: ["a"], podUid: "uid-1" });
  });
}

Deno.test("PermitFile keeps when a permit ended until that is cleared", () => {
  using arranged = arrange();
  arranged.file.write({ leftMs: -500, nonces: ["a"] });
  arranged.clocks.boot = 51_000;
  const later = arranged.open();
  assertEquals(later.read()?.leftMs, -1500);
  later.forgetNonces();
  assertEquals(arranged.open().read(), { leftMs: -1500, nonces: [], podUid: "uid-1" });
  later.write({ leftMs: undefined, nonces: [] });
  assertEquals(arranged.open().read()?.leftMs, undefined);
});

Deno.test("PermitFile is for its owner only and leaves no temporary file", () => {
  using arranged = arrange();
  arranged.file.write({ leftMs: 1, nonces: [] });
  assertEquals((Deno.statSync(arranged.path).mode ?? 0) & 0o777, 0o600);
  const names = [...Deno.readDirSync(arranged.path.slice(0, arranged.path.lastIndexOf("/")))];
  assertEquals(names.map(({ name }) => name), [PERMIT_FILE_NAME]);
});

Deno.test("PermitFile keeps the nonces when the permit is cleared, and the permit when they are forgotten", () => {
  using arranged = arrange();
  arranged.file.write({ leftMs: 9000, nonces: ["a", "b"] });
  const later = arranged.open();
  later.read();
  later.forgetNonces();
  assertEquals(arranged.open().read(), { leftMs: 9000, nonces: [], podUid: "uid-1" });
  arranged.file.write({ leftMs: 9000, nonces: ["a", "b"] });
  const last = arranged.open();
  last.read();
  last.clearPermit();
  assertEquals(arranged.open().read(), { leftMs: undefined, nonces: ["a", "b"], podUid: "uid-1" });
});

Deno.test("PermitFile takes nothing over from another pod", () => {
  using arranged = arrange();
  arranged.file.write({ leftMs: 9000, nonces: ["a"] });
  const stranger = arranged.open("uid-2");
  assertEquals(stranger.read()?.podUid, "uid-1");
  stranger.clearPermit();
  assertEquals(arranged.open("uid-2").read(), { leftMs: undefined, nonces: [], podUid: "uid-2" });
});

Deno.test("PermitFile keeps the newest sixteen nonces", () => {
  using arranged = arrange();
  arranged.file.write({ leftMs: 1, nonces: Array.from({ length: 20 }, (_, i) => `n${i}`) });
  const nonces = arranged.open().read()?.nonces ?? [];
  assertEquals([nonces.length, nonces[0], nonces[15]], [16, "n4", "n19"]);
});

Deno.test("PermitFile names the refusal when it cannot be written, and clears by removing", () => {
  using arranged = arrange();
  arranged.file.write({ leftMs: 9000, nonces: ["a"] });
  Deno.mkdirSync(`${arranged.path}.new/full`, { recursive: true }); // in the temporary file's place
  const outcome = arranged.file.write({ leftMs: 9000, nonces: ["b"] });
  assertEquals(outcome.kind, "failed");
  assertEquals(arranged.file.clearPermit(), { kind: "written" });
  assertEquals(arranged.open().read(), undefined);
});

const GARBAGE = [
  "",
  "{",
  "null",
  "[]",
  "7",
  '{"bootId":"boot-1"}',
  '{"bootId":"boot-1","podUid":"u","endBootMs":-1,"endWallMs":1,"nonces":[]}',
  '{"bootId":"boot-1","podUid":"u","endBootMs":1e999,"endWallMs":1,"nonces":[]}',
  '{"bootId":"boot-1","podUid":"u","endBootMs":1,"endWallMs":1,"nonces":[1]}',
  '{"bootId":"boot-1","podUid":"","endBootMs":1,"endWallMs":1,"nonces":[]}',
  '{"bootId":7,"podUid":"u","endBootMs":1,"endWallMs":1,"nonces":[]}',
];
for (const text of GARBAGE) {
  Deno.test(`foundPermit() finds nothing in ${JSON.stringify(text)}`, () => {
    assertEquals(foundPermit(text, new FakeClocks()), undefined);
  });
}

Deno.test("foundPermit() takes any text, and no torn file for a whole one", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
    assertEquals(foundPermit(text, new FakeClocks()), undefined);
  }));
  const whole =
    '{"bootId":"boot-1","podUid":"u","endBootMs":51000,"endWallMs":1800000000000,"nonces":[]}';
  assertEquals(foundPermit(whole, new FakeClocks())?.leftMs, 1000);
  for (let length = 0; length < whole.length; length++) {
    assertEquals(foundPermit(whole.slice(0, length), new FakeClocks()), undefined);
  }
});
