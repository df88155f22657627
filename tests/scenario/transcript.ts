// Owns the form of a transcript: commands, a line of dashes, what came of them, an empty line.
// Never knows what a command means.

export interface Step {
  readonly commands: readonly string[];
  readonly expected: readonly string[];
}

export interface Transcript {
  /** Lines before the first step: what it is about. */
  readonly preface: readonly string[];
  readonly steps: readonly Step[];
}

export function parseTranscript(text: string): Transcript {
  const [preface = "", ...blocks] = text.trimEnd().split(/\n{2,}/);
  const steps = blocks.map((block) => {
    const lines = block.split("\n");
    const dashes = lines.indexOf("----");
    if (dashes < 1) throw new Error(`A step has commands and a line of four dashes:\n${block}`);
    return { commands: lines.slice(0, dashes), expected: lines.slice(dashes + 1) };
  });
  return { preface: preface.split("\n"), steps };
}

export function writeTranscript({ preface, steps }: Transcript): string {
  const blocks = steps.map(({ commands, expected }) => [...commands, "----", ...expected]);
  return [preface, ...blocks].map((lines) => lines.join("\n")).join("\n\n") + "\n";
}
