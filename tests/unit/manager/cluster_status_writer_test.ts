// Owns the proof of when the status of a cluster is written: on news, as heartbeat, again after a failure.
// Never waits: the clock is the test's.

import { assertEquals } from "@std/assert";
import type { ApiFailure } from "../../../lib/core/api_failure.ts";
import type { ForgeClusterAnswer } from "../../../lib/kubernetes/forge_cluster.ts";
import type { ForgeCluster } from "../../../lib/kubernetes/forge_cluster_parse.ts";
import type { ForgeClusterStatus } from "../../../lib/kubernetes/forge_cluster_status.ts";
import { ClusterStatusWriter } from "../../../lib/manager/cluster_status_writer.ts";
import { CLUSTER, NAME, VIEW } from "../kubernetes/forge_cluster_objects.ts";

function own(uid = "1", resourceVersion = "1"): ForgeCluster {
  const object = { name: NAME, uid, resourceVersion, labels: {}, rawSpec: {} };
  return { ...object, kind: "unusable", problem: { name: NAME, field: "spec", problem: "is odd" } };
}

const WRITTEN: ForgeClusterAnswer = { kind: "cluster", cluster: own() };
const CONFLICT: ForgeClusterAnswer = { kind: "conflict", message: "written since" };
const DOWN: ForgeClusterAnswer = { kind: "unreachable", message: "refused" };

class Scene {
  nowMs = 1_000;
  readonly sent: ForgeClusterStatus[] = [];
  /** What each write replaces, and `read` for each reading. */
  readonly requests: string[] = [];
  readonly signals: AbortSignal[] = [];
  readonly noted: (ApiFailure["kind"] | undefined)[] = [];
  turns = 0;
  #answer: (answer: ForgeClusterAnswer) => void = () => {};
  readonly writer = new ClusterStatusWriter({
    cluster: CLUSTER,
    apiTimeoutMs: 2_000,
    api: {
      applyStatus: (_name, status, { signal, resourceVersion = "none" }) => {
        this.sent.push(status);
        this.signals.push(signal!);
        return this.#request(resourceVersion);
      },
      read: () => this.#request("read"),
    },
    outcomes: { note: (_subject, failure) => this.noted.push(failure?.kind) },
    nowMs: () => this.nowMs,
    random: () => 1,
    onEnd: () => this.turns++,
  });

  #request(request: string): Promise<ForgeClusterAnswer> {
    this.requests.push(request);
    const answer = Promise.withResolvers<ForgeClusterAnswer>();
    this.#answer = answer.resolve;
    return answer.promise;
  }

  update(message = "as ever", uid = "1", resourceVersion = "1"): number | undefined {
    return this.writer.update({ ...VIEW, message }, own(uid, resourceVersion));
  }

  /** The server answers, after so long. */
  async answer(answer: ForgeClusterAnswer, { afterMs = 0 } = {}): Promise<void> {
    this.nowMs += afterMs;
    this.#answer(answer);
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  }
}

Deno.test("the first status is written at once, and the next when it is due, from sending on", async () => {
  const scene = new Scene();
  assertEquals(scene.update(), undefined);
  await scene.answer(WRITTEN, { afterMs: 400 });
  assertEquals([scene.update(), scene.sent.length, scene.turns], [9_600, 1, 1]);
  scene.nowMs += 9_599;
  assertEquals([scene.update(), scene.sent.length], [1, 1]);
  scene.nowMs += 1;
  assertEquals([scene.update(), scene.sent.length], [undefined, 2]);
});

Deno.test("news are written at once, but one write at a time, and its end asks for a turn", async () => {
  const scene = new Scene();
  scene.update();
  assertEquals([scene.update("news"), scene.sent.length], [undefined, 1]);
  await scene.answer(WRITTEN);
  assertEquals(scene.turns, 1);
  scene.update("news");
  assertEquals(scene.sent.map(({ message }) => message), ["as ever", "news"]);
});

Deno.test("a failed write is tried again, ever later, and no later than a heartbeat is due", async () => {
  const scene = new Scene();
  const waits: (number | undefined)[] = [];
  for (let failures = 0; failures < 7; failures++) {
    scene.update();
    await scene.answer({ ...DOWN, retryAfterMs: failures === 6 ? 60_000 : 0 });
    waits.push(scene.update());
    scene.nowMs += waits.at(-1)!;
  }
  assertEquals(waits, [1_000, 2_000, 4_000, 8_000, 10_000, 10_000, 10_000]);
  assertEquals(scene.noted, Array(7).fill("unreachable"));
  scene.update();
  await scene.answer(WRITTEN);
  assertEquals([scene.noted.at(-1), scene.update()], [undefined, 10_000]);
});

Deno.test("a resource that is gone is no failure, and one made anew is written to at once", async () => {
  const scene = new Scene();
  scene.update();
  await scene.answer({ kind: "not_found", message: "gone", reason: "NotFound" });
  assertEquals([scene.noted, scene.update()], [[undefined], 1_000]);
  assertEquals([scene.update("as ever", "2"), scene.sent.length], [undefined, 2]);
});

Deno.test("nothing is written while there is no resource", () => {
  const scene = new Scene();
  assertEquals([scene.writer.update(VIEW, undefined), scene.sent.length], [undefined, 0]);
});

Deno.test("another leader's turn ends the write under way, whose outcome says nothing any more", async () => {
  const scene = new Scene();
  scene.update();
  scene.writer.forget();
  assertEquals(scene.signals[0]!.aborted, true);
  await scene.answer(DOWN);
  assertEquals([scene.noted, scene.turns], [[], 0]);
  scene.update();
  assertEquals(scene.sent.length, 2);
});

const at = (resourceVersion: string): ForgeClusterAnswer => ({
  kind: "cluster",
  cluster: own("1", resourceVersion),
});

Deno.test("each write replaces what is known last, whether the watch or our own write told of it", async () => {
  const scene = new Scene();
  scene.update("one", "1", "10");
  await scene.answer(at("12"));
  scene.update("two", "1", "10"); // the watch lags behind
  await scene.answer(at("13"));
  scene.update("three", "1", "20"); // an operator's edit
  await scene.answer(at("21"));
  scene.update("four", "2", "5"); // deleted, and made anew
  assertEquals(scene.requests, ["10", "12", "20", "5"]);
});

Deno.test("a write that somebody was before of is read again and written at once, heartbeats too", async () => {
  const scene = new Scene();
  scene.update("as ever", "1", "10");
  await scene.answer(at("11"));
  scene.nowMs += 10_000;
  scene.update("as ever", "1", "11"); // a heartbeat
  await scene.answer(CONFLICT);
  await scene.answer(at("15"));
  assertEquals([scene.update("as ever", "1", "11"), scene.noted], [undefined, [
    undefined,
    undefined,
  ]]);
  await scene.answer(at("16"));
  assertEquals(scene.requests, ["10", "11", "read", "15"]);
  assertEquals(scene.update("as ever", "1", "16"), 10_000);
});

Deno.test("conflicts that go on are met ever later", async () => {
  const scene = new Scene();
  const waits: (number | undefined)[] = [];
  scene.update();
  for (let conflicts = 0; conflicts < 4; conflicts++) {
    await scene.answer(CONFLICT);
    await scene.answer(at("1"));
    waits.push(scene.update());
    scene.nowMs += waits.at(-1) ?? 0;
    if (waits.at(-1) !== undefined) scene.update();
  }
  assertEquals(waits, [undefined, 1_000, 2_000, 4_000]);
  await scene.answer(at("2"));
  assertEquals(scene.update(), 10_000);
});

Deno.test("another leader's turn also ends the reading after a conflict", async () => {
  const scene = new Scene();
  scene.update();
  await scene.answer(CONFLICT);
  scene.writer.forget();
  await scene.answer(at("15"));
  assertEquals([scene.requests, scene.noted, scene.turns], [["1", "read"], [], 0]);
});

Deno.test("a reading that fails after a conflict is a failure like any other", async () => {
  const scene = new Scene();
  scene.update();
  await scene.answer(CONFLICT);
  await scene.answer(DOWN);
  assertEquals([scene.noted, scene.update()], [["unreachable"], 1_000]);
});
