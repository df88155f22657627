// Owns the record a simulated node keeps of itself: one JSON line for each event and each slot forged.
// Never holds a line back: it is written before anything else happens, so that SIGKILL loses none.

/** The slot is the wall second: slots last one second, from the Unix epoch. */
export interface RecordLine {
  readonly slot: number;
  readonly wallMs: number;
  readonly event: RecordEvent;
  readonly note?: string;
}

export type RecordEvent =
  | "started"
  | "failed" // could not start; the note says why
  | "socket_open"
  | "able" // a forge thread lives from here on
  | "still_able" // every STILL_ABLE_MS between
  | "unable"
  | "forged"
  | "sighup"
  | "not_effective" // a signal before consensus was up
  | "update_error" // a signal after which everything stayed as it was
  | "ignored" // a signal, by misbehaviour
  | "ended";

/** Between two such lines a node was running; a longer silence means that it was stopped or killed. */
export const STILL_ABLE_MS = 100;

const EVENTS: ReadonlySet<string> = new Set<RecordEvent>([
  "started",
  "failed",
  "socket_open",
  "able",
  "still_able",
  "unable",
  "forged",
  "sighup",
  "not_effective",
  "update_error",
  "ignored",
  "ended",
]);

/** Appends to the record of earlier runs of the same node. */
export class SlotRecorder {
  readonly #file: Deno.FsFile;

  constructor(path: string) {
    this.#file = Deno.openSync(path, { append: true, create: true });
  }

  write(event: RecordEvent, note?: string): void {
    const wallMs = Date.now();
    const line = { slot: Math.floor(wallMs / 1000), wallMs, event, ...(note && { note }) };
    this.#file.writeSync(new TextEncoder().encode(JSON.stringify(line) + "\n"));
  }
}

/** Lines of a record. A last line cut short by a reader's timing is left out. */
export function parseRecord(text: string): readonly RecordLine[] {
  const lines: RecordLine[] = [];
  for (const part of text.split("\n")) {
    try {
      const line: unknown = JSON.parse(part);
      if (isRecordLine(line)) lines.push(line);
    } catch {
      // Empty or not complete yet.
    }
  }
  return lines;
}

/** Lines of the record at `path`; none when the node has not begun one. */
export function readRecord(path: string): readonly RecordLine[] {
  try {
    return parseRecord(Deno.readTextFileSync(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

function isRecordLine(value: unknown): value is RecordLine {
  if (typeof value !== "object" || value === null) return false;
  const { slot, wallMs, event } = value as Record<string, unknown>;
  return typeof slot === "number" && typeof wallMs === "number" && typeof event === "string" &&
    EVENTS.has(event);
}
