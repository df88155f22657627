// Owns reading how much memory this process uses.
// Never reads another process's.

export interface MemoryFigures {
  readonly residentBytes: number;
  readonly anonymousBytes: number;
}

/** From /proc/self/status (proc(5): VmRSS and RssAnon, in kB); zeros where it cannot be read. */
export function readMemory(): MemoryFigures {
  let text = "";
  try {
    text = Deno.readTextFileSync("/proc/self/status");
  } catch {
    // A figure for people only: its absence changes nothing.
  }
  const bytes = (name: string) => {
    const match = new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(text);
    return match === null ? 0 : Number(match[1]) * 1024;
  };
  return { residentBytes: bytes("VmRSS"), anonymousBytes: bytes("RssAnon") };
}
