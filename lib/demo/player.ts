// Owns playing the story scene by scene: when the next may begin, and when one is overdue.
// Never judges what it sees: the nodes' records do, at the end.

import type { Scene } from "./frame.ts";
import type { Stage } from "./stage.ts";
import { type Act, STORY } from "./story.ts";
import { pause, waitUntil } from "./waiting.ts";

/** A scene takes 8 s at most on an idle machine. */
const SCENE_TIMEOUT_MS = 20_000;
const STORY_TIMEOUT_MS = 56_000;
/** Time to read what comes, in which the last event also proves to be over. */
const READING_MS = 2_500;

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

export async function playStory(stage: Stage, options: PlayOptions): Promise<StoryEnd> {
  const { signal, onScene, onSettled } = options;
  const startMs = performance.now();
  const limit = () => ({
    signal,
    timeoutMs: Math.min(SCENE_TIMEOUT_MS, startMs + STORY_TIMEOUT_MS - performance.now()),
  });
  for (const [index, scene] of STORY.entries()) {
    const isFirst = index === 0;
    const calm = isFirst ? "met" : await waitUntil(() => isCalm(stage), limit());
    const late = (waitedFor: string): StoryEnd => ({ kind: "late", scene: scene.title, waitedFor });
    if (calm === "over") return { kind: "over" };
    if (calm === "late") {
      return late("one leader that forges and two replicas that could take over");
    }
    const leader = (isFirst ? stage.replicas : stage.observer.forgers())[0];
    if (leader === undefined) return late("a leader");
    onScene({
      number: `${index + 1} of ${STORY.length}`,
      title: scene.title,
      text: scene.tell(leader.name),
    });
    if (!isFirst) await pause(READING_MS, { signal });
    if (signal.aborted) return { kind: "over" };
    const event = stage.note(isFirst ? scene.event : `${leader.name} ${scene.event}`);
    const act: Act = { stage, leader, event, signal };
    const settled = await waitUntil(scene.begin(act), limit());
    if (settled === "over") return { kind: "over" };
    if (settled === "late") return late("a node that forges");
    onSettled();
    await scene.mend?.(act);
  }
  await pause(READING_MS, { signal });
  return signal.aborted ? { kind: "over" } : { kind: "played" };
}

/** One forges, and both others could take over. */
function isCalm({ observer }: Stage): boolean {
  const views = observer.views();
  return views.filter(({ isForger, pod }) => isForger && pod === "up").length === 1 &&
    views.filter(({ isStandby }) => isStandby).length === views.length - 1;
}
