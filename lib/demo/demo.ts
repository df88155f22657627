// Owns the demo from the first line to the exit code.
// Never leaves a process behind, nor a file where all went well.

import { EXIT } from "../cli/command.ts";
import type { Environment } from "../config.ts";
import { errorText } from "../log.ts";
import { ByHand } from "./by_hand.ts";
import { setClusterStage } from "./cluster_stage.ts";
import { CLUSTER_STORY } from "./cluster_story.ts";
import { EndingWatch } from "./ending.ts";
import { costOf } from "./events.ts";
import type { Display } from "./frame.ts";
import { LiveDisplay } from "./live_display.ts";
import { type Paint, paintWith } from "./paint.ts";
import { PlainDisplay } from "./plain_display.ts";
import { type PlayOptions, playStory, type StoryEnd } from "./player.ts";
import { prepareProgram } from "./program.ts";
import { lateText, opening, summary } from "./report.ts";
import { Show } from "./show.ts";
import { setStage, type Stage, type StageOptions } from "./stage.ts";
import { STORY } from "./story.ts";
import { verdict, wasSafe } from "./table.ts";

export interface DemoOptions {
  /** Two clusters instead of one. */
  readonly clusters: boolean;
  readonly interactive: boolean;
  readonly environment: Environment;
  readonly print: (text: string) => void;
  readonly printError: (text: string) => void;
}

/** Gives the exit code; 1 where two nodes forged at once, or the story could not be played. */
export async function runDemo(options: DemoOptions): Promise<number> {
  const { clusters, interactive, environment, print, printError } = options;
  if (interactive && clusters) {
    printError("demo --interactive is of one cluster; demo --clusters plays its story by itself");
    return EXIT.usage;
  }
  if (interactive && !(Deno.stdin.isTerminal() && Deno.stdout.isTerminal())) {
    printError("demo --interactive needs a terminal, for keys and for what they do; without: demo");
    return EXIT.usage;
  }
  const startedMs = performance.now();
  using ending = new EndingWatch();
  const { signal } = ending;
  const isLive = Deno.stdout.isTerminal();
  const paint = paintWith({ colours: isLive && !Deno.noColor });
  print(opening({ clusters, interactive }).join("\n"));
  const prepared = await prepareProgram({ signal });
  if (signal.aborted) return ending.exitCode ?? EXIT.internal;
  if (prepared.kind === "failed") {
    printError(prepared.message);
    return EXIT.failed;
  }

  const dir = Deno.makeTempDirSync({ prefix: "forge-demo-" });
  const produce = clusters ? produceTwo : produceOne;
  const { stage, play } = await produce({ dir, environment });
  let end: StoryEnd | undefined;
  let endMs = Date.now();
  try {
    const display: Display = isLive ? liveDisplay(paint) : new PlainDisplay(print);
    const show = new Show(stage, { display, startedMs, signal });
    if (interactive) await show.playByHand(new ByHand(stage, { signal }));
    else end = await show.playStory(play);
  } catch (error) {
    ending.fail(error);
  } finally {
    endMs = Date.now();
    ending.end(); // what is still under way in the background begins nothing more
    await stage.close();
  }

  const { events } = stage;
  const records = stage.records();
  const cost = costOf(records, { events, endMs });
  const hasFailed = !wasSafe(cost) || end?.kind === "late" || ending.error !== undefined;
  if (ending.exitCode !== undefined) print("\nInterrupted; until then:");
  print(summary({ cost, records, events, endMs, isLive, paint }).join("\n"));
  if (ending.error !== undefined) printError(`The demo broke off: ${errorText(ending.error)}`);
  if (end?.kind === "late") printError(lateText(end));
  if (hasFailed) printError(`Logs of the sidecars and records of the nodes: ${dir}`);
  else Deno.removeSync(dir, { recursive: true });
  print(verdict(cost));
  if (ending.error !== undefined) return EXIT.internal;
  return hasFailed ? EXIT.failed : ending.exitCode ?? EXIT.ok;
}

/** A stage, and the story that is played on it. */
interface Production {
  readonly stage: Stage;
  readonly play: (options: PlayOptions) => Promise<StoryEnd>;
}

async function produceOne(options: StageOptions): Promise<Production> {
  const stage = await setStage(options);
  return { stage, play: (playOptions) => playStory(stage, STORY, playOptions) };
}

async function produceTwo(options: StageOptions): Promise<Production> {
  const stage = await setClusterStage(options);
  return { stage, play: (playOptions) => playStory(stage, CLUSTER_STORY, playOptions) };
}

function liveDisplay(paint: Paint): Display {
  return new LiveDisplay({
    write: (text) => {
      let bytes = new TextEncoder().encode(text);
      while (bytes.length > 0) bytes = bytes.subarray(Deno.stdout.writeSync(bytes));
    },
    size: () => Deno.consoleSize(),
    paint,
  });
}
