// Owns a folder with the files of our image: the program, the libraries it loads, and nothing else.
// Never takes a file that distroless/cc does not have: that the program runs here shows it runs there.

/** Libraries the program may load, by the Debian package that brings them into distroless/cc. */
export const IMAGE_LIBRARIES: Readonly<Record<string, readonly string[]>> = {
  libc6: [
    "ld-linux-x86-64.so.2",
    "libc.so.6",
    "libdl.so.2",
    "libm.so.6",
    "libpthread.so.0",
    "librt.so.1",
  ],
  "libgcc-s1": ["libgcc_s.so.1"],
};
/** Where the image has the program. */
export const PROGRAM_IN_IMAGE = "/cardano-forge-manager";

export interface LoadedLibrary {
  readonly name: string;
  readonly path: string;
}

/** What the loader maps for a program; the kernel's own page is no file. */
export function loadedLibraries(program: string): readonly LoadedLibrary[] {
  const { success, stdout, stderr } = new Deno.Command("ldd", { args: [program] }).outputSync();
  if (!success) {
    throw new Error(`Cannot list the libraries of ${program}: ${decode(stderr).trim()}`);
  }
  return decode(stdout).split("\n").flatMap((line) => {
    const path = /(?:=> )?(\/\S+) \(0x/.exec(line)?.[1];
    return path === undefined ? [] : [{ name: path.slice(path.lastIndexOf("/") + 1), path }];
  });
}

/** Fills `folder`, and gives it the empty folders that every image of distroless has. */
export async function makeImageRoot(
  folder: string,
  { program, place = PROGRAM_IN_IMAGE }: {
    readonly program: string;
    /** Of the program, in the root. */
    readonly place?: string;
  },
): Promise<void> {
  for (const point of ["/proc", "/tmp"]) await Deno.mkdir(`${folder}${point}`, { recursive: true });
  for (const { path } of loadedLibraries(program)) await copyInto(folder, path, path);
  await copyInto(folder, program, place);
}

async function copyInto(folder: string, source: string, target: string): Promise<void> {
  const copy = `${folder}${target}`;
  await Deno.mkdir(copy.slice(0, copy.lastIndexOf("/")), { recursive: true });
  await Deno.copyFile(source, copy);
  await Deno.chmod(copy, 0o755);
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
