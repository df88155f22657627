// Owns what is shown while the demo runs: the scene, what came of the events, and when to draw.
// Never touches a replica.

import { type ByHand, pressedKeys } from "./by_hand.ts";
import { costOf } from "./events.ts";
import type { Display, Frame, Scene } from "./frame.ts";
import { KEY_HELP } from "./keyboard.ts";
import type { PlayOptions, StoryEnd } from "./player.ts";
import type { Stage } from "./stage.ts";
import { costLine } from "./table.ts";

const DRAW_PERIOD_MS = 250;
/** What comes of an event by hand is followed for so long. */
const FOLLOWED_MS = 20_000;
const RESULTS_MAX = 6;

export interface ShowOptions {
  readonly display: Display;
  /** On the clock of performance.now(). */
  readonly startedMs: number;
  readonly signal: AbortSignal;
}

export class Show {
  readonly #stage: Stage;
  readonly #options: ShowOptions;
  readonly #results: string[] = [];
  #scene: Scene = { number: "", title: "Setting up", text: "" };
  #byHand: ByHand | undefined;

  constructor(stage: Stage, options: ShowOptions) {
    this.#stage = stage;
    this.#options = options;
  }

  async playStory(play: (options: PlayOptions) => Promise<StoryEnd>): Promise<StoryEnd> {
    return await this.#drawing(() =>
      play({
        signal: this.#options.signal,
        onScene: (scene) => {
          this.#scene = scene;
          this.#draw();
        },
        onSettled: () => this.#results.push(...this.#costLines().slice(-1)),
      })
    );
  }

  async playByHand(byHand: ByHand): Promise<void> {
    this.#byHand = byHand;
    await this.#drawing(() => byHand.run(pressedKeys(this.#options)));
  }

  /** The block as it stands at the end is left on the screen. */
  async #drawing<T>(play: () => Promise<T>): Promise<T> {
    const timer = setInterval(() => this.#draw(), DRAW_PERIOD_MS);
    try {
      return await play();
    } finally {
      clearInterval(timer);
      this.#draw();
      this.#options.display.close();
    }
  }

  #draw(): void {
    const { display, startedMs } = this.#options;
    const byHand = this.#byHand;
    const frame: Frame = {
      elapsedMs: performance.now() - startedMs,
      nowMs: Date.now(),
      scene: byHand?.scene() ?? this.#scene,
      replicas: this.#stage.observer.views(),
      records: this.#stage.records(),
      events: this.#stage.events,
      results: byHand === undefined ? this.#results : this.#freshCostLines(),
      ...(byHand && { byHand: { selected: byHand.selected, keys: KEY_HELP } }),
    };
    display.show(frame);
  }

  #costLines(): readonly string[] {
    const events = this.#stage.events.slice(-RESULTS_MAX);
    return costOf(this.#stage.records(), { events, endMs: Date.now() }).events.map(costLine);
  }

  /** By hand nobody says when an event is over. */
  #freshCostLines(): readonly string[] {
    const ageMs = Date.now() - (this.#stage.events.at(-1)?.atMs ?? 0);
    if (ageMs < FOLLOWED_MS) this.#results.splice(0, RESULTS_MAX, ...this.#costLines());
    return this.#results;
  }
}
