// Owns what a story is made of, whatever it plays on.
// Never tells one: story.ts and cluster_story.ts do.

import type { DemoEvent } from "./events.ts";
import type { Replica } from "./replica.ts";
import type { Stage } from "./stage.ts";

export interface Act<S extends Stage> {
  readonly stage: S;
  /** Who leads and forges when the scene begins; in the first scene, just the first replica. */
  readonly leader: Replica;
  readonly event: DemoEvent;
  readonly signal: AbortSignal;
}

export interface StoryScene<S extends Stage> {
  readonly title: string;
  /** In the table. */
  readonly event: (leader: string) => string;
  readonly tell: (leader: string) => string;
  /** Begins it, and gives the condition under which somebody was seen to forge after it. */
  readonly begin: (act: Act<S>) => () => boolean;
  /** What is put right when that has happened. */
  readonly mend?: (act: Act<S>) => Promise<void>;
}

export interface Story<S extends Stage> {
  readonly scenes: readonly StoryScene<S>[];
  /** Time to read what comes, in which the last event also proves to be over. */
  readonly readingMs: number;
  /** Whether the next scene may begin. */
  readonly isCalm: (stage: S) => boolean;
  /** What that is, for whoever waited for it in vain. */
  readonly calm: string;
}

/** Those whose node began to forge after the event, and whose sidecar has seen that it does. */
export function anewForging({ stage, event: { atMs } }: Act<Stage>): readonly Replica[] {
  return stage.observer.forgers(atMs).filter((replica) =>
    replica.record().some(({ event, wallMs }) => event === "able" && wallMs >= atMs)
  );
}

export function forgesAnew(act: Act<Stage>): boolean {
  return anewForging(act).length > 0;
}

/** A failure ends the demo. */
export function inBackground<S extends Stage>(
  act: Act<S>,
  work: (act: Act<S>) => Promise<void>,
): void {
  work(act).catch((error) => reportError(error));
}
