// Owns finding the real programs that tests run: beside the API server's programs, or on the PATH.
// Never runs one.

/**
 * Path of a program. Undefined: it is not installed, or hidden like the API server's programs by
 * `deno task test`, which does the same everywhere.
 */
export function realProgram(name: string): string | undefined {
  const assets = Deno.env.get("KUBEBUILDER_ASSETS") ?? "";
  if (assets === "") return undefined;
  const folders = [assets, ...(Deno.env.get("PATH") ?? "").split(":")];
  return folders.map((folder) => `${folder}/${name}`).find(isFile);
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false; // not there, which is the question
  }
}
