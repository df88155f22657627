// Owns cutting a stream of text into lines.
// Never holds a line back once it is complete.

/** What of a text's end without a line's end: given as a line, or dropped as half of a message. */
export type Unfinished = "give" | "drop";

export function splitLines(
  { unfinished }: { unfinished: Unfinished },
): TransformStream<string, string> {
  let rest = "";
  return new TransformStream({
    transform(chunk, controller) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) controller.enqueue(line);
    },
    flush(controller) {
      if (unfinished === "give" && rest !== "") controller.enqueue(rest);
    },
  });
}
