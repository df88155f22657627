// Owns the proof of when the status of a cluster is written: on news, as heartbeat, again after a failure.
// Never waits: the clock is the test's.

import { assertEquals } from "@std/assert";
import type { ApiFailure } from "../../../lib/core/api_failure.ts";
import type { ForgeClusterAnswer } from "../../../lib/kubernetes/forge_cluster.ts";
import type { ForgeCluster } from "../../../lib/kubernetes/forge_cluster_parse.ts";
import type { ForgeClusterStatus } from "../../../lib/kubernetes/forge_cluster_status.ts";
import { ClusterStatusWriter } from "../../../lib/manager/cluster_status_writer.ts";
import { CLUSTER, NAME, VIEW } from "../kubernetes/forge_cluster_objects.ts";

function own(uid = "1"): ForgeCluster {
  const object = { name: NAME, uid, resourceVersion: "1", labels: {}, rawSpec: {} };
  return { ...object, kind: "unusable", problem: { name: NAME, field: "spec", problem: "is odd" } };
}

const WRITTEN: ForgeClusterAnswer = { kind: "cluster", cluster: own() };
const DOWN: ForgeClusterAnswer = { kind: "unreachable", message: "refused" };

class Scene {
  nowMs = 1_000;
  readonly sent: ForgeClusterStatus[] = [];
  readonly signals: AbortSignal[] = [];
  readonly noted: (ApiFailure["kind"] | undefined)[] = [];
  turns = 0;
  #answer: (answer: ForgeClusterAnswer) => void = () => {};
  readonly writer = new ClusterStatusWriter({
    cluster: CLUSTER,
    apiTimeoutMs: 2_000,
    api: {
      applyStatus: (_name, status, { signal }) => {
        this.sent.push(status);
        this.signals.push(signal!);
        const answer = Promise.withResolvers<ForgeClusterAnswer>();
        this.#answer = answer.resolve;
        return answer.promise;
      },
    },
    outcomes: { note: (_subject, failure) => this.noted.push(failure?.kind) },
    nowMs: () => this.nowMs,
    random: () => 1,
    onEnd: () => this.turns++,
  });

  update(message = "as ever", uid = "1"): number | undefined {
    return this.writer.update({ ...VIEW, message }, own(uid));
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
