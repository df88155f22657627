// Owns the demo by hand: a key is pressed, something is done to the selected replica.
// Never plays the story.

import { assertNever } from "../core/assert_never.ts";
import type { Scene } from "./frame.ts";
import { type Deed, meaningsOf } from "./keyboard.ts";
import { seconds } from "./paint.ts";
import type { Replica } from "./replica.ts";
import type { Stage } from "./stage.ts";
import { LEASE_MS } from "./timings.ts";
import { sleep } from "../sleep.ts";

const NEW_POD_MS = 2_000;

export class ByHand {
  readonly #stage: Stage;
  readonly #signal: AbortSignal;
  #selected = 0;

  constructor(stage: Stage, { signal }: { signal: AbortSignal }) {
    this.#stage = stage;
    this.#signal = signal;
  }

  get selected(): string {
    return this.#replica?.name ?? "";
  }

  scene(): Scene {
    const last = this.#stage.events.at(-1)?.name ?? "";
    return {
      number: "",
      title: "Your turn",
      text: `Last event: ${last}. A sidecar or node that ends is started again, as the kubelet ` +
        `would; a lease runs out ${seconds(LEASE_MS)} after its last renewal. Try to make two ` +
        "nodes forge at once.",
    };
  }

  /** Starts the pods and follows the keys until the end is asked for. */
  async run(keys: AsyncIterable<string>): Promise<void> {
    this.#stage.note("three pods start");
    for (const replica of this.#stage.replicas) replica.start();
    for await (const input of keys) {
      for (const meaning of meaningsOf(input)) {
        switch (meaning.kind) {
          case "quit":
            return;
          case "select":
            if (meaning.index < this.#stage.replicas.length) this.#selected = meaning.index;
            break;
          case "move": {
            const count = this.#stage.replicas.length;
            this.#selected = (this.#selected + meaning.by + count) % count;
            break;
          }
          case "deed":
            this.#act(meaning.deed);
            break;
          default:
            assertNever(meaning);
        }
      }
    }
  }

  get #replica(): Replica | undefined {
    return this.#stage.replicas[this.#selected];
  }

  #act(deed: Deed): void {
    const replica = this.#replica;
    if (replica === undefined || replica.life !== "running") return;
    const note = (what: string) => this.#stage.note(`${replica.name} ${what}`);
    switch (deed) {
      case "kill_sidecar":
        note("loses its sidecar");
        return replica.killSidecar();
      case "kill_node":
        note("loses its node");
        return replica.killNode();
      case "terminate_pod":
        note("is terminated");
        return this.#replace(replica, { ended: replica.terminate(), afterMs: 0 });
      case "lose_machine":
        note("loses its machine");
        return this.#replace(replica, { ended: replica.vanish(), afterMs: NEW_POD_MS });
      case "freeze_or_thaw":
        note(replica.isFrozen ? "is thawed" : "is frozen");
        return replica.isFrozen ? replica.thaw() : replica.freeze();
      case "cut_off_or_heal":
        note(replica.isCutOff ? "is connected again" : "is cut off");
        return replica.isCutOff ? replica.heal() : replica.cutOff();
      default:
        return assertNever(deed);
    }
  }

  #replace(
    replica: Replica,
    { ended, afterMs }: { ended: Promise<void>; afterMs: number },
  ): void {
    ended.then(() => sleep(afterMs, this.#signal)).then(() => {
      if (!this.#signal.aborted) replica.start();
    }).catch((error) => reportError(error));
  }
}

/** Keys as they are pressed, without Enter; ends with `signal`. */
export async function* pressedKeys({ signal }: { signal: AbortSignal }): AsyncIterable<string> {
  const over = new Promise<null>((resolve) =>
    signal.addEventListener("abort", () => resolve(null))
  );
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(256);
  Deno.stdin.setRaw(true, { cbreak: true }); // Ctrl-C stays a signal
  try {
    while (!signal.aborted) {
      const count = await Promise.race([Deno.stdin.read(buffer), over]);
      if (count === null) return;
      yield decoder.decode(buffer.subarray(0, count), { stream: true });
    }
  } finally {
    Deno.stdin.setRaw(false);
  }
}
