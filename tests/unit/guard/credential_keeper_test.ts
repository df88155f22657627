// Owns the proof that only a checked set is offered, and that a bad newer one changes nothing but what is told.
// Never waits: each turn is given its instant.

import { assertEquals } from "@std/assert";
import { readConfig } from "../../../lib/config.ts";
import { monotonic, wallTime } from "../../../lib/core/time.ts";
import { type DemoKeys, makeDemoKeys } from "../../../lib/demo/keys.ts";
import { CredentialKeeper } from "../../../lib/guard/credential_keeper.ts";
import { createLog } from "../../../lib/log.ts";

const NOW = wallTime(Date.parse("2026-09-01T00:00:00Z"));
const NETWORK = "preview";
/** A certificate is good for 62 periods of 1.5 days. */
const YEAR_MS = 365 * 86_400_000;

class Stage implements Disposable {
  readonly dir = Deno.makeTempDirSync();
  readonly lines: string[] = [];
  readonly keeper: CredentialKeeper;
  #monotonicMs = 0;
  #revision = 0;

  constructor() {
    const reading = readConfig({
      POD_NAME: "bp-0",
      CARDANO_NETWORK: NETWORK,
      KUBERNETES_SERVICE_HOST: "127.0.0.1",
      SOURCE_KES_KEY: `${this.dir}/current/kes`,
      SOURCE_VRF_KEY: `${this.dir}/current/vrf`,
      SOURCE_OP_CERT: `${this.dir}/current/opcert`,
    });
    if (reading.kind !== "config") throw new Error(JSON.stringify(reading.problems));
    const log = createLog({
      level: "INFO",
      format: "json",
      sink: (line) => this.lines.push(line),
      now: () => NOW,
    });
    this.keeper = new CredentialKeeper(reading.config, log);
  }

  /** As Kubernetes does: a link is swapped. */
  put(keys: Partial<Pick<DemoKeys, "kes" | "vrf" | "opcert">>): void {
    const folder = `${this.dir}/r${++this.#revision}`;
    Deno.mkdirSync(folder);
    for (const file of ["kes", "vrf", "opcert"] as const) {
      const text = keys[file];
      if (text !== undefined) Deno.writeTextFileSync(`${folder}/${file}`, text);
    }
    Deno.symlinkSync(folder, `${this.dir}/new`);
    Deno.renameSync(`${this.dir}/new`, `${this.dir}/current`);
  }

  /** Lets time pass and gives the keeper its turn. */
  turn(ms = 2_000, wall = NOW): Promise<boolean> {
    this.#monotonicMs += ms;
    return this.keeper.turn({ monotonic: monotonic(this.#monotonicMs), wall });
  }

  get messages(): readonly string[] {
    return this.lines.map((line) => JSON.parse(line).message);
  }

  get counter(): number | undefined {
    const { verdict } = this.keeper;
    return verdict.kind === "valid" ? verdict.certificateCounter : undefined;
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.dir, { recursive: true });
  }
}

const first = await makeDemoKeys({ network: NETWORK, now: NOW });
const second = await makeDemoKeys({ network: NETWORK, now: NOW, previous: first });
const expired = await makeDemoKeys({
  network: NETWORK,
  now: NOW,
  previous: first,
  validity: "expired",
});
const lower = await makeDemoKeys({ network: NETWORK, now: NOW, previous: second, counter: 0 });
const later = wallTime(NOW + YEAR_MS);

Deno.test("a valid set is offered, and a changed valid one in its place", async () => {
  using stage = new Stage();
  stage.put(first);
  assertEquals(await stage.turn(), true);
  assertEquals([stage.keeper.generation, stage.counter], [1, 0]);
  const { set } = stage.keeper;
  stage.put(second);
  assertEquals(await stage.turn(), true);
  assertEquals([stage.keeper.generation, stage.counter], [2, 1]);
  assertEquals(stage.keeper.set === set, false);
  assertEquals(stage.messages, ["Credentials valid", "Credentials valid"]);
});

Deno.test("nothing is read while nothing changes", async () => {
  using stage = new Stage();
  stage.put(first);
  await stage.turn();
  assertEquals([await stage.turn(), await stage.turn(100), await stage.turn()], [
    false,
    false,
    false,
  ]);
});

Deno.test("a changed invalid set is told of once and the one in use is kept", async () => {
  using stage = new Stage();
  stage.put(first);
  await stage.turn();
  const { set } = stage.keeper;
  stage.put({ ...second, kes: "torn" });
  await stage.turn();
  assertEquals(stage.keeper.set, set);
  assertEquals(stage.keeper.rejected.map(({ file }) => file), ["kes"]);
  for (let minute = 0; minute < 3; minute++) await stage.turn(60_000);
  assertEquals(stage.messages, ["Credentials valid", "Credentials invalid"]);
  stage.put(second);
  await stage.turn();
  assertEquals([stage.keeper.rejected, stage.counter], [[], 1]);
});

Deno.test("files that come late are taken without a change being needed", async () => {
  using stage = new Stage();
  await stage.turn();
  assertEquals([stage.keeper.set, stage.keeper.verdict.kind], [undefined, "invalid"]);
  assertEquals(stage.keeper.rejected, []);
  stage.put(first);
  await stage.turn();
  assertEquals(stage.counter, 0);
});

Deno.test("a lower counter is refused, also when the set in use is over", async () => {
  using stage = new Stage();
  stage.put(second);
  await stage.turn();
  stage.put(lower);
  await stage.turn();
  assertEquals(stage.keeper.rejected.map(({ code }) => code), ["counter_lower"]);
  await stage.turn(60_000, later);
  assertEquals(stage.keeper.set, undefined);
  const codes = stage.keeper.rejected.map(({ code }) => code);
  assertEquals(codes.includes("counter_lower"), true);
});

Deno.test("a set that ends is withdrawn and told of, and one that begins is taken", async () => {
  using stage = new Stage();
  stage.put(first);
  await stage.turn();
  const future = await makeDemoKeys({
    network: NETWORK,
    now: later,
    previous: first,
  });
  stage.put(future);
  await stage.turn();
  assertEquals(stage.keeper.rejected.map(({ code }) => code), ["not_yet_valid"]);
  await stage.turn(60_000, later);
  assertEquals([stage.counter, stage.keeper.generation], [1, 2]);
  assertEquals(stage.messages.slice(-2), [
    "Credentials in use became invalid",
    "Credentials valid",
  ]);
});

Deno.test("an only set that is over is offered to nobody, with the reason", async () => {
  using stage = new Stage();
  stage.put(expired);
  await stage.turn();
  assertEquals(stage.keeper.set, undefined);
  const { verdict } = stage.keeper;
  assertEquals(verdict.kind === "invalid" && verdict.problems.map(({ code }) => code), [
    "kes_expired",
  ]);
  assertEquals(JSON.parse(stage.lines[0] ?? "{}").reason, "KesExpired");
});

Deno.test("no line holds a part of a key", async () => {
  using stage = new Stage();
  stage.put(first);
  await stage.turn();
  stage.put({ ...second, vrf: first.kes });
  await stage.turn();
  const { cborHex } = JSON.parse(first.kes);
  assertEquals(stage.lines.some((line) => line.includes(cborHex.slice(10, 40))), false);
});
