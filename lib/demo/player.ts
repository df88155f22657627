// Owns playing the story scene by scene: when the next may begin, and when one is overdue.
// Never judges what it sees: the nodes' records do, at the end.

import type { Act, Story } from "./act.ts";
import type { Scene } from "./frame.ts";
import type { Stage } from "./stage.ts";
import { sleep } from "../sleep.ts";
import { waitUntil } from "./waiting.ts";

/** A scene takes 13 s at most on an idle machine. */
const SCENE_TIMEOUT_MS = 30_000;
const STORY_TIMEOUT_MS = 56_000;
/** Where less time than this is left for each scene to come, texts are shown only briefly. */
const HURRY_BELOW_MS = 6_500;
const HURRIED_MS = 700;

export type StoryEnd =
  | { readonly kind: "played" }
  | { readonly kind: "late"; readonly scene: string; readonly waitedFor: string }
  | { readonly kind: "over" };

export interface PlayOptions {
  readonly signal: AbortSignal;
  /** A scene begins: what follows is about it. */
  readonly onScene: (scene: Scene) => void;
  /** Somebody forges after the latest event. */
  readonly onSettled: () => void;
}

export async function playStory<S extends Stage>(
  stage: S,
  story: Story<S>,
  options: PlayOptions,
): Promise<StoryEnd> {
  const { scenes, readingMs } = story;
  const { signal, onScene, onSettled } = options;
  const startMs = performance.now();
  const readingMsFor = (scenesLeft: number) => {
    const leftMs = startMs + STORY_TIMEOUT_MS - performance.now();
    return leftMs / scenesLeft < HURRY_BELOW_MS ? HURRIED_MS : readingMs;
  };
  const limit = () => ({
    signal,
    timeoutMs: Math.min(SCENE_TIMEOUT_MS, startMs + STORY_TIMEOUT_MS - performance.now()),
  });
  for (const [index, scene] of scenes.entries()) {
    const isFirst = index === 0;
    const calm = isFirst ? "met" : await waitUntil(() => story.isCalm(stage), limit());
    const late = (waitedFor: string): StoryEnd => ({ kind: "late", scene: scene.title, waitedFor });
    if (calm === "over") return { kind: "over" };
    if (calm === "late") return late(story.calm);
    const leader = (isFirst ? stage.replicas : stage.observer.forgers())[0];
    if (leader === undefined) return late("a leader");
    onScene({
      number: `${index + 1} of ${scenes.length}`,
      title: scene.title,
      text: scene.tell(leader.name),
    });
    if (!isFirst) await sleep(readingMsFor(scenes.length - index), signal);
    if (signal.aborted) return { kind: "over" };
    const event = stage.note(scene.event(leader.name));
    const act: Act<S> = { stage, leader, event, signal };
    const settled = await waitUntil(scene.begin(act), limit());
    if (settled === "over") return { kind: "over" };
    if (settled === "late") return late("a node that forges");
    onSettled();
    await scene.mend?.(act);
  }
  await sleep(readingMsFor(1), signal);
  return signal.aborted ? { kind: "over" } : { kind: "played" };
}
