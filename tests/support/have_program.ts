// Owns whether a program that tests need is on this machine.
// Never runs it for longer than it takes to say who it is.

/** Whether `name` is found in PATH. */
export function haveProgram(name: string): boolean {
  return (Deno.env.get("PATH") ?? "").split(":").some((folder) => {
    try {
      return Deno.statSync(`${folder}/${name}`).isFile;
    } catch {
      return false; // not in this folder
    }
  });
}
